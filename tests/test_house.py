"""What one must read for a task, and how large files and classes are, does not grow unnoticed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import mfg
from mfg import Faults, Refused, dose, load_protocol, simulate
from tests.conftest import Said
from tests.house import closure, lines, modules, public_methods, reading, tree_of, twice, typed_again


@pytest.mark.parametrize(
    ("task", "most"), [("dose", 2_960), ("results", 1_400), ("engine", 8_900), ("audit of a log", 2_500)]
)
def test_a_task_is_read_in_so_many_lines(task: str, most: int) -> None:
    """Counted over all files that are loaded for it."""
    assert reading(task) <= most


def test_results_load_no_engine() -> None:
    """Nor does a plan or the format of a log."""
    for module in ("mfg.results.figures", "mfg.results.story", "mfg.plan.compile", "mfg.log.columns"):
        assert not any(name.startswith("mfg.simulation") for name in closure(module)), module


def test_every_page_begins_and_ends_in_one_place() -> None:
    """What each page of HTML must have before and after its own stands in one template, which all others extend."""
    package = Path(mfg.__file__).parent
    written = {path.name: path.read_text(encoding="utf-8") for path in package.rglob("*.html*")}
    for tag in ("<!doctype", "<html", 'charset="utf-8"', 'name="viewport"', "</head>", "</body>", "</html>"):
        assert [name for name, text in written.items() if tag in text] == ["whole.html"], tag
    for tag in ("Content-Security-Policy", "<style>{{ style }}"):
        assert [name for name, text in written.items() if tag in text] == ["standing.html"], tag


def test_a_dose_asks_a_protocol_and_builds_none() -> None:
    """What computes it loads no description of a protocol, no distribution and no opening hours."""
    loaded = closure("mfg.prescription.dosing")
    assert "mfg.prescription.rule" in loaded
    assert not loaded & {
        "mfg.protocol.protocol",
        "mfg.protocol.recipe",
        "mfg.spread",
        "mfg.calendar",
        "mfg.site",
    }


def test_no_file_is_long() -> None:
    """A file has one idea, in at most 300 lines."""
    assert not {module for module, path in modules().items() if lines(path) > 300}


def test_no_class_is_wide() -> None:
    """At most fifteen public methods and properties."""
    assert {name for name, count in public_methods().items() if count > 15} == set()


COMMANDS = {  # what names a whole command on purpose: one that repeats a replication, one that lists paths, who asked
    "mfg.study.study",
    "mfg.reader.paths",
    "mfg.record",
    "mfg.app.dose",
    "mfg.app.whatif",
    "mfg.report.kept",
    "mfg.report.report",
}


def test_the_core_speaks_of_parameters() -> None:
    """Options are the command line's own; a refusal names the parameter, which a Python user typed."""
    found = []
    for module, path in modules().items():
        if module.startswith("mfg.cli") or module in COMMANDS:
            continue
        texts = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant)]
        told = {id(node.body[0].value) for node in ast.walk(tree_of(path)) if is_documented(node)}
        found += [
            f"{module}: {text.value}"
            for text in texts
            if isinstance(text.value, str)
            and id(text) not in told
            and re.search(r"(^|[ (])--[a-z]", text.value)
        ]
    assert [one for one in found if "\n" not in one] == []


def is_documented(node: ast.AST) -> bool:
    """Whether something begins with a docstring."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return isinstance(node, kinds) and ast.get_docstring(node) is not None


def test_a_command_line_says_its_options(mfg: Callable[..., Said]) -> None:
    """The same refusal, as each of the two types it."""
    protocol = load_protocol("lenzumestrocel-korea")
    with pytest.raises(Refused, match=r"^dose: depends on the weight; give `weight`$"):
        dose(protocol)
    assert mfg("dose", "lenzumestrocel-korea").err == "mfg: dose: depends on the weight; give --weight\n"
    with pytest.raises(Refused, match=r"^replications: '0' is out of reach"):
        simulate("lenzumestrocel-phase2", replications=0)
    assert mfg("run", "lenzumestrocel-phase2", "-n", 0).err.startswith("mfg: -n: '0' is out of reach")
    with pytest.raises(Faults, match="settings suites: 'many' is not a plain number"):
        simulate("lenzumestrocel-phase2", settings={"suites": "many"})
    assert "--set suites: 'many'" in mfg("run", "lenzumestrocel-phase2", "--set", "suites=many").err


def test_no_name_stands_for_two_things() -> None:
    """Classes and public constants; `python -m tests.house` lists those that do."""
    assert not twice()


OTHERWISE = {  # where a word of the log or of a recipe stands for something else
    "done": "cli.studies app.contained app.jobs app.runs",  # a column of a printed table; a job of the page
    "stopped": "app.jobs",  # a job of the page
    "end": "frames.patient frames.planner pictures.occupancy pictures.planner pictures.time pictures.window",  # of a bar
    "visit": "course.anchors course.check course.ordering course.pieces plan.compile.prescribed protocol.check.events"
    " protocol.check.words protocol.events protocol.protocol reader.salvage simulation.planning simulation.visits",  # a kind of event
    "not given": "dispensing.support prescription.basis frames.window",  # of evidence; of a dose, on a chart
    "given": "dispensing.worksheet prescription.basis prescription.examples protocol.given"  # by whoever asks
    " app.page frames.fates frames.patient frames.time frames.vein frames.window"
    " results.columns results.derived results.indicators results.sums",  # a column
    "collect": "protocol.check.banks",  # a key of a supply
    "draw": "protocol.check.routes protocol.check.words reader.advice results.meanings",  # from a container; a key; a unit
    "release": "protocol.check.words reader.advice reader.salvage",  # a table of a protocol file
    "passage": "reader.patients scenario.standing study.variants units.amounts",  # a column, a unit
    "medium": "study.inputs",  # a key of a step
}


def test_a_work_has_its_name_in_one_place() -> None:
    """Steps, works, rows and endings are spelled in `mfg.works` and `mfg.log`; everybody else uses their constants."""
    for word, where in typed_again().items():
        assert {name.removeprefix("mfg.") for name in where} <= set(OTHERWISE.get(word, "").split()), word
