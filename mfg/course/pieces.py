"""What a course is made of before its day 0 is known: events, and the days between them."""

from __future__ import annotations

from attrs import frozen

from mfg.sizes import CENTURY

EVENT_KINDS = ("screening", "collection", "csf-draw", "observation", "dose", "visit")
BASELINE = "baseline"
REACH = CENTURY.most  # days on either side of day 0: a hundred years
FAR = 366  # days from its plan on which an event is looked for if nothing limits it
FREE = 10**6  # days: further than any course reaches


@frozen
class Planned:
    """An event before its baseline is known: so many months and days from another event.

    A negative spacing puts it ahead of that event. `grid` says that it may also lie no further than
    `before` and `after` days from its plan; `rule` is the path of its rule in the protocol. `condition`
    says for whom it is, such as "if response is yes"; it is empty for everybody.
    """

    kind: str
    name: str
    reference: str
    months: int
    days: int
    grid: bool
    before: int
    after: int
    rule: str
    dose: str | None = None
    by: str | None = None
    condition: str = ""
    inpatient: bool = False
    repeats: bool = False


@frozen
class Gap:
    """The days from one event to another lie between `least` and `most`.

    Where the rule is in clock time, `least_minutes` and `most_minutes` hold it exactly. `rule` is its path in
    the protocol.
    """

    first: str
    then: str
    least: int
    most: int
    least_minutes: int | None = None
    most_minutes: int | None = None
    rule: str = ""


@frozen
class Floating:
    """An event without a day: it lies between `least` and `most` days behind what it `follows`.

    That is ``"release"`` (of the lot for `dose`), or an event that floats itself. A collection follows nothing.
    """

    kind: str
    name: str
    follows: str
    least: int
    most: int
    rule: str
    dose: str | None = None
    by: str | None = None
    condition: str = ""
    inpatient: bool = False
    repeats: bool = False
    least_minutes: int | None = None
    most_minutes: int | None = None
