"""Results as a notebook shows them: a heading, a sentence and a small table, safe to look at whatever files say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import Any

from mfg.visible import visible


def html_of(title: str, said: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A heading, a sentence under it, and a table."""
    head = "".join(f"<th>{_safe(cell)}</th>" for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{_safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div><strong>{_safe(title)}</strong><p>{_safe(said)}</p>{table}</div>"


def html_of_order(order: Any) -> str:
    """The dose of one patient: what each route is given, and what there is to say of it."""
    given = [
        (one.route, said_number(one.cells), said_number(one.volume_mL), len(one.containers))
        for one in order.administrations
    ]
    title = f"{order.dose}, arm {order.arm}, {order.protocol}"
    said = "; ".join(f"{finding.level}: {finding.message}" for finding in order.findings)
    return html_of(title, said, ("route", "cells", "mL", "containers"), given)


def said_number(value: float | Decimal | None) -> str:
    """All digits of a decimal, four of any other number, or nothing where there is no value."""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return "" if value is None else f"{value:.4g}"


def said_interval(low: float | None, high: float | None) -> str:
    """An interval, or nothing where there is none."""
    return "" if low is None or high is None else f"{low:.4g} to {high:.4g}"


def _safe(value: object) -> str:
    return escape(visible(str(value)))
