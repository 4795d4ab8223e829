"""One scenario, two programs: the simulation and a bare loop must write the same event log."""

from __future__ import annotations

import pytest

from mfg.simulation.replicate import replicate
from tests.second_opinion import clinic, events_of, rows_of

HOURLY = {
    "arrivals.rate": "48 / day",
    "horizon": "12 day",
    "warm_up": "1 day",
    "suites": "8",
    "operators": "7",
    "incubator": "300 flask",
    **{f"{leg}.lasts": "60 minute" for leg in ("inbound", "outbound")},
    **{f"work.{name}.lasts": "20 minute" for name in ("collect", "administer", "isolate", "medium")},
    **{f"test.{name}.hands": "20 minute" for name in ("identity", "endotoxin", "sterility")},
}
AGEING = {"protocol.step.ship, inbound.within": "30 day"}  # long enough for everybody


@pytest.mark.parametrize(
    "settings",
    [{}, HOURLY, AGEING, HOURLY | AGEING],
    ids=["log-normal", "many at one minute", "ageing", "ageing, many at one minute"],
)
@pytest.mark.parametrize(
    ("order", "replication"), [("first-come", 0), ("first-come", 1), ("due-date", 0), ("most-urgent", 0)]
)
def test_two_programs_write_the_same_log(settings: dict[str, str], order: str, replication: int) -> None:
    """Every row: who, what, asked, begun, ended, how it came out and the number that goes with it; under every order."""
    plan = clinic(**settings, **{"policy.order": order})
    ours, theirs = rows_of(replicate(plan, replication)[0], plan), events_of(plan, replication)
    assert len(ours) > 8000
    assert ours == theirs
