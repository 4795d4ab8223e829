"""What tables say of where lots and doses were, of what put doses off, and of when cells truly grew."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from attrs import evolve

from mfg.calendar import DAY
from mfg.log.limits import AWAITED, IN_ALL, REFUSED
from mfg.plan.compile import plan_of
from mfg.plan.plan import Plan
from mfg.reader.scenarios import load_scenario
from mfg.results.tables import Tables, tables_of
from mfg.scenario import Candidate
from mfg.simulation.replicate import replicate
from tests.small_unit import BANK, MONDAY, ONE_DOSE, Changes, done, people, run, scenario
from tests.test_columns_in_process import TWO_PLACES
from tests.test_foresight import sampled
from tests.test_progress import LOT

SCENARIOS = ("lenzumestrocel-phase3", "lenzumestrocel-korea", "nurown-phase2", "lenzumestrocel-korea-today")


@pytest.fixture(scope="module", params=SCENARIOS)
def one(request: pytest.FixtureRequest) -> tuple[Plan, Tables]:
    """One replication of a built-in scenario; one of them has three clinics and two facilities."""
    plan = plan_of(load_scenario(request.param))
    return plan, tables_of(plan, *replicate(plan, 0))


# ---- where -----------------------------------------------------------------------------------------------


def test_a_dose_says_its_arm_clinic_and_facility() -> None:
    """Of one patient at a site with one of each; the lot and the patient say the same."""
    tables = run(ONE_DOSE)
    for table in (tables.doses, tables.lots):
        assert table[["arm", "clinic", "facility"]].to_numpy().tolist() == [["msc", "hospital", "gmp"]]
    assert tables.patients["clinic"].tolist() == ["hospital"]


def test_tables_agree_on_where(one: tuple[Plan, Tables]) -> None:
    """A lot and a dose have the arm and clinic of their patient, and a dose the facility of its lot."""
    _, tables = one
    people = tables.patients.set_index("patient")
    for table in (tables.doses, tables.lots):
        for column in ("arm", "clinic"):
            assert table[column].tolist() == people[column].loc[table["patient"]].tolist()
    made = tables.doses.merge(tables.lots, on=["patient", "lot"], suffixes=("", "_of_lot"))
    assert len(made)
    assert made["facility"].tolist() == made["facility_of_lot"].tolist()


def test_what_was_done_was_done_where_the_tables_say(one: tuple[Plan, Tables]) -> None:
    """Doses given at each clinic, and lots isolated at each facility, counted in the log and in the tables."""
    plan, tables = one
    doses, lots, log = tables.doses, tables.lots, tables.events
    for clinic in plan.clinics:
        given = log[(log["activity"] == "administer") & (log["place"] == clinic.name)]
        assert (doses["given"] & (doses["clinic"] == clinic.name)).sum() == len(given)
    for facility in plan.facilities:
        isolated = log[(log["activity"] == "isolate") & (log["place"] == facility.name)]
        whose = set(zip(isolated["patient"].astype(str), isolated["lot"], strict=True))
        mine = lots[lots["facility"] == facility.name]
        assert whose <= set(zip(mine["patient"], mine["lot"], strict=True))


def test_of_several_places_none_is_guessed() -> None:
    """Nobody is eligible, so nothing is done: the only clinic is known, one of two is not, but from a list."""
    nobody: Changes = {"population.leaves.ineligible": "100 %"}
    listed = Candidate("B", MONDAY, 60.0, arm="msc", site="elsewhere")
    assert run(ONE_DOSE, nobody).patients["clinic"].tolist() == ["hospital"]
    several = run(ONE_DOSE, nobody, TWO_PLACES, patients=[*people(1), listed])
    seen = dict(zip(several.patients["patient"], several.patients["clinic"], strict=True))
    assert seen == {"A": "", "B": "elsewhere"}


def test_who_is_in_progress_is_where_the_list_says() -> None:
    """Also of what has not been worked on yet."""
    tables = run(ONE_DOSE, TWO_PLACES, lots=[evolve(LOT, site="elsewhere", facility="other")])
    for table in (tables.doses, tables.lots):
        assert table[["clinic", "facility"]].to_numpy().tolist() == [["elsewhere", "other"]]


def test_marrow_of_which_nothing_is_made_has_no_facility() -> None:
    """It is taken in both arms of a blinded trial; what is made of that of one arm has one of two facilities."""
    plan = plan_of(load_scenario("nurown-phase2"))
    tables = tables_of(plan, *replicate(plan, 0))
    lots, doses = tables.lots, tables.doses
    assert set(lots["facility"][lots["arm"] == "placebo"]) == {""}
    assert set(doses["facility"][doses["arm"] == "placebo"]) == {""}
    assert set(lots["facility"][lots["arm"] == "active"]) == {facility.name for facility in plan.facilities}


# ---- how late, and for what ------------------------------------------------------------------------------


def test_the_wanted_day_is_the_first_that_the_course_allows() -> None:
    """Five come together on day 0, and one lot a day is begun: all want day 28, as the screening is at least 28 days before the dose."""
    every_day: Changes = {
        "site.clinic.hospital.hours": "Mon-Sun 09:00-18:00",
        "site.facility.gmp.hours": "Mon-Sun 08:00-18:00",
        "site.facility.gmp.incubator": "2000 flask",
        "site.laboratory.qc.hours": "Mon-Sun 08:00-20:00",
    }
    five = run(ONE_DOSE, every_day, {"site.facility.gmp.starts": 1}, patients=people(5)).doses
    assert (five["booked_day"] // 1).tolist() == [29, 30, 31, 32, 33]
    assert five["wanted_day"][[0, 4]].tolist() == [28, 28]
    assert five["wanted_day"][1:4].isna().all()  # only one patient in four is looked into


def test_wanted_and_booked_differ_by_what_refusals_cost(one: tuple[Plan, Tables]) -> None:
    """In days, for every dose of whom the log tells; nothing is wanted later than it was booked."""
    _, tables = one
    told = tables.events[(tables.events["activity"] == REFUSED) & (tables.events["outcome"] == IN_ALL)]
    cost = dict(zip(told["patient"].astype(str), told["value"], strict=True))
    doses = tables.doses[tables.doses["booked_day"].notna()]
    gap = doses["booked_day"] // 1 - doses["wanted_day"]
    assert gap.notna().any()
    assert gap.fillna(-1).tolist() == [cost.get(patient, -1) for patient in doses["patient"]]
    assert not (gap < 0).any()


def test_a_dose_says_what_it_was_put_off_for() -> None:
    """A result after forty days, known at the isolation."""
    late = run(sampled("isolate", "sterility"), {"site.test.sterility.turnaround": "40 day"})
    assert late.doses["put_off_for"].tolist() == ["result of sterility"]
    assert run(ONE_DOSE).doses["put_off_for"].tolist() == [""]


def test_every_reason_is_told_once_and_in_order() -> None:
    """A dose that waited for growth, for a lost lot, and for growth again."""
    plan = plan_of(scenario(ONE_DOSE))
    log, names = replicate(plan, 0)
    dose = int(np.flatnonzero(log.subjects[:, 2] == 0)[0])
    awaited = next(n for n, activity in enumerate(plan.activities) if activity.name == AWAITED)
    added = {"subject": dose, "activity": awaited, "queued": 0, "started": 0, "finished": 0, "value": 1.0}
    codes = np.array([1, 0, 1]) + len(log.outcomes)
    more = {
        name: np.append(getattr(log, name), np.full(3, value)).astype(getattr(log, name).dtype)
        for name, value in added.items()
    }
    told = evolve(
        log,
        **more,
        outcome=np.append(log.outcome, codes).astype(log.outcome.dtype),
        outcomes=(*log.outcomes, "lost: contamination", "growth"),
    )
    assert tables_of(plan, told, names).doses["put_off_for"].tolist() == ["growth; lost: contamination"]


def test_what_was_not_put_off_was_put_off_for_nothing(one: tuple[Plan, Tables]) -> None:
    """And what was says for what, of everybody who came during the run and has an appointment."""
    plan, tables = one
    came = ~tables.doses["patient"].isin([there.name for there in plan.in_progress])
    doses = tables.doses[came & tables.doses["booked_day"].notna()]
    assert ((doses["put_off"] == 0) == (doses["put_off_for"] == "")).all()
    rows = tables.events[tables.events["activity"] == AWAITED]
    whose = rows.groupby([rows["patient"].astype(str), "dose"])["outcome"].agg(
        lambda said: set(map(str, said))
    )
    for _, dose in tables.doses[tables.doses["put_off_for"] != ""].iterrows():
        reasons = dose["put_off_for"].split("; ")
        assert set(reasons) == whose[dose["patient"], dose["dose"]]
        assert len(reasons) == len(set(reasons))


# ---- when cells grew -------------------------------------------------------------------------------------


def moment(tables: Tables, activity: str, end: str, lot: int = 1) -> float:
    """The day at which the only such row of a lot began or ended."""
    rows = done(tables, activity)
    (found,) = rows[(rows["lot"] == lot) & (rows["dose"] == 0)][end]
    return float(found) / DAY


def test_a_culture_begins_when_its_cells_are_plated() -> None:
    """As the isolation ends, three hours after the places were reserved; it ends as the harvest begins."""
    tables = run(ONE_DOSE)
    (lot,) = tables.lots.itertuples()
    assert lot.culture_began_day == moment(tables, "isolate", "finished_min")
    assert lot.culture_began_day - moment(tables, "incubate", "started_min") == pytest.approx(3 / 24)
    assert lot.culture_ended_day == moment(tables, "harvest", "started_min")
    assert np.isnan(lot.frozen_day)


def test_a_bank_is_frozen_when_its_freezing_ends() -> None:
    """Its places are reserved before, as the row of the log says."""
    tables = run(BANK, patients=people(1, arm="five-dose"))
    (lot,) = tables.lots.itertuples()
    assert lot.frozen_day == moment(tables, "cryopreserve", "finished_min")
    assert done(tables, "store")["started_min"].min() < lot.frozen_day * DAY
    assert lot.culture_ended_day == moment(tables, "harvest", "started_min")


def test_a_lot_that_was_there_was_plated_before_the_start() -> None:
    """On the day of the list, though its places are held from the start on; a frozen one has only the day of its freezing."""
    (lot,) = run(ONE_DOSE, lots=[LOT]).lots.itertuples()
    assert LOT.plated is not None
    assert MONDAY + timedelta(days=lot.culture_began_day) == LOT.plated
    assert lot.culture_ended_day > 0
    frozen = evolve(
        LOT,
        stands="frozen",
        passage=None,
        plated=None,
        flasks=None,
        containers=6,
        cells=7.2e8,
        arm="five-dose",
    )
    thawed = run(BANK, lots=[evolve(frozen, collected=MONDAY - timedelta(80), frozen=MONDAY - timedelta(45))])
    bank = thawed.lots.iloc[0]
    assert bank["frozen_day"] == -45
    assert bank[["culture_began_day", "culture_ended_day"]].isna().all()


def test_a_lot_of_which_nothing_was_plated_never_grew() -> None:
    """Its isolation came to nothing: the reserved places were in vain."""
    tables = run(ONE_DOSE, {"site.work.isolate.fails": "100 %", "policy.recollect": 0})
    assert len(done(tables, "incubate")) == 1
    assert tables.lots[["culture_began_day", "culture_ended_day", "frozen_day"]].isna().all(axis=None)


def test_days_of_a_lot_come_in_order(one: tuple[Plan, Tables]) -> None:
    """Collected, plated, taken out of culture, frozen; whatever is counted at its harvest had grown."""
    lots: pd.DataFrame = one[1].lots
    days = lots[["collected_day", "culture_began_day", "culture_ended_day", "frozen_day"]]
    for first, then in zip(days, days.columns[1:], strict=False):
        both = days[[first, then]].dropna()
        assert (both[first] <= both[then]).all()
    assert lots.loc[lots["harvested_cells"].notna(), "culture_began_day"].notna().all()
    assert (lots["culture_began_day"].isna() == lots["culture_ended_day"].isna()).all()
