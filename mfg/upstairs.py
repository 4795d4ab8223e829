"""The one way up: what a result hands out that is made on a floor above it, such as its charts.

The floors below stay free of drawing and of data frames: nothing is loaded before somebody asks for it.
"""

from __future__ import annotations

from typing import Any

from mfg.extras import load


def upstairs(room: str) -> Any:
    """The module ``mfg.<room>``.

    Raises:
        Refused: if a library that it needs is not installed.
    """
    return load(f"mfg.{room}")
