"""The benchmark compares like with like: every script simulates the same patients to the same end."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import idiomatic, tight
from benchmarks import workload as w
from benchmarks.race import Simulate
from benchmarks.run import CLOSE
from benchmarks.steps import by_room, counted
from mfg.simulation.replicate import replicate


@pytest.mark.parametrize("simulate", [tight.simulate, idiomatic.simulate], ids=["tight", "idiomatic"])
def test_a_script_and_the_engine_say_the_same(simulate: Simulate) -> None:
    """Of each patient, but for those few who ask at one minute for the last free thing; and in the mean."""
    plan = w.plan_with()
    log, _ = replicate(plan, 1)
    ours, theirs = w.in_system(plan, log), np.array(simulate(w.cohort(plan, 1)))
    assert (np.abs(ours - theirs) > 1e-3).mean() < 0.01
    assert theirs.mean() == pytest.approx(ours.mean(), rel=CLOSE)


def test_steps_are_counted_and_not_measured() -> None:
    """Twice the same count; a loop of twice the length takes twice the steps but for its beginning and its end."""

    def loop(times: int) -> None:
        for _ in range(times):
            pass

    once, again, twice = (counted(lambda n=n: loop(n)).total() for n in (1000, 1000, 2000))  # type: ignore[misc]
    assert once == again
    assert twice == pytest.approx(2 * once, rel=0.02)
    assert by_room(counted(lambda: loop(10)))["the rest"] > 10
