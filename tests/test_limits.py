"""What limits a site is named: one thing is short, it is what is named first, and one more of it helps."""

from __future__ import annotations

import pytest

from mfg.scenario import Scenario
from mfg.study.limits import ON_TIME, WAIT, Found, limits_of
from mfg.study.study import Means, Study
from mfg.study.variants import AS_IT_IS, Variant
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
        {"site.clinic.hospital.hours": "Mon-Fri 09:00-15:00", "arrivals": {"rate": "2 / week"}},
    ),
    "starts": (WAIT, "gmp.starts", {"site.facility.gmp.starts": 1}),
    "fills": (WAIT, "gmp.fills", {"site.facility.gmp.fills": 1}),
    "suites": (WAIT, "gmp.crews", {"site.facility.gmp.suites": 1}),
    "operators": (WAIT, "gmp.crews", {"site.facility.gmp.operators": 3}),
    "incubator": (WAIT, "gmp.incubator", {"site.facility.gmp.incubator": "230 flask"}),
    "benches": (ON_TIME, "qc.benches", {"site.laboratory.qc.benches": 1, "arrivals": {"rate": "2 / week"}}),
    "freezers": (
        ON_TIME,
        "gmp.freezers",
        {
            **{key: value for key, value in BANK.items() if key != "protocol"},
            "protocol": "lenzumestrocel-phase3",
            "site.facility.gmp.incubator": "4000 flask",
            "site.facility.gmp.storage": 4000,
            "site.work.cryopreserve.lasts": "6 hour",
            "arrivals": {"rate": "3 / week"},
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
    return found_in(scenario(COMING, changes))


@pytest.mark.parametrize("name", SHORT)
def test_what_is_short_is_named_first_and_one_more_of_it_helps(name: str) -> None:
    """One more of the limit, or of its bundle, shortens the wait or mends punctuality; the interval leaves out nought."""
    figure, limit, _ = SHORT[name]
    found = short_of(name)
    assert found.first(figure) == limit
