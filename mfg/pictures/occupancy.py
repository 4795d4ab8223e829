"""Charts: when rooms, suites, people and benches are in use: by hour of the week, and week by week."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import altair as alt
import numpy as np
import pandas as pd

from mfg.calendar import WEEKDAY_NAMES
from mfg.frames.looked import Looked
from mfg.frames.occupancy import A_DAY, QUARTER, Occupancy, occupancy
from mfg.pictures.axis import date_axis
from mfg.pictures.picture import Picture
from mfg.pictures.style import (
    CLOSED_COLOUR,
    HAND_COLOUR,
    RULE,
    SECOND_INK,
    WAIT_COLOUR,
    WIDTH,
    all_of,
    of,
    percent,
    plain,
    sentence,
)

_FROM, _UNTIL = 6, 22  # hours of the day that are drawn
_RARELY = 0.1  # of the weeks: below it nothing is said to be full
_SEEN = 0.005  # in use on average: below it a day is not drawn
_HIGH = 0.8  # of the opening hours: above it a resource is said to be nearly used up


def occupancy_pictures(variant: Looked) -> tuple[Picture, Picture]:
    """By hour of the week, and week by week: both from what was counted once."""
    found = occupancy(variant)
    return _hours(found), _weeks(found)


def hours_picture(variant: Looked) -> Picture:
    """A line for each resource over the hours of the week: how much of it is in use, and how often all of it."""
    return _hours(occupancy(variant))


def weeks_picture(variant: Looked) -> Picture:
    """A line for each resource over the weeks of the run: the share of its opening hours in use."""
    return _weeks(occupancy(variant))


def _hours(found: Occupancy) -> Picture:
    if not len(found.hours) or not found.hours["mean"].any():
        return Picture("hours", "Nothing that closes is in use after the warm-up.")
    subtitle = (
        "Blue: share in use on average; amber: share of the weeks in which all are taken; grey: closed. Whole weeks after the "
        f"warm-up, {of(found.replications, 'replication')}."
    )
    return Picture("hours", hours_title(found), subtitle, _hours_chart(found))


def hours_title(found: Occupancy) -> str:
    """The hour of the week at which most often all of something are taken."""
    frame = found.hours[found.hours["is_open"]]
    if not len(frame):
        return "Nothing is open after the warm-up"
    row = frame.iloc[int(frame["full"].argmax())]
    if row["full"] < _RARELY:
        return f"No hour of the week has anything fully taken in more than {percent(max(row['full'], 0.01))} of the weeks"
    weekday, hour = divmod(int(row["quarter"]), A_DAY)
    many = found.capacity[str(row["resource"])]
    what = sentence(all_of(str(row["resource"]), many))
    clock = f"{hour * QUARTER // 60}:{hour * QUARTER % 60:02}"
    return f"{what} taken most often on {WEEKDAY_NAMES[weekday]} at {clock}: in {percent(row['full'])} of the weeks"


def _hours_chart(found: Occupancy) -> alt.VConcatChart:
    drawn = [
        name for name in found.capacity if found.hours.loc[found.hours["resource"] == name, "mean"].any()
    ]
    frame = found.hours[found.hours["resource"].isin(drawn)]
    hour, day = frame["quarter"] % A_DAY * QUARTER / 60, frame["quarter"] // A_DAY
    busy = int(day[frame["is_open"] | (frame["mean"] > _SEEN)].max())
    inside = frame[(hour >= _FROM) & (hour < _UNTIL) & (day <= busy)]
    lanes = [
        _lane(
            inside[inside["resource"] == name],
            f"{plain(name)}, {found.capacity[name]}",
            last=name == drawn[-1],
        )
        for name in drawn
    ]
    heads = pd.DataFrame({"x": np.arange(busy + 1) + 0.5, "name": WEEKDAY_NAMES[: busy + 1]})
    head = (
        alt.Chart(heads)
        .mark_text(color=SECOND_INK)
        .encode(x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, busy + 1], nice=False)), text="name:N")
        .properties(width=WIDTH, height=14)
    )
    chart: alt.VConcatChart = alt.vconcat(head, *lanes, spacing=10)
    return chart


def _lane(frame: pd.DataFrame, label: str, *, last: bool) -> alt.LayerChart | alt.FacetChart:
    wide = _UNTIL - _FROM
    day, hour = frame["quarter"] // A_DAY, frame["quarter"] % A_DAY * QUARTER / 60
    frame = frame.assign(x=day * wide + hour - _FROM)
    days = sorted(set(day))
    ticks = [d * wide + h - _FROM for d in days for h in (8, 12, 18)]
    words = " : ".join(f"datum.value == {d * wide + h - _FROM} ? '{h} h'" for d in days for h in (8, 12, 18))
    scale = alt.Scale(domain=[0, len(days) * wide], nice=False)
    x = alt.X(
        "x:Q",
        title=None,
        scale=scale,
        axis=alt.Axis(values=ticks, labelExpr=f"{words} : ''", grid=False, labels=last, ticks=last),
    )
    y_axis = lane_axis()
    y = alt.Y("mean:Q", title=label, scale=alt.Scale(domain=[0, 1], clamp=True), axis=y_axis)
    title = alt.Y("full:Q", title=label, axis=lane_axis())
    base = alt.Chart(frame)
    closed = (
        alt.Chart(_closed(frame))
        .mark_rect(color=CLOSED_COLOUR)
        .encode(x=alt.X("begin:Q", scale=scale), x2="end:Q")
    )
    rules = (
        alt.Chart(pd.DataFrame({"x": [d * wide for d in range(1, len(days))]}))
        .mark_rule(color=RULE)
        .encode(x="x:Q")
    )
    layers = [
        closed,
        base.mark_area(color=WAIT_COLOUR, opacity=0.55, interpolate="step-after").encode(x=x, y=title),
        base.mark_line(color=HAND_COLOUR, interpolate="step-after", strokeWidth=1.8).encode(x=x, y=y),
        rules,
    ]
    chart: alt.LayerChart | alt.FacetChart = alt.layer(*layers).properties(width=WIDTH, height=72)
    return chart


def lane_axis() -> alt.Axis:
    """The axis of a lane: shares, with the name of the lane in front of it, to be read without turning the head."""
    return alt.Axis(
        format="%",
        values=[0, 0.5, 1],
        titleAngle=0,
        titleAlign="right",
        titleBaseline="middle",
        titlePadding=12,
    )


def _closed(frame: pd.DataFrame) -> pd.DataFrame:
    """The closed time as few spans, each from `begin` to `end`."""
    shut = ~frame["is_open"].to_numpy()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], shut, [False]])))
    x = frame["x"].to_numpy()
    begins, ends = edges[::2], edges[1::2] - 1
    return pd.DataFrame({"begin": x[begins], "end": x[ends] + QUARTER / 60})


def _weeks(found: Occupancy) -> Picture:
    if not len(found.weeks) or not found.weeks["mean"].any():
        return Picture("weeks", "Nothing that closes is ever in use.")
    band = "Line: mean; band: the middle 80% of the replications. " if found.replications > 1 else ""
    subtitle = (
        f"Share of the opening hours in use, week by week; work outside them is not in it. {band}"
        f"{of(found.replications, 'replication')}."
    )
    return Picture("weeks", weeks_title(found), subtitle, _weeks_chart(found))


def weeks_title(found: Occupancy) -> str:
    """What is used most over the weeks after the warm-up, and when."""
    frame = found.weeks[found.weeks["week"] >= found.settled]
    frame = frame if len(frame) else found.weeks
    means = frame.groupby("resource", sort=False)["mean"].mean()
    name, share = str(means.idxmax()), float(means.max())
    said = f"{sentence(plain(name))} have the most work: it fills {percent(share)} of their opening hours"
    return f"{said}, nearly all" if share >= _HIGH else said


def _weeks_chart(found: Occupancy) -> alt.VConcatChart:
    monday = datetime.combine(found.monday, time())
    frame = found.weeks[found.weeks["week"] > 0]
    days = [monday + timedelta(weeks=int(week)) for week in frame["week"]]
    frame = frame.assign(day=[day.isoformat() for day in days])
    charts = []
    drawn = [name for name in found.capacity if frame.loc[frame["resource"] == name, "mean"].any()]
    for n, name in enumerate(drawn):
        own = alt.Chart(frame[frame["resource"] == name])
        axis = date_axis(min(days), max(days), labels=n == len(drawn) - 1)
        x = alt.X("day:T", title=None, axis=axis)
        label = f"{plain(name)}, {found.capacity[name]}"
        scale = alt.Scale(domain=[0, 1], clamp=True)
        y = alt.Y("mean:Q", title=label, scale=scale, axis=lane_axis())
        layers = [own.mark_line(color=HAND_COLOUR, strokeWidth=1.6).encode(x=x, y=y)]
        if found.replications > 1:
            band = own.mark_area(color=HAND_COLOUR, opacity=0.22)
            layers.insert(
                0, band.encode(x=x, y=alt.Y("low:Q", title=label, scale=scale, axis=lane_axis()), y2="high:Q")
            )
        charts.append(alt.layer(*layers).properties(width=WIDTH, height=64))
    chart: alt.VConcatChart = alt.vconcat(*charts, spacing=14)
    return chart
