"""Who does the work: this process, a pool of others that survives their death, or any executor.

The order in which work is done, and by whom, is nowhere in the results.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process

from mfg.errors import Refused
from mfg.study.cell import Outcome
from mfg.study.chunk import Chunk, Failure, carry_out, ignore_interrupts

TRIES = 3  # times that a chunk may take its process with it, when it works alone
AHEAD = 2  # chunks in hand for each worker

Done = list[Outcome | Failure]


def worked_off(chunks: Sequence[Chunk], workers: int, executor: Executor | None) -> Iterator[Done]:
    """Every chunk carried out, in any order."""
    if executor is not None:
        yield from _by(executor, chunks)
    elif workers == 1 or len(chunks) < 2:
        yield from map(carry_out, chunks)
    else:
        yield from _by_processes(chunks, min(workers, len(chunks)))


def _by(executor: Executor, chunks: Sequence[Chunk]) -> Iterator[Done]:
    futures = {executor.submit(carry_out, chunk) for chunk in chunks}
    try:
        while futures:
            done, futures = wait(futures, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        for future in futures:
            future.cancel()


def _by_processes(chunks: Sequence[Chunk], workers: int) -> Iterator[Done]:
    """A local pool. If a process dies, what was in hand is suspect and is done again, one chunk at a time."""
    guard = 'call it under if __name__ == "__main__":, or use one worker'
    if parent_process() is not None:
        raise Refused("workers", str(workers), "were asked for while a worker was starting", guard)
    waiting, suspects, deaths = deque(chunks), deque[Chunk](), dict[int, int]()
    while waiting or suspects:
        pool = ProcessPoolExecutor(workers, get_context("spawn"), ignore_interrupts)
        in_hand: dict[Future[Done], Chunk] = {}
        try:
            while waiting or suspects or in_hand:
                source, room = (suspects, 1) if suspects else (waiting, AHEAD * workers)
                while source and len(in_hand) < room:
                    chunk = source.popleft()
                    in_hand[pool.submit(carry_out, chunk)] = chunk
                for future in wait(in_hand, return_when=FIRST_COMPLETED).done:
                    yield future.result()
                    del in_hand[future]
        except BrokenProcessPool:
            if len(in_hand) == 1:
                (chunk,) = in_hand.values()
                deaths[id(chunk)] = deaths.get(id(chunk), 0) + 1
                if deaths[id(chunk)] == TRIES:
                    where = f"variant {chunk.variant}, replications {chunk.first} to {chunk.last - 1}"
                    problem = f"took its process with it {TRIES} times"
                    raise Refused(
                        where, None, problem, "look for what ends it, such as too little memory"
                    ) from None
            suspects.extend(in_hand.values())
        finally:
            for future in in_hand:
                future.cancel()
            pool.shutdown(wait=True, cancel_futures=True)


def executor_at(address: str) -> tuple[Executor, Callable[[], None]]:
    """The executor behind an address such as ``dask://HOST:PORT``, and how to let go of it.

    Raises:
        Refused: if the address is of no kind that is known, or nobody answers there.
    """
    kind, separator, place = address.partition("://")
    if kind != "dask" or not separator or not place:
        raise Refused("--executor", address, "is no executor", "write it like dask://127.0.0.1:8786")
    try:
        from distributed import Client
    except ImportError:
        advice = "install the extra: pip install 'mfg[cluster]'"
        raise Refused("--executor", address, "needs the library dask.distributed", advice) from None
    try:
        client = Client(f"tcp://{place}", timeout="10s")
    except OSError:
        raise Refused(
            "--executor", address, "does not answer", "start the scheduler, or mend the address"
        ) from None
    return client.get_executor(pure=False), client.close
