"""Studies that are killed or interrupted where it hurts, and the same command once more.

``python -m tests.study.kills --kills 100 --seed 1`` draws a study, who is hit by which signal, and at which of its renames
and removals; then the folder has to hold what an undisturbed one holds, byte for byte, the text has to be the same,
and no process may be left. It prints a line for each kill, and its status is 1 if one of them left a trace.
"""

from __future__ import annotations

import argparse
import os
import random  # noqa: TID251  what the tests draw has no name
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from mfg.study.folder import read
from mfg.study.parts import table_of
from tests.study.folders import SMALL, when

ROOT = Path(__file__).parent.parent.parent
TABLES = ("events", "patients", "lots", "doses", "tests", "resources")
TARGET = "lots_started +-1%"  # out of reach: all that are allowed are made
STUDIES: dict[str, tuple[str, ...]] = {
    "run": ("run", str(SMALL), "-n", "12", "--csv"),
    "grown": ("run", str(SMALL), "-n", "23"),
    "compared": ("compare", str(SMALL), "-n", "11"),
    "until": ("run", str(SMALL), "--until", TARGET, "-n", "33"),
}
BEFORE = {"grown": ("run", str(SMALL), "-n", "7")}  # what was asked for earlier
HITS = (  # who dies, and of what
    ("SIGKILL", "group"),
    ("SIGKILL", "main"),
    ("SIGKILL", "self"),
    ("SIGTERM", "group"),
    ("SIGTERM", "main"),
    ("SIGINT", "group"),
    ("SIGINT", "main"),
)
STATUS = {"SIGKILL": -signal.SIGKILL, "SIGTERM": 143, "SIGINT": 130}


@frozen
class Said:
    """How a command ended."""

    status: int
    out: str
    err: str


@frozen
class Kill:
    """A signal at a moment of a study that so many workers carry out."""

    study: str
    workers: int
    sign: str
    whom: str
    role: str
    moment: str
    call: str
    number: int

    def __str__(self) -> str:
        hit = f"{self.sign} to {self.whom}"
        return f"{self.study}, {self.workers} workers: {hit} {self.moment} {self.call} {self.number} of {self.role}"

    @property
    def status(self) -> int:
        """What the command ends with: a worker that is killed is replaced."""
        return 0 if (self.whom, self.role) == ("self", "worker") else STATUS[self.sign]


def carried_out(folder: Path, words: tuple[str, ...], workers: int, dying: str) -> Said:
    """A command to its end, and to that of whatever it has started."""
    command = [sys.executable, "-m", "tests.study.dying", *words, "--workers", str(workers), "-o", "study"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "DYING": dying, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=300)
        assert when(lambda: not left(process.pid), seconds=20), f"{left(process.pid)} still run"
    finally:
        for one in left(process.pid):
            os.kill(one, signal.SIGKILL)
    return Said(process.returncode, out, err)


def left(session: int) -> list[int]:
    """The processes of a session that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, own = status.read_text(encoding="utf-8").rpartition(") ")[2].split()[:4]
        except OSError:
            continue
        if int(own) == session and state != "Z":
            found.append(int(status.parent.name))
    return found


def everything(folder: Path) -> dict[str, bytes]:
    """Every file, hidden ones too, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def rows_once(folder: Path) -> None:
    """Every table can be read, and its files hold no row that is not in it."""
    record = read(folder)
    digest, replications = record["digest"], record["replications"]
    for n in range(len(record["identity"]["variants"])):
        for table in TABLES:
            frame = table_of(folder, digest, table, n, replications)
            assert set(frame["replication"]) <= set(range(replications))
            assert not frame.duplicated().any(), f"{table} has rows twice"


