"""A finished run as it is shown: its figures, its places, how ways ended, and what went in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mfg.cli import say
from mfg.cli.view import Block, Sentence, TableView, View, note, warning
from mfg.cli.working import parts_of

if TYPE_CHECKING:
    from mfg.results.figures import Figure
    from mfg.study.run import Run
    from mfg.study.waits import Counted


FIRST_FIGURES = {
    "referral_to_dose_median": "wait for the first dose: half within",
    "referral_to_dose_p90": "the same: nine in ten within",
    "referral_to_dose_late": "waiting longer than is good",
    "doses_given": "planned doses that are given",
    "patients_completed": "patients who complete",
    "on_time_as_first_booked": "doses on the day first booked",
    "lots_lost": "lots lost",
    "collections_per_patient": "collections for a patient",
    "suite_hours_per_dose": "suite time for a dose of cells",
}  # what is read first, as a planner calls it


def view_of_run(done: Run, until: str | None, *, everything: bool = True) -> View:
    """What there is to say of a run, or the few figures that matter first; and whether what it went on *until* is reached."""
    from mfg.results.indicators import INDICATORS

    title = f"{done.scenario.title or done.scenario.name}: {done.replications} replications, seed {done.plan.seed}"
    shown = [figure for figure in done.estimates if figure.n and figure.name in INDICATORS]
    if not everything:
        asked = "" if until is None else until.split()[0]
        few = [figure for figure in shown if figure.name in FIRST_FIGURES or figure.name == asked]
        rest = note(
            f"--all shows {len(shown) - len(few)} figures more, the places, and how ways and lots ended"
        )
        notes = (*_notes(done, [figure.name for figure in few], until), rest)
        return View(title, _data(done, until), sections=(tuple(_limits(done)), (_few(few),), notes))
    sections: list[tuple[Block, ...]] = [
        tuple(_limits(done)),
        (_figures(shown),),
        *_arms(done),
        (_places(done),),
        *_shares("ending", "patients", "all who arrived", done.endings, done.replications),
        *_shares(
            "what became of lots", "lots", "all that were begun", done.lots_by_outcome, done.replications
        ),
        (*_ground(done), *_notes(done, [figure.name for figure in shown], until)),
    ]
    return View(title, _data(done, until), sections=tuple(sections))


def _data(done: Run, until: str | None) -> dict[str, Any]:
    wanted = {} if until is None else {"until": until, "reached": _is_reached(until, done)}
    return {
        "scenario": done.scenario.name,
        **parts_of(done.scenario),
        "replications": done.replications,
        "seed": done.plan.seed,
        **wanted,
        "figures": [say.fields(figure) for figure in done.estimates],
        "endings": done.endings,
        "lots": done.lots_by_outcome,
        "what_limits_it": done.waits.first,
        "unstable": [say.fields(one) for one in done.unstable],
        "output": str(done.folder),
    }


def _limits(done: Run) -> Iterator[Block]:
    """What grows without end, and what has cost the most days of waiting by what was counted."""
    for one in done.unstable:
        yield warning(
            f"unstable: {one.resource}: {one.reason}" if one.resource else f"unstable: {one.reason}"
        )
    if done.unstable:
        yield warning("averages are those of a growing line")
    again = f"mfg limits {done.study.source} tries what helps"
    yield Sentence(f"what limits it: {what_limits(done.waits)}; {again}")


def what_limits(counts: Counted) -> str:
    """What cost most of the days by which patients were booked late: a limit of a place, else of the calendar, else no one thing."""
    from mfg.log.limits import CALENDAR

    later = f"{counts.later:.1f} days"
    if later == "0.0 days":
        return "nothing; patients are booked as early as the course allows"
    shut = max(CALENDAR & counts.days.keys(), key=lambda name: (counts.days[name], name), default=None)
    first, named = counts.first, "{0}, which"
    if first is None and shut is not None and counts.days[shut] >= max(0.5, counts.later / 4):
        first, named = shut, "no place; {0}, on which places are closed,"
    if first is None:
        return f"no one thing; a patient is booked {later} later than the course allows"
    cost = f"{counts.days[first]:.1f} of the {later} that a patient is booked later than the course allows"
    return f"{named.format(first)} alone cost {cost}"


def _figures(shown: list[Figure]) -> TableView:
    titles, beside = _beside(shown)
    rows = [[f.name, *_interval(f), f.unit, *beside(f), f.about] for f in shown]
    return TableView.of(["figure", "mean", "95 % interval", "unit", *titles, "what it is"], rows, [1])


def _few(shown: list[Figure]) -> TableView:
    titles, beside = _beside(shown)
    rows = [[FIRST_FIGURES.get(f.name, f.name), *_interval(f), f.unit, *beside(f)] for f in shown]
    return TableView.of(["figure", "mean", "95 % interval", "unit", *titles], rows, [1])


def _beside(shown: list[Figure]) -> tuple[list[str], Callable[[Figure], list[str]]]:
    """The column that says in how many replications a figure has no value, where any of those *shown* has none."""
    if not any(figure.undefined for figure in shown):
        return [], lambda _: []
    return ["no value in"], lambda f: [
        f"{f.undefined} of {f.n + f.undefined} replications" if f.undefined else ""
    ]


def _arms(done: Run) -> Iterator[tuple[TableView]]:
    """The figures that are told apart by arm, where there are several."""
    from mfg.results.figures import arms_of
    from mfg.results.indicators import OF_AN_ARM

    arms, of = arms_of(done.plan), {figure.name: figure for figure in done.estimates}
    if arms:
        rows = [[name, *(_value(of[f"{name}[{arm}]"]) for arm in arms), of[name].unit] for name in OF_AN_ARM]
        yield (TableView.of(["figure by arm, mean", *arms, "unit"], rows, range(1, len(arms) + 1)),)


def _places(done: Run) -> TableView:
    of = {figure.name: figure for figure in done.estimates}
    used = [name for name in done.plan.resources if of[f"load_{name}"].mean]
    kinds = ("utilisation", "load", "overtime", "wait")
    rows = [[name, *(_value(of.get(f"{kind}_{name}")) for kind in kinds)] for name in used]
    titles = ["resource", "utilisation", "load", "overtime, hour", "mean wait, hour"]
    return TableView.of(titles, rows, range(1, 5))


def _shares(
    title: str, what: str, everything: str, counts: Mapping[str, int], replications: int
) -> Iterator[tuple[TableView]]:
    """Counts with their shares; of a single replication, with the Wilson interval of each."""
    from mfg.results.figures import wilson

    total = sum(counts.values())
    if not total:
        return
    single = replications == 1
    rows = [
        [name, count, f"{count / total:.1%}", *([_percent(*wilson(count, total))] if single else [])]
        for name, count in counts.items()
    ]
    header = [title, what, "share", *(["95 % interval"] if single else [])]
    yield (TableView.of(header, [*rows, [everything, total, *[""] * (len(header) - 2)]], [1, 2]),)


def _ground(done: Run) -> Iterator[Sentence]:
    from mfg.evidence import count_kinds

    ground = ", ".join(
        f"{count} {kind}" for kind, count in count_kinds(done.scenario.numbers).items() if count
    )
    yield note(", ".join(f"{part} {name}" for part, name in parts_of(done.scenario).items()))
    yield note(f"inputs: {ground}")


def _notes(done: Run, shown: list[str], until: str | None) -> Iterator[Sentence]:
    """How far the figures are to be trusted, and whether one is known as well as was asked for, by which rule."""
    from mfg.results.figures import too_few
    from mfg.study.precision import Precision

    yield from map(note, too_few(done.replications, shown))
    if until is not None:
        first = Precision.read(until, None).first
        ended = "is reached" if _is_reached(until, done) else "is not reached"
        yield Sentence(
            f"{until} {ended} with {done.replications} replications; it was looked at after {first}, and "
            "then after as many as the look before had found to be needed"
        )


def _is_reached(until: str, done: Run) -> bool:
    from mfg.study.precision import Precision

    return bool(Precision.read(until, None).met(done.by_replication))


def _percent(low: float, high: float) -> str:
    return f"{low:.1%} to {high:.1%}"


def _interval(figure: Figure) -> tuple[str, str]:
    places = 3 if figure.unit == "share" else 2
    if figure.low is None:
        return f"{figure.mean:.{places}f}", "needs two replications"
    return f"{figure.mean:.{places}f}", f"{figure.low:.{places}f} to {figure.high:.{places}f}"


def _value(figure: Figure | None) -> str:
    return "" if figure is None or figure.mean is None else _interval(figure)[0]
