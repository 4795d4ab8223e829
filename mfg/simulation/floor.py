"""The floor of a site: its clock, its resources, and the tasks that are asked for there."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify
from itertools import count
from typing import Protocol

from mfg.calendar import FOREVER
from mfg.simulation.clock import Clock, Running
from mfg.simulation.grants import Pool, Task
from mfg.simulation.interrupts import Reason
from mfg.simulation.needs import Exhausted, Need


class Log(Protocol):
    """The event log, as far as finished work is written into it."""

    def worked(self, task: Task, finished: int) -> None:
        """*task* was done."""

    def cleared(self, task: Task, finished: int) -> None:
        """The line clearance after *task* is done."""


class Floor(Clock):
    """The clock of a site together with its resources.

    *capacities* gives the units of each resource, *needs* what tasks may ask for.
    """

    def __init__(self, capacities: Sequence[int], needs: Sequence[Need], log: Log) -> None:
        super().__init__()
        self.capacities = tuple(capacities)
        self.needs = tuple(needs)
        self.log = log
        self.asks = count()
        self.pools = [Pool(self, sharing) for sharing in _sharing(needs)]

    @property
    def free(self) -> list[int]:
        """How many units of each resource are free."""
        free = list(self.capacities)
        for pool in self.pools:
            for resource in pool.fields:
                free[resource] = pool.units(resource)
        return free

    def is_done(self) -> None:
        """Check, when nothing is left to happen, that nobody is left waiting.

        Raises:
            Exhausted: if somebody still waits for an opening that the calendar does not have.
        """
        for need in self.needs:
            if need.line and need.opening(self.now, need.line[0][1].booked) == FOREVER:
                raise Exhausted(need)

    def interrupt(self, process: Running, reason: Reason) -> None:
        """Stop *process* for a *reason*; a task that it waits for leaves its line, if it has not begun."""
        if process.is_alive:
            if isinstance(process.target, Task):
                self.withdraw(process.target)
            process.interrupt(reason)

    def stop(self, task: Task) -> None:
        """End *task* now, if it has begun and not ended."""
        if task.started >= 0 and task.callbacks is not None:
            self.forget(task.started + task.lasts, task.finish)
            task.finish()

    def withdraw(self, task: Task) -> None:
        """Remove *task* from its queue if it still waits; work that has begun goes on to its end."""
        pool, need = task.need.pool, task.need
        if task in pool.asked:
            pool.asked.remove(task)
        elif any(entry[1] is task for entry in need.line):
            need.line = [entry for entry in need.line if entry[1] is not task]
            heapify(need.line)
            pool.waiting -= 1
        pool.touch()


def _sharing(needs: Sequence[Need]) -> list[list[Need]]:
    """The needs in groups that share resources, directly or through others."""
    groups: list[tuple[set[int], list[Need]]] = []
    for need in needs:
        resources, members = {resource for resource, _ in need.parts}, [need]
        apart = []
        for group in groups:
            if resources.isdisjoint(group[0]):
                apart.append(group)
            else:
                resources, members = resources | group[0], group[1] + members
        groups = [*apart, (resources, members)]
    return [members for _, members in groups]
