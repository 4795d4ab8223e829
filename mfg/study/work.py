"""Who does the work: this process, a pool of others that survives their death, or any executor.

The order in which work is done, and by whom, is nowhere in the results.
"""

from __future__ import annotations

import logging
import os
import socket
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from threading import Event, Thread
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlsplit

from mfg.errors import MfgError, Parameter, Refused
from mfg.extras import load
from mfg.study.chunk import Failure
from mfg.system import deaf_children, ignore_interrupts

TRIES = 3  # times that a chunk may take its process with it, when it works alone
LOOKS = 5  # seconds after which it is looked whether anybody works elsewhere
PATIENCE = 600  # seconds for which workers are waited for where there are none
AHEAD = 2  # chunks in hand for each worker

Done = list[Any]  # what came of the replications of a chunk, a failure among it where one failed


class Assignment(Protocol):
    """Some replications of a variant, which any process can carry out; `missing` are those that are to be done."""

    @property
    def variant(self) -> int:
        """Which variant it is of."""

    @property
    def first(self) -> int:
        """Its first replication."""

    @property
    def missing(self) -> list[int]:
        """The replications that are still to be done."""

    def carry_out(self, stopped: Callable[[], bool] = ...) -> Done:
        """Do what is missing unless it is *stopped* between two replications."""


def work_off(
    chunks: Sequence[Assignment], workers: int, executor: Executor | None
) -> Generator[Done, None, None]:
    """Every chunk carried out, in any order.

    Closed early, it lets the replications in hand be finished, and begins no others.
    """
    if executor is not None:
        yield from _by(executor, chunks)
    elif workers == 1 or len(chunks) < 2:
        yield from (chunk.carry_out() for chunk in chunks)
    else:
        yield from _by_processes(chunks, min(workers, len(chunks)))


def _by(executor: Executor, chunks: Sequence[Assignment]) -> Iterator[Done]:
    futures = {executor.submit(_carry_out_elsewhere, chunk) for chunk in chunks}
    try:
        while futures:
            done, futures = wait(futures, LOOKS, FIRST_COMPLETED)
            if not done and isinstance(executor, Cluster):
                executor.check()
            for future in done:
                yield future.result()
    except (MfgError, OSError):
        raise
    except CancelledError:
        problem = "took its work back, as it does when its scheduler ends"
        raise Refused("executor", None, problem, "what was finished is kept") from None
    except Exception as error:
        problem = f"gave up: {type(error).__name__}: {error}"
        raise Refused("executor", None, problem, "what was finished is kept") from error
    finally:
        for future in futures:
            future.cancel()


def _by_processes(chunks: Sequence[Assignment], workers: int) -> Iterator[Done]:
    """A local pool. If a process dies, what was in hand is suspect and is done again, one chunk at a time."""
    guard = 'call it under if __name__ == "__main__":, or use one worker'
    if parent_process() is not None:
        raise Refused("workers", str(workers), "were asked for while a worker was starting", guard)
    context = get_context("spawn")
    waiting, suspects, deaths = deque(chunks), deque[Assignment](), dict[int, int]()
    while waiting or suspects:
        heard, line = context.Pipe(duplex=False)
        pool = ProcessPoolExecutor(workers, context, _listen, (heard,))
        in_hand: dict[Future[Done], Assignment] = {}
        try:
            while waiting or suspects or in_hand:
                source, room = (suspects, 1) if suspects else (waiting, AHEAD * workers)
                while source and len(in_hand) < room:
                    chunk = source.popleft()
                    with deaf_children():
                        in_hand[pool.submit(_carry_out, chunk)] = chunk
                for future in wait(in_hand, return_when=FIRST_COMPLETED).done:
                    yield future.result()
                    del in_hand[future]
        except BrokenProcessPool:
            if len(in_hand) == 1:
                (chunk,) = in_hand.values()
                deaths[id(chunk)] = deaths.get(id(chunk), 0) + 1
                if deaths[id(chunk)] == TRIES:
                    problem = f"took its process with it {TRIES} times, as too little memory would"
                    yield [Failure(chunk.variant, min(chunk.missing, default=chunk.first), problem)]
                    return
            suspects.extend(in_hand.values())
        finally:
            line.close()
            pool.shutdown(wait=True, cancel_futures=True)
            heard.close()


# ---- in a worker -----------------------------------------------------------------------------------------

_over = Event()


def _carry_out(chunk: Assignment) -> Done:
    return chunk.carry_out(_over.is_set)


def _carry_out_elsewhere(chunk: Assignment) -> Done:
    return chunk.carry_out()


def _listen(line: Connection) -> None:
    """Stop after the replication in hand when the parent hangs up, and at once when it is dead."""

    def listening() -> None:
        with suppress(EOFError, OSError):
            line.recv_bytes()
        _over.set()
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    ignore_interrupts()
    Thread(target=listening, daemon=True).start()


# ---- elsewhere -------------------------------------------------------------------------------------------


class Cluster(Executor):
    """The workers of a scheduler of dask.distributed. While there are none that is *said*, and not waited for without end."""

    def __init__(self, address: str, client: Any, said: Callable[[str], None]) -> None:
        self._address, self._client, self._say = address, client, said
        self._own = client.get_executor(pure=False)
        self._alone: float | None = None

    def submit(self, work: Callable[..., Any], /, *given: Any, **more: Any) -> Future[Any]:
        """Let one of them do it."""
        future: Future[Any] = self._own.submit(work, *given, **more)
        return future

    def check(self) -> None:
        """Look whether there are any.

        Raises:
            Refused: if there have been none for so long that none may come.
        """
        if self._client.nthreads():
            self._alone = None
            return
        now = monotonic()
        if self._alone is None:
            self._alone = now
            self._say(f"{self._address} has no workers; they are waited for up to {PATIENCE // 60} minutes")
        if now - self._alone >= PATIENCE:
            advice = "start some with dask worker; the same command goes on"
            problem = f"has had no workers for {PATIENCE // 60} minutes"
            raise Refused(Parameter("executor"), self._address, problem, advice)

    def let_go(self) -> None:
        """Close the connection."""
        with suppress(Exception):  # its other end may be gone
            self._client.close()


def executor_at(address: str, said: Callable[[str], None] = lambda _: None) -> Cluster:
    """The executor behind an address such as ``dask://HOST:PORT``; what it waits for is *said*.

    The connection is plain TCP and trusts its other end: whoever owns the scheduler runs code here and on the workers.

    Raises:
        Refused: if the address is of no kind that is known, or nobody answers there.
    """
    host, port = _place(address)
    Client = load("distributed").Client  # noqa: N806  a class
    for name in [*logging.root.manager.loggerDict]:  # it would print tracebacks of what is said in words here
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        socket.create_connection((host, port), timeout=10).close()
        client = Client(f"tcp://{host}:{port}", timeout="10s")
    except OSError:
        advice = "start the scheduler, or mend the address"
        raise Refused(Parameter("executor"), address, "does not answer", advice) from None
    return Cluster(address, client, said)


def _place(address: str) -> tuple[str, int]:
    with suppress(ValueError):
        parts = urlsplit(address)
        if parts.scheme == "dask" and parts.hostname and parts.port and not parts.path.strip("/"):
            return parts.hostname, parts.port
    raise Refused(Parameter("executor"), address, "is no executor", "write it like dask://127.0.0.1:8786")
