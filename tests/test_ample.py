"""With ample resources a run is arithmetic: every moment of a cohort as a sum of arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from mfg.plan.plan import Plan
from mfg.quantiles import inverse_of
from mfg.shape import Shape
from mfg.simulation.cohort import cohort_of
from mfg.simulation.replicate import replicate
from tests.second_opinion import clinic, rows_of

AMPLE = {
    "rooms": "10000",
    "suites": "10000",
    "operators": "10000",
    "incubator": "100000 flask",
    "benches": "10000",
    **{f"test.{name}.fails": "0 %" for name in ("identity", "endotoxin", "sterility")},
}
Minutes = npt.NDArray[np.int64]


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The walk-in clinic with more of everything than anybody could use, and lots that never fail."""
    return clinic(**AMPLE)


@pytest.mark.parametrize("replication", [0, 3])
def test_every_moment_is_a_sum(plan: Plan, replication: int) -> None:
    """Begun and ended of every step of every patient, to the minute: durations are rounded, and then added."""
    patients, luck = cohort_of(plan, replication)
    clinical, facility, expansion = plan.clinics[0].work, plan.facilities[0].work, plan.recipes[0].expansion
    assert expansion is not None
    assert expansion.lasts == 9 * 1440
    assert expansion.medium_every == 50 * 60

    def lasts(decision: str, shape: Shape, turns: int = 1) -> Minutes:
        drawn = inverse_of(shape)(luck.uniforms(f"{decision}/0", 0, turns))
        return np.floor(drawn + 0.5).astype(np.int64)

    def one(decision: str, shape: Shape) -> Minutes:
        return lasts(decision, shape)[:, 0]

    moment = np.array([patient.arrived for patient in patients])
    expected: dict[str, tuple[Minutes, Minutes]] = {}

    def then(name: str, minutes: Minutes) -> Minutes:
        expected[name] = (moment, moment + minutes)
        return moment + minutes

    moment = then("collect", one("collect", clinical["collect"].lasts))
    moment = then("ship in", one("ship in", plan.legs["inbound", 0, 0].lasts))
    placed = moment
    moment = then("isolate", one("isolate", facility["isolate"].lasts))
    medium = lasts("medium", facility["medium"].lasts, turns=4)
    touches = [moment + 50 * 60 * (n + 1) + medium[:, :n].sum(axis=1) for n in range(4)]
    moment = moment + expansion.lasts + medium.sum(axis=1)
    expected["incubate"] = (placed, moment)
    suspended = moment = then("formulate", one("formulate", facility["formulate"].lasts))
    moment = then("ship out", one("ship out", plan.legs["outbound", 0, 0].lasts))
    for test in plan.tests:
        sampled = suspended + one(test.name, test.benches[0].lasts)
        known = sampled + one(f"turnaround of {test.name}", test.turnaround)
        expected[f"test {test.name}"] = (suspended, sampled)
        expected[f"result {test.name}"] = (suspended, known)
        moment = np.maximum(moment, known)
    then("administer", one("administer", clinical["administer"].lasts))

    rows = rows_of(replicate(plan, replication)[0], plan)
    done = {name: dict.fromkeys(range(len(patients)), (-1, -1)) for name in expected}
    fed: list[tuple[int, int, int]] = []
    for ended, begun, asked, who, name, _, _ in rows:
        assert asked == begun
        if name in done:
            done[name][who[0]] = (begun, ended)
        elif name == "medium":
            fed.append((who[0], begun, ended))
    for name, (begun, ended) in expected.items():
        assert list(done[name].values()) == list(zip(begun.tolist(), ended.tolist(), strict=True)), name
    assert sorted(fed) == sorted(
        (n, int(touch[n]), int(touch[n] + medium[n, turn]))
        for turn, touch in enumerate(touches)
        for n in range(len(patients))
    )
