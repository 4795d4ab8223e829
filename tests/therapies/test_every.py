"""Every invented therapy goes from its file to a run, without code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Said
from tests.therapies.therapy import FILES, by_chance, therapy

ASKED: dict[str, tuple[list[str], list[str]]] = {  # what a dose and a calendar ask for
    "modified-t-cells": (["--weight", "60kg", "--given", "blasts=35%", "--dose", "infusion"], []),
    "escalation": (["--weight", "60kg", "--arm", "level 4"], ["--arm", "level 4"]),
    "off-the-shelf": (["--weight", "60kg"], []),
    "mobilised-cells": (["--weight", "60kg"], []),
    "cells-per-area": (["--given", "area=48cm**2"], []),
    "crossover": (
        ["--weight", "60kg", "--arm", "cells first", "--dose", "first block 1"],
        ["--arm", "cells first"],
    ),
}
ENDINGS = {
    "modified-t-cells": {"completed"},
    "escalation": {"completed", "withdrew", "not eligible", "no place in a cohort"},
    "off-the-shelf": {"completed", "withdrew"},
    "mobilised-cells": {"completed", "died", "too little collected"},
    "cells-per-area": {"completed"},
    "crossover": {"completed"},
}


def test_none_is_left_out() -> None:
    """Each protocol of the folder is asked here, and has a scenario and a population of its name."""
    names = {path.stem for path in FILES.glob("*.toml")}
    assert names == set(ASKED) == set(ENDINGS)
    for folder in ("scenarios", "populations"):
        assert {path.stem for path in (FILES / folder).glob("*.toml")} == names


@pytest.mark.parametrize("name", ASKED)
def test_every_command_answers(name: str, mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Check, dose, calendar, run and story: each ends well."""
    protocol, scenario = FILES / f"{name}.toml", FILES / "scenarios" / f"{name}.toml"
    parts = [*(FILES / "sites").glob("*.toml"), FILES / "populations" / f"{name}.toml"]
    dose, calendar = ASKED[name]
    for command in (
        ["check", protocol, scenario, *parts],
        ["dose", protocol, *dose],
        ["schedule", protocol, "--baseline", "2026-06-01", *calendar],
        ["run", scenario, "-n", 3, "--workers", 1, "-o", tmp_path / name],
        ["trace", scenario],
    ):
        said = mfg(*command)
        assert (said.status, said.err) == (0, ""), command[0]


@pytest.mark.parametrize("name", ASKED)
def test_everybody_comes_to_an_ending_that_is_expected(name: str) -> None:
    """Three replications, each of which has passed the run's own audit; most patients complete what they began."""
    patients = by_chance(name).patients
    assert set(patients["ending"]) <= ENDINGS[name]
    began = patients[~patients["ending"].isin(["not eligible", "no place in a cohort"])]
    assert len(began) > 20
    assert (began["ending"] == "completed").mean() > 0.8


@pytest.mark.parametrize("name", ASKED)
def test_every_number_is_marked_as_invented(name: str) -> None:
    """Nothing in the files could be taken for a fact; and worked examples prove their doses."""
    protocol = therapy(name)
    assert protocol.examples
    assert all(str(number.evidence).startswith("assumed: invented") for number in protocol.numbers)
