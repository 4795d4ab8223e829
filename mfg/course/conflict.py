"""Names the rules about time that together leave an event no day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from mfg.course.pieces import BASELINE, FREE, Gap, Planned
from mfg.errors import Refused


@frozen
class Bound:
    """From one event to another there are at most so many `days`: one side of a rule of the event `owner`.

    `rule` is its path in the protocol; `words` say the rule of its owner, such as "on day 20".
    """

    first: str
    then: str
    days: int
    rule: str
    owner: str
    words: str


def conflict(planned: tuple[Planned, ...], gaps: tuple[Gap, ...], day: Mapping[str, int]) -> Refused:
    """The refusal that names the rules that exclude each other, for events planned on *day*.

    It blames the event whose rules close the circle: of those that have a rule in it the one planned last.
    """
    circle = _circle(list(_bounds(planned, gaps, day)))
    blamed = max({bound.owner for bound in circle}, key=list(day).index)
    circle.sort(key=lambda b: (b.owner != blamed, b.rule, b.words))
    rules = {(b.owner, b.words): b for b in circle}
    telling = [b for b in rules.values() if b.words != "on day 0" or b.owner == blamed]
    said = " and ".join(
        f"{b.words} ({b.rule})" if b.owner == blamed else f"{b.owner} {b.words} ({b.rule})" for b in telling
    )
    only = "excludes itself" if len(telling) == 1 else "exclude each other"
    where = next(b.rule for b in telling if b.owner == blamed)
    return Refused(
        where, None, f"leaves {blamed} no day: {said} {only}", "widen a window or change a spacing"
    )


def _bounds(planned: tuple[Planned, ...], gaps: tuple[Gap, ...], day: Mapping[str, int]) -> Iterator[Bound]:
    """Every rule about time as a bound on the days from one event to another."""
    for event in planned:
        if event.grid:
            first, last = day[event.name] - event.before, day[event.name] + event.after
            on = f"on day {first}" if first == last else f"on days {first} to {last}"
            yield Bound(BASELINE, event.name, last, event.rule, event.name, on)
            yield Bound(event.name, BASELINE, -first, event.rule, event.name, on)
    for gap in gaps:
        exact = f"{_counted(gap.least)} after {gap.first}" if gap.least == gap.most else ""
        if gap.most < FREE:
            words = exact or f"at most {_counted(gap.most)} after {gap.first}"
            yield Bound(gap.first, gap.then, gap.most, gap.rule, gap.then, words)
        if gap.least > -FREE:
            words = exact or f"at least {_counted(gap.least)} after {gap.first}"
            yield Bound(gap.then, gap.first, -gap.least, gap.rule, gap.then, words)


def _counted(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"


def _circle(bounds: list[Bound]) -> list[Bound]:
    """Bounds that lead from an event back to it in less than no days: Bellman and Ford's negative cycle."""
    at = {name: 0 for bound in bounds for name in (bound.first, bound.then)}
    by: dict[str, Bound] = {}
    last = ""
    for _ in range(len(at) + 1):
        last = ""
        for bound in bounds:
            if at[bound.first] + bound.days < at[bound.then]:
                at[bound.then] = at[bound.first] + bound.days
                by[bound.then] = bound
                last = bound.then
    for _ in at:
        last = by[last].first  # whatever leads here, after so many steps it is the circle itself
    circle = [by[last]]
    while circle[-1].first != last:
        circle.append(by[circle[-1].first])
    return circle
