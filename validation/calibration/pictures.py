"""The pictures of docs/calibration.md, each with a title that is made from what was found."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from mfg.pictures.picture import Picture
from mfg.pictures.style import BAD, GOOD, HAND_COLOUR, INK, ROW_HEIGHT, SECOND_INK, WAIT_COLOUR, WIDTH
from validation.calibration.grid import COLONIES, DOUBLINGS, MIDDLE, TARGET, Grid
from validation.calibration.line import Line

FACTOR = 20  # beyond which an end is drawn at the edge
_ROUNDED = 4  # decimals: a picture shows no more, and is the same wherever it is drawn


def pictures(grid: Grid, lines: Sequence[Line], viable: Sequence[Line]) -> dict[str, Picture]:
    """Every picture, by the name of its file beside the page."""
    made = (grid_picture(grid), beside_picture(lines), viability_picture(viable))
    return {f"calibration-{one.name}.svg": one for one in made}


def grid_picture(grid: Grid) -> Picture:
    """The share that is ready, by the two numbers that were tuned."""
    rows = [
        {
            "doubling": f"{doubling} h",
            "colonies": str(colonies),
            "share": round(100 * grid.shares[doubling, colonies], _ROUNDED),
            "said": f"{100 * grid.shares[doubling, colonies]:.0f}",
            "mark": _mark(grid, (doubling, colonies)),
        }
        for colonies in COLONIES
        for doubling in DOUBLINGS
    ]
    good = sum(share >= TARGET for share in grid.shares.values())
    title = (
        f"{good} of {len(grid.shares)} pairs of growth and colonies meet the target, so that it picks none"
        if good > 1
        else f"{['No pair', 'One pair'][good]} of {len(grid.shares)} meets the target"
    )
    subtitle = (
        f"Share of donors whose dose is ready by day 28, in percent. Dark: {100 * TARGET:.0f} % and more, the target. Thick frame: the pair of "
        "als-korea; thin frame: the middle of what is published."
    )
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X(
            "doubling:N",
            sort=None,
            title="median doubling time",
            axis=alt.Axis(labelAngle=0, domain=False, ticks=False),
        ),
        y=alt.Y(
            "colonies:N",
            sort=None,
            title="colonies in a million, median",
            axis=alt.Axis(domain=False, ticks=False),
        ),
    )
    ready = f"datum.share >= {100 * TARGET}"
    cells = base.mark_rect(stroke="#FFFFFF", strokeWidth=2).encode(
        color=alt.condition(ready, alt.value(HAND_COLOUR), alt.value("#DCE6EF"))
    )
    words = base.mark_text(fontSize=12).encode(
        text="said:N", color=alt.condition(ready, alt.value("#FFFFFF"), alt.value(INK))
    )
    frames = [
        base.transform_filter(f"datum.mark == '{mark}'").mark_rect(
            fillOpacity=0, stroke=INK, strokeWidth=width
        )
        for mark, width in (("chosen", 3), ("middle", 1))
    ]
    return Picture(
        "grid",
        title,
        subtitle,
        alt.layer(cells, words, *frames).properties(width=WIDTH, height=ROW_HEIGHT * 8),
    )


def _mark(grid: Grid, pair: tuple[float, float]) -> str:
    return "chosen" if pair == grid.chosen else "middle" if pair == MIDDLE else ""


def beside_picture(lines: Sequence[Line]) -> Picture:
    """What was published beside the model's range, both as multiples of the model's mean."""
    drawn = [line for line in lines if line.model.mean() > 0 and line.published > 0]
    inside = sum(line.verdict == "agrees" for line in drawn)
    title = (
        f"{inside} of {len(drawn)} published figures lie where the model says such samples would"
        if drawn
        else "No published figure can be drawn beside the model"
    )
    subtitle = (
        f"Bar: the central 95 % of the model; mark: the publication; both over the model's mean, which is 1. What ends beyond a factor of "
        f"{FACTOR} is drawn there. {len(lines) - len(drawn)} with a published or modelled figure of nought are left out."
    )
    rows = [_beside(line) for line in drawn]
    order = [row["line"] for row in rows]
    colour = alt.Color(
        "verdict:N",
        scale=alt.Scale(domain=["agrees", "differs"], range=[GOOD, BAD]),
        legend=alt.Legend(orient="top"),
    )
    scale = alt.Scale(type="log", domain=[1 / FACTOR, FACTOR], nice=False)
    where = alt.Axis(values=[1 / FACTOR, 0.1, 0.2, 0.5, 1, 2, 5, 10, FACTOR], format=".2~g")
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("line:N", sort=order, title=None, axis=alt.Axis(labelLimit=430, labelFontSize=11))
    )
    bars = base.mark_bar(height=8, color="#C9D3DB").encode(
        x=alt.X("low:Q", scale=scale, axis=where, title="over the model's mean"), x2="high:Q"
    )
    marks = base.mark_point(filled=True, size=70, opacity=1).encode(
        x="published:Q",
        color=colour,
        shape=alt.Shape(
            "verdict:N",
            scale=alt.Scale(domain=["agrees", "differs"], range=["circle", "diamond"]),
            legend=None,
        ),
    )
    one = (
        alt.Chart(pd.DataFrame({"at": [1.0]}))
        .mark_rule(color=SECOND_INK, strokeDash=[3, 3])
        .encode(x=alt.X("at:Q", scale=scale))
    )
    return Picture(
        "beside",
        title,
        subtitle,
        alt.layer(bars, one, marks).properties(width=320, height=18 * max(1, len(rows))),
    )


def _beside(line: Line) -> dict[str, object]:
    mean = float(line.model.mean())
    low, high = (_within(end / mean) for end in line.range)
    name = f"{line.what.partition(', if ')[0]} ({line.source})"
    published = _within(line.published / mean)
    return {"line": name, "low": low, "high": high, "published": published, "verdict": line.verdict}


def _within(factor: float) -> float:
    return round(min(max(factor, 1 / FACTOR), FACTOR), _ROUNDED)


def viability_picture(lines: Sequence[Line]) -> Picture:
    """Published losses of viability over hours, with the model's products behind them."""
    published, model = [], {}
    for line in lines:
        medium, _, rest = line.what.partition(", % viable after ")
        hours, (low, high) = float(rest.removesuffix(" h")), line.range
        published.append({"hours": hours, "percent": line.published, "medium": f"{medium}, {line.source}"})
        model[hours] = {
            "hours": hours,
            "low": round(low, _ROUNDED),
            "high": round(high, _ROUNDED),
            "mean": round(float(line.model.mean()), _ROUNDED),
        }
    apart = max(lines, key=lambda line: abs(line.published - line.model.mean()))
    gap = float(apart.published - apart.model.mean())
    title = (
        f"Viability differs most from what is published in {apart.what.replace(', % viable', '')}: {abs(gap):.0f} points "
        f"{'lower' if gap > 0 else 'higher'} in the model"
        if abs(gap) >= 1
        else "Viability is within a point of all that is published"
    )
    subtitle = (
        "Line and band: the model's products in spinal fluid at 2-8 degC, mean and central 95 %. Marks: published, in other media; for "
        "spinal fluid nothing is."
    )
    curve = alt.Chart(pd.DataFrame([model[hours] for hours in sorted(model)])).encode(
        x=alt.X("hours:Q", title="hours after suspension", axis=alt.Axis(grid=False))
    )
    percent = alt.Scale(domain=[60, 100])
    band = curve.mark_area(color="#A6CBE8", opacity=0.45).encode(
        y=alt.Y("low:Q", scale=percent, title="viable, %"), y2="high:Q"
    )
    middle = curve.mark_line(color=HAND_COLOUR, strokeWidth=2).encode(y="mean:Q")
    names = list(dict.fromkeys(str(row["medium"]) for row in published))
    marks = (
        alt.Chart(pd.DataFrame(published))
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            x="hours:Q",
            y="percent:Q",
            color=alt.Color(
                "medium:N",
                scale=alt.Scale(domain=names, range=[BAD, GOOD, WAIT_COLOUR][: len(names)]),
                legend=alt.Legend(columns=1),
            ),
            shape=alt.Shape(
                "medium:N",
                scale=alt.Scale(domain=names, range=["circle", "diamond", "square"][: len(names)]),
            ),
        )
    )
    return Picture(
        "viability", title, subtitle, alt.layer(band, middle, marks).properties(width=WIDTH, height=240)
    )
