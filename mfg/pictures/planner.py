"""Chart: the wall planner of rooms and suites."""

from __future__ import annotations

import re
from datetime import date, timedelta

import altair as alt
import pandas as pd

from mfg.frames.looked import Looked
from mfg.frames.planner import MANY_LANES, Planner, planner
from mfg.pictures.picture import Picture
from mfg.pictures.style import (
    BAD,
    CLOSED_COLOUR,
    GOOD,
    HAND_COLOUR,
    RULE,
    SECOND_INK,
    WAIT_COLOUR,
    WIDTH,
    all_of,
    day_of,
    number,
)
from mfg.works import (
    ADMINISTER,
    COLLECT,
    CRYOPRESERVE,
    DRAW,
    FORMULATE,
    HARVEST,
    INDUCE,
    ISOLATE,
    MEDIUM,
    PASSAGE,
    THAW,
)

FROM, UNTIL = 6, 22  # hours of the day that are drawn
_LANE = 15  # px
_NUMBERED = 19  # px from which a bar has the patient's number on it
_KINDS = {
    "isolation": (ISOLATE,),
    "medium change": (MEDIUM,),
    "passage, harvest": (PASSAGE, HARVEST),
    "freezing, thawing": (CRYOPRESERVE, THAW, "freeze"),
    "suspension": (FORMULATE, INDUCE),
    "line clearance": (),
    "collection": (COLLECT,),
    "draw of the vehicle": (DRAW,),
    "dose": (ADMINISTER,),
    "other work": (),
}
_COLOURS = {
    "isolation": HAND_COLOUR,
    "medium change": "#A6CBE8",
    "passage, harvest": "#3B6EA8",
    "freezing, thawing": "#5B4A9C",
    "suspension": "#56A98B",
    "line clearance": "#B9C0C6",
    "collection": BAD,
    "draw of the vehicle": "#CC79A7",
    "dose": GOOD,
    "other work": WAIT_COLOUR,
}


def planner_picture(variant: Looked, first: date | None = None) -> Picture:
    """A row of days for each week, with a lane for each room and suite: the busiest weeks, or those from *first* on."""
    found = planner(variant, first=first)
    if found is None:
        return Picture(
            "planner", f"No rooms or suites were at work, or there are more than {MANY_LANES} of them."
        )
    span = "four weeks" if found.weeks > 1 else "week"
    subtitle = (
        f"{'The busiest' if first is None else 'The next'} {span} of one possible future (replication {found.replication + 1}), from {day_of(found.first)} on; {FROM} to "
        f"{UNTIL} h of each day, grey: closed. Numbers are those of the patients. Doors are numbered afterwards: the lowest that is free."
    )
    return Picture(
        "planner", planner_title(found, "busiest" if first is None else "next"), subtitle, _chart(found)
    )


def planner_title(found: Planner, which: str = "busiest") -> str:
    """Which doors are at work for most of their opening hours."""
    name, many, worked, opened = found.busiest
    span = "four weeks" if found.weeks > 1 else "week"
    return f"In the {which} {span} {all_of(name, many)} at work for {number(worked)} hours, and open for {number(opened)}"


def _chart(found: Planner) -> alt.VConcatChart:
    tasks = found.tasks.assign(kind=[_kind(work) for work in found.tasks["work"]])
    tasks = _cut(tasks)
    kinds = [kind for kind in _KINDS if (tasks["kind"] == kind).any()]
    colour = alt.Color(
        "kind:N",
        sort=kinds,
        scale=alt.Scale(domain=kinds, range=[_COLOURS[kind] for kind in kinds]),
        legend=alt.Legend(columns=5),
    )
    closed = _cut(found.closed)
    weeks = [_week(found, tasks, closed, number, colour) for number in range(found.weeks)]
    chart: alt.VConcatChart = alt.vconcat(*weeks, spacing=14)
    return chart


def _week(
    found: Planner, tasks: pd.DataFrame, closed: pd.DataFrame, week: int, colour: alt.Color
) -> alt.VConcatChart:
    wide = UNTIL - FROM
    days = range(week * 7, week * 7 + 7)
    mine, shut = (frame[frame["day"].isin(days)] for frame in (tasks, closed))
    mine, shut = (
        frame.assign(
            x=(frame["day"] - week * 7) * wide + frame["begin"] - FROM,
            x2=(frame["day"] - week * 7) * wide + frame["end"] - FROM,
        )
        for frame in (mine, shut)
    )
    scale = alt.Scale(domain=[0, 7 * wide], nice=False)
    y = alt.Y(
        "lane:N",
        sort=list(found.lanes),
        scale=alt.Scale(domain=list(found.lanes)),
        title=None,
        axis=alt.Axis(ticks=False, domain=False),
    )
    x = alt.X("x:Q", scale=scale, axis=None)
    heads = pd.DataFrame(
        {
            "x": [(n + 0.5) * wide for n in range(7)],
            "name": [
                f"{one:%a} {one.day} {one:%b}" for one in (found.first + timedelta(days=n) for n in days)
            ],
        }
    )
    numbers = mine[(mine["x2"] - mine["x"]) * (WIDTH / (7 * wide)) > _NUMBERED]
    numbers = numbers[numbers["kind"] != "line clearance"]
    numbers = numbers.assign(
        middle=(numbers["x"] + numbers["x2"]) / 2, said=[_short(one) for one in numbers["patient"]]
    )
    edges = pd.DataFrame({"x": [n * wide for n in range(8)]})
    layers = [
        alt.Chart(shut).mark_bar(size=_LANE, color=CLOSED_COLOUR).encode(x=x, x2="x2:Q", y=y),
        alt.Chart(mine).mark_bar(size=_LANE - 4).encode(x=x, x2="x2:Q", y=y, color=colour),
        alt.Chart(numbers)
        .mark_text(color="white", fontSize=10)
        .encode(x=alt.X("middle:Q"), y=y, text="said:N"),
        alt.Chart(edges).mark_rule(color=RULE).encode(x="x:Q"),
    ]
    head = (
        alt.Chart(heads)
        .mark_text(color=SECOND_INK)
        .encode(x=alt.X("x:Q", scale=scale, axis=None), text="name:N")
    )
    body = alt.layer(*layers).properties(width=WIDTH, height=(_LANE + 1) * len(found.lanes))
    chart: alt.VConcatChart = alt.vconcat(head.properties(width=WIDTH, height=12), body, spacing=2)
    return chart


def _kind(work: str) -> str:
    if work.startswith("line clearance"):
        return "line clearance"
    return next((kind for kind, works in _KINDS.items() if work in works), "other work")


def _cut(frame: pd.DataFrame) -> pd.DataFrame:
    """What lies in the hours that are drawn."""
    cut = frame.assign(begin=frame["begin"].clip(FROM, UNTIL), end=frame["end"].clip(FROM, UNTIL))
    return cut[cut["end"] > cut["begin"]]


def _short(patient: str) -> str:
    """The number in a patient's name without what stands before it; at most three characters."""
    found = re.search(r"\d+$", patient)
    text = found[0].lstrip("0") if found else patient
    return text[-3:]
