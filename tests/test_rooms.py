"""Rooms and beds have a capacity: what overruns its booking keeps them, and the next one waits at the door."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mfg.calendar import DAY
from mfg.failures import Unsound
from mfg.log import limits
from mfg.plan.compile import plan_of
from mfg.plan.plan import Plan
from mfg.results.occupancy import overfull
from mfg.results.tables import Tables, tables_of
from mfg.simulation import giving, procedures
from mfg.simulation.booked import Status
from mfg.simulation.replicate import replicate
from tests.small_unit import ONE_DOSE, Changes, done, people, scenario

NINE = 9 * 60
ONE_ROOM: Changes = {**ONE_DOSE, "site.clinic.hospital.rooms": 1}


def lasting(plan: Plan, **minutes: int) -> Plan:
    """*plan* with work at its clinics that lasts so many *minutes*, whatever is booked for it."""
    clinics = []
    for clinic in plan.clinics:
        longer = {
            name: evolve(clinic.work[name], lasts=evolve(clinic.work[name].lasts, is_=float(lasts)))
            for name, lasts in minutes.items()
        }
        clinics.append(evolve(clinic, work={**clinic.work, **longer}))
    return evolve(plan, clinics=tuple(clinics))


def run(plan: Plan) -> Tables:
    """What happened, with nothing in use more often than it is there."""
    log, names = replicate(plan, 0)
    assert list(overfull(plan, log)) == []
    return tables_of(plan, log, names)


def times(tables: Tables, activity: str) -> list[tuple[int, int, int]]:
    """When each *activity* was asked for, began and ended, in minutes since midnight of its day."""
    rows = done(tables, activity)
    days = rows["queued_min"] // DAY * DAY
    return list(
        zip(
            (rows["queued_min"] - days).tolist(),
            (rows["started_min"] - days).tolist(),
            (rows["finished_min"] - days).tolist(),
            strict=True,
        )
    )


def test_what_overruns_its_booking_keeps_the_room() -> None:
    """Three collections booked an hour apart that last three hours each follow each other, in the order of appointments."""
    booked: Changes = {"site.work.collect.booked": "60 minute"}
    tables = run(lasting(plan_of(scenario(ONE_ROOM, booked, patients=people(3))), collect=180))
    assert times(tables, "collect") == [
        (NINE, NINE, NINE + 180),
        (NINE + 60, NINE + 180, NINE + 360),
        (NINE + 120, NINE + 360, NINE + 540),
    ]


def test_who_is_at_the_door_at_closing_is_collected_on_the_next_day() -> None:
    """The fourth of them has no room by six in the evening: the next free appointment, not before it opens again."""
    booked: Changes = {"site.work.collect.booked": "60 minute"}
    tables = run(lasting(plan_of(scenario(ONE_ROOM, booked, patients=people(4))), collect=180))
    last = done(tables, "collect").iloc[-1]
    third = done(tables, "collect").iloc[-2]
    assert last["started_min"] // DAY == third["started_min"] // DAY + 1
    assert last["started_min"] % DAY == NINE
    assert (tables.patients["ending"] == "completed").all()


def test_a_draw_without_a_room_puts_its_dose_off() -> None:
    """The vehicle is drawn on another day, the dose follows it, and what it waited for is written down."""
    slow: Changes = {"site.work.draw.booked": "60 minute"}
    plan = plan_of(scenario(ONE_ROOM, slow, patients=people(4)))
    tables = run(lasting(plan, draw=300))
    assert tables.doses["given"].all()
    assert tables.doses["put_off"].sum() > 0
    waited = tables.events[tables.events["activity"] == limits.AWAITED]
    assert "hospital.rooms" in set(waited["outcome"])
    starts = done(tables, "draw")["started_min"] % DAY
    assert starts.between(NINE, 18 * 60 - 1).all()


def test_a_draw_that_waits_in_line_until_closing_is_another_days() -> None:
    """Without appointments too: two draws take the room all day, the third is a day later, and its dose a day after that.

    Drawn in its turn on the next morning it would be on the day of its own dose, and a day ahead is what the protocol says.
    """
    walk_in: Changes = {"site.clinic.hospital.slot": None, "site.clinic.hospital.rooms": 1}
    tables = run(lasting(plan_of(scenario(ONE_DOSE, walk_in, patients=people(3))), draw=270))
    draws = done(tables, "draw")["started_min"].tolist()
    assert [(start - draws[0], start % DAY) for start in draws] == [(0, NINE), (270, NINE + 270), (DAY, NINE)]
    given = done(tables, "administer")["started_min"] // DAY - draws[0] // DAY
    assert given.tolist() == [1, 1, 2]
    waited = tables.events[tables.events["activity"] == limits.AWAITED]
    assert waited[["outcome", "value"]].to_numpy().tolist() == [["hospital.rooms", 1.0]]


@pytest.mark.parametrize(("keeps", "outcome"), [("12 hour", "expired"), ("24 hour", "given")])
def test_a_product_at_the_door_at_closing_is_given_while_it_keeps(keeps: str, outcome: str) -> None:
    """On the next open day if it has not expired by then, and that is its day; else it is lost."""
    slow: Changes = {
        "site.work.administer.booked": "60 minute",
        "protocol.step.formulate.use_within": keeps,
        "policy.recollect": 0,
    }
    plan = plan_of(scenario(ONE_ROOM, slow, patients=people(2)))
    tables = run(lasting(plan, administer=360))
    first, second = tables.doses.itertuples()
    assert first.given
    assert second.outcome == outcome
    if second.given:
        assert int(second.given_day) == int(first.given_day) + 1
        assert second.put_off == 1
        assert second.age_hour > 12


def formulated_late(plan: Plan) -> Plan:
    """*plan* with a formulation that lasts three days longer."""
    facilities = []
    for facility in plan.facilities:
        work = facility.work["formulate"]
        slow = evolve(work, lasts=evolve(work.lasts, is_=work.lasts.is_ + 3 * DAY))
        facilities.append(evolve(facility, work={**facility.work, "formulate": slow}))
    return evolve(plan, facilities=tuple(facilities))


def test_a_unit_that_tries_again_in_the_same_minute_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does not wait for another appointment stands still at the door: the run ends, and says on which day and when."""

    def at_once(*_: object, **__: object) -> Iterator[object]:
        yield from ()
        return True

    monkeypatch.setattr(giving, "wait_for_doors", at_once)
    monkeypatch.setattr("mfg.simulation.running.MANY", 1000)
    late = formulated_late(plan_of(scenario(ONE_DOSE, patients=people(1))))
    with pytest.raises(Unsound, match=r"the clock stands still on day \d+ at \d\d:\d\d"):
        replicate(evolve(late, recipes=tuple(evolve(one, use_within=None) for one in late.recipes)), 0)


