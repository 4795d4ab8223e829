"""Chart: which inputs move a figure, and by how much."""

from __future__ import annotations

import altair as alt

from mfg.frames.tornado import Tornado
from mfg.pictures.picture import Picture
from mfg.pictures.style import (
    BAD,
    GOOD,
    HAND_COLOUR,
    INK,
    ROW_HEIGHT,
    RULE,
    WIDTH,
    of,
    sentence,
    signed,
    word_of,
)

_SHOWN = 20  # inputs


def tornado_picture(found: Tornado) -> Picture:
    """A bar for each input that is told apart: the figure at its high end less that at its low end, with its interval."""
    subtitle = (
        f"{sentence(found.meaning.about)}. Bar: its change as the input goes from the low to the high end of its range; line: interval for "
        f"all inputs together (95 %). {of(found.pairs, 'pair')} of simulations; {of(len(found.others), 'other input')} not told apart, "
        f"none of them moves it by more than {signed(found.bound, found.meaning.unit).removeprefix('+')}."
    )
    if not len(found.effects):
        return Picture("tornado", f"No input is shown to move {found.meaning.called}.", subtitle)
    return Picture("tornado", tornado_title(found), subtitle, _chart(found))


def tornado_title(found: Tornado) -> str:
    """The strongest input, with its range and what it does."""
    first = found.effects.iloc[0]
    return f"{first['name']} matters most for {found.meaning.called}: {signed(first['effect'], found.meaning.unit)} over its range ({first['range']})"


def _chart(found: Tornado) -> alt.TopLevelMixin:
    share = found.meaning.unit == "share"
    frame = found.effects.head(_SHOWN)
    scaled = frame.assign(**{name: frame[name] * (100 if share else 1) for name in ("effect", "low", "high")})
    good = {"high": 1, "low": -1}.get(found.meaning.good or "", 0)
    words = {1: "better as it rises", -1: "worse as it rises", 0: "changes as it rises"}
    scaled = scaled.assign(
        zero=0.0,
        way=[words[good * (1 if effect > 0 else -1)] for effect in scaled["effect"]],
        said=[
            f"{signed(effect, found.meaning.unit)}   ({reach})"
            for effect, reach in zip(frame["effect"], frame["range"], strict=True)
        ],
        edge=scaled[["high", "effect"]].max(axis=1).clip(lower=0),
    )
    present = [word for word in words.values() if (scaled["way"] == word).any()]
    colours = dict(zip(words.values(), (GOOD, BAD, HAND_COLOUR), strict=True))
    y = alt.Y(
        "name:N",
        sort=list(scaled["name"]),
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelLimit=330),
    )
    title = f"change of {found.meaning.called}, {word_of(found.meaning.unit)}"
    x = alt.X("zero:Q", title=title)
    base = alt.Chart(scaled)
    layers = [
        base.mark_bar(size=ROW_HEIGHT - 10).encode(
            y=y,
            x=x,
            x2="effect:Q",
            color=alt.Color(
                "way:N",
                sort=present,
                scale=alt.Scale(domain=present, range=[colours[one] for one in present]),
            ),
        ),
        base.mark_rule(color=INK).encode(y=y, x=alt.X("low:Q", title=title), x2="high:Q"),
        alt.Chart(scaled.head(1)).mark_rule(color=RULE).encode(x=x),
        base.mark_text(align="left", dx=6).encode(y=y, x=alt.X("edge:Q", title=title), text="said:N"),
    ]
    chart: alt.TopLevelMixin = alt.layer(*layers).properties(
        width=WIDTH - 160, height=(ROW_HEIGHT + 2) * len(scaled)
    )
    return chart
