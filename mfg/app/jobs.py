"""What takes a while: one piece of work at a time, a few that wait, progress, Stop, and what came of the latest ones."""

from __future__ import annotations

import signal
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from attrs import define, evolve, field

from mfg.app.controls import to_begin_with
from mfg.app.page import problems_of
from mfg.app.workers import Hands, Workers
from mfg.errors import MfgError, Refused
from mfg.pictures.picture import warm_up

_WAIT = 3  # pieces of work that may wait behind the one in hand
_KEPT = 16  # pieces of work that are remembered with what came of them
_PATIENCE = 4  # seconds after Stop before the processes are ended in the middle of a replication


class State(StrEnum):
    """How it stands with a piece of work; what nobody remembers is gone."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    GONE = "gone"


def warm() -> None:
    """Load what draws, and what forms are made of, before anybody asks: the first picture takes a second longer than others."""
    to_begin_with()
    warm_up()


class Stopped(Exception):
    """Somebody pressed Stop."""


@define(eq=False)
class PageJob:
    """One piece of work: how far it is, and what came of it.

    `first` is a first look at what is coming, `result` the whole; `folder` is its own.
    """

    id: str
    of: int
    folder: Path
    work: Callable[[PageJob], Any]
    hands: Hands
    stop_file: Path
    state: State = State.WAITING
    done: int = 0
    counted: Callable[[], int] | None = None
    first: Any = None
    result: Any = None
    problem: list[str] = field(factory=list)

    def told(self, done: int, _: int) -> None:
        """Hear how much is done.

        Raises:
            Stopped: if it is to go no further.
        """
        self.done = max(self.done, done)
        self.check()

    def check(self) -> None:
        """Go no further if that was asked for.

        Raises:
            Stopped: if it was.
        """
        if self.stop_file.exists():
            raise Stopped

    def so_far(self) -> int:
        """How much is done, counted now."""
        if self.state == State.RUNNING and self.counted is not None:
            self.done = max(self.done, min(self.of, self.counted()))
        return self.of if self.state == State.DONE else self.done


@define(eq=False)
class PageJobs:
    """All work of one server, in folders under *root*."""

    root: Path
    workers: Workers
    _known: OrderedDict[str, PageJob] = field(factory=OrderedDict, init=False)
    _queue: SimpleQueue[PageJob | None] = field(factory=SimpleQueue, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _number: int = field(default=0, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def open(self) -> None:
        """Begin to work."""
        self._thread = threading.Thread(target=self._go, name="jobs", daemon=True)
        self._thread.start()

    def ask(self, key: str, of: int, work: Callable[[PageJob], Any]) -> PageJob:
        """Have *work* done; what is known, under way or waiting by that *key* already is not done again.

        Raises:
            Refused: if too many wait.
        """
        with self._lock:
            known = self._known.get(key)
            if known is not None and known.state not in (State.STOPPED, State.FAILED):
                self._known.move_to_end(key)
                return known
            if sum(one.state == State.WAITING for one in self._known.values()) >= _WAIT:
                advice = "wait for one of them, or stop one"
                raise Refused("", None, f"one run is in hand and {_WAIT} wait already", advice)
            self._number += 1
            stop = self.root / f"stop-{self._number}"
            job = PageJob(key, of, self.root / f"job-{self._number}", work, Hands(self.workers, stop), stop)
            self._known[key] = job
            self._known.move_to_end(key)
            self._forget()
        self._queue.put(job)
        return job

    def find(self, key: str) -> PageJob | None:
        """The work of that *key*, if it is remembered."""
        with self._lock:
            job = self._known.get(key)
            if job is not None:
                self._known.move_to_end(key)
            return job

    def stop(self, job: PageJob) -> None:
        """Let *job* go no further than the replication in hand, or than a few seconds if that takes long."""
        job.stop_file.touch()
        with self._lock:
            if job.state == State.WAITING:
                job.state = State.STOPPED
        if job.state == State.RUNNING:
            threading.Timer(_PATIENCE, self._end, (job,)).start()

    def close(self) -> None:
        """Stop everything, and wait until it has stopped."""
        with self._lock:
            known = list(self._known.values())
        for job in known:
            job.stop_file.touch()
        self._queue.put(None)
        self.workers.close()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _end(self, job: PageJob) -> None:
        if job.state == State.RUNNING:
            self.workers.kill()

    def _forget(self) -> None:
        """Let go of what was asked for longest ago, but of nothing that is not finished."""
        over = [key for key, one in self._known.items() if one.state not in (State.WAITING, State.RUNNING)]
        for key in over[: max(0, len(self._known) - _KEPT)]:
            self._remove(self._known.pop(key).folder)

    def _remove(self, folder: Path) -> None:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)

    def _go(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # for the processes that are started here
        self.workers.warm()
        warm()
        while (job := self._queue.get()) is not None:
            with self._lock:
                if job.state == State.STOPPED:
                    continue
                job.state = State.RUNNING
            job.state = self._carried_out(job)

    def _carried_out(self, job: PageJob) -> State:
        try:
            job.check()
            job.result = job.work(job)
        except Stopped:
            return State.STOPPED
        except (MfgError, OSError) as error:
            if job.stop_file.exists():
                return State.STOPPED
            if isinstance(error, Refused) and error.where == "executor":
                error = evolve(error, where="the processes that simulate")
            job.problem = (
                problems_of(error) if isinstance(error, MfgError) else [error.strerror or "the disk failed"]
            )
            job.problem = [one.replace(str(self.root), "the folder of this page") for one in job.problem]
            return State.FAILED
        except Exception as error:  # noqa: BLE001  the page goes on
            if job.stop_file.exists():
                return State.STOPPED
            sys.stderr.write(f"mfg app: unexpected {type(error).__name__}\n")
            job.problem = ["the run ended in an unexpected error; nothing of it is kept"]
            return State.FAILED
        return State.DONE
