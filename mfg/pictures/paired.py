"""Chart: variants against the first, figure by figure."""

from __future__ import annotations

import altair as alt
import pandas as pd

from mfg.frames.paired import BETTER, CHANGED, SAME, WORSE, Paired, paired
from mfg.pictures.picture import Picture
from mfg.pictures.style import (
    BAD,
    GOOD,
    HAND_COLOUR,
    RULE,
    SECOND_INK,
    WIDTH,
    in_unit,
    of,
    signed,
)
from mfg.study.stored import StoredStudy

_COLOURS = {BETTER: GOOD, WORSE: BAD, CHANGED: HAND_COLOUR, SAME: "#9AA5AC"}
_ROW, _MIDDLE = 30, 190  # px: a row, and the interval in it


def paired_pictures(study: StoredStudy) -> list[Picture]:
    """A picture for each variant but the first."""
    found = paired(study)
    if found is None:
        return []
    return [_picture(found, name, n) for n, name in enumerate(found.variants)]


def _picture(found: Paired, variant: str, number_: int) -> Picture:
    gaps = found.gaps[found.gaps["variant"] == variant].reset_index(drop=True)
    name = f"paired-{number_ + 1}"
    if not len(gaps):
        return Picture(name, f"{variant}: too few replications to hold it against {found.base}.")
    subtitle = (
        f"{variant} against {found.base}, on the same patients with the same luck; {of(found.replications, 'replication')}. Dot and "
        "interval: the paired difference, each on its own scale about zero, judged together by Holm's rule."
    )
    return Picture(name, paired_title(gaps, variant, found.base), subtitle, _chart(gaps))


def paired_title(gaps: pd.DataFrame, variant: str, base: str) -> str:
    """What is told apart, in a sentence: how many figures are better, how many worse, and the first of each."""
    better, worse = (gaps[(gaps["verdict"] == verdict) & ~gaps["small"]] for verdict in (BETTER, WORSE))
    if not len(better) and not len(worse):
        return f"{variant} and {base} are not told apart in anything that matters by these replications"
    parts = [
        f"{of(len(rows), 'figure')} {word}, first {rows['called'].iloc[0]} ({_gap(rows.iloc[0])})"
        for rows, word in ((better, "better"), (worse, "worse"))
        if len(rows)
    ]
    return f"{variant} against {base}: {'; '.join(parts)}"


def _gap(row: pd.Series) -> str:
    return signed(row["gap"], row["unit"])


def _chart(gaps: pd.DataFrame) -> alt.TopLevelMixin:
    frame = gaps.rename(columns={"called": "name"})
    reach = frame[["low", "high"]].abs().max(axis=1).replace(0, 1)
    frame = frame.assign(
        x=frame["gap"] / reach,
        x1=frame["low"] / reach,
        x2=frame["high"] / reach,
        means=[
            f"{in_unit(a, unit)} → {in_unit(b, unit)}"
            for a, b, unit in zip(frame["base"], frame["mean"], frame["unit"], strict=True)
        ],
        words=[
            f"{_gap(row)} ({signed(row['low'], row['unit'], bare=True)} to {signed(row['high'], row['unit'], bare=True)})"
            + (", small" if row["small"] else "")
            for _, row in frame.iterrows()
        ],
    )
    order = list(frame["name"])
    verdicts = [one for one in _COLOURS if (frame["verdict"] == one).any()]
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    scale = alt.Scale(domain=[-1.1, 1.1], range=[0, _MIDDLE])
    colour = alt.Color(
        "verdict:N",
        sort=verdicts,
        scale=alt.Scale(domain=verdicts, range=[_COLOURS[one] for one in verdicts]),
    )
    base = alt.Chart(frame)
    layers = [
        alt.Chart(pd.DataFrame({"zero": [0]}))
        .mark_rule(color=RULE)
        .encode(x=alt.X("zero:Q", scale=scale, axis=None)),
        base.mark_rule(strokeWidth=3).encode(
            y=y, x=alt.X("x1:Q", scale=scale, axis=None), x2="x2:Q", color=colour
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            y=y, x=alt.X("x:Q", scale=scale, axis=None), color=colour
        ),
        base.mark_text(align="left", color=SECOND_INK).encode(y=y, x=alt.value(_MIDDLE + 12), text="means:N"),
        base.mark_text(align="left").encode(y=y, x=alt.value(_MIDDLE + 140), text="words:N"),
    ]
    chart: alt.TopLevelMixin = alt.layer(*layers).properties(width=WIDTH - 20, height=_ROW * len(order))
    return chart
