"""Replicating until a figure is known well enough: the rule, the words, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mfg import Refused, simulate
from mfg.results.figures import half_width
from mfg.simulation.draws import Luck
from mfg.study import chunk
from mfg.study.precision import FIRST, Precision
from tests.conftest import Said
from tests.study.folders import SMALL, cells


def frame(values: list[float]) -> pd.DataFrame:
    """Replications with one figure."""
    return pd.DataFrame({"lots_lost": values})


def test_the_next_number_is_students_by_hand() -> None:
    """Twenty values 0 and 1 in turn: s = 0.51299, t = 2.09302; +-0.1 needs (t s / 0.1)^2 = 115.3, so 116."""
    values = frame([0.0, 1.0] * 10)
    assert Precision.read("lots_lost +-0.1", None).needed(values) == 116
    assert Precision.read("lots_lost +-20%", None).needed(values) == 116
    assert Precision.read("lots_lost +-0.1", 50).needed(values) == 50
    assert Precision.read("lots_lost +-0.25", None).needed(values) == 20
    assert Precision.read("lots_lost +-0.239", None).needed(values) == 21


def test_undefined_replications_ask_for_more() -> None:
    """If half of them define the figure, twice as many are made."""
    values = frame([0.0, 1.0, np.nan, np.nan] * 10)
    assert Precision.read("lots_lost +-0.1", None).needed(values) == 231
    with pytest.raises(Refused, match="has no values here"):
        Precision.read("lots_lost +-0.1", None).needed(frame([np.nan] * 20))


def test_a_figure_without_spread_is_known_at_the_first_look() -> None:
    """And a mean of nought is never known to a share of itself, which would go on for ever."""
    assert Precision.read("lots_lost +-1%", None).needed(frame([3.0] * 20)) == 20
    assert Precision.read("lots_lost +-1%", None).needed(frame([-1.0, 1.0] * 10)) == 20
    assert not Precision.read("lots_lost +-1%", None).met(frame([-1.0, 1.0] * 10))


def test_it_ends_when_the_figure_is_known(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """As the last interval says itself; the rule and the number of replications are printed."""
    target = "lots_started +-0.7"
    words = ("run", SMALL, "--until", target, "-o", tmp_path / "run", "--workers", 1)
    said = mfg(*words)
    assert said.status == 0
    made = len(cells(tmp_path / "run"))
    assert made > FIRST
    assert f"{target} is reached with {made} replications" in said.out
    assert (
        "it was looked at after 20, and then after as many as the look before had found to be needed"
        in said.out
    )
    run = simulate(SMALL, until=target, output=tmp_path / "run")
    half = half_width(run.by_replication["lots_started"].to_numpy())
    assert run.replications == made
    assert half is not None
    assert half <= 0.7
    assert mfg(*words).out == said.out


def test_it_ends_at_the_most_and_says_so(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """A target out of reach is not reached."""
    said = mfg(
        *("run", SMALL, "--until", "lots_started +-0.01%", "-n", 22, "-o", tmp_path / "run", "--workers", 1)
    )
    assert said.status == 0
    assert "lots_started +-0.01% is not reached with 22 replications" in said.out
    assert len(cells(tmp_path / "run")) == 22


def test_without_a_folder_nothing_is_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The replications of the first look are kept for the second."""
    made = []
    simulated = chunk.simulate_cell

    def counting(*arguments: Any) -> Any:
        made.append(arguments[-1])
        return simulated(*arguments)

    monkeypatch.setattr(chunk, "simulate_cell", counting)
    run = simulate(SMALL, replications=31, until="lots_started +-0.01%")
    assert made == [*range(31)]
    assert [*run.events["replication"].unique()] == made


@pytest.mark.parametrize(
    ("text", "words", "problem"),
    [
        ("vein_to_vein_median", (), "is no target"),
        ("vein_to_vein_median 5%", (), "is no target"),
        ("vein_to_vein_median +-", (), "is no target"),
        ("vein_to_vein_median +-0%", (), "is no target"),
        ("vein_to_vein_median +--5%", (), "is no target"),
        ("vein_to_vein_median +-5 % of it", (), "is no target"),
        ("vein_to_vein_median ±5%", (), "is no target"),
        ("+-5%", (), "is no target"),
        ("", (), "is no target"),
        ("vein_to_vein_median +-5%", ("-n", 19), "is fewer than the first look"),
        ("vein_to_vein_p90 +-5%", ("-n", 59), "is fewer than the first look of a high quantile"),
        ("vein_to_vein_medium +-5%", (), "did you mean 'vein_to_vein_median'?"),
    ],
)
def test_what_is_no_target_is_refused(
    mfg: Callable[..., Said], tmp_path: Path, text: str, words: tuple[object, ...], problem: str
) -> None:
    """With how to write one."""
    said = mfg("run", SMALL, "--until", text, *words, "-o", tmp_path / "run", "--workers", 1)
    assert said.status == 2
    assert problem in said.err


@pytest.mark.parametrize(
    ("target", "reached"), [("lots_started +-90%", True), ("lots_started +-0.001%", False)]
)
def test_json_says_whether_it_was_reached(
    mfg: Callable[..., Said], tmp_path: Path, target: str, *, reached: bool
) -> None:
    """One document, as without a target."""
    words = ("run", SMALL, "--until", target, "-n", 20, "-o", tmp_path / "run", "--workers", 1, "--json")
    answer = mfg(*words).json
    assert (answer["until"], answer["reached"]) == (target, reached)


def test_until_covers_the_mean_of_a_tail() -> None:
    """The oldest of 20 exponential ages, mean 1 + 1/2 + ... + 1/20: its interval at the end holds that in 93 of 100 cases."""
    luck = Luck(7, 0, [f"P{n}" for n in range(600)], chance=True)
    ages = -np.log(1 - luck.uniforms("age", 0, 1000 * 20))
    oldest = ages.reshape(600, 1000, 20).max(axis=2)
    truth = sum(1 / n for n in range(1, 21))
    precision = Precision.read("product_age_max +-9%", 1000)
    held = 0
    for values in oldest:
        n = precision.first
        while (more := precision.needed(pd.DataFrame({"product_age_max": values[:n]}))) > n:
            n = more
        half = half_width(values[:n])
        held += half is not None and abs(values[:n].mean() - truth) <= half
    assert precision.first == 60
    assert held / len(oldest) >= 0.93
