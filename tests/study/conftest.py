"""Finished studies of the small unit, and copies of them to be damaged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.study.folders import carried_out

Finished = Callable[[int], Path]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The folder of an undisturbed run of so many replications; not to be changed."""
    made: dict[int, Path] = {}

    def folder(replications: int) -> Path:
        if replications not in made:
            path = tmp_path_factory.mktemp("undisturbed") / "run"
            assert carried_out(path, replications) == 0
            made[replications] = path
        return made[replications]

    return folder


@pytest.fixture
def copy(finished: Finished, tmp_path: Path) -> Path:
    """A run of twelve replications, in two chunks, to be damaged."""
    shutil.copytree(finished(12), tmp_path / "run")
    return tmp_path / "run"
