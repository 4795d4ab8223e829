"""Fills as they can be drawn up: each on the nearest mark of its container, with findings about the difference.

Marks of a syringe follow its size: 0.01 mL up to 1 mL, 0.1 mL up to 3 mL, 0.2 mL up to 10 mL, 1 mL above. These are
the scales in common use (RMIT University, Learning Lab, "Reading a syringe"); ISO 7886-1 sets only the coarsest that a scale may be, and a
maker may print finer ones. Whatever is no syringe is read as `mfg.digits.volume` shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from mfg.digits import exact, mark, near, plain
from mfg.finding import Finding
from mfg.prescription.fill import Fill
from mfg.prescription.order import Administration, Filled, Marked

SYRINGE = "syringe"
_NONE = Decimal(0)
_SCALES = ((1, "0.01"), (3, "0.1"), (10, "0.2"))  # up to so many mL, marks so far apart


def mark_of(box: Filled, volume: Decimal) -> Decimal:
    """How far apart the marks are by which *volume* is measured into *box*, in mL."""
    if box.kind != SYRINGE or box.nominal_mL is None:
        return mark(volume)
    return Decimal(next((step for size, step in _SCALES if box.nominal_mL <= size), "1"))


def mark_fills(fill: Fill, given: Administration) -> Iterator[Marked]:
    """The fills of what one route gives as a scale can measure them; those that are alike once.

    Without containers that are filled it is the volume for each of the sites.
    """
    volume, density = given.volume_mL, given.concentration_cells_per_mL
    if volume is None:
        return
    alike = Counter(box for box in given.containers if box.fill_mL is not None)
    for box, number in (alike or {Filled("", fill_mL=volume / given.sites): given.sites}).items():
        if box.fill_mL is None:
            continue
        step = mark_of(box, box.fill_mL)
        shown = (box.fill_mL / step).to_integral_value(ROUND_HALF_UP) * step
        yield Marked(
            route=fill.label,
            container=box.kind,
            nominal_mL=box.nominal_mL,
            number=number,
            exact_mL=box.fill_mL,
            mark_mL=step,
            marked_mL=shown,
            deviation_percent=(shown - box.fill_mL) / box.fill_mL * 100,
            cells=Decimal(int(shown * density)) if density is not None else None,
        )


def judge_fills(
    fill: Fill, marked: Sequence[Marked], given: Administration, tolerance: Decimal
) -> Iterator[Finding]:
    """Findings about the fills of one route: off the marks, too little to draw up, or up to the nominal volume."""
    meant = given.volume_mL
    if meant is None:
        return
    for one in marked:
        yield from _too_little(fill, one, marked, given.sites, meant)
        if one.container == SYRINGE and one.exact_mL == one.nominal_mL:
            size = f"{plain(one.exact_mL)} mL"
            message = (
                f"{fill.label}: {size} fill a {size} {SYRINGE} to its nominal volume, with no room to spare"
            )
            yield Finding("note", "filled-to-the-brim", message)
    if any(one.deviation_percent for one in marked):
        shown = sum((one.marked_mL * one.number for one in marked), _NONE)
        off = (shown - meant) / meant * 100
        held = [one.cells * one.number for one in marked if one.cells is not None]
        cells = f", which hold {near(sum(held, _NONE))} {fill.what}" if len(held) == len(marked) else ""
        message = (
            f"{fill.label}: on the marks {exact(meant)} mL become {plain(shown)} mL{cells} ({off:+.3f} %)"
        )
        yield Finding("warning" if abs(off) > tolerance else "note", "on-the-marks", message)


def _too_little(
    fill: Fill, one: Marked, marked: Sequence[Marked], sites: int, meant: Decimal
) -> Iterator[Finding]:
    least = fill.box.least if fill.box is not None else None
    floor = max(one.mark_mL, least) if least is not None else one.mark_mL
    if one.exact_mL >= floor:
        return
    why = "the least that it is filled with" if floor == least else "its first mark"
    size = f"{plain(one.nominal_mL)} mL " if one.nominal_mL is not None else ""
    what = f"a {size}{one.container}" if one.container else "a scale"
    number = sum(other.number for other in marked) // sites
    each = meant / sites / number
    advice = "take a smaller one"
    if number > 1:
        size = f"{plain(max(other.nominal_mL for other in marked if other.nominal_mL))} mL "
        advice = f"split alike it would be {number} x {size}{one.container} with {exact(each)} mL each"
    message = (
        f"{fill.label}: {exact(one.exact_mL)} mL in {what} is less than {why}, {plain(floor)} mL: {advice}"
    )
    yield Finding("warning", "too-little-to-draw-up", message)


def note_unchecked_volume(fill: Fill, given: Administration) -> Iterator[Finding]:
    """A note if the protocol states no maximum volume."""
    if given.cells == 0 or fill.volume is not None or fill.volume_limits.most is not None:
        return
    shown = f": {exact(given.volume_mL)} mL are not checked" if given.volume_mL is not None else ""
    yield Finding("note", "limit-not-checked", f"{fill.label}: no maximum volume is stated{shown}")
