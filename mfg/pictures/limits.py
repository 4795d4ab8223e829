"""Charts: what holds a unit back, by the days that it cost, and what was tried against it."""

from __future__ import annotations

import altair as alt
import pandas as pd

from mfg.frames.limits import LimitsFound
from mfg.pictures.picture import Picture
from mfg.pictures.style import (
    BAD,
    CULTURE_COLOUR,
    GOOD,
    HAND_COLOUR,
    INK,
    ROW_HEIGHT,
    RULE,
    WIDTH,
    days,
    of,
    sentence,
    signed,
    word_of,
)
from mfg.results.figures import describe
from mfg.study.limits import LATE, ON_TIME, WAIT
from mfg.study.words import in_words

_SHOWN, _LEAST = 15, 0.1  # limits that are drawn, of those that cost so many days or more
_ALONE, _AGAIN = "at the first booking", "when doses moved"
_BETTER, _WORSE, _SAME = "better", "worse", "no effect shown"
_COLOURS = {_BETTER: GOOD, _WORSE: BAD, _SAME: "#9AA5AC"}


def costs_picture(found: LimitsFound) -> Picture:
    """A bar for each limit: the days of waiting that it alone has cost."""
    subtitle = (
        "Days by which a patient is booked later than the course allows, counted with the rest as it is: so they rank, and do "
        f"not add up. {of(found.replications, 'replication')}, seed {found.seed}."
    )
    frame = found.costs[found.costs[["days", "again"]].max(axis=1) >= _LEAST].head(_SHOWN)
    if not len(frame):
        return Picture(
            "costs",
            "No limit alone costs a day: patients are booked as early as the course allows.",
            subtitle,
        )
    return Picture("costs", costs_title(found), subtitle, _costs(frame))


def costs_title(found: LimitsFound) -> str:
    """The dearest limit, with its days of all."""
    first = found.costs.sort_values("days", ascending=False, kind="stable").iloc[0]
    return f"{sentence(in_words(first['limit']))} cost most: {days(first['days'])} of the {days(found.later)} that a patient is booked later than the course allows"


def effects_picture(found: LimitsFound, figure: str, number_: int) -> Picture:
    """What each change that was tried in all replications does to *figure*: dot and interval."""
    frame, name = found.of(figure), f"tried-{number_}"
    subtitle = (
        f"Dot: the paired difference on the same patients with the same luck, over {of(found.replications, 'replication')}; line: its interval, "
        "for all changes together by Holm's rule."
    )
    if not len(frame):
        return Picture(name, f"Nothing was tried further for the {_called(figure)}.", subtitle)
    return Picture(name, effects_title(found, figure), subtitle, _effects(frame, figure))


def effects_title(found: LimitsFound, figure: str) -> str:
    """What is shown to help most, with what it does, and the best of what is no other day of the week; or that nothing is."""
    helps, first = found.helping(figure), found.first.get(figure)
    if not len(helps):
        return f"Nothing that was tried is shown to help the {_called(figure)}"
    does = [signed(mean, _unit(figure)) for mean in helps["mean"]]
    title = f"{helps['change'].iloc[0]} helps the {_called(figure)} most: {does[0]}"
    own = helps.index[helps["limit"] == first]
    if not len(own):
        return f"{title}. Nothing at a place is shown to help"
    return title if 0 in own else f"{title}. At a place: {helps['change'][own[0]]}: {does[own[0]]}"


def _called(figure: str) -> str:
    known = {WAIT: "wait for the first dose", ON_TIME: "doses on time", LATE: "share who wait too long"}
    return known.get(figure, figure.replace("_", " "))


def _unit(figure: str) -> str:
    return {WAIT: "day", LATE: "share"}.get(figure) or describe(figure).unit


def _costs(frame: pd.DataFrame) -> alt.TopLevelMixin:
    named = frame.assign(name=[in_words(one) for one in frame["limit"]])
    parts = [
        named.assign(days=named[column], when=word) for column, word in (("days", _ALONE), ("again", _AGAIN))
    ]
    long, order = pd.concat(parts, ignore_index=True), list(named["name"])
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    colour = alt.Color(
        "when:N",
        sort=[_ALONE, _AGAIN],
        scale=alt.Scale(domain=[_ALONE, _AGAIN], range=[HAND_COLOUR, CULTURE_COLOUR]),
    )
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            y=y,
            yOffset=alt.YOffset("when:N", sort=[_ALONE, _AGAIN]),
            x=alt.X("days:Q", title="days that it alone cost"),
            color=colour,
        )
    )
    chart: alt.TopLevelMixin = bars.properties(width=WIDTH - 80, height=(ROW_HEIGHT + 10) * len(order))
    return chart


def _effects(frame: pd.DataFrame, figure: str) -> alt.TopLevelMixin:
    good, unit = {WAIT: "low", LATE: "low"}.get(figure) or describe(figure).good, _unit(figure)
    scale = 100 if unit == "share" else 1
    scaled = frame.assign(**{column: frame[column] * scale for column in ("mean", "low", "high")})
    scaled = scaled.assign(
        zero=0.0,
        verdict=[
            _SAME if not told else _BETTER if (mean > 0) == (good == "high") else _WORSE
            for told, mean in zip(frame["told_apart"], frame["mean"], strict=True)
        ],
        said=[
            f"{signed(mean, unit)} ({signed(low, unit, bare=True)} to {signed(high, unit, bare=True)})"
            for mean, low, high in zip(frame["mean"], frame["low"], frame["high"], strict=True)
        ],
    )
    present = [one for one in _COLOURS if (scaled["verdict"] == one).any()]
    colour = alt.Color(
        "verdict:N", sort=present, scale=alt.Scale(domain=present, range=[_COLOURS[one] for one in present])
    )
    y = alt.Y(
        "change:N",
        sort=list(scaled["change"]),
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelLimit=300),
    )
    title = f"change of the {_called(figure)}, {word_of(unit)}"
    base = alt.Chart(scaled)
    layers = [
        alt.Chart(scaled.head(1)).mark_rule(color=RULE).encode(x=alt.X("zero:Q", title=title)),
        base.mark_rule(strokeWidth=3).encode(y=y, x=alt.X("low:Q", title=title), x2="high:Q", color=colour),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            y=y, x=alt.X("mean:Q", title=title), color=colour
        ),
        base.mark_text(align="left", color=INK).encode(y=y, x=alt.value(WIDTH - 300), text="said:N"),
    ]
    chart: alt.TopLevelMixin = alt.layer(*layers).properties(
        width=WIDTH - 320, height=(ROW_HEIGHT + 6) * len(scaled)
    )
    return chart
