"""The site while it runs: who and what is free, in which hours, and whose turn it is.

A task asks once for everything it needs and is granted all of it or nothing. Each instant is settled
once, after everybody at that instant has given back and asked. Tasks are then looked at in the order of
their rank (the due date, or what the policy says), and the first of each line may start if

1. every unit that it needs is free,
2. all of it is open and stays open until the booked end, since nobody knows how long work will last, and
3. it puts off nobody ahead of it: as booked it ends before that one could start, or it leaves enough.

A line is the tasks with one and the same need, and nobody overtakes in it. A pool is the needs that share
resources, directly or through others. Work that overruns its booking goes on, and is overtime after closing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, Protocol

from simpy import Event
from simpy.events import NORMAL

from mfg.calendar import Window
from mfg.simulation.clock import Clock

FOREVER = 1 << 60
Rank = tuple[int, ...]


class Log(Protocol):
    """Where finished work is written down."""

    def worked(self, task: Task, finished: int) -> None:
        """*task* was done."""

    def cleared(self, task: Task, finished: int) -> None:
        """The places of *task* are clear for another patient."""


class Need:
    """What one kind of task takes at once, the hours in which all of it is open, and the line for it."""

    __slots__ = ("closes", "line", "longest", "opens", "page", "parts", "pool")

    def __init__(self, parts: Sequence[tuple[int, int]], windows: Sequence[Window]) -> None:
        self.parts = tuple(parts)
        self.opens = [opens for opens, _ in windows]
        self.closes = [closes for _, closes in windows]
        self.longest = max((closes - opens for opens, closes in windows), default=0)
        self.page = 0
        self.line: list[tuple[Rank, Task]] = []
        self.pool: Pool

    def opening(self, moment: int, booked: int) -> int:
        """The first moment from *moment* on at which *booked* minutes are open; FOREVER if there is none."""
        for n in range(self.page, len(self.opens)):
            begin = max(self.opens[n], moment)
            if begin + booked <= self.closes[n]:
                return begin
        return FOREVER

    def is_open(self, now: int, booked: int) -> bool:
        """Whether *booked* minutes from *now* are open; the clock only goes forward."""
        closes, page = self.closes, self.page
        while closes[page] <= now:
            page += 1
            if page == len(closes):
                raise Exhausted(self)
        self.page = page
        return self.opens[page] <= now and now + booked <= closes[page]

    def closing(self, moment: int) -> int:
        """When the opening in which *moment* lies ends."""
        return self.closes[bisect_right(self.opens, moment) - 1]

    def shares(self, other: Need) -> bool:
        """Whether the two have a resource in common."""
        return not {r for r, _ in self.parts}.isdisjoint(r for r, _ in other.parts)


class Exhausted(Exception):
    """The calendar ends before the work does: what asks for `need` waits for ever."""

    def __init__(self, need: Need) -> None:
        super().__init__(need)
        self.need = need


class Task(Event):
    """One piece of work, from being asked for to its end; as an event it happens at its end.

    Who wants to know when it begins gives it an event to happen then, `begun`. `note` and `row` are the
    log's: what is to be written down, and where it was.
    """

    __slots__ = (
        "asked",
        "begun",
        "booked",
        "clearance",
        "ends",
        "lasts",
        "need",
        "note",
        "rank",
        "row",
        "started",
    )

    def __init__(
        self, floor: Floor, need: Need, lasts: int, booked: int, rank: Rank, note: Any, clearance: int
    ) -> None:
        self.env = floor
        self.callbacks: list[Callable[[Any], None]] = [floor.finish]
        self._value = None
        self._ok = True
        self.need = need
        self.lasts = lasts
        self.booked = booked
        self.rank = rank
        self.note = note
        self.clearance = clearance
        self.asked = floor.now
        self.started = -1
        self.ends = FOREVER
        self.begun: Event | None = None
        self.row = -1


class Pool:
    """The needs that compete with each other, and what is at work among them."""

    __slots__ = ("alarm", "asked", "floor", "needs", "unsettled", "waiting", "working")

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.needs: list[Need] = []
        self.asked: list[Task] = []
        self.working: set[Task] = set()
        self.waiting = 0
        self.alarm = FOREVER
        self.unsettled = False

    def touch(self) -> None:
        """Something changed: look again when this instant is settled."""
        if not self.unsettled:
            self.unsettled = True
            self.floor.unsettled.append(self)

    def settle(self) -> None:
        """Start every task that may start now."""
        floor, asked, now = self.floor, self.asked, self.floor.now
        if not self.waiting and self._start_at_once():
            return
        for task in asked:
            task.rank = (*task.rank, next(floor.asks))
            heappush(task.need.line, (task.rank, task))
        self.waiting += len(asked)
        asked.clear()
        heads = [(need.line[0][0], n) for n, need in enumerate(self.needs) if need.line]
        heapify(heads)
        ahead: list[Task] = []
        alarm = FOREVER
        while heads:
            _, n = heappop(heads)
            need = self.needs[n]
            task = need.line[0][1]
            if floor.fits(need):
                if need.is_open(now, task.booked):
                    again = floor.puts_off_until(task, ahead, self)
                else:
                    again = need.opening(now + 1, task.booked)
                if again <= now:
                    heappop(need.line)
                    self.waiting -= 1
                    floor.start(task)
                    if need.line:
                        heappush(heads, (need.line[0][0], n))
                    continue
                alarm = min(alarm, again)
            ahead.append(task)
        if alarm < self.alarm or (self.alarm <= now and alarm < FOREVER):
            self.alarm = alarm
            floor.ring(self, alarm)

    def _start_at_once(self) -> bool:
        """Start whoever asked, in the order of rank, while nobody has to wait; False if somebody has to."""
        floor, asked, now = self.floor, self.asked, self.floor.now
        if len(asked) > 1:
            asked.sort(key=_rank)
        for n, task in enumerate(asked):
            if not floor.starts(task, now):
                del asked[:n]
                return False
        asked.clear()
        return True

    def claim(self, task: Task, now: int) -> tuple[int, dict[int, int]]:
        """As booked, when *task* could start, and what would be free beside it then.

        What is overdue may come back at once, but nobody counts on having it to spare.
        """
        wanted = dict(task.need.parts)
        free = {resource: self.floor.free[resource] for resource in wanted}
        spare = dict(free)
        returns = sorted(((max(work.ends, now), work) for work in self.working), key=lambda item: item[0])
        moment, n = now, 0
        while True:
            if all(free[resource] >= units for resource, units in wanted.items()):
                start = task.need.opening(moment, task.booked)
                if n == len(returns) or start < returns[n][0]:
                    return start, {resource: spare[resource] - units for resource, units in wanted.items()}
            elif n == len(returns):
                return FOREVER, dict.fromkeys(wanted, 0)
            moment, work = returns[n]
            n += 1
            for resource, units in work.need.parts:
                if resource in free:
                    free[resource] += units
                    spare[resource] += units if work.ends > now else 0


class Hold(Event):
    """Some of the places of a `Places`, from being granted until they are given back."""

    __slots__ = ("asked", "note", "rank", "started", "units")

    def __init__(self, floor: Floor, units: int, rank: Rank, note: Any) -> None:
        super().__init__(floor)
        self.units = units
        self.rank = (*rank, next(floor.asks))
        self.note = note
        self.asked = floor.now
        self.started = -1


class Places:
    """Places that are held for days, granted in the order of rank; nobody passes anybody."""

    __slots__ = ("capacity", "floor", "free", "line", "unsettled")

    def __init__(self, floor: Floor, capacity: int) -> None:
        self.floor = floor
        self.capacity = capacity
        self.free = capacity
        self.line: list[tuple[Rank, Hold]] = []
        self.unsettled = False

    def hold(self, units: int, rank: Rank, note: Any) -> Hold:
        """Ask for *units* places; the hold happens when they are granted."""
        hold = Hold(self.floor, units, rank, note)
        heappush(self.line, (hold.rank, hold))
        self.touch()
        return hold

    def give_back(self, hold: Hold, units: int | None = None) -> None:
        """Free all or some of the places of *hold*, or take it out of the line if it still waits."""
        if hold.started < 0:
            self.line = [entry for entry in self.line if entry[1] is not hold]
            heapify(self.line)
        else:
            units = hold.units if units is None else units
            hold.units -= units
            self.free += units
        self.touch()

    def touch(self) -> None:
        """Something changed: look again when this instant is settled."""
        if not self.unsettled:
            self.unsettled = True
            self.floor.unsettled.append(self)

    def settle(self) -> None:
        """Grant the holds at the head of the line that fit."""
        while self.line and self.line[0][1].units <= self.free:
            _, hold = heappop(self.line)
            self.free -= hold.units
            hold.started = self.floor.now
            hold.succeed()


class Floor(Clock):
    """The clock of a site with its resources on it.

    *capacities* gives the units of each resource, *needs* what tasks may ask for.
    """

    def __init__(self, capacities: Sequence[int], needs: Sequence[Need], log: Log) -> None:
        super().__init__()
        self.capacities = tuple(capacities)
        self.free = list(capacities)
        self.needs = tuple(needs)
        self.log = log
        self.asks = count()
        self.finish = self._finished
        self.pools = _pools(self, needs)

    def work(
        self, need: Need, lasts: int, booked: int, rank: Rank, note: Any = None, clearance: int = 0
    ) -> Task:
        """Ask for *need* for *lasts* minutes; the task happens when the work is done.

        It is booked for *booked* minutes. *clearance* more minutes pass before others may have the places.
        """
        task = Task(self, need, lasts, booked, rank, note, clearance)
        pool = need.pool
        pool.asked.append(task)
        if not pool.unsettled:
            pool.unsettled = True
            self.unsettled.append(pool)
        return task

    def is_done(self) -> None:
        """Nothing is left to happen.

        Raises:
            Exhausted: if somebody still waits for an opening that the calendar does not have.
        """
        for need in self.needs:
            if need.line and need.opening(self.now, need.line[0][1].booked) == FOREVER:
                raise Exhausted(need)

    def withdraw(self, task: Task) -> None:
        """Take *task* out of its line if it still waits; work that has begun goes on to its end."""
        pool, need = task.need.pool, task.need
        if task in pool.asked:
            pool.asked.remove(task)
        elif any(entry[1] is task for entry in need.line):
            need.line = [entry for entry in need.line if entry[1] is not task]
            heapify(need.line)
            pool.waiting -= 1
        pool.touch()

    def fits(self, need: Need) -> bool:
        """Whether every unit of *need* is free."""
        free = self.free
        for resource, units in need.parts:  # noqa: SIM110  a generator costs more than the sums
            if free[resource] < units:
                return False
        return True

    def starts(self, task: Task, now: int) -> bool:
        """Start *task* if every unit of its need is free and open; whether it has begun."""
        need, free = task.need, self.free
        for resource, units in need.parts:
            if free[resource] < units:
                return False
        if not need.is_open(now, task.booked):
            return False
        self.start(task)
        return True

    def puts_off_until(self, task: Task, ahead: list[Task], pool: Pool) -> int:
        """Until when *task*, if started now, takes from somebody in *ahead* what that one could have had.

        A claim lapses with the last chance to start in its opening. A moment that has passed is nobody.
        """
        for other in ahead:
            if task.need.shares(other.need):
                start, spare = pool.claim(other, self.now)
                if self.now + task.booked > start and any(
                    units > spare.get(resource, FOREVER) for resource, units in task.need.parts
                ):
                    return other.need.closing(start) - other.booked + 1
        return -1

    def start(self, task: Task) -> None:
        """Give *task* what it needs, now."""
        need, free, now = task.need, self.free, self.now
        for resource, units in need.parts:
            free[resource] -= units
        task.started = now
        task.ends = now + task.booked
        if task.begun is not None:
            task.begun.succeed()
        need.pool.working.add(task)
        heappush(self.agenda, (now + task.lasts, NORMAL, next(self.numbers), task))

    def ring(self, pool: Pool, moment: int) -> None:
        """Look at *pool* again at *moment*."""
        self._then(self.until(moment), lambda _: pool.touch())

    def _finished(self, task: Task) -> None:
        self.log.worked(task, self.now)
        if task.clearance:
            self._then(self.until(self.now + task.clearance), lambda _: self._cleared(task))
        else:
            self._give_back(task)

    def _cleared(self, task: Task) -> None:
        self.log.cleared(task, self.now)
        self._give_back(task)

    def _give_back(self, task: Task) -> None:
        need, free = task.need, self.free
        for resource, units in need.parts:
            free[resource] += units
        pool = need.pool
        pool.working.remove(task)
        if pool.waiting:
            pool.touch()

    @staticmethod
    def _then(event: Event, callback: Callable[[Event], None]) -> None:
        assert event.callbacks is not None
        event.callbacks.append(callback)


def _rank(task: Task) -> Rank:
    return task.rank


def _pools(floor: Floor, needs: Sequence[Need]) -> list[Pool]:
    """One pool for all needs that share a resource, directly or through others."""
    pool_of: dict[int, Pool] = {}
    for need in needs:
        found = list(dict.fromkeys(pool_of[r] for r, _ in need.parts if r in pool_of)) or [Pool(floor)]
        pool = found[0]
        pool.needs += [member for other in found[1:] for member in other.needs]
        pool.needs.append(need)
        for member in pool.needs:
            member.pool = pool
            for resource, _ in member.parts:
                pool_of[resource] = pool
    return list(dict.fromkeys(need.pool for need in needs))
