"""Chart: how long patients wait for their first dose."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from mfg.frames.looked import Looked
from mfg.frames.waiting import Waiting, waiting
from mfg.pictures.picture import Picture
from mfg.pictures.style import HAND_COLOUR, INK, VARIANT_COLOURS, WIDTH, days, of, percent

BANDS = 2  # variants up to which bands stay legible


def waiting_picture(variants: Sequence[Looked]) -> Picture:
    """The cumulative share of all referred who have had a first dose, for one variant or for several."""
    found = [(one.setting.variant, waiting(one)) for one in variants]
    if not any(one.patients for _, one in found):
        return Picture("waiting", "Nobody who was to have a dose was referred before the horizon.")
    if all(one.never == 1 for _, one in found):
        return Picture("waiting", f"None of {of(found[0][1].patients, 'patient')} had a first dose.")
    title = waiting_title(found[0][1]) if len(found) == 1 else _between(found)
    return Picture("waiting", title, _subtitle(found), _chart(found))


def waiting_title(found: Waiting) -> str:
    """The finding of one variant in a sentence."""
    if found.half is None:
        return f"Only {percent(1 - found.never)} of the patients ever have a first dose"
    return f"Half of the patients have their first dose within {days(found.half)}"


def _between(found: Sequence[tuple[str, Waiting]]) -> str:
    (base, first), *others = found
    known = [(name, one.half) for name, one in others if one.half is not None]
    if first.half is None or not known:
        return (
            f"Half of the patients have a first dose in {'none' if not known else 'not all'} of the variants"
        )
    name, best = min(known, key=lambda pair: pair[1])
    if best < first.half:
        return f"With {name} half of the patients have their first dose within {days(best)}, with {base} within {days(first.half)}"
    same = all(half == first.half for _, half in known)
    if same:
        return f"Half of the patients have their first dose within {days(first.half)} in every variant"
    return f"No variant has half of the patients dosed sooner than {base}: within {days(first.half)}"


def _subtitle(found: Sequence[tuple[str, Waiting]]) -> str:
    first = found[0][1]
    if first.replications == 1:
        drawn = "Line: the only replication."
    elif len(found) <= BANDS:
        drawn = f"Line: mean of {of(first.replications, 'replication')}. Band: the middle 80% of them."
    else:
        drawn = f"Lines: means of {of(first.replications, 'replication')}."
    count = f"All {of(first.patients, 'referred patient')} count"
    if len(found) > 1:
        return f"{drawn} {count} in each variant, those too who never have a dose."
    ends = (
        f"; {percent(first.never)} never have a dose, so the curve ends below 100%." if first.never else "."
    )
    return f"{drawn} {count}{ends}"


def _chart(found: Sequence[tuple[str, Waiting]]) -> alt.TopLevelMixin:
    last = max(int(one.curve["day"].iloc[-1]) for _, one in found)
    frame = pd.concat([_until(one.curve, last).assign(variant=name) for name, one in found])
    names = [name for name, _ in found]
    several = len(names) > 1
    colour = (
        alt.Color(
            "variant:N",
            scale=alt.Scale(domain=names, range=list(VARIANT_COLOURS[: len(names)])),
            sort=names,
            legend=alt.Legend(symbolType="stroke", symbolOpacity=1, symbolStrokeWidth=3),
        )
        if several
        else alt.value(HAND_COLOUR)
    )
    x = alt.X("day:Q", title="days since referral", scale=alt.Scale(nice=False))
    y_title = "patients with a first dose, of all referred"
    y = alt.Y(
        "mean:Q",
        title=y_title,
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 0.9, 1]),
    )
    base = alt.Chart(frame)
    layers: list[alt.Chart] = []
    if len(names) <= BANDS and found[0][1].replications > 1:
        layers.append(
            base.mark_area(opacity=0.22, interpolate="step-after").encode(
                x=x, y=alt.Y("low:Q", title=y_title), y2="high:Q", color=colour
            )
        )
    layers.append(base.mark_line(interpolate="step-after", strokeWidth=2).encode(x=x, y=y, color=colour))
    if not several:
        marks = _marks(found[0][1])
        dots = alt.Chart(marks).encode(x="day:Q", y=alt.Y("share:Q", title=y_title))
        layers.append(dots.mark_point(filled=True, size=60, color=INK, opacity=1))
        far = marks["day"] > 0.7 * last
        near, late = alt.Chart(marks[~far]), alt.Chart(marks[far])
        texts = (near.mark_text(align="left", dx=8, dy=12), late.mark_text(align="right", dx=-8, dy=12))
        layers += [one.encode(x="day:Q", y=alt.Y("share:Q", title=y_title), text="said:N") for one in texts]
    chart: alt.TopLevelMixin = alt.layer(*layers).properties(width=WIDTH, height=320)
    return chart


def _until(curve: pd.DataFrame, last: int) -> pd.DataFrame:
    """A curve that goes on as it ends, to the *last* day that is drawn."""
    return pd.concat([curve, curve.tail(1).assign(day=last)]) if curve["day"].iloc[-1] < last else curve


def _marks(found: Waiting) -> pd.DataFrame:
    rows = [
        {"day": day, "share": share, "said": f"{words} within {days(day)}"}
        for day, share, words in ((found.half, 0.5, "half"), (found.nine_in_ten, 0.9, "nine in ten"))
        if day is not None
    ]
    return pd.DataFrame(rows, columns=["day", "share", "said"])
