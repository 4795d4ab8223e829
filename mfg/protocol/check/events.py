"""Checks of doses and visits: each has a day, and whatever it follows exists."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused, nearest
from mfg.protocol.check.conditions import condition_faults, coverage_faults
from mfg.protocol.occurrences import occurrences, repeat_faults
from mfg.protocol.protocol import Protocol
from mfg.works import RELEASE


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Events without a day, spacings from nothing or of nothing, conditions that ask for too much."""
    names = {o.name for event in protocol.events for o in occurrences(event)}
    for event in protocol.events:
        kind = "dose" if event in protocol.doses else "visit"
        path = f"{kind}.{event.name}"
        yield from condition_faults(protocol, path, event.when, {"arm", "supply"})
        if not event.day and event.after is None:
            yield Refused(path, None, "has no day", 'give day = "26 day" or after = { of = ..., is = ... }')
        if event.repeat and event.repeat.times < 1:
            yield Refused(f"{path}.repeat.times", "0", "is no repetition", "write how often it takes place")
        yield from (fault.under(path) for fault in repeat_faults(event))
        if event.day:
            yield from coverage_faults(protocol, f"{path}.day", [row.when for row in event.day], {"arm"})
        if event.after:
            known = names | {"previous", RELEASE, "baseline"}
            if event.after.of not in known:
                yield Refused(
                    f"{path}.after.of", event.after.of, "is no event", nearest(event.after.of, known)
                )
            stated = [event.after.is_, event.after.least, event.after.most]
            if all(q is None for q in stated) or (
                event.after.is_ is not None and any(q is not None for q in stated[1:])
            ):
                yield Refused(f"{path}.after", None, "says no spacing", "give is, or least and most")
