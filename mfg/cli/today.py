"""The command of every morning: today."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from mfg.cli import say
from mfg.cli.given import pairs
from mfg.cli.keeping import answer_kept, check_folder
from mfg.cli.options import Flag, Json, Shared, Whole
from mfg.cli.view import Block, Sentence, TableView, View, answer, note
from mfg.cli.working import share_work


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(today)


def today(
    scenario: str,
    /,
    *,
    futures: Annotated[Whole, Parameter(alias="-n")] = 200,
    everything: Annotated[Flag, Parameter(name="--all")] = False,
    to_csv: Annotated[Path | None, Parameter(name="--csv")] = None,
    html: Path | None = None,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    asked: Shared = Shared(),
    json: Json = False,
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
    everything
        Every dose to come, and not only the next one of each patient; in JSON they always are.
    to_csv
        Write the table to a CSV file too.
    html
        Write a page too: the table with a picture in each row, the wall planner of four weeks, and who comes on which day.
    output
        A folder that keeps the answer, for mfg report.
    """
    from mfg.frames.kept import TODAY
    from mfg.study.loading import check_seed, check_workers
    from mfg.study.study import Study
    from mfg.study.today import today_of
    from mfg.study.variants import AS_IT_IS, Variant

    check_folder(output, TODAY)
    check_workers(asked.workers)
    check_seed(asked.seed)
    study = Study.of(scenario, (Variant(AS_IT_IS, pairs(asked.settings)),), asked.seed)
    with share_work(asked.workers, None) as execution:
        found = today_of(study, futures, execution)
    shown = found.doses if everything else found.next_doses
    if to_csv is not None:
        _write(to_csv, shown)
    if html is not None:
        _page(study, found, html)
    view = _view(found, shown)
    if output is None:
        answer(view, json=json)
    else:
        more = _looked_at(study, found)
        answer_kept(output, TODAY, "today's patients in process", view, study.scenarios[0], more, json=json)
    return 0


def _view(found: Any, shown: Any) -> View:
    """The doses that are *shown*, of all that were *found*."""
    title = f"{found.scenario}: {found.futures} futures from {_day(found.start)} on, seed {found.seed}"
    titles = ["patient", "dose", "booked", "P50", "P90", "on the day", "never given", "hangs on"]
    days = note(
        "P50 and P90: the day by which half and nine in ten of the futures have the dose given; "
        "a dose that is never given is later than any day"
    )
    under: list[Block] = [days]
    later = len(found.doses) - len(shown)
    if later:
        under.append(Sentence(f"{later} later doses of the same patients: --all shows them"))
    table = TableView.of(titles, [_row(one) for one in shown], [5])
    return View(title, _data(found), sections=((table,), tuple(under)))


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


def _looked_at(study: Any, found: Any) -> dict[str, Any]:
    """What the page shows of one future: the days on which the clinics are closed, and who comes on which."""
    from mfg.frames.today import today_view
    from mfg.study.future import future_of

    seen = today_view(found, future_of(study, found.typical))
    coming = [dict(zip(seen.coming.columns, row, strict=True)) for row in seen.coming.itertuples(index=False)]
    return {"closed": sorted(seen.closed), "coming": coming, "typical": found.typical}


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


def _data(found: Any) -> dict[str, Any]:
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
