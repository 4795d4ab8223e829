"""The commands that answer from a protocol alone: protocols, show, check, dose, audit, schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from mfg.cli import say

FOUND = 1
Quantity = Annotated[str | None, Parameter(allow_leading_hyphen=True)]


def add_to(app: App) -> None:
    """Add these commands to *app*."""
    for command in (protocols, show, check, dose, audit, schedule):
        app.command(command)


def protocols(*, json: Annotated[bool, Parameter(negative="")] = False) -> int:
    """List the built-in protocols.

    Example: mfg protocols
    """
    from mfg.reader.library import builtin
    from mfg.reader.protocols import load_protocol

    found = [load_protocol(name) for name in builtin("protocol")]
    if json:
        say.document([{"name": p.name, "title": p.title, "trial": p.trial} for p in found])
    else:
        say.table(["protocol", "title", "trial"], [[p.name, p.title, p.trial] for p in found])
    return 0


def show(protocol: str, /, *, json: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Show a protocol, every number with its evidence.

    Example: mfg show lenzumestrocel-phase2

    Parameters
    ----------
    protocol
        A built-in name, or the path of a TOML file.
    json
        Print one JSON document.
    """
    from mfg.evidence import counted
    from mfg.reader.protocols import load_protocol

    found = load_protocol(protocol)
    numbers = [
        {
            "path": n.path,
            "value": n.value,
            "kind": n.evidence.kind if n.evidence else None,
            "source": n.evidence.source if n.evidence else None,
            "where": list(n.evidence.where) if n.evidence else [],
            "reason": n.evidence.reason if n.evidence else None,
            "range": list(n.evidence.between) if n.evidence and n.evidence.between else None,
        }
        for n in found.numbers
    ]
    if json:
        arms = [say.fields(arm) for arm in found.arms]
        head = {"name": found.name, "title": found.title, "trial": found.trial, "arms": arms}
        head |= {"supplies": [{"name": s.name, "kind": s.kind, "about": s.about} for s in found.supplies]}
        say.document({**head, "numbers": numbers, "contradictions": list(found.contradictions)})
        return 0
    say.result(
        f"{found.title or found.name}  ({', '.join(filter(None, (found.name, found.trial, found.donor)))})\n"
    )
    say.table(["arm", "share", "doses"], [[a.name, a.ratio or a.size, _doses(a.doses)] for a in found.arms])
    say.result()
    if found.supplies:
        say.table(["supply", "kind", "about"], [[s.name, s.kind, s.about or ""] for s in found.supplies])
        say.result()
    rows = [[n["path"], n["value"], n["kind"] or "-", _ground(n)] for n in numbers]
    say.table(["number", "value", "evidence", "from"], rows)
    say.result()
    say.result(", ".join(f"{count} {kind}" for kind, count in counted(found.numbers).items() if count))
    for contradiction in found.contradictions:
        say.result(f"\ncontradiction {contradiction.name}: {contradiction.about}")
        for side in contradiction.between:
            say.result(f"  - {side}")
    return 0


def _doses(doses: Any) -> str:
    return ", ".join(f"{name} ({treatment})" for name, treatment in doses.items()) or "none"


def _ground(number: dict[str, Any]) -> str:
    places = f" [{number['source']}: {'; '.join(number['where'])}]" if number["source"] else ""
    return f"{number['reason'] or ''}{places}"


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


def audit(
    protocol: str,
    file: Path,
    /,
    *,
    out: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Check a table of doses that somebody else calculated.

    Example: mfg audit lenzumestrocel-phase2 doses.csv --out checked.csv

    Parameters
    ----------
    protocol
        A built-in name, or the path of a TOML file.
    file
        A CSV table with the columns patient, cells and, where the dose depends on it, weight_kg (or weight_lb,
        weight_g). Optional: route, arm, dose, volume_mL, and as second witnesses of the weight height_cm,
        previous_weight_kg and previous_cells.
    out
        Where to write the same rows with their verdicts.
    json
        Print one JSON document.
    """
    import contextlib

    from mfg.auditing import audit as prepare
    from mfg.cli.verdicts import written
    from mfg.reader.protocols import load_protocol

    found = prepare(load_protocol(protocol), file)
    with (
        written(found, file, out) if out is not None else contextlib.nullcontext(found.verdicts()) as verdicts
    ):
        flagged = [verdict for _, verdict in verdicts if verdict.verdict != "ok"]
    if json:
        rows = [say.fields(f) for f in flagged]
        say.document(
            {
                "rows": sum(found.counts.values()),
                **found.counts,
                "tolerance_percent": found.tolerance_percent,
                "findings": rows,
            }
        )
    else:
        if flagged:
            columns = [[f.row, f.patient, f.verdict, ", ".join(f.likely), f.reason] for f in flagged]
            say.table(["row", "patient", "verdict", "likely", "reason"], columns, right=[0])
            say.result()
        counts = ", ".join(f"{count} {verdict}" for verdict, count in found.counts.items())
        say.result(f"{sum(found.counts.values())} rows: {counts} (tolerance {found.tolerance_percent} %)")
    if found.unused:
        say.remark(f"carried along, not used: {', '.join(found.unused)}")
    return FOUND if flagged else 0


def schedule(
    protocol: str,
    /,
    *,
    baseline: str,
    arm: str | None = None,
    supply: str | None = None,
    holidays: str | None = None,
    given: Annotated[tuple[str, ...], Parameter(negative="")] = (),
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
        A country whose public holidays are closed, such as KR.
    given
        A covariate of the protocol as NAME=VALUE, which decides what is conditional; may be repeated.
    ics
        Where to write the calendar as an .ics file.
    json
        Print one JSON document.
    """
    from mfg.course.schedule import schedule as planned
    from mfg.reader.protocols import load_protocol

    loaded = load_protocol(protocol)
    course = planned(
        loaded,
        baseline=baseline,
        arm=arm,
        supply=supply,
        holidays=holidays,
        given=_pairs(given),
    )
    if ics is not None:
        from mfg.course.ics import calendar_of

        ics.write_bytes(calendar_of(course))
    if json:
        events = [{**say.fields(e), "weekday": e.weekday} for e in course.events]
        say.document({**say.fields(course), "events": events})
    else:
        _print_course(course, protocol, several=len(loaded.supplies) > 1)
    return 0 if course.fits else FOUND


def _print_course(course: Any, source: str, *, several: bool) -> None:
    """The calendar as a table, what there is to say about it, and whether it fits."""
    supply = f" · supply {course.supply}" if several else ""
    whose = say.whose(course.protocol, source)
    say.result(f"{whose} · arm {course.arm}{supply} · day 0 on {course.baseline}\n")
    say.table(["day", "date", "weekday", "kind", "event", ""], [_row(e) for e in course.events], right=[0])
    say.result()
    for item in course.findings:
        say.finding(item)
    if course.baselines_that_fit:
        say.result(f"baselines that fit: {', '.join(str(day) for day in course.baselines_that_fit)}")
    elif course.fits and not course.undated:
        say.result("everything fits")
    elif course.fits:
        say.result(f"what has a date fits; without a date: {', '.join(course.undated)}")


def _row(event: Any) -> list[object]:
    said = [event.condition, event.waits, f"moved from {event.moved_from}" if event.moved_from else ""]
    return [
        "" if event.day is None else f"{event.day:+d}" if event.day else "0",
        event.date,
        event.weekday,
        event.kind,
        event.name + (f" (by {event.by})" if event.by else ""),
        ", ".join(filter(None, said)),
    ]
