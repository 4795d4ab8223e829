"""Lessons as pages: ``python -m docs.lessons FOLDER`` runs each notebook in `lessons/` and writes what it shows as one HTML file.

A page holds its text, its pictures and, folded away, its code and answers. It needs no script and no network, which
the page that marimo itself exports does.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import sys
from collections.abc import Iterable, Iterator
from html import escape, unescape
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
from attrs import frozen
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from mfg.cli.lessons import Lesson, lessons

_HERE = Path(__file__).parent
_STYLE = _HERE.parent / "mfg" / "report" / "page.css"
_ACCORDION = re.compile(r"<marimo-accordion data-labels='([^']*)'[^>]*>(.*?)</marimo-accordion>", re.DOTALL)
_CONTROL = re.compile(r"<marimo-ui-element [^>]*>.*?</marimo-ui-element>", re.DOTALL)
_LABEL = re.compile(r"data-label='([^']*)'")
_INITIAL = re.compile(r"data-initial-value='([^']*)'")
_STYLES = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_ELEMENT = re.compile(r"<(marimo-[a-z-]+)")


@frozen
class Shown:
    """What a notebook shows, as HTML, and the code that made it, as far as the notebook shows that."""

    output: Markup
    code: str


def module_of(path: Path) -> ModuleType:
    """The notebook at *path*, loaded as a module; its `app` runs it."""
    spec = importlib.util.spec_from_file_location(f"lesson_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def page_of(lesson: Lesson, outputs: tuple[Any, ...]) -> str:
    """The page of a *lesson* whose cells, run from top to bottom, gave these *outputs*."""
    environment = Environment(
        undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((_HERE / "lesson.html").read_text(encoding="utf-8"))
    style = Markup(_STYLE.read_text(encoding="utf-8"))  # noqa: S704  our own file
    return template.render(lesson=lesson, cells=shown(codes_of(lesson.path), outputs), style=style)


def shown(codes: Iterable[str], outputs: Iterable[Any]) -> Iterator[Shown]:
    """Each output with the code of its cell, and of the cells before it that show nothing."""
    pending: list[str] = []
    for code, output in zip(codes, outputs, strict=True):
        pending += [code] if code else []
        if output is not None:
            yield Shown(Markup(html_of(output)), "\n\n".join(pending))  # noqa: S704  our own notebooks
            pending = []


def codes_of(path: Path) -> Iterator[str]:
    """The code of each cell without its frame; of one that hides it, nothing."""
    source = path.read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            hidden = "hide_code=True" in ast.unparse(node.decorator_list[0])
            kept = [one for one in node.body if not isinstance(one, ast.Return)]
            lines = source.splitlines()[kept[0].lineno - 1 : kept[-1].end_lineno]
            yield "" if hidden else "\n".join(line.removeprefix("    ") for line in lines).strip()


def html_of(output: Any) -> str:
    """An output as HTML that needs no script.

    Raises:
        ValueError: for an element of marimo for which there is no plain one.
    """
    if isinstance(output, pd.DataFrame):
        return output.to_html(index=False, border=0, na_rep="")
    text = getattr(output, "text", None)
    if text is None:
        return f"<pre>{escape(str(output))}</pre>"
    plain = _STYLES.sub("", _CONTROL.sub(_control, _ACCORDION.sub(_folded, text)))
    if left := _ELEMENT.search(plain):
        raise ValueError(f"a page cannot show <{left[1]}>")
    return str(plain)


def _folded(found: re.Match[str]) -> str:
    """An accordion as HTML has it: one `details` for each of its parts."""
    labels = json.loads(unescape(found[1]))
    parts = found[2].removeprefix("<div>").removesuffix("</div>").split("</div><div>")
    return "".join(
        f"<details><summary>{_TAG.sub('', label)}</summary><div>{part}</div></details>"
        for label, part in zip(labels, parts, strict=True)
    )


def _control(found: re.Match[str]) -> str:
    """What may be changed in the notebook, and how it stands here."""
    label, initial = _LABEL.search(found[0]), _INITIAL.search(found[0])
    assert label is not None
    assert initial is not None
    value = json.loads(unescape(initial[1]))
    said = ", ".join(map(str, value)) if isinstance(value, list) else value
    name = _TAG.sub("", json.loads(unescape(label[1])))
    return f'<p class="control">{name}: {escape(str(said))} <span>(here; the notebook lets you change it)</span></p>'


def main(folder: Path) -> None:
    """Write the page of every lesson into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for lesson in lessons():
        outputs, _ = module_of(lesson.path).app.run()
        target = folder / f"{lesson.name}.html"
        target.write_text(page_of(lesson, outputs), encoding="utf-8")
        sys.stderr.write(f"{target}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("say where to write the pages: python -m docs.lessons FOLDER")
    main(Path(sys.argv[1]))
