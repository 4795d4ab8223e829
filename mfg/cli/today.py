"""The command of every morning: today."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from mfg.cli import say
from mfg.cli.runs import Flag, Settings, Whole, hands, pairs


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(today)


def today(
    scenario: str,
    /,
    *,
    futures: Annotated[Whole, Parameter(alias="-n")] = 200,
    settings: Settings = (),
    everything: Annotated[Flag, Parameter(name="--all")] = False,
    seed: Whole | None = None,
    workers: Whole | None = None,
    to_csv: Annotated[Path | None, Parameter(name="--csv")] = None,
    html: Path | None = None,
    json: Flag = False,
) -> int:
    """Say when each patient in process is dosed, how sure that is, and what it hangs on; who is most at risk first.

    Everything is counted over so many futures: replications of the scenario, with everybody who comes later.

    Example: mfg today lenzumestrocel-korea-today

    Parameters
    ----------
    scenario
        A built-in name, or the path of a TOML file, with a list of patients in process.
    futures
        How many futures are looked at.
    settings
        A value by its path as KEY=VALUE; may be repeated.
    everything
        Every dose to come, and not only the next one of each patient; in JSON they always are.
    seed
        The random seed, instead of the scenario's.
    workers
        How many processes share the work; as many as there are cores if left out.
    to_csv
        Write the table to a CSV file too.
    html
        Write a page too: the table with a picture in each row, the wall planner of four weeks, and who comes on which day.
    json
        Print one JSON document.
    """
    from mfg.study.run import checked
    from mfg.study.study import Study
    from mfg.study.today import today_of
    from mfg.study.variants import AS_IT_IS, Variant

    checked(workers, seed)
    study = Study.of(scenario, (Variant(AS_IT_IS, pairs(settings)),), seed)
    with hands(workers, None) as means:
        found = today_of(study, futures, means)
    shown = found.doses if everything else found.next_doses
    if to_csv is not None:
        _write(to_csv, shown)
    if html is not None:
        _page(study, found, html)
    if json:
        say.document(_document(found))
        return 0
    say.result(f"{found.scenario}: {found.futures} futures from {_day(found.start)} on, seed {found.seed}\n")
    header = ["patient", "dose", "booked", "P50", "P90", "on the day", "never given", "hangs on"]
    say.table(header, [_row(one) for one in shown], right=[5])
    later = len(found.doses) - len(shown)
    say.result(
        "\nP50 and P90: the day by which half and nine in ten of the futures have the dose given; "
        "a dose that is never given is later than any day"
    )
    if later:
        say.result(f"{later} later doses of the same patients: --all shows them")
    return 0


def _page(study: Any, found: Any, path: Path) -> None:
    """Today's page: the future in it is the first in which as many doses keep their day as in half of all."""
    from mfg.files import check_path, write_atomically
    from mfg.frames.today import today_view
    from mfg.pictures.planner import planner_picture
    from mfg.report.today import today_page
    from mfg.study.future import future_of

    check_path(path, "--html")
    future = future_of(study, found.typical)
    page = today_page(found, today_view(found, future), planner_picture(future, first=found.start))
    write_atomically(path, page.encode(), durable=True)
    say.remark(f"page: {path}")


def _row(one: Any) -> list[str]:
    from mfg.study.words import in_words

    counts = ", ".join(f"{in_words(cause)}: {n} of {one.futures}" for cause, n in one.hangs_on.items())
    without = ", ".join(f"{ending}: {n}" for ending, n in one.without.items())
    days = [
        "no day of its own" if one.booked is None else _day(one.booked),
        *("never" if day is None else _day(day) for day in (one.p50, one.p90)),
    ]
    share = "" if one.booked is None else f"{one.share:.1%}"
    return [one.patient, one.dose, *days, share, without, counts]


def _day(day: Any) -> str:
    return f"{day:%a %Y-%m-%d}"


def _document(found: Any) -> dict[str, Any]:
    return {
        "scenario": found.scenario,
        "start": found.start,
        "seed": found.seed,
        "futures": found.futures,
        "doses": [
            {
                **say.fields(one, "given_on"),
                "given_on": {f"{day}": n for day, n in one.given_on.items()},
                "share_on_the_day": one.share,
            }
            for one in found.doses
        ],
    }


def _write(path: Path, doses: Any) -> None:
    """One line for each dose: days as YYYY-MM-DD, empty where it is never given; counts by what they count."""
    from mfg.files import check_path
    from mfg.sheet import safe
    from mfg.study.words import in_words

    check_path(path, "--csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            [
                "patient",
                "dose",
                "booked",
                "p50",
                "p90",
                "futures",
                "on_the_day",
                "never_given",
                "ended",
                "hangs_on",
            ]
        )
        for one in doses:
            ended = "; ".join(f"{ending}: {n}" for ending, n in one.without.items())
            hangs = "; ".join(f"{in_words(cause)}: {n}" for cause, n in one.hangs_on.items())
            cells = [one.patient, one.dose, one.booked or "", one.p50 or "", one.p90 or "", one.futures]
            cells += [one.on_the_day, sum(one.without.values()), ended, hangs]
            writer.writerow([safe(str(cell)) for cell in cells])
