"""Patients in process keep their whole course: what is still to come is booked, made and given."""

from __future__ import annotations

import pytest
from attrs import evolve

from mfg.calendar import DAY
from mfg.results.tables import Tables
from mfg.scenario import InProgress
from tests.small_unit import BANK, ONE_DOSE, Changes, done, people, run
from tests.test_progress import LOT, day

TWO_DOSES: Changes = {
    **ONE_DOSE,
    "protocol.arm": [{"name": "msc", "doses": ["dose 1", "dose 2"]}],
    "protocol.dose": [{"name": "dose 1", "day": "0 day"}, {"name": "dose 2", "day": "28 day"}],
    "horizon": "10 week",
}
VISITS: Changes = {
    "protocol.visit": [
        {"name": "V1", "kind": "screening", "day": "-56 day", "window": "28 day"},
        {"name": "before", "day": "-21 day"},
        {"name": "between", "day": "14 day"},
    ]
}
SECOND = evolve(LOT, dose="dose 2", dose_on=day(44), passage=1, flasks=14, cells=1.18e7)
FROZEN = InProgress(
    patient="W",
    weight_kg=60.0,
    collected=day(-80),
    stands="frozen",
    containers=3,
    frozen=day(-45),
    cells=3 * 120e6,
    dose_on=day(15),
    arm="five-dose",
)


def days(tables: Tables) -> list[int]:
    """The days on which doses were given."""
    return [int(given) for given in tables.doses["given_day"]]


