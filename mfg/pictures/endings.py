"""Charts: what becomes of patients, and what becomes of lots."""

from __future__ import annotations

import altair as alt

from mfg.frames.endings import CELLS, NOT_ELIGIBLE, ON_COURSE, WAYS_OUT, Endings, endings
from mfg.frames.fates import Fates, fates
from mfg.frames.looked import Looked
from mfg.log.endings import DIED, WITHDREW
from mfg.pictures.picture import Picture
from mfg.pictures.style import BAD, HAND_COLOUR, ROW_HEIGHT, WAIT_COLOUR, WIDTH, number, of, percent

_COLOURS = {
    ON_COURSE: "#BFE3D7",
    DIED: "#4A5560",
    WITHDREW: WAIT_COLOUR,
    NOT_ELIGIBLE: HAND_COLOUR,
    CELLS: BAD,
}


def endings_picture(variant: Looked) -> Picture:
    """A bar for each step of the course: who is still on it, and who leaves before the next step, by how."""
    found = endings(variant)
    if found is None:
        return Picture("endings", "Nobody arrived.")
    subtitle = (
        f"All who arrived, {number(found.patients)} in a replication on average; {of(found.replications, 'replication')}. "
        "Coloured: who leaves before the next step."
    )
    if found.completed == 1:
        return Picture("endings", "Everybody who arrived completed the course.", subtitle)
    return Picture("endings", endings_title(found), subtitle, _endings_chart(found))


def endings_title(found: Endings) -> str:
    """The finding in a sentence."""
    most = max(found.left, key=lambda way: found.left[way])
    said = {
        DIED: "die",
        WITHDREW: "withdraw",
        NOT_ELIGIBLE: "are not eligible",
        CELLS: "leave as cells or places fail",
    }
    return f"{percent(found.completed)} complete the course; {percent(found.left[most])} {said[most]} before its end"


def _endings_chart(found: Endings) -> alt.TopLevelMixin:
    ways = [ON_COURSE, *(way for way in WAYS_OUT if found.left[way] > 0)]
    frame = found.steps[found.steps["way"].isin(ways)]
    frame = frame.assign(rank=frame["way"].map(ways.index))
    order = list(dict.fromkeys(frame["step"]))
    y = alt.Y("step:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    bars = (
        alt.Chart(frame)
        .mark_bar(size=ROW_HEIGHT - 6)
        .encode(
            y=y,
            x=alt.X(
                "share:Q",
                title="of all who arrived",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%", tickCount=5),
            ),
            color=alt.Color(
                "way:N", sort=ways, scale=alt.Scale(domain=ways, range=[_COLOURS[one] for one in ways])
            ),
            order="rank:Q",
        )
    )
    gone = frame[frame["way"] != ON_COURSE].groupby("step", sort=False)["count"].sum()
    totals = frame.groupby("step", sort=False)["count"].sum().reset_index()
    totals["said"] = [
        _counted(count, gone[step]) for step, count in zip(totals["step"], totals["count"], strict=True)
    ]
    texts = (
        alt.Chart(totals).mark_text(align="left", dx=6).encode(y=y, x=alt.value(WIDTH - 70), text="said:N")
    )
    chart: alt.TopLevelMixin = alt.layer(bars, texts).properties(
        width=WIDTH - 70, height=(ROW_HEIGHT + 4) * len(order)
    )
    return chart


def _counted(count: float, gone: float) -> str:
    return f"{number(count, 3)}{f', {number(gone, 2)} leave' if gone else ''}"


def fates_picture(variant: Looked) -> Picture:
    """Bars of the lots that gave no dose, by what became of them; those that did stand in the title."""
    found = fates(variant)
    if found is None:
        return Picture("fates", "No lot was begun.")
    subtitle = f"Of every 100 lots begun; {of(found.lots, 'lot')} in {of(found.replications, 'replication')}."
    if not len(found.shares):
        return Picture("fates", f"Every lot gave doses, {number(found.doses)} each.", subtitle)
    return Picture("fates", fates_title(found), subtitle, _fates_chart(found))


def fates_title(found: Fates) -> str:
    """The finding in a sentence."""
    first = found.shares.iloc[0]
    gave = (
        f"{percent(found.gave)} of the lots give doses, {number(found.doses)} each"
        if found.gave
        else "No lot gives a dose"
    )
    return f"{gave}; of the others most end as: {first['fate']} ({percent(first['share'])} of all)"


def _fates_chart(found: Fates) -> alt.TopLevelMixin:
    frame = found.shares.assign(
        per=found.shares["share"] * 100, said=[number(100 * one) for one in found.shares["share"]]
    )
    y = alt.Y("fate:N", sort=list(frame["fate"]), title=None, axis=alt.Axis(ticks=False, domain=False))
    x = alt.X("per:Q", title="lots of every 100", axis=alt.Axis(tickCount=5))
    bars = alt.Chart(frame).mark_bar(size=ROW_HEIGHT - 8, color=BAD).encode(y=y, x=x)
    texts = alt.Chart(frame).mark_text(align="left", dx=5).encode(y=y, x=x, text="said:N")
    chart: alt.TopLevelMixin = alt.layer(bars, texts).properties(
        width=WIDTH - 120, height=ROW_HEIGHT * len(frame)
    )
    return chart
