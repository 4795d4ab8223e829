"""The commands that simulate: scenarios, run, trace."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import App, Parameter

from mfg.cli import say
from mfg.cli.given import pairs
from mfg.cli.options import Json, Scenes, Tabled, Whole
from mfg.cli.view import TableView, View, answer
from mfg.cli.working import answer_from, share_work, with_late


def add_to(app: App) -> None:
    """Add these commands to *app*."""
    for command in (scenarios, run, trace):
        app.command(command)


def scenarios(*, json: Json = False) -> int:
    """List the built-in scenarios.

    Example: mfg scenarios
    """
    from mfg.reader.library import builtin
    from mfg.reader.scenarios import load_scenario

    found = [load_scenario(name) for name in builtin("scenario")]
    rows = [(one.name, one.title, one.protocol.name, one.site.name) for one in found]
    data = [dict(zip(("name", "title", "protocol", "site"), row, strict=True)) for row in rows]
    listed = TableView.of(["scenario", "title", "protocol", "site"], rows)
    answer(View(None, data, (listed,)), json=json)
    return 0


def run(
    scenario: str,
    /,
    *,
    replications: Annotated[Whole | None, Parameter(alias="-n")] = None,
    until: str | None = None,
    asked: Tabled = Tabled(),
    json: Json = False,
) -> int:
    """Simulate a scenario and report its figures with their intervals.

    The same command goes on where it was stopped.

    Example: mfg run lenzumestrocel-phase2 -n 30 --set suites=3 -o runs/three-suites

    Parameters
    ----------
    scenario
        A built-in name, or the path of a TOML file.
    replications
        How often; intervals are over replications. 20 if left out; with --until, at most so many.
    until
        Replicate until a figure is known so well, such as 'vein_to_vein_median +-5%', or +-0.5 in its own unit.
    """
    from mfg.cli.run_view import view_of_run
    from mfg.study.loading import check_replications, check_seed, check_workers
    from mfg.study.run import run_of
    from mfg.study.sheets import write_sheets
    from mfg.study.study import Study, default_folder
    from mfg.study.variants import AS_IT_IS, Variant

    check_workers(asked.workers)
    check_seed(asked.seed)
    if replications is not None:
        check_replications(replications)
    settings = with_late(pairs(asked.settings), asked.late)
    study = Study.of(scenario, (Variant(AS_IT_IS, settings),), asked.seed)
    with share_work(asked.workers, asked.executor, asked.output or default_folder(study)) as execution:
        done = run_of(study, execution, replications, until)
    _remark_what_is_not_judged(done.scenario)
    if asked.csv:
        write_sheets(done)
    answer_from(
        done.folder,
        view_of_run(done, until),
        None if asked.everything else view_of_run(done, until, everything=False),
        report=True,
        json=json,
    )
    return 0


def _remark_what_is_not_judged(scenario: Any) -> None:
    """Limits of eligibility that nobody is held against."""
    from mfg.scenario.admission import not_judged

    left_out = ", ".join(not_judged(scenario))
    if left_out:
        say.remark(f"not judged at screening, as the population does not give it: {left_out}")


def trace(
    scenario: str,
    /,
    *,
    patient: str | None = None,
    replication: Whole = 0,
    asked: Scenes = Scenes(),
    json: Json = False,
) -> int:
    """Tell one patient's story, event by event.

    With --set chance=false everything takes its median course.

    Example: mfg trace lenzumestrocel-phase2 --patient S01

    Parameters
    ----------
    scenario
        A built-in name, or the path of a TOML file.
    patient
        Whose story; the first patient who received a dose if left out.
    replication
        Which replication, counted from 0.
    """
    from mfg.study.trace import trace as traced

    told = traced(
        scenario, patient=patient, replication=replication, seed=asked.seed, settings=pairs(asked.settings)
    )
    data = {"scenario": scenario, "patient": told.patient, "replication": replication, "events": told.lines}
    titles = ["begun", "took", "what", "where", "after a wait of", "outcome"]
    events = TableView.of(titles, map(_told, told.lines))
    title = f"{told.patient} in {scenario}, replication {replication}"
    answer(View(title, data, sections=((events,),)), json=json)
    return 0


def _told(line: Any) -> list[str]:
    took, waited = _clock(line.lasted_min), _clock(line.waited_min)
    return [f"{line.begun:%a %Y-%m-%d %H:%M}", took, line.what, line.place, waited, line.outcome]


def _clock(minutes: int) -> str:
    if minutes == 0:
        return ""
    days, rest = divmod(minutes, 24 * 60)
    return f"{days} d {rest // 60:02d}:{rest % 60:02d}" if days else f"{rest // 60}:{rest % 60:02d}"
