"""Runs that are killed at a chosen moment: before so many of the things that they do to their folder.

``python -m tests.study.killed FOLDER REPLICATIONS MOMENT`` prints whether the run was killed there or came to its
end. Several moments are tried one after another on the same folder; with ``each 7``, every seventh moment on a folder
of its own, and then the same command once more.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from mfg.study import cell, chunk
from mfg.study.run import run_of
from mfg.study.study import Execution, Study
from mfg.study.variants import Variant
from tests.study.folders import SMALL

TOUCHES = {"open", "os.rename", "os.mkdir", "os.remove", "fcntl.flock"}


def attempt(study: Study, folder: Path, replications: int, moment: int | None) -> bool:
    """Whether a process of its own came to the end of the run before the *moment*."""
    process = os.fork()
    if process == 0:
        if moment is not None:
            dies_before(moment, folder)
        try:
            run_of(study, Execution(folder), replications)
            os._exit(0)
        except BaseException:  # noqa: BLE001  a child never returns to its parent's work
            os._exit(1)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return status == 0


def dies_before(moment: int, folder: Path) -> None:
    """Let this process kill itself before it touches *folder* for the time with this number."""
    left = moment

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in TOUCHES and (event == "fcntl.flock" or str(arguments[0]).startswith(str(folder))):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def main(folder: Path, replications: int, moments: list[str]) -> None:
    """Print a line for each attempt."""
    study = Study.of(SMALL, (Variant("as it is", {}),), None)
    cell.simulate_cell(study.plans[0], 0, 0)  # what is imported on first use is imported once
    assert chunk.environment().digest == study.identity.environment
    if not moments[0].startswith("each"):
        for moment in moments:
            sys.stdout.write("ended\n" if attempt(study, folder, replications, int(moment)) else "killed\n")
        return
    moment, over = 1 - int(moments[0].removeprefix("each ")), False
    while not over:
        moment += int(moments[0].removeprefix("each "))
        over = attempt(study, folder / str(moment), replications, moment)
        assert attempt(study, folder / str(moment), replications, None)
        sys.stdout.write("ended\n" if over else "killed\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