def of_activity(tables: Tables, activity: str) -> list[int]:
    """The days on which something was done."""
    return [int(begun // DAY) for begun in done(tables, activity)["started_min"]]


def test_every_dose_to_come_is_given_at_its_distance() -> None:
    """Dose 2 four weeks after dose 1, from a collection of its own four weeks before it, each with its draw."""
    tables = run(TWO_DOSES, lots=[LOT])
    assert days(tables) == [15, 43]
    assert list(tables.doses["lot"]) == [1, 2]
    assert of_activity(tables, "collect") == [-12, 15]
    assert of_activity(tables, "draw") == [14, 42]
    (patient,) = tables.patients.itertuples()
    assert (patient.doses_planned, patient.doses_given, patient.ending) == (2, 2, "completed")


def test_what_was_given_before_is_neither_planned_nor_counted() -> None:
    """With dose 2 in culture, dose 1 was given: one dose is planned, and the wait for a first dose is over."""
    tables = run(TWO_DOSES, lots=[evolve(LOT, dose="dose 2")])
    assert list(tables.doses["name"]) == ["dose 2"]
    (patient,) = tables.patients.itertuples()
    assert (patient.doses_planned, patient.doses_given, patient.waiting) == (1, 1, "")
    assert patient.first_dose_day != patient.first_dose_day  # it was before the start, nobody says when


def test_later_doses_load_the_unit() -> None:
    """Where one dose is filled a day, who would be dosed on the day of the second dose comes a day later."""
    one = {"site.facility.gmp.fills": 1}
    late = [evolve(LOT, patient="X", dose_on=day(43))]
    assert days(run(TWO_DOSES, one, lots=[LOT])) == [15, 43]
    tables = run(TWO_DOSES, one, lots=[LOT, *late]).doses
    given = dict(
        zip(zip(tables["patient"], tables["name"], strict=True), tables["given_day"] // 1, strict=True)
    )
    assert (given["W", "dose 2"], given["X", "dose 1"]) == (43, 44)


def test_what_was_not_collected_in_time_is_collected_first_and_the_later_doses_move() -> None:
    """Marrow for dose 2 should have been taken last week. Today would do, if a product could be made on a Sunday five weeks on."""
    early = {"protocol.supply.fresh.before": "35 day"}
    tables = run(TWO_DOSES, early, lots=[evolve(LOT, plated=day(-8), dose_on=day(1))])
    first, second = days(tables)
    assert of_activity(tables, "collect") == [-12, 1]
    assert (first, second) == (1, 36)


def test_visits_from_today_on_are_attended() -> None:
    """A week ago one was due and has been; the next is two weeks after dose 1."""
    assert of_activity(run(TWO_DOSES, VISITS, lots=[LOT]), "visit") == [29]
    assert of_activity(run(TWO_DOSES, VISITS, lots=[evolve(LOT, dose="dose 2")]), "visit") == [1]


def test_two_lots_of_one_patient_serve_their_doses() -> None:
    """Both in culture at once: nothing is collected, each dose is given on its own day from its own lot."""
    tables = run(TWO_DOSES, lots=[SECOND, LOT])
    assert days(tables) == [15, 44]
    assert list(tables.doses["lot"]) == [1, 2]
    assert of_activity(tables, "collect") == [-12, -12]
    assert len(tables.patients) == 1


def test_the_second_lot_takes_the_place_of_a_lost_first_one() -> None:
    """What is on its way serves the earlier dose, and what is collected again the later one."""
    lost = {"site.facility.gmp.breakdown": None, "site.leg.facility to clinic.excursion": None}
    tables = run(TWO_DOSES, lost, lots=[evolve(LOT, passage=3, cells=0.0), SECOND])
    assert tables.lots["outcome"].iloc[0] == "growth failure"
    assert list(tables.doses["lot"]) == [2, 3]
    assert tables.doses["given"].all()
    assert days(tables)[1] - days(tables)[0] == 29


def test_a_listed_dose_too_soon_after_the_one_before_is_booked_later() -> None:
    """As far behind it as the protocol says; and it is written down that this is why."""
    tables = run(TWO_DOSES, lots=[LOT, evolve(SECOND, dose_on=day(29))])
    assert days(tables) == [15, 43]
    (late,) = done(tables, "await").itertuples()
    assert (late.outcome, late.dose, late.value) == ("spacing", 2, 14)


def test_a_released_lot_waits_for_its_day_only() -> None:
    """Nothing of it is sampled any more."""
    tables = run(ONE_DOSE, lots=[evolve(LOT, stands="released")])
    assert set(tables.tests[tables.tests["dose"] == 0]["test"]) == set()
    assert days(tables) == [15]


@pytest.mark.parametrize("recovers", ["7 day", None], ids=["grown again", "as thawed"])
def test_a_frozen_bank_serves_as_many_doses_as_it_holds(recovers: str | None) -> None:
    """Three containers for three doses; the fourth and fifth are collected for, and all are on their days."""
    tables = run(BANK, {"protocol.step.thaw.recovers": recovers, "horizon": "100 week"}, lots=[FROZEN])
    doses = tables.doses
    assert list(doses["lot"]) == [1, 1, 1, 2, 2]
    assert doses["given"].all()
    assert days(tables)[0] == 15
    assert doses["on_first_day"].all()
    assert len(done(tables, "thaw")) == 5
    stored = done(tables, "store")
    own = stored[stored["lot"] == 1]
    assert (own["started_min"] == 0).all()
    assert own["value"].sum() == 3
    assert of_activity(tables, "collect")[0] == -80
    assert len(of_activity(tables, "collect")) == 2


def test_a_frozen_bank_is_for_its_dose_and_the_later_ones() -> None:
    """Two doses were given before: three containers are enough."""
    tables = run(BANK, lots=[evolve(FROZEN, dose="booster 1")])
    assert list(tables.doses["lot"]) == [1, 1, 1]
    assert of_activity(tables, "collect") == [-80]
    assert tables.lots["turnaround_day"].isna().all()  # it was released before anybody looked


def test_each_bank_of_a_patient_serves_from_its_dose_to_the_next_ones() -> None:
    """Three containers for the first three doses, and two of a second bank for the last two: nothing is collected."""
    second = evolve(FROZEN, dose="booster 2", containers=2, cells=2 * 120e6, dose_on=day(310))
    third = evolve(
        second, dose_on=day(250), collected=day(-70), stands="received", frozen=None, containers=None
    )
    third = evolve(third, cells=None, collected=day(-1), collected_at=20 * 60, marrow_ml=40.0)
    for other, collected in ((second, [-80, -80]), (third, [-80, -1])):
        tables = run(BANK, {"horizon": "100 week"}, lots=[other, FROZEN])
        assert list(tables.doses["lot"]) == [1, 1, 1, 2, 2]
        assert tables.doses["given"].all()
        assert of_activity(tables, "collect") == collected
    whole = run(BANK, {"horizon": "100 week"}, lots=[evolve(third, dose="dose 1")])
    assert (
        tables.lots["flasks"].iloc[1] < whole.lots["flasks"].iloc[0] / 2
    )  # grown for two doses, and not for five


def test_a_bank_in_culture_is_frozen_and_serves_every_dose() -> None:
    """It goes on to its passage."""
    young = evolve(LOT, passage=1, flasks=14, cells=1.18e7, plated=day(-3), dose_on=day(60), arm="five-dose")
    tables = run(BANK, lots=[young])
    assert done(tables, "cryopreserve")["lot"].tolist()[:1] == [1]
    assert tables.lots["passages"].iloc[0] == 1
    assert tables.doses["given"].all()


def test_places_in_the_freezer_are_taken_from_the_first_minute() -> None:
    """Who comes while it is full waits with the freezing until a container is thawed."""
    full: Changes = {"site.facility.gmp.storage": 20, "protocol.step.thaw.recovers": None}
    tables = run(
        BANK, full, lots=[evolve(FROZEN, containers=15, cells=15 * 120e6)], patients=people(1, arm="two-dose")
    )
    stored = done(tables, "store")
    assert (stored.loc[stored["patient"] == "W", "started_min"] == 0).all()
    level = max(
        sum(
            n
            for a, b, n in zip(stored["started_min"], stored["finished_min"], stored["value"], strict=True)
            if a <= at < b
        )
        for at in stored["started_min"]
    )
    assert level <= 20
