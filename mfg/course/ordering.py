"""Doses and visits in the order in which their days follow from each other."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, evolve, field, frozen

from mfg.course.membership import Known
from mfg.errors import Refused
from mfg.protocol.events import Dose, Visit
from mfg.protocol.occurrences import Occurrence, occurrences
from mfg.protocol.protocol import Arm
from mfg.works import RELEASE

PREVIOUS = "previous"
FIXED = ("baseline", RELEASE)


@frozen
class Follower:
    """One occurrence of a dose or visit, and what it follows: an event, ``"baseline"`` or ``"release"``.

    Nothing if it has only a day. `shift` are the days that its `repeat` adds; one that `repeats_first` follows
    the first occurrence of its own block. `condition` lists what decides whether it takes place.
    """

    event: Dose | Visit
    occurrence: Occurrence
    path: str
    follows: str
    shift: int
    repeats_first: bool
    condition: tuple[str, ...]


def followers(known: Known, arm: Arm) -> tuple[list[Follower], list[Refused]]:
    """What takes place in *arm*, each behind what it follows, and why the rest cannot be placed.

    What follows an event that does not take place does not take place either.
    """
    order = _Order(known, arm)
    for one in order.listed():
        order.waiting[one.occurrence.name] = one
    for name in list(order.waiting):
        order.place(name, ())
    return list(order.placed.values()), order.faults


@define
class _Order:
    known: Known
    arm: Arm
    faults: list[Refused] = field(factory=list)
    waiting: dict[str, Follower] = field(factory=dict)
    placed: dict[str, Follower] = field(factory=dict)
    undecided: set[str] = field(factory=set)  # left out by the covariates, not by arm or supply
    faulty: set[str] = field(factory=set)

    def listed(self) -> Iterator[Follower]:
        """The doses and then the visits of this patient, in the order of the file."""
        for kind, events in (("dose", self.known.protocol.doses), ("visit", self.known.protocol.visits)):
            previous = ""
            for event in events:
                each = occurrences(event)
                if isinstance(event, Dose):
                    each = [o for o in each if o.name in self.arm.doses]
                condition = self.known.decide(event)
                if condition is None:
                    if not self.known.excludes(event):
                        self.undecided |= {o.name for o in each}
                    continue
                stands_before = previous
                for n, occurrence in enumerate(each):
                    first = each[0] if n and not event.day else None
                    before = each[n - 1].name if n else stands_before
                    yield Follower(
                        event=event,
                        occurrence=occurrence,
                        path=f"{kind}.{event.name}",
                        follows=first.name if first else self._follows(event, before),
                        shift=occurrence.days - (first.days if first else 0),
                        repeats_first=first is not None,
                        condition=condition,
                    )
                    previous = occurrence.name

    def _follows(self, event: Dose | Visit, previous: str) -> str:
        if event.after is None:
            return ""
        return previous if event.after.of == PREVIOUS else event.after.of

    def place(self, name: str, trail: tuple[str, ...]) -> None:
        """Place the event that *name* follows, then *name*; *trail* holds the events that wait for it."""
        if name in trail:
            self._circle(trail[trail.index(name) :])
        one = self.waiting.get(name)
        if one is None:
            return
        if not self._follows_something(one):
            self.faulty.add(name)
            del self.waiting[name]
            return
        if one.event.day or one.follows in FIXED:
            self.placed[name] = self.waiting.pop(name)
            return
        self.place(one.follows, (*trail, name))
        if name not in self.waiting:  # it was part of a circle
            return
        del self.waiting[name]
        leader = self.placed.get(one.follows)
        if leader is None:
            self._leave_out(one)
            return
        named = one.event.after is not None and one.event.after.of != PREVIOUS
        inherited = leader.condition if named or one.repeats_first else ()
        self.placed[name] = evolve(one, condition=tuple(dict.fromkeys((*inherited, *one.condition))))

    def _follows_something(self, one: Follower) -> bool:
        """Whether *one* names something to follow, other than itself; a fault if it does not."""
        event, name, where = one.event, one.occurrence.name, f"{one.path}.after.of"
        if event.after is None or one.repeats_first:
            return True
        if one.follows == name:
            self.faults.append(Refused(where, name, "is the event itself", "let it follow another event"))
            return False
        if one.follows or (event.day and event.repeat is not None):
            return True  # on the grid a spacing from the one before binds the occurrences behind the first
        kind = one.path.partition(".")[0]
        problem = f"is nothing: no {kind} stands before it in arm {self.arm.name}"
        advice = "name the event that it follows, or give it a day"
        self.faults.append(Refused(where, PREVIOUS, problem, advice))
        return False

    def _leave_out(self, one: Follower) -> None:
        """What *one* follows has no place; a fault if an arm has a dose that it can never receive."""
        name = one.occurrence.name
        if one.follows in self.undecided:
            self.undecided.add(name)
        elif one.follows in self.faulty:
            self.faulty.add(name)
        elif isinstance(one.event, Dose):
            problem = f"does not take place in arm {self.arm.name}, which has the dose {name}"
            advice = "let the dose follow an event of that arm"
            self.faults.append(Refused(f"{one.path}.after.of", one.follows, problem, advice))
            self.faulty.add(name)

    def _circle(self, names: tuple[str, ...]) -> None:
        """Leave out events that wait for each other."""
        one = self.waiting[names[0]]
        way = " which follows ".join((*names[1:], names[0]))
        problem = f"closes a circle: {names[0]} follows {way}"
        self.faults.append(Refused(f"{one.path}.after.of", one.follows, problem, "give one of them a day"))
        self.faulty |= set(names)
        for name in names:
            del self.waiting[name]
