"""Several clinics and facilities: who goes where, what is made where, and how long the way between them is."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from mfg.plan.compile import plan_of
from mfg.results.tables import Tables
from mfg.scenario import Candidate
from mfg.simulation.cohort import cohort_of
from tests.small_unit import MONDAY, ONE_DOSE, Changes, done, run, scenario

CLINIC = {"hours": "Mon-Fri 09:00-18:00", "slot": "30 minute", "rooms": 4, "beds": 6}
FACILITY = {"hours": "Mon-Fri 08:00-18:00", "suites": 4, "operators": 8, "incubator": "400 flask"}


def leg(name: str, lasts: str, of: str | None = None, to: str | None = None) -> dict[str, str]:
    """A way between two places, or between any."""
    pair = {key: place for key, place in (("of", of), ("to", to)) if place is not None}
    return {"name": name, "lasts": lasts, **pair}


TWO: Changes = {
    **ONE_DOSE,
    "site.clinic": {"north": CLINIC, "south": CLINIC},
    "site.facility": {"inland": FACILITY, "harbour": FACILITY},
    "site.leg": [
        leg("clinic to facility", "3 hour"),
        leg("clinic to facility", "2 hour", of="south"),
        leg("clinic to facility", "30 minute", of="south", to="harbour"),
        leg("facility to clinic", "1 hour"),
        leg("facility to clinic", "20 minute", of="harbour", to="south"),
    ],
}


def at(*clinics: str, apart: int = 0) -> list[Candidate]:
    """One patient for each of *clinics*, so many days apart."""
    arrived = [date.fromordinal(MONDAY.toordinal() + apart * n) for n in range(len(clinics))]
    return [
        Candidate(f"{clinic} {n}", arrived[n], 60.0, arm="msc", site=clinic)
        for n, clinic in enumerate(clinics)
    ]


def makers(tables: Tables) -> list[str]:
    """Where the lots were isolated, in the order in which they began."""
    return done(tables, "isolate")["place"].astype(str).tolist()


def lasted(tables: Tables, activity: str) -> list[int]:
    """How many minutes each *activity* took."""
    ways = done(tables, activity)
    return (ways["finished_min"] - ways["started_min"]).tolist()


def test_the_most_particular_leg_of_a_pair_holds() -> None:
    """Between south and harbour the one for both; from south the one for south; else the one for any."""
    legs = plan_of(scenario(TWO, patients=at("south"))).legs
    north, south, inland, harbour = 0, 1, 0, 1
    inbound = {
        (c, f): legs["clinic to facility", c, f].typical for c in (north, south) for f in (inland, harbour)
    }
    assert inbound == {
        (north, inland): 180,
        (north, harbour): 180,
        (south, inland): 120,
        (south, harbour): 30,
    }


@pytest.mark.parametrize(("clinic", "maker", "minutes"), [("south", "harbour", 30), ("north", "inland", 180)])
def test_the_nearest_facility_makes_the_lot(clinic: str, maker: str, minutes: int) -> None:
    """By the planned way of the marrow; the first listed of two as near."""
    tables = run(TWO, {"policy.facility": "nearest"}, patients=at(clinic))
    assert makers(tables) == [maker]
    assert lasted(tables, "ship in") == [minutes]
    assert lasted(tables, "ship out") == [20 if maker == "harbour" else 60]
    assert set(done(tables, "collect", "draw", "administer")["place"]) == {clinic}


def test_facilities_take_turns() -> None:
    """One patient here, the next one there."""
    tables = run(
        TWO, {"policy.facility": "in turn"}, patients=at("south", "south", "south", "north", apart=7)
    )
    assert makers(tables) == ["inland", "harbour", "inland", "harbour"]


def test_the_least_loaded_facility_makes_the_lot() -> None:
    """While the first has a lot in its incubator the second gets the next patient; when both are empty, the first again."""
    tables = run(
        TWO,
        {"policy.facility": "least loaded"},
        patients=at("south", "south", apart=14) + at("north", apart=0),
    )
    assert sorted(makers(tables)) == ["harbour", "inland", "inland"]


def test_a_long_way_ends_on_the_next_day() -> None:
    """Marrow that takes half a day is collected so late that it keeps until it is isolated in the morning."""
    long = {"site.leg": [leg("clinic to facility", "12 hour"), leg("facility to clinic", "1 hour")]}
    tables = run(ONE_DOSE, long)
    (collected,) = done(tables, "collect").itertuples()
    (isolated,) = done(tables, "isolate").itertuples()
    assert isolated.started_min // 1440 - collected.started_min // 1440 == 1
    assert isolated.started_min - collected.started_min <= 24 * 60
    assert tables.doses["given"].all()


def test_patients_are_spread_over_clinics_by_their_shares() -> None:
    """Within three standard errors of three to one; without shares, of one to one."""
    crowd = {**TWO, "arrivals": {"every": "30 minute"}, "chance": True}
    for shares, part in ((("75 %", "25 %"), 0.75), ((None, None), 0.5)):
        changes = {
            f"site.clinic.{name}": {**CLINIC, **({"share": share} if share else {})}
            for name, share in zip(("north", "south"), shares, strict=True)
        }
        patients, _ = cohort_of(plan_of(scenario(crowd, changes)), 0)
        north = sum(patient.clinic == 0 for patient in patients)
        assert abs(north / len(patients) - part) < 3 * (part * (1 - part) / len(patients)) ** 0.5


BLOCKS: Changes = {
    "protocol": "nurown-phase2",
    "protocol.allocation.block": 4,
    "arrivals": {"every": "1 hour"},
    "chance": True,
    "site": "united-states",
    "population": "als-us",
}


def arms_by_stratum(changes: Changes) -> dict[int, list[str]]:
    """The arms in the order of arrival, of each clinic where these are strata."""
    plan = plan_of(scenario(BLOCKS, changes))
    found: dict[int, list[str]] = defaultdict(list)
    for patient in cohort_of(plan, 0)[0]:
        found[patient.clinic if plan.strata else 0].append(patient.arm.name)
    return found


@pytest.mark.parametrize("strata", [["site"], []])
def test_every_complete_block_holds_three_to_one(strata: list[str]) -> None:
    """In each clinic where sites are strata, over all of them where not; and the order within a block varies."""
    found = arms_by_stratum({"protocol.allocation.strata": strata})
    assert len(found) == (3 if strata else 1)
    for arms in found.values():
        blocks = [arms[n : n + 4] for n in range(0, len(arms) - 3, 4)]
        assert len(blocks) > 40
        assert all(block.count("placebo") == 1 for block in blocks)
        assert len({block.index("placebo") for block in blocks}) == 4


def test_without_blocks_the_ratio_holds_on_average_only() -> None:
    """Three standard errors of three to one, and not the same number in every four."""
    (arms,) = arms_by_stratum({"protocol.allocation.block": None, "protocol.allocation.strata": []}).values()
    blocks = {arms[n : n + 4].count("placebo") for n in range(0, len(arms) - 3, 4)}
    assert len(blocks) > 2
    assert abs(arms.count("placebo") / len(arms) - 0.25) < 3 * (0.25 * 0.75 / len(arms)) ** 0.5


def test_a_patient_whose_arm_is_known_takes_no_place_of_a_block() -> None:
    """The others fill complete blocks among themselves."""
    others = [Candidate(f"T{n}", MONDAY, 60.0, site="boston") for n in range(40)]
    known = Candidate("A", MONDAY, 60.0, arm="placebo", site="boston")
    plan = plan_of(scenario(BLOCKS, patients=[known, *others]))
    arms = [patient.arm.name for patient in cohort_of(plan, 0)[0]]
    assert arms[0] == "placebo"
    assert all(arms[n : n + 4].count("placebo") == 1 for n in range(1, 41, 4))
