"""What several commands take, each said once: cyclopts spreads the fields of these classes over a command's options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from attrs import frozen
from cyclopts import Parameter

from mfg.cli import say

Settings = Annotated[tuple[str, ...], Parameter(name="--set", negative="")]
Many = Annotated[tuple[str, ...], Parameter(negative="")]
Whole = Annotated[int, Parameter(converter=say.whole, allow_leading_hyphen=True)]
Flag = Annotated[bool, Parameter(negative="")]
Json = Annotated[bool, Parameter(negative="", help="Print one JSON document.")]


@Parameter(name="*")
@frozen(kw_only=True)
class Scenes:
    """What every command takes that simulates a scenario.

    Parameters
    ----------
    settings
        A value by its path as KEY=VALUE, such as suites=3; may be repeated.
    seed
        The random seed, instead of the scenario's.
    """

    settings: Settings = ()
    seed: Whole | None = None


@Parameter(name="*")
@frozen(kw_only=True)
class Shared(Scenes):
    """The same of one whose work several processes can share.

    Parameters
    ----------
    workers
        How many processes share the work; as many as there are cores if left out.
    """

    workers: Whole | None = None


@Parameter(name="*")
@frozen(kw_only=True)
class Lasting(Shared):
    """The same of one that keeps what it does in a folder.

    Parameters
    ----------
    executor
        Who does the work instead, such as dask://127.0.0.1:8786.
    output
        The folder of the study; one under runs/ if left out. Its README.md says what is in it.
    """

    executor: str | None = None
    output: Annotated[Path | None, Parameter(alias="-o")] = None


@Parameter(name="*")
@frozen(kw_only=True)
class Tabled(Lasting):
    """The same of one whose figures and tables are shown.

    Parameters
    ----------
    late
        Show the share of the patients who wait longer for their first dose, such as --late 60day.
    csv
        Write the tables into the folder as CSV too.
    everything
        Print every figure and table, and not only the few that matter first; summary.txt and JSON always have them.
    """

    late: str | None = None
    csv: Flag = False
    everything: Annotated[Flag, Parameter(name="--all")] = False
