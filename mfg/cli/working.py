"""By what means a command has its work done, and where what it says is kept."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfg.cli import say
from mfg.cli.view import View, answer, text_of

if TYPE_CHECKING:
    from mfg.study.study import Execution


@contextmanager
def share_work(
    workers: int | None, executor: str | None, folder: Path | None = None, what: str = "replications"
) -> Iterator[Execution]:
    """Who does the work, and a bar on a terminal that counts *what* is done."""
    import os

    from mfg.study.study import Execution
    from mfg.study.work import executor_at

    shared = (os.cpu_count() or 1) if workers is None else workers
    others = executor_at(executor, say.remark) if executor is not None else None
    try:
        with say.progress(what) as told:
            yield Execution(folder, shared, others, told)
    finally:
        if others is not None:
            others.let_go()


def answer_from(
    folder: Path, whole: View, few: View | None = None, *, report: bool = False, json: bool
) -> None:
    """Print *few* of a view if there is that, and keep the text of the *whole* in the *folder* of its study, as wide as it needs.

    Of what has a *report* the last line says how to get it.
    """
    from mfg.files import write_atomically
    from mfg.study.folder import PRINTED

    write_atomically(folder / PRINTED, text_of(whole).encode(), durable=True)
    answer(whole if few is None or json else few, json=json)
    if not json:
        what = "this text" if few is None else "all of it"
        say.lines(f"kept in {folder}: summary.txt is {what}, README.md says what else is there")
        if report:
            say.lines(f"a page of it: mfg report {shlex.quote(str(folder))}")


def with_late(settings: dict[str, str], late: str | None) -> dict[str, str]:
    """Settings with what was given after --late."""
    from mfg.errors import Refused

    if late is None:
        return settings
    if "late" in settings:
        raise Refused("--late", late, "is set as well", "give it once")
    return {**settings, "late": late}


def parts_of(scenario: Any) -> dict[str, str]:
    """The files of a scenario by their names, and in full where they have a title."""
    parts = {part: getattr(scenario, part) for part in ("protocol", "site", "population")}
    return {part: f"{one.name} ({one.title})" if one.title else one.name for part, one in parts.items()}
