"""Tasks, and the rule by which they are granted the resources that they wait for.

A task asks once for everything that it needs and is granted all of it or nothing. Grants are decided once in a minute, after
all returns and requests of that minute. Waiting tasks are considered in order of their rank (the due date, or what the policy
says), and the first task of each queue starts if

1. every unit that it needs is free,
2. all of it is open and stays open until the booked end (nobody knows beforehand how long work will take), and
3. it delays no task ahead of it: its booked end is before that task could start, or enough units are left for it.

A queue holds the tasks with the same need, first come first served within a rank. A pool is a group of needs that share
resources, directly or through others. Work that takes longer than booked goes on, and counts as overtime after closing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from simpy import Event

from mfg.calendar import FOREVER
from mfg.simulation.needs import Need, Rank

if TYPE_CHECKING:
    from mfg.simulation.floor import Floor


class Task(Event):
    """One piece of work, from its request to its end. It is an event, which happens when the work is done.

    It is `started` at a minute, -1 until then; `begun` is an optional event that happens at it. `note` is what the log writes
    about it (`log.TaskNote`), and `row` where it did so, -1 until it has.
    """

    _ok, _value = True, None  # for SimPy: the event is sure to succeed
    row = -1

    def __init__(
        self, need: Need, lasts: int, booked: int, rank: Rank, note: Any = None, clearance: int = 0
    ) -> None:
        self.callbacks: list[Callable[[Any], None]] = []
        self.need = need
        self.lasts = lasts
        self.booked = booked
        self.rank = rank
        self.note = note
        self.clearance = clearance
        self.started = -1
        self.begun: Event | None = None
        pool = need.pool
        floor = pool.floor
        self.asked = floor.now
        pool.asked.append(self)
        floor.unsettled[pool] = None

    @property
    def env(self) -> Floor:  # type: ignore[override]
        """The floor on which it is done."""
        return self.need.pool.floor

    @property
    def ends(self) -> int:
        """When it ends, as booked."""
        return self.started + self.booked

    def finish(self) -> None:
        """End the work: its units are free at once, or after the line clearance."""
        pool = self.need.pool
        floor = pool.floor
        now = floor.now
        floor.log.worked(self, now)
        if self.clearance:
            floor.at(now + self.clearance, self.clear)
        else:
            pool.take_back(self)
        # As in `clock.happen`, but after the units are back: who goes on now may ask for them in this minute.
        callbacks, self.callbacks = self.callbacks, None  # type: ignore[assignment]
        for callback in callbacks:
            callback(self)

    def clear(self) -> None:
        """End the line clearance: the units are free."""
        pool = self.need.pool
        pool.floor.log.cleared(self, pool.floor.now)
        pool.take_back(self)


class Pool:
    """Needs that compete for the same resources, the units that are free, and the tasks at work.

    The free units of all resources are packed into one integer, `free`: each resource has a field of bits, with one unused
    guard bit above it. A task is granted by one subtraction of its packed `takes`; a resource with too few units borrows from
    its guard bit, so that ``(free - takes) & guards`` is zero exactly if there are enough of every resource.
    """

    def __init__(self, floor: Floor, needs: Sequence[Need]) -> None:
        self.floor = floor
        self.needs = needs
        self.fields: dict[int, tuple[int, int]] = {}  # first bit and mask of the field of a resource
        self.free = self.guards = 0
        begins = 0
        for resource in sorted({resource for need in needs for resource, _ in need.parts}):
            capacity = floor.capacities[resource]
            bits = capacity.bit_length()
            self.fields[resource] = begins, (1 << bits) - 1
            self.free |= capacity << begins
            self.guards |= 1 << begins + bits
            begins += bits + 1
        for need in needs:
            need.pool = self
            for resource, units in need.parts:
                if units > floor.capacities[resource]:
                    raise ValueError(f"{units} of resource {resource} are more than there are")
                need.takes += units << self.fields[resource][0]
        self.asked: list[Task] = []
        self.working: set[Task] = set()
        self.waiting = 0
        self._alarm = FOREVER

    def units(self, resource: int) -> int:
        """How many of *resource* are free."""
        begins, bits = self.fields[resource]
        return self.free >> begins & bits

    def touch(self) -> None:
        """Decide about grants at the end of this minute."""
        self.floor.unsettled[self] = None

    def settle(self) -> None:
        """Start every task that may start now."""
        asked, now = self.asked, self.floor.now
        # While nobody waits, tasks that can all start need no queue: this is most of a run.
        if not self.waiting:
            if len(asked) > 1:
                asked.sort(key=attrgetter("rank"))
            for task in asked:
                need = task.need
                if (self.free - need.takes) & self.guards or not need.is_open(now, task.booked):
                    del asked[: asked.index(task)]
                    break
                self.start(task, now)
            else:
                asked.clear()
                return
        self._look_along_the_lines(now)

    def _look_along_the_lines(self, now: int) -> None:
        """Start every queued task that may start, in order of rank; wake up again when the next one could."""
        floor = self.floor
        for task in self.asked:
            task.rank = (
                *task.rank,
                next(floor.asks),
            )  # among equals who came first; no two ranks are the same
            heappush(task.need.line, (task.rank, task))
        self.waiting += len(self.asked)
        self.asked.clear()
        heads = [(*need.line[0], need) for need in self.needs if need.line]
        heapify(heads)
        ahead: list[Task] = []
        alarm = FOREVER
        while heads:
            _, task, need = heappop(heads)
            if not (self.free - need.takes) & self.guards:
                if need.is_open(now, task.booked):
                    again = self._puts_off_until(task, ahead, now) if ahead else -1
                else:
                    again = need.opening(now + 1, task.booked)
                if again <= now:
                    heappop(need.line)
                    self.waiting -= 1
                    self.start(task, now)
                    if need.line:
                        heappush(heads, (*need.line[0], need))
                    continue
                if again < alarm:
                    alarm = again
            ahead.append(task)
        # An alarm that is set for before then will look again and set the next.
        if alarm < self._alarm or (self._alarm <= now and alarm < FOREVER):
            self._alarm = alarm
            floor.at(alarm, self.touch)

    def start(self, task: Task, now: int) -> None:
        """Give *task* what it needs, *now*."""
        self.free -= task.need.takes
        self.working.add(task)
        task.started = now
        self.floor.at(now + task.lasts, task.finish)
        if task.begun is not None:
            task.begun.succeed()

    def take_back(self, task: Task) -> None:
        """Return the units of *task* and decide who gets them."""
        self.free += task.need.takes
        self.working.remove(task)
        if self.waiting:
            self.touch()

    def _puts_off_until(self, task: Task, ahead: list[Task], now: int) -> int:
        """The minute until which starting *task* now would delay a task of *ahead*; -1 if it delays none.

        A task ahead stops counting after the last minute at which it could still start in its opening.
        """
        for other in ahead:
            if task.need.shares(other.need):
                start, spare = self.claim(other, now)
                if now + task.booked > start and any(
                    units > spare.get(resource, FOREVER) for resource, units in task.need.parts
                ):
                    return other.need.closing(start) - other.booked + 1
        return -1

    def claim(self, task: Task, now: int) -> tuple[int, dict[int, int]]:
        """When *task* could start if all work ended as booked, and which units would be left over beside it then.

        Work that is past its booked end may return its units at any minute, so it counts as returned now for the start; it
        does not count for what is left over, since it may also take longer.
        """
        wanted = dict(task.need.parts)
        free = {resource: self.units(resource) for resource in wanted}
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
