"""A validation scenario: its files, with some values replaced by others, each named by its path."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mfg.reader.scenarios import load_scenario
from mfg.scenario import Scenario

HERE = Path(__file__).parent


def scenario_of(layout: str, changes: Mapping[str, str]) -> Scenario:
    """The scenario of a file like ``queue/scenario.toml``, with *changes* to it and to what it names.

    A change is a path such as ``site.work.administer.lasts`` and a value as TOML.
    """
    chosen = HERE / layout
    texts = {path.stem: path.read_text(encoding="utf-8") for path in chosen.parent.glob("*.toml")}
    texts["scenario"] = texts[chosen.stem]
    for path, value in changes.items():
        file, _, inside = path.partition(".")
        texts[file] = replaced(texts[file], inside, value)
    with tempfile.TemporaryDirectory() as folder:
        for stem, text in texts.items():
            (Path(folder) / f"{stem}.toml").write_text(text, encoding="utf-8")
        return load_scenario(Path(folder) / "scenario.toml")


def replaced(text: str, path: str, value: str) -> str:
    """*text* with the first value at *path* replaced.

    Raises:
        KeyError: if the file has no such value.
    """
    table, _, key = path.rpartition(".")
    begins = rf"^\[+{re.escape(table)}\]+$" if table else r"\A"
    line = re.compile(rf"({begins}(?:(?!^\[).)*?^{re.escape(key)} *= *)[^\n]*", re.MULTILINE | re.DOTALL)
    result, found = line.subn(lambda match: match[1] + value, text, count=1)
    if not found:
        raise KeyError(path)
    return result