def test_a_product_that_comes_on_a_later_day_waits_for_an_appointment() -> None:
    """Work that lasts three days: its product comes while the clinic is open, and has no place there that is its own.

    It is given in the first free slot from then on, half an hour long, and the dose has moved by those days.
    """
    plan = plan_of(scenario(ONE_DOSE, {"protocol.step.formulate.use_within": "24 hour"}, patients=people(1)))
    on_time = done(run(plan), "administer")["started_min"].item()
    late = run(formulated_late(plan))
    shipped = int(done(late, "ship out")["finished_min"].item())
    result = int(done(late, "result count and viability")["finished_min"].item())
    (given,) = done(late, "administer")["started_min"]
    assert given == -(-max(shipped, result) // 30) * 30
    assert given // DAY == on_time // DAY + 3
    assert late.doses["put_off"].tolist() == [1]


def test_a_clinic_that_never_closes_turns_away_to_another_appointment() -> None:
    """Who finds no room until midnight finds the clinic open, and has no appointment any more: the next free one is waited for."""
    always: Changes = {
        "site.clinic.hospital.hours": "Mon-Sun 00:00-24:00",
        "site.work.administer.booked": "60 minute",
        "protocol.step.formulate.use_within": "48 hour",
    }
    plan = plan_of(scenario(ONE_ROOM, always, patients=people(2)))
    first, second = done(run(lasting(plan, administer=20 * 60)), "administer").itertuples()
    assert second.started_min >= first.finished_min
    assert second.started_min // DAY == first.started_min // DAY + 1


def test_a_bed_is_kept_until_its_patient_leaves_it() -> None:
    """With one bed for two patients the second lies down when the first has left, and the wait for it is written down."""
    one_bed: Changes = {"site.clinic.hospital.beds": 1, "site.work.administer.booked": "60 minute"}
    tables = run(lasting(plan_of(scenario(ONE_DOSE, one_bed, patients=people(2))), administer=40))
    first, second = done(tables, "stay").itertuples()
    assert second.started_min >= first.finished_min
    late = run(lasting(plan_of(scenario(ONE_DOSE, one_bed, patients=people(2))), administer=100))
    first, second = done(late, "stay").itertuples()
    assert first.finished_min - first.started_min == 48 * 60
    assert second.started_min == max(first.finished_min, second.queued_min)


def test_a_clinic_without_appointments_has_no_more_beds_either() -> None:
    """Who walks in waits for a bed as well: one bed, two patients, one after the other."""
    walk_in: Changes = {"site.clinic.hospital.slot": None, "site.clinic.hospital.beds": 1}
    tables = run(plan_of(scenario(ONE_DOSE, walk_in, patients=people(2))))
    first, second = done(tables, "stay").itertuples()
    assert second.queued_min < first.finished_min
    assert second.started_min == first.finished_min


def test_who_leaves_gives_the_bed_back() -> None:
    """A patient who dies on the ward does not keep the bed for the rest of the stay."""
    deadly: Changes = {
        "site.clinic.hospital.beds": 1,
        "population.leaves": {"withdraw": "0 %/month", "die": "60 %/month"},
        "protocol.step.observe.stay": "20 week",
        "chance": True,
    }
    tables = run(plan_of(scenario(ONE_DOSE, deadly, patients=people(12))))
    stays = done(tables, "stay").merge(tables.patients, on="patient")
    assert len(stays)
    assert (stays["finished_min"] <= stays["ended_day"] * DAY + 1).all()


def test_an_appointment_takes_as_many_places_as_its_work_needs() -> None:
    """Two rooms for each of two procedures, and there are two: they follow each other; in beds, these are counted."""
    for needs in ({"room": 2}, {"bed": 2}):
        tight: Changes = {"site.work.collect.needs": needs, "site.clinic.hospital.beds": 2}
        tables = run(plan_of(scenario(ONE_DOSE, tight, patients=people(2))))
        first, second = done(tables, "collect").itertuples()
        assert second.started_min >= first.finished_min
        assert second.started_min == second.queued_min


def lasts(spread: Decimal) -> dict[str, object]:
    """More often than not less than what is booked, now and then several times that."""
    return {"median": "50 minute", "spread": spread, "most": "20 hour", "shape": "lognormal"}


@settings(max_examples=10, deadline=None)
@given(
    apart=st.integers(2, 6),
    rooms=st.integers(1, 2),
    beds=st.integers(1, 3),
    stay=st.integers(1, 60),
    spread=st.decimals("1.2", "4", places=1),
    slot=st.sampled_from(["15 minute", "30 minute", "60 minute", None]),
    seed=st.integers(0, 1000),
)
@example(apart=2, rooms=1, beds=1, stay=1, spread=Decimal("2.3"), slot=None, seed=364)
def test_nothing_is_used_more_often_than_it_is_there(
    apart: int, rooms: int, beds: int, stay: int, spread: Decimal, slot: str | None, seed: int
) -> None:
    """Whatever overruns whatever: the log shows no more in a room or bed at once than there is place for."""
    changes: Changes = {
        "chance": True,
        "seed": seed,
        "horizon": "12 week",
        "arrivals": {"every": f"{apart} day"},
        "site.clinic.hospital.rooms": rooms,
        "site.clinic.hospital.beds": beds,
        "site.clinic.hospital.slot": slot,
        "protocol.step.observe.stay": f"{stay} hour",
        "protocol.step.observe.lying": "30 minute",
        **{f"site.work.{name}.lasts": lasts(spread) for name in ("collect", "draw", "administer")},
        **{f"site.work.{name}.booked": "60 minute" for name in ("collect", "draw", "administer")},
    }
    tables = run(plan_of(scenario(ONE_DOSE, changes)))
    assert len(done(tables, "administer")) > 2


def test_the_audit_sees_two_in_one_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit that begins every procedure at its appointment is found out, by the place and the minute."""

    def at_once(unit, job, made, booked, value, _by, _unless, begun):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        booked.status, start = Status.USED, unit.now
        if begun is not None:
            begun(start)
        yield start + job.lasts(made.patient.index, made.number, made.turn(job.name))
        unit.log.note(made.subject, job.activity, start, start, unit.now, value=value)
        return start

    monkeypatch.setattr(procedures, "_at_the_door", at_once)
    booked: Changes = {"site.work.collect.booked": "60 minute"}
    plan = lasting(plan_of(scenario(ONE_ROOM, booked, patients=people(3))), collect=180)
    log, _ = replicate(plan, 0)
    (found,) = overfull(plan, log)
    assert found.startswith("hospital.rooms: 3 of 1 at minute ")
