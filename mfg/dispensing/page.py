"""A worksheet as one page of HTML: no script, no request, ready to print on A4."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from mfg.digits import near, plain, volume
from mfg.dispensing.drawing import draw_container
from mfg.dispensing.labels import holds, labels_of
from mfg.dispensing.portions import ContainerGroup
from mfg.dispensing.words import count_in_words, exactly, symbols
from mfg.dispensing.worksheet import Worksheet
from mfg.visible import visible
from mfg.visible.page import environment_of


def page_of(sheet: Worksheet) -> str:
    """The pharmacy's worksheet of *sheet*: it tells what is in each container."""
    return _render("worksheet", sheet, lambda portion: _holds(sheet, portion))


def blinded_page_of(sheet: Worksheet) -> str:
    """The clinic's copy of *sheet*, the same for the product and for its placebo."""
    return _render("blinded", sheet, lambda portion: holds(sheet, portion))


def _holds(sheet: Worksheet, portion: ContainerGroup) -> str:
    if sheet.kind == "placebo":
        return "placebo, no cells"
    return count_in_words(portion.cells, portion.counted) if portion.cells is not None else "cells not stated"


def _foot(sheet: Worksheet) -> Markup:
    """What stands at the foot of every page, as a string of CSS in which no character can end it."""
    words = [f"patient {sheet.patient}" if sheet.patient else "patient ______________"]
    words += [sheet.second_id] if sheet.second_id else []
    words += [sheet.protocol, sheet.dose]
    text = visible("  ·  ".join(words))
    return Markup('"' + "".join(f"\\{ord(c):06x}" for c in text) + '"')  # noqa: S704 -- only hexadecimal digits


def _glue(text: str) -> str:
    """*text* in which no line ends between a number and its unit."""
    return re.sub(r"(?<=[0-9]) (?=[%°²a-zA-Z])", "\N{NO-BREAK SPACE}", text)


def _when(at: datetime) -> str:
    """A moment with its distance from UTC, as a person reads it."""
    return at.isoformat(sep=" ", timespec="minutes")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = environment_of(Path(__file__).parent / "templates")
    tools: dict[str, Callable[..., Any]] = {
        "near": near,
        "plain": plain,
        "volume": volume,
        "exactly": exactly,
        "counted": count_in_words,
        "when": _when,
        "glued": _glue,
        "symbols": symbols,
        "percent": "{:+.3f} %".format,
    }
    made.filters.update(tools)
    made.globals["drawn"] = lambda *given: Markup(draw_container(*given))  # noqa: S704 -- its text is escaped there
    return made


def _render(name: str, sheet: Worksheet, holds_of: Callable[[ContainerGroup], str]) -> str:
    template = _environment().get_template(f"{name}.html.j2")
    return template.render(sheet=sheet, foot=_foot(sheet), labels=list(labels_of(sheet)), holds=holds_of)
