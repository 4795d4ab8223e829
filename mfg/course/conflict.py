"""Which rules about time exclude each other, when together they leave an event no day."""

from __future__ import annotations

from attrs import frozen

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


def conflict(bounds: list[Bound], order: list[str]) -> Refused:
    """The refusal that names the rules among *bounds* that exclude each other.

    It blames the event whose rules close the circle: the last one, in the *order* of their names.
    """
    circle = _circle(bounds)
    blamed = max({bound.owner for bound in circle}, key=order.index)
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
