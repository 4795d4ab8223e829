"""What limits a site is named: one thing is short, it is what is named first, and one more of it helps."""

from __future__ import annotations

import pytest

from mfg.reader.scenarios import load_scenario
from mfg.scenario import Scenario
from mfg.simulation.compile import plan_of
from mfg.simulation.replicate import replicate
from mfg.study.limits import ON_TIME, WAIT, Found, limits_of
from mfg.study.study import Means, Study
from mfg.study.variants import AS_IT_IS, Variant
from mfg.study.waits import refusals_in, waited
from mfg.tables import tables_of
from tests.small_unit import BANK, ONE_DOSE, Changes, scenario

COMING: Changes = {
    **ONE_DOSE,
    "chance": True,
    "horizon": "26 week",
    "arrivals": {"rate": "6 / week"},
    "site.facility.gmp.incubator": "2000 flask",
    "site.facility.gmp.suites": 6,
    "site.facility.gmp.operators": 12,
    "site.laboratory.qc.benches": 6,
    "site.clinic.hospital.rooms": 4,
    "site.clinic.hospital.beds": 12,
}
SHORT: dict[str, tuple[str, str, Changes]] = {
    "beds": (WAIT, "hospital.beds", {"site.clinic.hospital.beds": 1}),
    "rooms": (
        WAIT,
        "hospital.rooms",
        {
            "site.clinic.hospital.rooms": 1,
            "site.work.administer.booked": "3 hour",
            "site.work.collect.booked": "3 hour",
        },
    ),
    "clinic hours": (
        WAIT,
        "hospital.hours",
        {"site.clinic.hospital.hours": ["Mon 09:00-18:00", "Tue-Fri 09:00-15:00"]},
    ),
    "starts": (WAIT, "gmp.starts", {"site.facility.gmp.starts": 1}),
    "fills": (WAIT, "gmp.fills", {"site.facility.gmp.fills": 1}),
    "suites": (WAIT, "gmp.crews", {"site.facility.gmp.suites": 1}),
    "operators": (WAIT, "gmp.crews", {"site.facility.gmp.operators": 3}),
    "incubator": (WAIT, "gmp.incubator", {"site.facility.gmp.incubator": "230 flask"}),
    "benches": (ON_TIME, "qc.benches", {"site.laboratory.qc.benches": 1, "arrivals": {"rate": "2.5 / week"}}),
    "freezers": (
        ON_TIME,
        "gmp.freezers",
        {
            **{key: value for key, value in BANK.items() if key != "protocol"},
            "protocol": "lenzumestrocel-phase3",
            "site.facility.gmp.incubator": "4000 flask",
            "site.facility.gmp.storage": 4000,
            "site.work.cryopreserve.lasts": "6 hour",
            "arrivals": {"rate": "6 / week"},
        },
    ),
}


def found_in(one: Scenario, replications: int = 4) -> Found:
    """What limits a loaded scenario."""
    study = Study.of(one, (Variant(AS_IT_IS, {}),), None)
    return limits_of(study, replications=replications, means=Means())


def short_of(name: str) -> Found:
    """What limits the ample unit that is short of one thing."""
    _, _, changes = SHORT[name]
    return found_in(scenario(COMING, changes), replications=6 if name == "benches" else 4)


QUICK = ("starts", "fills", "benches")


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in SHORT]
)
def test_what_is_short_is_named_first_and_one_more_of_it_helps(name: str) -> None:
    """One more of the limit, or of its bundle, shortens the wait or mends punctuality; the interval leaves out nought."""
    figure, limit, _ = SHORT[name]
    found = short_of(name)
    assert found.first(figure) == limit


def test_a_unit_that_keeps_up_has_no_limit() -> None:
    """Nothing is named where nobody waits longer than the course allows by more than the weekend."""
    found = found_in(scenario(COMING, {"arrivals": {"every": "2 week"}}))
    assert found.counted.first is None
    assert found.first(WAIT) is None


@pytest.mark.long
def test_what_limits_shows_only_when_it_is_asked_for_again_after_the_first_is_cured() -> None:
    """One bed hides that only one dose is filled a day; with beds enough that is named."""
    short: Changes = {"site.facility.gmp.fills": 1}
    hidden = found_in(scenario(COMING, short, {"site.clinic.hospital.beds": 1}))
    assert hidden.first(WAIT) == "hospital.beds"
    assert found_in(scenario(COMING, short)).first(WAIT) == "gmp.fills"


def test_open_on_saturdays_changes_the_wait() -> None:
    """Where clinic, facility and laboratory are all open on Saturdays, patients are booked then."""
    longer = {
        "hospital.hours": "Mon-Sat 09:00-18:00",
        "gmp.hours": "Mon-Sat 08:00-18:00",
        "qc.hours": "Mon-Sat 08:00-20:00",
    }
    waits = []
    for settings in ({}, longer):
        plan = plan_of(load_scenario("lenzumestrocel-korea", settings))
        waits.append(waited(tables_of(plan, *replicate(plan, 0)).patients).mean())
    assert waits[1] < waits[0] - 1


def test_a_laboratory_that_is_shut_is_foreseen() -> None:
    """No dose is booked for a day on which its product would expire before the laboratory can test it."""
    longer = {"hospital.hours": "Mon-Sat 09:00-18:00", "gmp.hours": "Mon-Sat 08:00-18:00"}
    plan = plan_of(load_scenario("lenzumestrocel-korea", {**longer, "horizon": "52 week"}))
    tables = tables_of(plan, *replicate(plan, 0))
    assert (tables.doses["outcome"] != "expired").all()
    assert "qc.hours" in refusals_in(tables.events, 1).days
