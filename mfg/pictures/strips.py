"""Small drawings that stand in a row of a table: on which days a dose falls, in how many futures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

from mfg.pictures.style import CLOSED_COLOUR, GOOD, INK, RULE, WAIT_COLOUR
from mfg.visible import visible

_DAY, _HIGH, _FOOT = 5, 26, 7  # px: a day, the bars, and the mark below them


def strip(shares: Sequence[float], booked: int | None, closed: Collection[int], said: str) -> str:
    """A bar for each day, as high as the share of futures; a mark under the *booked* day; closed days shaded. *said* is it in words."""
    wide = _DAY * len(shares)
    parts = [
        f'<rect x="{day * _DAY}" width="{_DAY}" height="{_HIGH}" fill="{CLOSED_COLOUR}"/>'
        for day in sorted(closed)
    ]
    for day, share in enumerate(shares):
        if share:
            high = max(1.5, share * _HIGH)
            colour = GOOD if day == booked else WAIT_COLOUR
            parts.append(
                f'<rect x="{day * _DAY + 0.5}" y="{_HIGH - high:.1f}" width="{_DAY - 1}" height="{high:.1f}" fill="{colour}"/>'
            )
    parts.append(f'<path d="M0 {_HIGH}H{wide}" stroke="{RULE}"/>')
    if booked is not None and 0 <= booked < len(shares):
        middle = booked * _DAY + _DAY / 2
        parts.append(f'<path d="M{middle} {_HIGH + 1}l3.5 6h-7z" fill="{INK}"/>')
    label = escape(visible(said))
    return (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {wide} {_HIGH + _FOOT}" width="{wide}" height="{_HIGH + _FOOT}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )
