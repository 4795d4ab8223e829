"""Which inputs carry a figure: exact on straight lines and on a unit without variance, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from mfg.errors import MfgError, Refused
from mfg.reader.library import builtin
from mfg.reader.scenarios import load_scenario
from mfg.study.sensitivity import _design, _effects, assumed_in, over, sensitivity
from mfg.study.variants import Range
from tests.conftest import ROOT, Said
from tests.study.folders import SMALL

HAND = ROOT / "tests" / "hand" / "scenario.toml"
ISOLATE, COLLECT = "work.isolate.lasts", "work.collect.lasts"
INPUTS = over([Range.read(ISOLATE, "2hour..3hour"), Range.read(COLLECT, "30minute..50minute")])


@pytest.mark.parametrize(
    ("method", "samples", "expected"), [("morris", 4, (3.0, 2.0)), ("sobol", 512, (9 / 13, 4 / 13))]
)
def test_a_straight_line_has_its_slopes_and_no_interaction(
    method: str, samples: int, expected: tuple[float, float]
) -> None:
    """Of 3 a - 2 b over the unit square: slopes 3 and 2; shares of the variance 9/13 and 4/13."""
    problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0.0, 1.0]] * 2}
    points = _design(problem, method, samples, seed=1)
    effects = _effects(problem, method, points, 3 * points[:, 0] - 2 * points[:, 1], INPUTS)
    assert [one.effect for one in effects] == pytest.approx(expected, rel=0.02)
    assert [one.interaction for one in effects] == pytest.approx([0, 0], abs=0.02)


def test_an_hour_of_isolation_is_an_hour_of_suite() -> None:
    """A unit by hand: every dose has one isolation, and a collection takes no suite. The strongest comes first."""
    found = sensitivity(HAND, "suite_hours_per_dose", inputs=INPUTS[::-1], samples=2, replications=1).effects
    assert [(one.name, one.range) for one in found] == [
        (ISOLATE, "2 to 3 hour"),
        (COLLECT, "30 to 50 minute"),
    ]
    assert [one.effect for one in found] == pytest.approx([1, 0])
    assert [one.interaction for one in found] == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize("name", builtin("scenario"))
def test_what_is_moved_is_assumed_and_within_its_range(name: str) -> None:
    """No stated or cited number, nothing twice; both ends are on either side of the value, and none is negative."""
    scenario = load_scenario(name)
    numbers = {number.path.removesuffix(".is"): number for number in scenario.numbers}
    moved = [path for one in assumed_in(scenario) for path in one.ends]
    assert len(moved) == len(set(moved)) > 10
    for one in assumed_in(scenario):
        for path, (low, high, unit) in one.ends.items():
            evidence = numbers[path].evidence
            assert evidence is not None
            assert evidence.kind in ("assumed", "calibrated")
            value = Decimal(numbers[path].value.removesuffix(unit).strip())
            assert min(0, value) <= low <= value <= high


@pytest.mark.parametrize("name", ["cl2020-phase2", "nurown-phase2"])
def test_the_ends_of_a_distribution_move_with_its_middle_or_not_at_all(name: str) -> None:
    """So that what is tried is a distribution at both ends of its range, also where the mean is a fact."""
    moved = [one for one in assumed_in(load_scenario(name)) if one.name.startswith("population.")]
    cut = [one for one in moved if any(path.endswith((".least", ".most")) for path in one.ends)]
    assert "population.weight" in {one.name for one in cut}
    assert "population.alsfrs_r" not in {one.name for one in cut}
    for share in (0.0, 1.0):
        load_scenario(name, {path: text for one in cut for path, text in one.at(share).items()})


def test_every_assumption_is_one_command(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """A ranked table; the number of inputs is that of the assumptions that can be moved."""
    said = mfg(
        *("sensitivity", SMALL, "lots_started", "--samples", 2, "-n", 1, "--workers", 1, "-o", tmp_path),
        *("--set", "horizon=2week"),
    )
    assert said.status == 0, said.err
    count = len(assumed_in(load_scenario(SMALL)))
    assert f"{count} inputs, morris, 2 samples, 1 replications" in said.out
    answer = mfg(
        *("sensitivity", HAND, "suite_hours_per_dose", "--over", f"{ISOLATE}=2hour..3hour"),
        *("--samples", 2, "-n", 1, "--workers", 1, "--json"),
    )
    (effect,) = answer.json["inputs"]
    assert effect["name"] == ISOLATE
    assert np.isclose(effect["effect"], 1)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"method": "moris"}, "did you mean 'morris'"),
        ({"inputs": []}, "nothing to move"),
        ({"inputs": over([Range.read("site.work.isolate.last", "2hour..3hour")])}, "site.work.isolate.lasts"),
    ],
)
def test_what_cannot_be_screened_is_refused(asked: dict[str, object], problem: str) -> None:
    """With what would be right."""
    with pytest.raises(MfgError, match=problem):
        sensitivity(HAND, "lots_started", **{"inputs": INPUTS, "replications": 1, **asked})  # type: ignore[arg-type]


def test_samples_in_which_the_figure_is_undefined_are_left_out() -> None:
    """And counted, with the reason; what is left are the samples as they are, and two at least."""
    limits = over([Range.read(ISOLATE, "2hour..3hour"), Range.read("growth.limit", "6doubling..40doubling")])
    found = sensitivity(HAND, "suite_hours_per_dose", inputs=limits, samples=8, replications=1)
    assert found.samples + found.left_out == 8
    assert found.samples >= 2
    assert found.left_out >= 1
    assert found.because == "growth failure"
    hopeless = over([Range.read(ISOLATE, "2hour..3hour"), Range.read("growth.limit", "4doubling..5doubling")])
    with pytest.raises(Refused, match="growth failure"):
        sensitivity(HAND, "suite_hours_per_dose", inputs=hopeless, samples=2, replications=1)
