"""Work on somebody's file in a process of its own, which may take so much time and memory and no more."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from mfg.errors import MfgError, Refused

MEMORY = 4 * 2**30  # bytes of addresses; libraries reserve a part of them and use little of it


def contained(work: Callable[..., Any], *given: Any, seconds: float) -> Any:
    """What *work* returns, or raises, in another process.

    Raises:
        Refused: if it takes longer than so many *seconds*, or more memory than it may.
        MfgError: as *work* does.
    """
    advice = "keep the one table that is meant, or audit it with the command mfg audit"
    context = get_context("spawn")
    heard, line = context.Pipe(duplex=False)
    process = context.Process(target=_inside, args=(line, work, given), daemon=True)
    process.start()
    line.close()
    try:
        if not heard.poll(seconds):
            raise Refused("", None, f"takes more than {seconds:g} seconds to read", advice)
        kind, value = heard.recv()
    except EOFError:
        raise Refused("", None, "takes more memory than a table may", advice) from None
    finally:
        process.kill()
        process.join()
        heard.close()
    if kind == "refused":
        raise value
    if kind == "large":
        raise Refused("", None, "takes more memory than a table may", advice)
    if kind == "failed":
        raise RuntimeError(value)
    return value


def _inside(line: Connection, work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answer: tuple[str, Any]
    try:
        answer = "done", work(*given)
    except MfgError as error:
        answer = "refused", error
    except MemoryError:
        answer = "large", None
    except Exception as error:  # noqa: BLE001  it is told on the other side
        answer = "failed", type(error).__name__
    line.send(answer)
