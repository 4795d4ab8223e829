"""Studies that the tests of reports look at."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="package")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run of the phase 2 trial."""
    from mfg.study.run import simulate

    folder = tmp_path_factory.mktemp("runs") / "run"
    simulate("lenzumestrocel-phase2", replications=3, output=folder, settings={"suites": "2"})
    return folder


@pytest.fixture(scope="package")
def compared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small comparison."""
    from mfg.study.comparison import compare

    folder = tmp_path_factory.mktemp("runs") / "compared"
    compare("cl2020-phase2", vary={"suites": ["1", "2"]}, replications=4, output=folder)
    return folder
