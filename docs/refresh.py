"""Write the outputs that the documents show: what stands in a ``console`` block is what the command prints.

A block starts with ``$ mfg ...`` and holds the answer, or the refusal where there is no answer; what a block of ``python``
prints stands in the ``text`` after it. ``... | head -n 12`` keeps its first lines. The examples' outputs stand beside them as ``.out``. Pages and
pictures that are made from the package are written too.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import runpy
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from docs.dictionary import PAGES
from docs.flow import model_picture
from mfg.cli import run
from mfg.sizes import SIZES
from tests.witness.rows import COMMANDS
from tests.witness.table import claims

ROOT = Path(__file__).parent.parent
DOCUMENTS = (
    "README.md",
    "docs/getting-started.md",
    "docs/pharmacist.md",
    "docs/planner.md",
    "docs/teacher.md",
    "docs/questions.md",
    "docs/doses.md",
    "docs/protocol-files.md",
    "docs/scenario-files.md",
    "docs/what-if.md",
)
PROGRAMS = ("docs/python.md",)  # whose blocks of Python are run, one after the other
LONG = ("docs/planning.md",)  # whose commands take a minute or more
KEYS, LIMITS, FRONT = "docs/keys.md", "docs/limits.md", "docs/images/waiting.svg"
MODEL = "docs/model.svg"
_LIMITS = """# Limits

How large things may be. What lies beyond is refused where it stands, before anything is done for it: it is a slip in a number
or in its unit, or would take more time or memory than a machine has. None can be raised: what is larger is split. A number
is plain digits with a sign, a decimal point or a power of ten (`1e6`), in files, after `--set` and in Python alike. Every length
of time is at least a minute, the step of the clock, or nought where it may be nothing; the tail of a distribution of such
lengths ends after a century.

"""
_HEAD = """# Keys

Which command obeys which key: for every mark there is a case in `tests/witness/` in which another value of the key changes
what the command answers. `show` has a mark where it shows more than a number, which it does for every number of a protocol;
`check` where it judges more than the shape. A key that stands in many places is listed once: under `limits`,
`distribution` and `evidence`.

"""
_PROGRAM = re.compile(r"(```python\n(.*?)```\n\n```text\n)(.*?)(```)", re.DOTALL)
_BLOCK = re.compile(r"(```console\n\$ mfg ([^\n]*)\n)(.*?)(```)", re.DOTALL)


def refreshed(text: str) -> str:
    """*text* with the output of every command block computed anew."""
    return _BLOCK.sub(lambda block: block[1] + output(block[2]) + block[4], text)


def refreshed_programs(text: str) -> str:
    """*text* with what each block of Python prints computed anew, in the block of text after it."""
    known: dict[str, object] = {"__name__": "__main__"}

    def printed(block: re.Match[str]) -> str:
        exec(compile(block[2], "docs", "exec"), known)  # noqa: S102  the documents are our own
        said = "".join(f"{line.rstrip()}\n" for line in ran.getvalue().splitlines())
        ran.seek(0)
        ran.truncate()
        return block[1] + said + block[4]

    with _silent() as ran:
        return _PROGRAM.sub(printed, text)


def output(line: str) -> str:
    """What ``mfg`` prints for a command line, in the root of the project, trailing spaces left out."""
    command, _, filter_ = line.partition(" | head -n ")
    refused = io.StringIO()
    with _silent() as said, contextlib.redirect_stderr(refused):
        run(_words(command))
    lines = [text.rstrip() for text in (said.getvalue() or refused.getvalue()).splitlines()]
    return "".join(f"{text}\n" for text in (lines[: int(filter_)] if filter_ else lines))


def limits_page() -> str:
    """The table of how large things may be, from the module that holds them."""
    rows = "".join(f"| {size.what} | {size.most:,} | {size.advice} |\n" for size in SIZES)
    return f"{_LIMITS}| what | at most | if that is too few |\n|---|--:|---|\n{rows}"


def front_picture() -> str:
    """The picture of the front page, of the run that `make demo` makes, as SVG."""
    with _silent():
        run(["run", "lenzumestrocel-phase2", "--replications", "30", "--output", "demo"])
        run(["picture", "demo", "waiting", "-o", "waiting.svg"])
        return Path("waiting.svg").read_text(encoding="utf-8")


def keys_page() -> str:
    """The table of keys and of the commands that obey them, from the classes and the witnesses."""
    header = f"| key | {' | '.join(COMMANDS)} |\n|---|{'---|' * len(COMMANDS)}\n"
    rows = (
        f"| `{key}` | {' | '.join('x' if each in obeyed else ' ' for each in COMMANDS)} |\n"
        for key, obeyed in claims().items()
    )
    return _HEAD + header + "".join(rows)


def example(path: Path) -> str:
    """What an example prints."""
    with _silent() as said:
        runpy.run_path(str(path), run_name="__main__")
    return said.getvalue()


def _words(command: str) -> list[str]:
    return [word.strip("'\"") for word in re.findall(r"'[^']*'|\"[^\"]*\"|\S+", command)]


@contextlib.contextmanager
def _silent() -> Iterator[io.StringIO]:
    """Stdout collected, a folder of its own for what a run writes, and one time for every answer."""
    before, said = Path.cwd(), io.StringIO()
    clock = mock.patch("mfg.cli.asked.now", return_value=datetime(2026, 3, 12, 8, 30, tzinfo=UTC))
    with clock, tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(said):
        for name in ("examples", "protocols", "tests"):
            (Path(folder) / name).symlink_to(ROOT / name)
        os.chdir(folder)
        try:
            yield said
        finally:
            os.chdir(before)


def main() -> None:
    """Refresh every document and every example."""
    for name in (*DOCUMENTS, *LONG):
        path = ROOT / name
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")
    for name in PROGRAMS:
        path = ROOT / name
        path.write_text(refreshed_programs(path.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / KEYS).write_text(keys_page(), encoding="utf-8")
    (ROOT / LIMITS).write_text(limits_page(), encoding="utf-8")
    (ROOT / FRONT).parent.mkdir(exist_ok=True)
    (ROOT / FRONT).write_text(front_picture(), encoding="utf-8")
    (ROOT / MODEL).write_text(model_picture(), encoding="utf-8")
    for name, made in PAGES.items():
        (ROOT / name).write_text(made(), encoding="utf-8")
    for path in sorted((ROOT / "examples").glob("*.py")):
        path.with_suffix(".out").write_text(example(path), encoding="utf-8")
    sys.stderr.write("documents and examples are fresh\n")


if __name__ == "__main__":
    main()
