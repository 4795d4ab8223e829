"""Results as a notebook shows them: a heading, a sentence and a small table, safe to look at whatever files say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from mfg.results.figures import Figure
from mfg.visible import visible


def html_of(title: str, said: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A heading, a sentence under it, and a table."""
    head = "".join(f"<th>{_safe(cell)}</th>" for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{_safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div><strong>{_safe(title)}</strong><p>{_safe(said)}</p>{table}</div>"


def row_of(one: Figure) -> tuple[str, str, str, str, str]:
    """A figure in words: its name, mean, interval, unit and meaning."""
    return one.name, said_number(one.mean), said_interval(one.low, one.high), one.unit, one.about


def said_number(value: float | None) -> str:
    """Four digits, or nothing where there is no value."""
    return "" if value is None else f"{value:.4g}"


def said_interval(low: float | None, high: float | None) -> str:
    """An interval, or nothing where there is none."""
    return "" if low is None or high is None else f"{low:.4g} to {high:.4g}"


def _safe(value: object) -> str:
    return escape(visible(str(value)))
