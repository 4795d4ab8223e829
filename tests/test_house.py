"""What one must read for a task, and how large files and classes are, does not grow unnoticed."""

from __future__ import annotations

import pytest

from tests.house import closure, lines, modules, public_methods, reading


@pytest.mark.parametrize(("task", "most"), [("dose", 4_600), ("results", 2_900), ("engine", 8_700)])
def test_a_task_is_read_in_so_many_lines(task: str, most: int) -> None:
    """Counted over all files that are loaded for it."""
    assert reading(task) <= most


def test_results_load_no_engine() -> None:
    """Nor does a plan or the format of a log."""
    for module in ("mfg.results.figures", "mfg.results.story", "mfg.plan.compile", "mfg.log.columns"):
        assert not any(name.startswith("mfg.simulation") for name in closure(module)), module


def test_no_further_file_is_long() -> None:
    """Those that are stay the few that they are; a file has one idea."""
    long = {module for module, path in modules().items() if lines(path) > 300}
    known = "cli.runs dispensing.worksheet plan.plan protocol.protocol reader.structure results.derived units"
    known += " simulation.adherence simulation.booking simulation.floor simulation.making simulation.unit"
    assert long <= {f"mfg.{name}" for name in known.split()}


def test_no_further_class_is_wide() -> None:
    """At most fifteen public methods and properties."""
    wide = {name for name, count in public_methods().items() if count > 15}
    assert wide <= {"mfg.simulation.booking.Booking", "mfg.simulation.unit.Unit"}
