"""The small unit, and folders of it to be disturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mfg.cli import run

HERE = Path(__file__).parent
SMALL = HERE / "scenario.toml"


def carried_out(folder: Path, replications: int, *words: object) -> int:
    """The status of the one command that the tests disturb and repeat."""
    return run(
        [str(word) for word in ("run", SMALL, "-n", replications, "-o", folder, "--workers", 1, *words)]
    )


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but what was set aside, and what a command printed: Python prints nothing."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes()
        for name, path in files.items()
        if not name.startswith("quarantine/") and name != "summary.txt"
    }


def cells(folder: Path, variant: int = 0) -> list[Path]:
    """The files of the cells, in the order of their replications."""
    return sorted((folder / "events" / f"variant={variant}").glob("[0-9]*.parquet"))


def stamped(folder: Path) -> dict[Path, tuple[int, bytes]]:
    """Every file with its content and the time at which it was last written."""
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()
    }


def started(folder: Path, *words: object, **environment: str) -> subprocess.Popen[str]:
    """A command in a process group of its own, which hears Ctrl-C even if whoever started the tests does not."""
    command = [sys.executable, "-m", "mfg", *map(str, words), "-o", str(folder)]
    return subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  the tests have one thread
    )


def when(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until something holds, but not for ever."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


def children(process: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = status.read_text(encoding="utf-8").rpartition(") ")
        except OSError:
            continue
        state, parent = rest.split()[:2]
        if int(parent) == process and state != "Z":
            found.append(int(status.parent.name))
    return found


def running(process: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return (Path("/proc") / str(process) / "stat").read_text(encoding="utf-8").rpartition(") ")[2][0] != "Z"


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The status of a command and what it said on stderr."""
    try:
        _, said = process.communicate(timeout=120)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, said
