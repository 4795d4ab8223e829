"""The command ``mfg``: a thin layer over the same functions that Python has."""

from __future__ import annotations

import io
import os
import signal
import sys
from importlib import metadata
from pathlib import Path
from typing import NoReturn

from cyclopts import App, CycloptsError

from mfg.cli import app as app_command
from mfg.cli import (
    asked,
    audit,
    dose,
    figures,
    lessons,
    limits,
    patients,
    protocols,
    report,
    runs,
    say,
    sensitivity,
    show,
    studies,
    today,
)
from mfg.cli.wrong import as_typed, in_words
from mfg.errors import MfgError
from mfg.extras import not_installed
from mfg.failures import Failed

DONE, _FOUND, _REFUSED, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143

app = App(
    name="mfg",
    help="How a patient's own bone marrow becomes a dose: doses, courses, audits and what-ifs.",
    version=lambda: metadata.version("mfg"),
    help_format="plaintext",
    print_error=False,
    exit_on_error=False,
    suppress_keyboard_interrupt=False,
    result_action="return_value",
)
show.add_to(app)
protocols.add_to(app)
dose.add_to(app)
patients.add_to(app)
audit.add_to(app)
runs.add_to(app)
studies.add_to(app)
report.add_to(app)
sensitivity.add_to(app)
figures.add_to(app)
limits.add_to(app)
today.add_to(app)
app_command.add_to(app)
lessons.add_to(app)


def run(arguments: list[str]) -> int:
    """Carry out one command line and return its exit status."""
    asked.typed.set(tuple(arguments))
    try:
        return int(app(arguments) or DONE)
    except CycloptsError as error:
        return _refused(in_words(error, arguments))
    except Failed as error:
        say.remark(f"mfg: {error}")
        return _FOUND
    except MfgError as error:
        return _refused(str(as_typed(error)))
    except BrokenPipeError:
        raise
    except ModuleNotFoundError as error:
        return _refused(str(not_installed(error)))
    except OSError as error:
        return _refused(
            f"{error.filename or 'output'}: {error.strerror or error}; check the path, its permissions and the space left"
        )
    except KeyboardInterrupt as error:
        say.remark(f"interrupted{f': {error}' if str(error) else ''}")
        return TERMINATED if isinstance(error, Terminated) else INTERRUPTED


class Terminated(KeyboardInterrupt):
    """An interrupt by whoever ends processes: a batch system, or a machine that shuts down."""


def main() -> None:
    """The entry point of the command."""
    signal.signal(signal.SIGTERM, _terminated)
    _open_streams()
    try:
        status = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = DONE
    raise SystemExit(status)


def _open_streams() -> None:
    """Where stderr is closed, say nothing there; where an encoding lacks a letter, write its escape; without stdout, stop."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  as long as the process lives
    if sys.stdout is None:
        raise SystemExit(_refused("output: is closed; let it go to a terminal, a file or /dev/null"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _terminated(*_: object) -> NoReturn:
    raise Terminated


def _refused(message: str) -> int:
    say.remark(f"mfg: {message}")
    return _REFUSED
