"""Chart: what the numbers that went in rest on."""

from __future__ import annotations

import altair as alt

from mfg.frames.evidence import ASSUMPTION, EvidenceFrame, evidence
from mfg.frames.looked import Looked
from mfg.pictures.picture import Picture
from mfg.pictures.style import GOOD, HAND_COLOUR, ROW_HEIGHT, WAIT_COLOUR, WIDTH, of, percent

_COLOURS = {
    "stated": GOOD,
    "cited": "#56A98B",
    "derived": HAND_COLOUR,
    "calibrated": "#F7DC94",
    ASSUMPTION: WAIT_COLOUR,
}


def evidence_picture(variant: Looked) -> Picture:
    """One bar of all numbers, divided by their kind of evidence."""
    return ground_picture(evidence(variant))


def ground_picture(found: EvidenceFrame) -> Picture:
    """The same of numbers that are at hand."""
    if not found.total:
        return Picture("evidence", "No number here carries evidence.")
    subtitle = (
        "Stated: by one of the sources of this project; cited: from another publication; derived: by a formula; calibrated: tuned to "
        "something observed; assumed: a reason is given, no source."
    )
    return Picture("evidence", evidence_title(found), subtitle, _chart(found))


def evidence_title(found: EvidenceFrame) -> str:
    """How many numbers went in, and how many of them are assumptions."""
    assumed = len(found.of_kind(ASSUMPTION))
    if not assumed:
        return f"{of(found.total, 'number')} went in, none of them an assumption"
    return f"{of(found.total, 'number')} went in; {assumed:,} of them ({percent(assumed / found.total)}) are assumptions"


def _chart(found: EvidenceFrame) -> alt.TopLevelMixin:
    order = [kind for kind in _COLOURS if (found.kinds["kind"] == kind).any()]
    frame = found.kinds.assign(
        rank=found.kinds["kind"].map(order.index),
        said=[
            f"{kind} ({count})" for kind, count in zip(found.kinds["kind"], found.kinds["count"], strict=True)
        ],
    ).sort_values("rank")
    names = list(frame["said"])
    chart: alt.TopLevelMixin = (
        alt.Chart(frame)
        .mark_bar(size=ROW_HEIGHT, stroke="white")
        .encode(
            x=alt.X("count:Q", title="numbers that went in", scale=alt.Scale(nice=False)),
            color=alt.Color(
                "said:N", sort=names, scale=alt.Scale(domain=names, range=[_COLOURS[one] for one in order])
            ),
            order="rank:Q",
        )
        .properties(width=WIDTH + 60, height=ROW_HEIGHT + 8)
    )
    return chart
