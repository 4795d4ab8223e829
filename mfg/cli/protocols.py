"""The commands that answer from a protocol alone: check, dose, schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from mfg.cli import say

FOUND = 1
Quantity = Annotated[str | None, Parameter(allow_leading_hyphen=True)]


def add_to(app: App) -> None:
    """Add these commands to *app*."""
    for command in (check, dose, schedule):
        app.command(command)


def check(*files: str, json: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Check protocol, site, population and scenario files, and the worked examples of protocols.

    A scenario is checked with its protocol, site and population. What is not checked is said at the end.

    Example: mfg check my-protocol.toml

    Parameters
    ----------
    files
        One or more built-in names, or paths of TOML files.
    json
        Print one JSON document.
    """
    from mfg.reader.checks import reports
    from mfg.simulation.compile import beyond_planning

    if not files:
        say.remark("mfg check: name at least one file")
        return 2
    found = [report for file in files for report in reports(file, beyond_planning)]
    if json:
        say.document({"files": [_checked(report) for report in found]})
    else:
        for report in found:
            say.result(str(report))
    return FOUND if any(report.faults for report in found) else 0


def _checked(report: Any) -> dict[str, Any]:
    faults = [{"file": one.source, **say.fields(fault)} for one in report.faults for fault in one.faults]
    head = {"file": report.file, "sound": not faults, "faults": faults}
    return {**head, "not_checked": list(report.not_checked)}


def dose(
    protocol: str,
    /,
    *,
    weight: Quantity = None,
    arm: str | None = None,
    dose: str | None = None,
    csf: Quantity = None,
    given: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    weighed: str | None = None,
    on: str | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Compute one patient's dose: cells, volumes, containers.

    Example: mfg dose lenzumestrocel-phase2 --weight 72kg --csf 25mL

    Parameters
    ----------
    protocol
        A built-in name, or the path of a TOML file.
    weight
        The body weight with its unit, such as 72kg.
    arm
        The arm, where the dose differs between arms.
    dose
        The dose, where the doses of an arm differ.
    csf
        The volume of vehicle that was drawn, such as 25mL: is it enough?
    given
        Another covariate of the protocol as NAME=VALUE; may be repeated.
    weighed
        The day on which the patient was weighed, as YYYY-MM-DD: is the weight too old?
    on
        The dosing day, as YYYY-MM-DD.
    json
        Print one JSON document.
    """
    from mfg.cli.orders import print_order
    from mfg.prescription.dosing import dose as prescribed
    from mfg.reader.protocols import load_protocol

    found = load_protocol(protocol)
    order = prescribed(
        found, weight=weight, arm=arm, dose=dose, csf=csf, given=_pairs(given), weighed=weighed, on=on
    )
    if json:
        say.document(order)
    else:
        print_order(order, protocol)
    return FOUND if any(finding.level == "error" for finding in order.findings) else 0


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    from mfg.errors import Refused

    pairs = [item.partition("=") for item in given]
    for name, equals, value in pairs:
        if not equals or not name or not value:
            raise Refused(
                "--given", f"{name}{equals}{value}", "is not NAME=VALUE", "write it like --given cohort=2"
            )
    names = [name for name, _, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise Refused("--given", name, "stands more than once", "give each value once")
    return {name: value for name, _, value in pairs}


def schedule(
    protocol: str,
    /,
    *,
    baseline: str,
    arm: str | None = None,
    supply: str | None = None,
    holidays: str | None = None,
    given: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    patient: str | None = None,
    site: str | None = None,
    clinic: str | None = None,
    ics: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Plan one patient's calendar: collections, draws, doses and visits.

    The exit status is 0 if everything with a date lies on a day on which it can be, else 1.

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
    json
        Print one JSON document.
    """
    from mfg.cli.courses import print_course, write_calendar
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
        given=_pairs(given),
        patient=patient,
        site=load_site(site) if site is not None else None,
        clinic=clinic,
    )
    if ics is not None:
        write_calendar(course, ics)
    if json:
        events = [{**say.fields(e), "weekday": e.weekday} for e in course.events]
        say.document({**say.fields(course), "events": events})
    else:
        print_course(course, protocol, several=len(loaded.supplies) > 1)
    return 0 if course.fits else FOUND
