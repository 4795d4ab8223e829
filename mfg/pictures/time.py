"""Charts: where the time goes until the first dose, what work waits for, and the days from vein to vein."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from mfg.frames import time as stages
from mfg.frames.looked import Looked
from mfg.frames.time import Queues, TimeToDose, queues, time_to_dose
from mfg.frames.vein import Vein, vein
from mfg.pictures.picture import Picture
from mfg.pictures.style import (
    BAD,
    CULTURE_COLOUR,
    HAND_COLOUR,
    ROW_HEIGHT,
    SECOND_INK,
    TESTS_COLOUR,
    VARIANT_COLOURS,
    WAIT_COLOUR,
    WAY_COLOUR,
    WIDTH,
    days,
    number,
    of,
    percent,
)

_COLOURS = {
    stages.WAITING: WAIT_COLOUR,
    stages.LOST_TIME: BAD,
    stages.BY_HAND: HAND_COLOUR,
    stages.GROWING: CULTURE_COLOUR,
    stages.IN_TESTS: TESTS_COLOUR,
    stages.ON_THE_WAY: WAY_COLOUR,
}

_SHORTEST, _SHOWN = 0.05, 10  # hours from which a wait is drawn, and how many of them


def time_picture(variant: Looked) -> Picture:
    """A step for each stage from referral to the first dose of cells: mean days, and how they differ between patients."""
    found = time_to_dose(variant)
    if found is None:
        return Picture("time", "Nobody who was referred had a dose of cells.")
    subtitle = (
        f"{of(found.patients, 'patient')} with a dose of cells in {of(found.replications, 'replication')}. Beside the bars: mean, "
        "and the range of 8 in 10 patients."
    )
    return Picture("time", time_title(found), subtitle, _time_chart(found))


def time_title(found: TimeToDose) -> str:
    """How many days it takes, and how many of them are culture and waiting."""
    culture, waiting = found.of_kind(stages.GROWING), found.of_kind(stages.WAITING, stages.LOST_TIME)
    return (
        f"Of {number(found.total)} days from referral to the first dose of cells, {number(culture)} are culture and "
        f"{number(waiting)} waiting"
    )


def _time_chart(found: TimeToDose) -> alt.TopLevelMixin:
    frame = found.stages.assign(end=found.stages["begin"] + found.stages["days"])
    frame["said"] = [
        f"{_spell(mean)}   ({_range(low, high)})"
        for mean, low, high in zip(frame["days"], frame["low"], frame["high"], strict=True)
    ]
    kinds = [kind for kind in _COLOURS if (frame["kind"] == kind).any()]
    y = alt.Y("stage:N", sort=list(frame["stage"]), title=None, axis=alt.Axis(ticks=False, domain=False))
    reach = alt.Scale(domain=[0, float(frame["end"].max()) * 1.28], nice=False)
    x = alt.X("begin:Q", title="days since referral (mean patient)", scale=reach)
    colour = alt.Color(
        "kind:N", sort=kinds, scale=alt.Scale(domain=kinds, range=[_COLOURS[one] for one in kinds])
    )
    bars = (
        alt.Chart(frame)
        .mark_bar(size=ROW_HEIGHT - 8, minBandSize=2)
        .encode(y=y, x=x, x2="end:Q", color=colour)
    )
    edges = (
        alt.Chart(frame)
        .mark_tick(size=ROW_HEIGHT - 8, thickness=2)
        .encode(y=y, x=alt.X("end:Q"), color=colour)
    )
    texts = alt.Chart(frame).mark_text(align="left", dx=7).encode(y=y, x=alt.X("end:Q"), text="said:N")
    chart: alt.TopLevelMixin = alt.layer(bars, edges, texts).properties(
        width=WIDTH - 20, height=ROW_HEIGHT * len(frame)
    )
    return chart


def _spell(span: float) -> str:
    """So many days; hours below two days."""
    return f"{number(span)} d" if span >= 2 else f"{number(span * 24)} h"


def _range(low: float, high: float) -> str:
    if high >= 2:
        return f"{number(low)} to {number(high)} d"
    return f"{number(low * 24)} to {number(high * 24)} h"


def queues_picture(variant: Looked) -> Picture:
    """A bar for each kind of work: how long it waits for each dose, divided into closed and taken."""
    found = queues(variant)
    if found is None:
        return Picture("queues", "No dose of cells was given.")
    subtitle = (
        f"Hours for each of {of(found.doses, 'dose')} of cells given in {of(found.replications, 'replication')}. Red could be saved by "
        "more places, staff or equipment; grey only by other hours."
    )
    if found.closed + found.taken < _SHORTEST:
        return Picture("queues", "No work waited for a place, for staff or for equipment.", subtitle)
    return Picture("queues", queues_title(found), subtitle, _queues_chart(found))


def queues_title(found: Queues) -> str:
    """Whether work waits for places that are closed, or for places that are taken."""
    whole = found.closed + found.taken
    first, share = ("closed", found.closed) if found.closed >= found.taken else ("taken", found.taken)
    why = "places are closed" if first == "closed" else "what it needs is taken"
    return f"For each dose work waits {number(whole)} hours in all, {percent(share / whole)} of them because {why}"


def _queues_chart(found: Queues) -> alt.TopLevelMixin:
    whole = found.waits["closed"] + found.waits["taken"]
    shown = found.waits[whole >= min(_SHORTEST, whole.max())].head(_SHOWN)
    shown = shown.assign(
        label=[f"{work} ({place})" for work, place in zip(shown["work"], shown["place"], strict=True)]
    )
    order = list(shown["label"])
    named = {"taken": "open, but taken", "closed": "closed: night, weekend or holiday"}
    long = shown.melt(["label"], ["taken", "closed"], var_name="why", value_name="hours")
    long = long.assign(why=long["why"].map(named), rank=long["why"].map({"taken": 0, "closed": 1}))
    colours = alt.Scale(domain=list(named.values()), range=[BAD, "#C3CAD0"])
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    x = alt.X("hours:Q", title="hours waited for each dose of cells given")
    bars = (
        alt.Chart(long)
        .mark_bar(size=ROW_HEIGHT - 8)
        .encode(y=y, x=x, color=alt.Color("why:N", scale=colours, sort=list(named.values())), order="rank:Q")
    )
    sums = pd.DataFrame({"label": order, "hours": (shown["closed"] + shown["taken"]).to_numpy()})
    sums["said"] = [number(one) for one in sums["hours"]]
    texts = alt.Chart(sums).mark_text(align="left", dx=5).encode(y=y, x=x, text="said:N")
    chart: alt.TopLevelMixin = alt.layer(bars, texts).properties(
        width=WIDTH - 60, height=ROW_HEIGHT * len(order)
    )
    return chart


def vein_picture(variants: Sequence[Looked]) -> Picture:
    """For each dose, and each variant, the days from the collection of its lot to the dose."""
    found = [(one.setting.variant, spans) for one in variants if (spans := vein(one)) is not None]
    if not found:
        return Picture("vein", "No dose of cells was given from a lot whose collection is known.")
    first = found[0][1]
    subtitle = (
        f"Dot: median; thick: the middle half; thin: the middle 90%. {of(first.doses, 'dose')} in "
        f"{of(first.replications, 'replication')}{' of the first variant' if len(found) > 1 else ''}."
    )
    return Picture("vein", _vein_title(found), subtitle, _vein_chart(found))


def _vein_title(found: Sequence[tuple[str, Vein]]) -> str:
    name, first = found[0]
    spans = first.spans
    shortest, longest = spans.iloc[int(spans["median"].argmin())], spans.iloc[int(spans["median"].argmax())]
    whose = f"With {name} half" if len(found) > 1 else "Half"
    if len(spans) == 1 or longest["median"] - shortest["median"] < 1:
        return f"{whose} of the doses are given within {days(longest['median'])} of the collection that they are made from"
    return (
        f"{whose} of the doses called {shortest['dose']} are given within {days(shortest['median'])} of their collection, of "
        f"{longest['dose']} within {days(longest['median'])}"
    )


def _vein_chart(found: Sequence[tuple[str, Vein]]) -> alt.TopLevelMixin:
    frame = pd.concat([one.spans.assign(variant=name) for name, one in found])
    names, order = [name for name, _ in found], list(dict.fromkeys(frame["dose"]))
    several = len(names) > 1
    y = alt.Y("dose:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    colour = (
        alt.Color(
            "variant:N", sort=names, scale=alt.Scale(domain=names, range=list(VARIANT_COLOURS[: len(names)]))
        )
        if several
        else alt.value(HAND_COLOUR)
    )
    offset = {"yOffset": alt.YOffset("variant:N", sort=names)} if several else {}
    x = alt.X("low:Q", title="days from collection to dose", scale=alt.Scale(zero=True))
    base = alt.Chart(frame)
    layers = [
        base.mark_rule(strokeWidth=1.2).encode(y=y, x=x, x2="high:Q", color=colour, **offset),
        base.mark_rule(strokeWidth=6).encode(y=y, x="first:Q", x2="third:Q", color=colour, **offset),
        base.mark_point(filled=True, size=70, opacity=1, stroke="white").encode(
            y=y, x="median:Q", color=colour, **offset
        ),
    ]
    if not several:
        texts = frame.assign(said=[f"{number(one)} d" for one in frame["median"]])
        said = (
            alt.Chart(texts)
            .mark_text(align="left", dx=8, color=SECOND_INK)
            .encode(y=y, x="high:Q", text="said:N")
        )
        layers.append(said)
    height = max(ROW_HEIGHT, 14 * len(names)) * len(order)
    chart: alt.TopLevelMixin = alt.layer(*layers).properties(width=WIDTH, height=height)
    return chart
