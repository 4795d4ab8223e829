"""The command that makes a page of a study: report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from mfg.cli import say

NAME = "report.html"


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(report)


def report(folder: Path, /, *, output: Annotated[Path | None, Parameter(alias="-o")] = None) -> int:
    """Make one page of a finished run or comparison: its finding, its charts, and what it rests on.

    The page needs no network, and prints on A4.

    Example: mfg report runs/demo

    Parameters
    ----------
    folder
        The folder of a run or a comparison.
    output
        The file to write; report.html in the folder if left out.
    """
    from mfg.files import write_atomically
    from mfg.report.page import page_of
    from mfg.report.report import report_of
    from mfg.study.stored import load_run

    page = page_of(report_of(load_run(folder)))
    target = output or folder / NAME
    write_atomically(target, page.encode(), durable=True)
    say.result(f"report: {target}")
    return 0
