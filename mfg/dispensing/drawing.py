"""Containers as pictures: SVG of a syringe, a bag or another vessel, filled in proportion to its volume."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from html import escape

from mfg.digits import plain
from mfg.prescription.order import Filled
from mfg.prescription.scale import SYRINGE, mark_of
from mfg.visible import visible

LONG = Decimal(220)  # how long a full container is drawn
_LEFT, _TOP, _BROAD = 44, 26, 38
_STEPS = tuple(Decimal(n).scaleb(power) for power in range(-3, 5) for n in (1, 2, 5))
_MOST_MARKS, _MOST_NUMBERS = 100, 6


def draw_container(kind: str, nominal: Decimal | None, fill: Decimal | None) -> str:
    """A container of this *kind*, *nominal* mL large and filled to *fill* mL, as an SVG element.

    What is not known of the two is not drawn: without a size there are no marks, without a fill it is empty.
    """
    size = nominal if nominal is not None else fill
    filled = LONG * fill / size if fill is not None and size else Decimal(0)
    said = "not stated" if fill is None else f"{plain(fill)} mL"
    label = escape(visible(f"{kind}{f' of {plain(nominal)} mL' if nominal is not None else ''}, fill {said}"))
    body = _syringe(filled, fill is not None) if kind == SYRINGE else _vessel(filled, fill is not None)
    scale = "".join(_scale(size, fine=kind == SYRINGE)) if size else ""
    return f'<svg role="img" aria-label="{label}" viewBox="0 0 330 92" width="330" height="92">{body}{scale}</svg>'


def marks_of(size: Decimal) -> tuple[Decimal, Decimal]:
    """How far apart the marks and the numbers of a syringe of *size* mL are drawn, in mL; no mark that it has not."""
    usual = mark_of(Filled(SYRINGE, size), size)
    fine = usual if size / usual <= _MOST_MARKS else next(s for s in _STEPS if size / s <= _MOST_MARKS)
    coarse = next(step for step in _STEPS if size / step <= _MOST_NUMBERS and step % fine == 0)
    return fine, coarse


def _scale(size: Decimal, *, fine: bool) -> Iterator[str]:
    """The marks with their numbers; a bag has those alone."""
    step, coarse = marks_of(size)
    bottom = _TOP + _BROAD
    for n in range(int(size / step) + 1):
        at = _LEFT + LONG * n * step / size
        numbered = n * step % coarse == 0
        if not numbered and not fine:
            continue
        yield _line(at, bottom, at, bottom - (12 if numbered else 6), "1")
        if numbered:
            yield _text(at, bottom + 15, plain(n * step))
    yield _text(_LEFT + LONG + 26, bottom + 15, "mL")


def _syringe(filled: Decimal, known: bool) -> str:
    bottom, middle, end = _TOP + _BROAD, _TOP + _BROAD / 2, _LEFT + LONG
    stopper = _LEFT + filled
    barrel = f'<rect x="{_LEFT}" y="{_TOP}" width="{LONG}" height="{_BROAD}" class="glass"/>'
    nozzle = (
        f'<path d="M{_LEFT} {_TOP + 4} L{_LEFT - 12} {middle - 5} V{middle + 5} L{_LEFT} {bottom - 4} Z" class="glass"/>'
        f"{_line(_LEFT - 40, middle, _LEFT - 12, middle, '1.5')}"
    )
    plunger = (
        f'<rect x="{stopper}" y="{_TOP + 1}" width="8" height="{_BROAD - 2}" class="dark"/>'
        f"{_line(stopper + 8, middle, end + 34, middle, '4')}{_line(end + 34, middle - 14, end + 34, middle + 14, '4')}"
    )
    flange = _line(end, _TOP - 7, end, bottom + 2, "3")
    return f"{barrel}{_fill(filled)}{nozzle}{plunger if known else ''}{flange}{_pointer(stopper) if known else ''}"


def _vessel(filled: Decimal, known: bool) -> str:
    middle = _TOP + _BROAD / 2
    outline = f'<rect x="{_LEFT}" y="{_TOP}" width="{LONG}" height="{_BROAD}" rx="3" class="glass"/>'
    port = f'<rect x="{_LEFT - 16}" y="{middle - 6}" width="16" height="12" class="glass"/>'
    return f"{outline}{_fill(filled)}{port}{_pointer(_LEFT + filled) if known else ''}"


def _fill(filled: Decimal) -> str:
    return f'<rect x="{_LEFT}" y="{_TOP}" width="{filled}" height="{_BROAD}" class="fill"/>'


def _pointer(at: Decimal) -> str:
    return f'<path d="M{at} {_TOP - 2} l-6 -11 h12 Z" class="pointer"/>'


def _line(x: object, y: object, to_x: object, to_y: object, width: str) -> str:
    return f'<line x1="{x}" y1="{y}" x2="{to_x}" y2="{to_y}" stroke-width="{width}" class="line"/>'


def _text(x: object, y: object, text: str) -> str:
    return f'<text x="{x}" y="{y}">{escape(visible(text))}</text>'
