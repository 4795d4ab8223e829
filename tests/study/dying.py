"""The command ``mfg``, with a process in it that ends at a chosen moment.

``python -m tests.study.dying WORDS`` is ``mfg WORDS``, but for what DYING says: ``SIGNAL WHOM ROLE WHEN CALL NUMBER FILE``.
In the first process of that ROLE (main, worker) that comes so far, the signal is sent to WHOM (group, main, self) when or
after it does the CALL (rename, unlink, cell) for the time with this number; FILE remembers that it was sent. With
``count FILE`` nobody dies, and FILE has a line for each call: its role and its kind. A cell is a rename too.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mfg.cli import main

ROLE = "main" if __name__ == "__main__" else "worker"  # which imports it under another name
SAID = os.environ["DYING"].split()
done: Counter[str] = Counter()


def kinds_of(name: str, path: Path) -> list[str]:
    """What a call does: a rename of a sealed cell counts as a cell too."""
    return [name, "cell"] if name == "rename" and path.parent.parent.name == "events" else [name]


def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, which says that it was made."""

    def noted(path: Path, *given: Any, **more: Any) -> Any:
        with Path(SAID[1]).open("a", encoding="utf-8") as file:
            file.writelines(f"{ROLE} {kind}\n" for kind in kinds_of(name, Path(given[0]) if given else path))
        return call(path, *given, **more)

    return noted


def deadly(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, at which somebody dies."""
    sign, whom, role, moment, kind, number, once = SAID

    def strike() -> None:
        try:
            os.close(os.open(once, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        how = signal.Signals[sign]
        if whom == "group":
            os.killpg(os.getpgrp(), how)
        else:
            os.kill(os.getppid() if whom == "main" and ROLE == "worker" else os.getpid(), how)

    def fatal(path: Path, *given: Any, **more: Any) -> Any:
        kinds = kinds_of(name, Path(given[0]) if given else path)
        done.update(kinds)
        now = role == ROLE and kind in kinds and done[kind] == int(number)
        if now and moment == "before":
            strike()
        answer = call(path, *given, **more)
        if now and moment == "after":
            strike()
        return answer

    return fatal


changed = counted if SAID[0] == "count" else deadly
Path.replace = changed("rename", Path.replace)  # type: ignore[method-assign]
Path.unlink = changed("unlink", Path.unlink)  # type: ignore[method-assign]

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it may come ignored
    main()
