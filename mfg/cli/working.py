"""By what means a command has its work done, and where what it says is kept."""

from __future__ import annotations

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


def answer_from(folder: Path, view: View, *, json: bool) -> None:
    """Print *view*, whose text is kept in the *folder* of its study, as wide as it needs."""
    from mfg.files import write_atomically
    from mfg.study.folder import PRINTED

    text, width = text_of(view), say.width()
    write_atomically(folder / PRINTED, text.encode(), durable=True)
    if json or width is not None:
        answer(view, json=json)
    else:
        say.write(text)
    if not json:
        say.result(f"kept in {folder}: summary.txt is this text, README.md says what else is there")


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