class Campaign:
    """Undisturbed studies below a folder, and kills of others that should come to be the same."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.said: dict[str, Said] = {}
        self.calls: dict[tuple[str, int], Counter[tuple[str, str]]] = {}

    def undisturbed(self, study: str, workers: int) -> Path:
        """The folder of an undisturbed study; what it does to its folder is counted on the way."""
        folder = self.place / f"{study}-{workers}"
        if not folder.exists():
            self._begun(folder, study)
            count = self.place / f"{study}-{workers}.calls"
            count.touch()
            said = carried_out(folder, STUDIES[study], workers, f"count {count}")
            assert said.status == 0, said.err
            lines = count.read_text(encoding="utf-8").splitlines()
            self.calls[study, workers] = Counter(tuple(line.split()) for line in lines)  # type: ignore[misc]
            self.said[study] = said
            rows_once(folder / "study")
        return folder

    def _begun(self, folder: Path, study: str) -> None:
        """A folder in which a study begins: empty, or with what was asked for earlier."""
        earlier = self.place / f"{study}-before"
        if study in BEFORE and not earlier.exists():
            earlier.mkdir()
            assert carried_out(earlier, BEFORE[study], 1, f"count {os.devnull}").status == 0
        if study in BEFORE:
            shutil.copytree(earlier, folder)
        else:
            folder.mkdir()

    def drawn(self, luck: random.Random) -> Kill:
        """A kill at a moment that comes, unless the work is shared in another way."""
        study, workers = luck.choice(list(STUDIES)), luck.choice((1, 2))
        self.undisturbed(study, workers)
        calls = self.calls[study, workers]
        role, call = luck.choice(sorted(calls))
        share = workers if role == "worker" else 1
        sign, whom = luck.choice(HITS)
        number = 1 + luck.randrange(max(calls[role, call] // share, 1))
        return Kill(study, workers, sign, whom, role, luck.choice(("before", "after")), call, number)

    def carry_out(self, kill: Kill) -> bool:
        """Whether the moment came; what was killed there is as if nothing had been.

        Raises:
            AssertionError: if it is not.
        """
        whole = everything(self.undisturbed(kill.study, kill.workers) / "study")
        with tempfile.TemporaryDirectory(dir=self.place) as name:
            folder, once = Path(name) / "here", Path(name) / "once"
            self._begun(folder, kill.study)
            dying = f"{kill.sign} {kill.whom} {kill.role} {kill.moment} {kill.call} {kill.number} {once}"
            said = carried_out(folder, STUDIES[kill.study], kill.workers, dying)
            assert said.status == (kill.status if once.exists() else 0), (said.status, said.err)
            assert "Traceback" not in said.err, said.err
            again = carried_out(folder, STUDIES[kill.study], kill.workers, f"count {os.devnull}")
            assert again == self.said[kill.study], (again, self.said[kill.study])
            found = everything(folder / "study")
            assert sorted(found) == sorted(whole), sorted(set(found) ^ set(whole))
            assert found == whole, [name for name in whole if found[name] != whole[name]]
            return once.exists()


def results(campaign: Campaign, kills: int, luck: random.Random) -> Iterator[tuple[Kill, str]]:
    """So many kills whose moment came, each with what it left behind: nothing, if all is well."""
    came = 0
    while came < kills:
        kill = campaign.drawn(luck)
        try:
            hit = campaign.carry_out(kill)
        except AssertionError as trace:
            came += 1
            yield kill, str(trace) or "left a trace"
            continue
        if hit:
            came += 1
            yield kill, ""


def main() -> int:
    """Carry out a campaign and print what came of it."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--kills", type=int, default=100)
    reader.add_argument("--seed", type=int, default=1)
    asked = reader.parse_args()
    wrong, luck = 0, random.Random(asked.seed)  # noqa: S311
    with tempfile.TemporaryDirectory(prefix="kills-") as place:
        for n, (kill, trace) in enumerate(results(Campaign(Path(place)), asked.kills, luck), 1):
            wrong += bool(trace)
            sys.stdout.write(f"{n:>4} {'wrong' if trace else 'sound'}  {kill}\n")
            sys.stdout.write(f"     {trace}\n" if trace else "")
            sys.stdout.flush()
    sys.stdout.write(f"{asked.kills} kills, seed {asked.seed}: {wrong} left a trace\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
