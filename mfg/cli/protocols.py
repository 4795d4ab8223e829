"""The commands that answer from a protocol alone: check, schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cyclopts import App

from mfg.cli import say
from mfg.cli.options import Json, Many
from mfg.cli.view import Sentence, View, answer

_FOUND = 1


def add_to(app: App) -> None:
    """Add these commands to *app*."""
    for command in (check, schedule):
        app.command(command)


def check(*files: str, json: Json = False) -> int:
    """Check protocol, site, population and scenario files, and the worked examples of protocols.

    A scenario is checked with its protocol, site and population. What is not checked is said at the end.

    Example: mfg check my-protocol.toml

    Parameters
    ----------
    files
        One or more built-in names, or paths of TOML files.
    """
    from mfg.plan.compile import beyond_planning
    from mfg.reader.checks import reports

    if not files:
        say.remark("mfg check: name at least one file")
        return 2
    found = [report for file in files for report in reports(file, beyond_planning)]
    data = {"files": [_checked(report) for report in found]}
    answer(View(None, data, tuple(Sentence(str(report)) for report in found)), json=json)
    return _FOUND if any(report.faults for report in found) else 0


def _checked(report: Any) -> dict[str, Any]:
    faults = [{"file": one.source, **say.fields(fault)} for one in report.faults for fault in one.faults]
    head = {"file": report.file, "sound": not faults, "faults": faults}
    return {**head, "warnings": list(report.warnings), "not_checked": list(report.not_checked)}


def schedule(
    protocol: str,
    /,
    *,
    baseline: str,
    arm: str | None = None,
    supply: str | None = None,
    holidays: str | None = None,
    given: Many = (),
    patient: str | None = None,
    site: str | None = None,
    clinic: str | None = None,
    ics: Path | None = None,
    json: Json = False,
) -> int:
    """Plan one patient's calendar: collections, draws, doses and visits.

    The exit status is 1 if there is an error among the findings, else 0; a warning leaves it at 0.

    Example: mfg schedule lenzumestrocel-phase2 --arm msc --baseline 2026-03-12 --holidays KR

    Parameters
    ----------
    protocol
        A built-in name, or the path of a TOML file.
    baseline
        Day 0, as YYYY-MM-DD.
    arm
        The arm, where the course differs between arms.
    supply
        One of the protocol's supplies; the first if left out.
    holidays
        A country or region whose public holidays are closed, such as KR or DE-BY.
    given
        A covariate of the protocol as NAME=VALUE, which decides what is conditional; may be repeated.
    patient
        The patient's name or number, which keeps calendars apart and lets one that is written again update its entries.
    site
        A built-in name, or the path of a TOML file: its opening hours, holidays and drives decide days and hours.
    clinic
        To which clinic of the site the patient comes, where it has several.
    ics
        Where to write the calendar as an .ics file; an earlier one of the same patient is updated.
    """
    from mfg.cli.courses import view_of_course, write_calendar
    from mfg.cli.given import pairs
    from mfg.course.schedule import schedule as planned
    from mfg.reader.protocols import load_protocol
    from mfg.reader.scenarios import load_site

    loaded = load_protocol(protocol)
    course = planned(
        loaded,
        baseline=baseline,
        arm=arm,
        supply=supply,
        holidays=holidays,
        given=pairs(given, "--given"),
        patient=patient,
        site=load_site(site) if site is not None else None,
        clinic=clinic,
    )
    if ics is not None:
        write_calendar(course, ics)
    answer(view_of_course(course, protocol, several=len(loaded.supplies) > 1), json=json)
    return say.status(finding.level for finding in course.findings)
