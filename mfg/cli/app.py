"""The command that serves a page on this machine: app."""

from __future__ import annotations

import os
import sys

from cyclopts import App

from mfg.cli import say
from mfg.cli.options import Whole


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(serve, name="app")


def serve(*, port: Whole = 8765, workers: Whole | None = None) -> int:
    """Serve a page on this machine: what-ifs, today's patients, doses, audits, calendars and evidence.

    Nobody else can reach it, and it asks nothing of anybody. Ctrl-C ends it.

    Example: mfg app

    Parameters
    ----------
    port
        The port of 127.0.0.1 at which it answers.
    workers
        How many processes simulate; as many as there are cores if left out.
    """
    from mfg.app.server import serve as served
    from mfg.study.loading import check_workers

    check_workers(workers)
    try:
        served(port, workers or os.cpu_count() or 1, _said)
    except KeyboardInterrupt as ended:
        if type(ended) is not KeyboardInterrupt:
            raise
    return 0


def _said(address: str) -> None:
    say.result(f"{address} (Ctrl-C ends it)")
    sys.stdout.flush()
