"""The one way up: what a result hands out that is made on a floor above it, such as its charts.

The floors below stay free of drawing and of data frames: nothing is loaded before somebody asks for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def upstairs(room: str) -> Any:
    """The module ``mfg.<room>``."""
    return import_module(f"mfg.{room}")
