"""The documents: every output in them is what the command prints, every key is described."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, get_args, get_type_hints

import attrs
import pytest

import mfg
from docs.refresh import (
    DOCUMENTS,
    KEYS,
    LIMITS,
    LONG,
    PROGRAMS,
    example,
    keys_page,
    limits_page,
    refreshed,
    refreshed_programs,
)
from mfg.calendar import Hours
from mfg.population import Population
from mfg.protocol.protocol import Protocol
from mfg.protocol.recipe import STEPS
from mfg.protocol.rules import When
from mfg.reader.library import shelf
from mfg.reader.scenario_file import ScenarioFile
from mfg.site import Site
from tests.conftest import DATA, ROOT

COPIED = ("examples", "lessons")  # what `mfg examples` copies out of an installation


@pytest.mark.parametrize("name", [*DOCUMENTS, *(pytest.param(name, marks=pytest.mark.long) for name in LONG)])
def test_outputs_in_documents_are_fresh(name: str) -> None:
    """`make docs` would change nothing."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "$ mfg" in text
    assert refreshed(text) == text


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_in_documents_print_what_stands_there(name: str) -> None:
    """Block after block, as a reader would type them."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert refreshed_programs(text) == text


def test_every_public_name_is_documented() -> None:
    """Each stands as code in the page on Python."""
    text = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    assert [name for name in mfg.__all__ if not re.search(rf"`[^`\n]*\b{name}\b[^`\n]*`", text)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda p: p.name)
def test_an_example_prints_what_stands_beside_it(path: Path) -> None:
    """And ends with a question."""
    assert example(path) == path.with_suffix(".out").read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8").rstrip().endswith("?")


def test_the_table_of_keys_is_fresh() -> None:
    """It is made from the classes and their witnesses."""
    assert (ROOT / KEYS).read_text(encoding="utf-8") == keys_page()


def test_the_table_of_limits_is_fresh() -> None:
    """It is made from the module that holds them."""
    assert (ROOT / LIMITS).read_text(encoding="utf-8") == limits_page()


def keys(cls: type) -> set[str]:
    """Every key that a file may hold for *cls* and for what it holds."""
    found: set[str] = set()
    for attribute, hint in zip(attrs.fields(cls), _hints(cls), strict=True):
        key = attribute.metadata.get("key", attribute.name.rstrip("_"))
        if key is not None:
            found.add(key)
            for inner in _classes(hint):
                found |= keys(inner)
    return found


def _hints(cls: type) -> list[Any]:
    hints = get_type_hints(cls)
    return [hints[a.name] for a in attrs.fields(cls)]


def _classes(hint: Any) -> set[type]:
    if attrs.has(hint) and hint.__module__.startswith("mfg") and "spread" not in hint.__module__:
        return {hint} - {*STEPS.values(), Hours, When}
    return {found for inner in get_args(hint) for found in _classes(inner)}


@pytest.mark.parametrize(
    ("document", "classes"),
    [
        ("docs/protocol-files.md", [Protocol, *STEPS.values()]),
        ("docs/scenario-files.md", [ScenarioFile, Site, Population]),
    ],
)
def test_every_key_is_documented(document: str, classes: list[type]) -> None:
    """Each key of the file language stands in its document, as code."""
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(
        re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`]*`|^```.*?^```", text, re.DOTALL | re.MULTILINE)))
    )
    missing = {key for cls in classes for key in keys(cls)} - named
    assert missing == set()


def test_the_readme_shows_the_two_commands() -> None:
    """Both are targets of the Makefile, and what CI runs."""
    makefile, ci = ((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", ".ci/run"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target} " in readme
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
        assert f"make {target}" in ci


def test_the_readme_is_read_in_one_go() -> None:
    """Long outputs stand in `docs/`."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_the_repository_speaks_only_of_the_project() -> None:
    """No paths of a machine, no addresses of registries."""
    listed = [
        p
        for folder in ("mfg", "docs", *COPIED, *DATA, "tests", "validation")
        for p in (ROOT / folder).rglob("*")
    ]
    texts = [p for p in listed if p.suffix in {".py", ".md", ".toml", ".txt"}]
    marks = ("/" + "root/", "/" + "work/", "pypi" + ".org", "/" + "home/")
    assert [f"{p}: {m}" for p in texts for m in marks if m in p.read_text(encoding="utf-8")] == []


def test_what_is_built_in_is_in_a_wheel() -> None:
    """Each folder of it, as it lies in a checkout, so that a path from one file to another holds; programs only to be copied."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    targets = project["tool"]["hatch"]["build"]["targets"]
    assert targets["wheel"]["force-include"] == {name: f"mfg/data/{name}" for name in (*DATA, *COPIED)}
    kinds = ("protocol", "scenario", "site", "population", "source")
    assert {shelf(kind) for kind in kinds} == {ROOT / name for name in DATA if name != "patients"}
    assert not [path for name in DATA for path in (ROOT / name).rglob("*.py")]
    named = re.findall(
        r'"\.\./([a-z]+)/', "".join(p.read_text("utf-8") for p in shelf("scenario").glob("*.toml"))
    )
    assert set(named) == {"patients"}
