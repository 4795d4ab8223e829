"""What a report says, in order; how it looks is the page's business."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from mfg.frames.headline import KeyFigure, key_figures
from mfg.pictures.picture import Picture
from mfg.pictures.waiting import waiting_picture
from mfg.study.stored import StoredStudy


@frozen
class Table:
    """Rows under their header; columns of numbers, by their place, stand to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    caption: str = ""


Part = Picture | Table | str


@frozen
class Section:
    """A heading with what stands under it: pictures, tables and paragraphs."""

    anchor: str
    heading: str
    parts: tuple[Part, ...]


@frozen
class Report:
    """The whole: the finding, what was run, the key figures, and the sections."""

    finding: str
    ran: str
    keys: Sequence[KeyFigure]
    sections: Sequence[Section]


def report_of(study: StoredStudy) -> Report:
    """The report of a run or a comparison."""
    first = waiting_picture(study.variants)
    base = study.base.setting
    changed = ", ".join(f"{key} = {value}" for key, value in base.changed.items())
    ran = " · ".join(
        part
        for part in (
            base.title,
            changed,
            f"{study.replications} replications, seed {base.seed}",
            f"mfg {study.versions.get('mfg', '')}",
            study.digest[:12],
            "a planning model, not a medical device",
        )
        if part
    )
    sections = [Section("waiting", "How long do patients wait?", (first,))]
    return Report(first.title, ran, key_figures(study.base), tuple(sections))
