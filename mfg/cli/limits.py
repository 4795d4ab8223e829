"""The command that finds out what limits a site: limits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from mfg.cli import say
from mfg.cli.given import pairs
from mfg.cli.keeping import answer_kept, check_folder
from mfg.cli.options import Json, Shared, Whole
from mfg.cli.view import Block, Sentence, TableView, View, answer, note
from mfg.cli.working import share_work

NO_EFFECT, DROPPED = "no effect shown", "promised less"


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(limits)


def limits(
    scenario: str,
    /,
    *,
    late: str | None = None,
    figure: str | None = None,
    replications: Annotated[Whole, Parameter(alias="-n")] = 8,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    asked: Shared = Shared(),
    json: Json = False,
) -> int:
    """Find out what limits a site: what keeps patients waiting, and what puts their doses off.

    What refused each day and what each dose waited for is counted; one more of what cost most is then tried, on
    the same patients with the same luck.

    Example: mfg limits lenzumestrocel-korea --late 60day

    Parameters
    ----------
    scenario
        A built-in name, or the path of a TOML file.
    late
        A wait for the first dose that is too long, such as 60day: the share that waits longer is shown too.
    figure
        A figure of mfg run that is shown and ranked too.
    replications
        How often the scenario and the best of what is tried are simulated, 4 or more.
    output
        A folder that keeps the answer, for mfg report.
    """
    from mfg.errors import Refused
    from mfg.frames.kept import LIMITS_KIND
    from mfg.results.figures import asked_for
    from mfg.study.limits import LEAST, limits_of
    from mfg.study.loading import check_seed, check_workers
    from mfg.study.study import Study
    from mfg.study.variants import AS_IT_IS, Variant
    from mfg.units import number
    from mfg.units.measure import accept, measure_of
    from mfg.units.times import Delay

    check_folder(output, LIMITS_KIND)
    check_workers(asked.workers)
    check_seed(asked.seed)
    if replications < LEAST:
        raise Refused("-n", str(replications), "is too few to tell anything apart", f"give {LEAST} or more")
    day = None if late is None else number(accept(late, measure_of(Delay), "--late"), "day")
    study = Study.of(scenario, (Variant(AS_IT_IS, pairs(asked.settings)),), asked.seed)
    if figure is not None:
        asked_for(study.plans[0], figure, "--figure")
    with share_work(asked.workers, None) as execution:
        found = limits_of(study, replications=replications, late_day=day, figure=figure, execution=execution)
    view = _view(found, day, figure)
    if output is None:
        answer(view, json=json)
    else:
        answer_kept(output, LIMITS_KIND, "what limits a site", view, study.scenarios[0], json=json)
    return 0


def _data(found: Any) -> dict[str, Any]:
    effects = [
        {
            "limit": e.limit,
            "change": e.words,
            "proven": e.proven,
            "gaps": {name: say.fields(gap) for name, gap in e.gaps.items()},
        }
        for e in found.effects
    ]
    return {
        "scenario": found.scenario,
        "replications": found.replications,
        "seed": found.seed,
        "as_it_is": found.as_it_is,
        "booked_later_day": found.counted.later,
        "refused_day": dict(found.counted.days),
        "refused_again_day": dict(found.counted.again),
        "put_off": dict(found.counted.put_off),
        "tried": effects,
        "first": {name: found.first(name) for name in found.as_it_is},
    }


def _view(found: Any, day: float | None, figure: str | None) -> View:
    """What keeps patients waiting and what puts doses off, with what was tried against either."""
    from mfg.study.limits import FEW

    now = found.as_it_is
    over = f", {now['late']:.1%} longer than {day:.0f}" if day is not None else ""
    waits = f"wait for the first dose {now['wait']:.1f} days{over}; doses on time {now['on_time_as_first_booked']:.1%}"
    columns = ["wait", *(["late"] if day is not None else [])]
    sections: list[tuple[Block, ...]] = [
        _waiting(found),
        _tried(found, "wait", columns),
        tuple(_put_off(found)),
        _tried(found, "on_time_as_first_booked", ["on_time_as_first_booked"]),
    ]
    if figure is not None and figure not in ("on_time_as_first_booked", "wait"):
        sections += [(Sentence(f"{figure}: {now[figure]:.3g}"),), _tried(found, figure, [figure])]
    how = f"what promised less in {FEW} replications was not tried further; intervals are Holm's over the {len(found.effects)} changes that were tried; days of waiting are counted with the rest as it is, so they rank and do not forecast"
    title = f"{found.scenario}: {found.replications} replications, seed {found.seed}"
    return View(title, _data(found), (Sentence(waits),), (*sections, (note(how),)))


def _waiting(found: Any) -> tuple[Block, ...]:
    """The days that each limit alone has cost."""
    counts = found.counted
    tried = {effect.limit for effect in found.effects}
    names = dict.fromkeys([*counts.days, *counts.again])
    both = {name: (counts.days.get(name, 0.0), counts.again.get(name, 0.0)) for name in names}
    rows = [
        [name, f"{days:.1f}", f"{again:.1f}"]
        for name, (days, again) in both.items()
        if max(days, again) >= 0.1 or name in tried
    ]
    table = TableView.of(["refused by", "days that it alone cost", "and when doses moved"], rows, [1, 2])
    return Sentence(
        f"WAITING: a patient is booked {counts.later:.1f} days later than the course allows"
    ), table


def _put_off(found: Any) -> Iterator[Block]:
    """How often doses are put off, and for what."""
    counts = found.counted.put_off
    times = sum(counts.values())
    yield Sentence(f"ON TIME: doses are put off {times:.1f} times in a replication")
    rows = [[name, f"{count / times:.0%}"] for name, count in counts.items() if count >= times / 100]
    if rows:
        yield TableView.of(["while they waited for", "of all times"], rows, [1])


def _tried(found: Any, figure: str, columns: list[str]) -> tuple[Block, ...]:
    """What was tried, in the order of what it does to *figure*, and the verdict in words."""
    shown = found.ranked(figure)
    rest = [effect for effect in found.effects if effect not in shown]
    rows = [[e.words, e.limit, *(_gap(e, name) for name in columns)] for e in [*shown, *rest]]
    table = TableView.of(["change", "of", *(_TITLES.get(name, name) for name in columns)], rows)
    return table, Sentence(verdict(found, figure))


def verdict(found: Any, figure: str) -> str:
    """What to begin with; other days of the week, which are no limit of one place, only where they are all that helps."""
    shown, first = found.ranked(figure), found.first(figure)
    if not shown:
        return "nothing that was tried is shown to help"
    best = next((effect for effect in shown if effect.limit == first), shown[0])
    does = f"{best.words}: {_gap(best, figure)} {_UNITS.get(figure, '')}".rstrip()
    if first is None:
        return f"no place limits it; only other days of the week are shown to help; {does}"
    return (
        f"first: {first}; {does}"
        if best is shown[0]
        else f"first, other days of the week apart: {first}; {does}"
    )


_TITLES = {"wait": "wait, days", "late": "late, points", "on_time_as_first_booked": "on time, points"}
_UNITS = {"wait": "days of waiting", "on_time_as_first_booked": "points of doses on time"}


def _gap(effect: Any, figure: str) -> str:
    gap = effect.gaps[figure]
    if not effect.proven:
        return DROPPED
    if not gap.told_apart:
        return NO_EFFECT
    scale = 100 if figure in ("late", "on_time_as_first_booked") else 1
    return f"{scale * gap.mean:+.1f} ({scale * gap.low:+.1f} to {scale * gap.high:+.1f})"
