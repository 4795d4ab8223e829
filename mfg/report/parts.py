"""What a section of a page is made of: pictures, tables, paragraphs, and what is folded away."""

from __future__ import annotations

from attrs import frozen

from mfg.pictures.picture import Picture


@frozen
class PageTable:
    """Rows under their header; columns of numbers, by their place, stand to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    caption: str = ""


@frozen
class Folded:
    """A table that is opened by whoever wants to see it."""

    summary: str
    table: PageTable


Part = Picture | PageTable | Folded | str


@frozen
class Section:
    """A heading with what stands under it."""

    anchor: str
    heading: str
    parts: tuple[Part, ...]
