"""Chart: doses of cells against the day first booked and the protocol's window."""

from __future__ import annotations

import altair as alt

from mfg.frames.looked import Looked
from mfg.frames.window import CLASSES, IN_WINDOW, LATENESS, NEVER_GIVEN, Punctuality, window
from mfg.pictures.picture import Picture
from mfg.pictures.style import GOOD, ROW_HEIGHT, WIDTH, of, percent

_COLOURS = (GOOD, "#7CCBB2", "#F7DC94", "#F0B23C", "#E07B2A", "#A63C06", "#D3D8DC")
_LABELLED = 0.045  # a share from which its number fits into the bar


def window_picture(variant: Looked) -> Picture:
    """A bar for each dose, divided by when it was given."""
    found = window(variant)
    if found is None:
        return Picture("window", "No dose of cells with a day of its own was planned.")
    if found.kept == 1:
        return Picture(
            "window",
            "Every dose of cells was given on its day or within the protocol's window.",
            _subtitle(found),
        )
    return Picture("window", window_title(found), _subtitle(found), _chart(found))


def window_title(found: Punctuality) -> str:
    """The finding in a sentence."""
    name, share = found.worst
    said = f"{percent(found.kept)} of the planned doses of cells are given when they should be"
    several = found.shares["dose"].nunique() > 1
    return f"{said}; {name} fares worst, with {percent(share)}" if several else said


def _subtitle(found: Punctuality) -> str:
    allowed = (
        f"up to {of(found.widest, 'day')} about its day" if found.widest else "none: every dose has one day"
    )
    return (
        f"{of(found.planned, 'planned dose')} of cells in {of(found.replications, 'replication')}, against the day first "
        f"booked. Punctuality of the protocol: {allowed}."
    )


def _chart(found: Punctuality) -> alt.TopLevelMixin:
    frame = found.shares.assign(rank=found.shares["kept"].map(CLASSES.index))
    present = [one for one in CLASSES if frame.loc[frame["kept"] == one, "count"].sum() > 0]
    order = list(dict.fromkeys(frame["dose"]))
    colour = alt.Color(
        "kept:N",
        sort=present,
        scale=alt.Scale(domain=present, range=[_COLOURS[CLASSES.index(one)] for one in present]),
        legend=alt.Legend(columns=4),
    )
    y = alt.Y("dose:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    x = alt.X(
        "share:Q",
        stack="zero",
        title="of the planned doses of cells",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=5),
    )
    bars = (
        alt.Chart(frame)
        .mark_bar(size=ROW_HEIGHT - 6, stroke="white")
        .encode(y=y, x=x, color=colour, order="rank:Q")
    )
    ends = frame.sort_values(["dose", "rank"]).assign(end=lambda f: f.groupby("dose")["share"].cumsum())
    shown = ends[ends["share"] >= _LABELLED]
    shown = shown.assign(
        middle=shown["end"] - shown["share"] / 2,
        said=[percent(share) for share in shown["share"]],
        dark=shown["kept"].isin([IN_WINDOW, LATENESS[0], LATENESS[1], NEVER_GIVEN]),
    )
    texts = (
        alt.Chart(shown)
        .mark_text()
        .encode(
            y=y,
            x=alt.X("middle:Q"),
            text="said:N",
            color=alt.condition("datum.dark", alt.value("#1F2933"), alt.value("white")),
        )
    )
    chart: alt.TopLevelMixin = alt.layer(bars, texts).properties(
        width=WIDTH, height=(ROW_HEIGHT + 6) * len(order)
    )
    return chart
