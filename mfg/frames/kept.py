"""The one document that a sensitivity, limits or today keep in a folder, read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mfg.errors import Refused
from mfg.study.disk import content_of
from mfg.study.folder import SENSITIVITY
from mfg.study.setting import Ground

LIMITS_KIND, TODAY = "limits.json", "today.json"
DOCUMENTS = (SENSITIVITY, LIMITS_KIND, TODAY)


def kind_of(folder: Path) -> str | None:
    """Which of the documents *folder* holds; None if it holds none."""
    return next((name for name in DOCUMENTS if (folder / name).exists()), None)


def document_in(folder: Path, name: str) -> dict[str, Any]:
    """The document *name* of *folder*.

    Raises:
        Refused: if it is missing or damaged.
    """
    try:
        found = json.loads(content_of(folder / name) or b"")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise damaged(folder, name)
    return found


def damaged(folder: Path, name: str) -> Refused:
    """That the document *name* of *folder* is not as it was written, and what to do."""
    return Refused(
        "", str(folder / name), "is damaged", "give the command that made it again: it writes the file"
    )


def grounds_in(document: dict[str, Any]) -> Sequence[Ground]:
    """The numbers that an answer rests on, each with its evidence."""
    return [Ground(one["path"], one["value"], one["kind"], one["said"]) for one in document["numbers"]]
