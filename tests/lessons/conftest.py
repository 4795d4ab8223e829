"""A lesson as its tests ask for it: run once, its outputs and what it defines."""

from __future__ import annotations

from functools import cache
from typing import Any

from docs.lessons import module_of
from mfg.cli.lessons import lessons


@cache
def ran(name: str) -> tuple[tuple[Any, ...], Any]:
    """What the cells of a lesson showed, and what they defined, after it was run from top to bottom."""
    (lesson,) = (one for one in lessons() if one.name == name)
    outputs, definitions = module_of(lesson.path).app.run()
    return tuple(outputs), definitions
