"""Chart: one patient's way, from arrival to the end of the course."""

from __future__ import annotations

import altair as alt

from mfg.frames import patient as ways
from mfg.frames.looked import Looked
from mfg.frames.patient import Way, way_of
from mfg.frames.time import BY_HAND, GROWING, IN_TESTS
from mfg.pictures.axis import date_axis
from mfg.pictures.picture import Picture
from mfg.pictures.style import (
    BAD,
    BANK,
    CULTURE_COLOUR,
    GOOD,
    HAND_COLOUR,
    INK,
    ROW_HEIGHT,
    TESTS_COLOUR,
    WAIT_COLOUR,
    WIDTH,
    of,
)

_BARS = {
    BY_HAND: HAND_COLOUR,
    GROWING: CULTURE_COLOUR,
    IN_TESTS: TESTS_COLOUR,
    ways.IN_BANK: BANK,
    ways.PUT_OFF_BAR: WAIT_COLOUR,
    ways.UNDER_WAY: "#EDF5F1",
}
_MARKS = {
    ways.GIVEN_MARK: (GOOD, "circle"),
    ways.BOOKED: (INK, "M-0.15,-1H0.15V1H-0.15Z"),
    ways.EMPTY: (WAIT_COLOUR, "triangle-down"),
    ways.LOST_MARK: (BAD, "cross"),
    ways.ENDED: (INK, "square"),
}


def patient_picture(variant: Looked, patient: str | None = None, replication: int = 0) -> Picture:
    """Lanes for the patient, each lot and each dose; of the patient whose way says most, if nobody is named."""
    found = way_of(variant, patient, replication)
    if found is None:
        return Picture("patient", "Nobody had a dose of cells planned in this replication.")
    arm = f"Arm {found.arm}, " if found.arm and len(variant.setting.arms) > 1 else ""
    subtitle = (
        f"{arm}one possible future (replication {found.replication + 1}). Hand work is drawn a day wide; the thin amber line is the time by which a dose was "
        "put off from the day first booked."
    )
    return Picture(
        "patient",
        patient_title(found),
        subtitle.replace("one possible", "One possible", not arm),
        _chart(found),
    )


def patient_title(found: Way) -> str:
    """What happened to this patient, in a sentence."""
    lots = f"{of(found.lost, 'lot is', 'lots are')} lost" if found.lost else ""
    late = ""
    if found.put_off:
        dose, days, reasons = found.put_off
        late = f"{dose} is given {of(days, 'day')} late{f' ({reasons})' if reasons else ''}"
    happened = " and ".join(part for part in (lots, late) if part)
    if happened:
        return f"Patient {found.patient}: {happened}"
    return f"Patient {found.patient}: {found.given} of {of(found.planned, 'dose')} given, each on its day"


def _chart(found: Way) -> alt.TopLevelMixin:
    thick = found.bars[(found.bars["kind"] != ways.PUT_OFF_BAR) | (found.bars["lane"] == ways.PATIENT)]
    thin = found.bars[(found.bars["kind"] == ways.PUT_OFF_BAR) & (found.bars["lane"] != ways.PATIENT)]
    order = [ways.UNDER_WAY, ways.IN_BANK, GROWING, IN_TESTS, ways.PUT_OFF_BAR, BY_HAND]
    bars = [kind for kind in _BARS if (found.bars["kind"] == kind).any()]
    marks = [kind for kind in _MARKS if (found.marks["kind"] == kind).any()]
    y = alt.Y(
        "lane:N",
        sort=list(found.lanes),
        scale=alt.Scale(domain=list(found.lanes)),
        title=None,
        axis=alt.Axis(ticks=False, domain=False),
    )
    x = alt.X("begin:T", title=None, axis=date_axis(*found.span))
    colour = alt.Color(
        "kind:N",
        sort=bars,
        scale=alt.Scale(domain=bars, range=[_BARS[one] for one in bars]),
        legend=alt.Legend(columns=6),
    )
    layers: list[alt.Chart] = [
        alt.Chart(thick[thick["kind"] == kind])
        .mark_bar(size=ROW_HEIGHT - 8)
        .encode(x=x, x2="end:T", y=y, color=colour)
        for kind in order
        if (thick["kind"] == kind).any()
    ]
    if len(thin):
        layers.append(
            alt.Chart(thin)
            .mark_bar(size=5, yOffset=(ROW_HEIGHT - 10) / 2)
            .encode(x=x, x2="end:T", y=y, color=colour)
        )
    shapes = alt.Shape(
        "kind:N",
        sort=marks,
        scale=alt.Scale(domain=marks, range=[_MARKS[one][1] for one in marks]),
        legend=alt.Legend(columns=5, symbolFillColor=INK, symbolStrokeColor=INK),
    )
    fills = alt.Color(
        "kind:N", scale=alt.Scale(domain=marks, range=[_MARKS[one][0] for one in marks]), legend=None
    )
    dots = alt.Chart(found.marks).mark_point(filled=True, size=95, opacity=1)
    points = dots.encode(x=alt.X("at:T"), y=y, shape=shapes, color=fills)
    chart: alt.TopLevelMixin = (
        alt.layer(alt.layer(*layers), points)
        .resolve_scale(color="independent")
        .properties(width=WIDTH + 40, height=ROW_HEIGHT * len(found.lanes))
    )
    return chart
