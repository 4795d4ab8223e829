"""The processes that simulate, so that the page stays quick: started once, stopped between two replications, replaced when they die."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from typing import Any

from attrs import define, field

_PIDS = "pids"


@define
class Workers:
    """So many processes; which ones they are is written down in the folder *root*, where whoever stops them looks."""

    count: int
    root: Path
    _pool: ProcessPoolExecutor | None = field(init=False, default=None)
    _closed: bool = field(init=False, default=False)

    def pool(self) -> ProcessPoolExecutor:
        """The processes; others, if these have died. To be called in the one thread that gives them work."""
        if self._closed:
            raise BrokenProcessPool
        if self._pool is not None:
            try:
                self._pool.submit(_nothing)
            except (BrokenProcessPool, RuntimeError):
                self._pool = None
        if self._pool is None:
            pids = self.root / _PIDS
            pids.mkdir(exist_ok=True)
            self._pool = ProcessPoolExecutor(self.count, get_context("spawn"), _begin, (str(pids),))
        return self._pool

    def warm(self) -> None:
        """Let all of them start, and load what simulates."""
        pool = self.pool()
        for _ in range(self.count):
            pool.submit(_loaded)

    def kill(self) -> None:
        """End them now: what is in hand is lost."""
        pids = self.root / _PIDS
        for child in active_children():
            if (pids / str(child.pid)).exists():
                child.kill()

    def close(self) -> None:
        """End them, and wait until they have; no others are started."""
        self._closed = True
        if self._pool is not None:
            self.kill()
            self._pool.shutdown(wait=True, cancel_futures=True)


class Hands(Executor):
    """The same processes as an executor of a study whose work stops when a file appears."""

    def __init__(self, workers: Workers, stop: Path) -> None:
        self._workers, self._stop = workers, str(stop)

    def submit(self, _: Callable[..., Any], /, *given: Any, **__: Any) -> Future[Any]:
        """Let one of them carry out the chunk that is given."""
        return self._workers.pool().submit(_carry_out, given[0], self._stop)


# ---- in a worker -----------------------------------------------------------------------------------------


def _begin(pids: str) -> None:
    """Never hear Ctrl-C, which is for the page; say who this is; end when the page is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        (Path(pids) / str(os.getpid())).touch()

    def listening() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=listening, daemon=True).start()


def _nothing() -> None:
    """What is asked of a pool to see whether it lives."""


def _loaded() -> None:
    from mfg.study import today

    assert today.FUTURES


def _carry_out(chunk: Any, stop: str) -> Any:
    return chunk.carry_out(Path(stop).exists)
