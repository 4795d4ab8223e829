"""The commands that simulate: scenarios, run, trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from mfg.cli import say

Settings = Annotated[tuple[str, ...], Parameter(name="--set", negative="")]
Varied = Annotated[tuple[str, ...], Parameter(negative="")]
Whole = Annotated[int, Parameter(converter=say.whole, allow_leading_hyphen=True)]
Flag = Annotated[bool, Parameter(negative="")]


def add_to(app: App) -> None:
    """Add these commands to *app*."""
    for command in (scenarios, run, trace):
        app.command(command)


def scenarios(*, json: Flag = False) -> int:
    """List the built-in scenarios.

    Example: mfg scenarios

    Parameters
    ----------
    json
        Print one JSON document.
    """
    from mfg.reader.library import builtin
    from mfg.reader.scenarios import load_scenario

    found = [load_scenario(name) for name in builtin("scenario")]
    if json:
        names = [
            {"name": s.name, "title": s.title, "protocol": s.protocol.name, "site": s.site.name}
            for s in found
        ]
        say.document(names)
    else:
        rows = [[s.name, s.title, s.protocol.name, s.site.name] for s in found]
        say.table(["scenario", "title", "protocol", "site"], rows)
    return 0


def run(
    scenario: str,
    /,
    *,
    replications: Annotated[Whole | None, Parameter(alias="-n")] = None,
    seed: Whole | None = None,
    settings: Settings = (),
    late: str | None = None,
    until: str | None = None,
    workers: Whole | None = None,
    executor: str | None = None,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    csv: Flag = False,
    json: Flag = False,
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
    seed
        The random seed, instead of the scenario's.
    settings
        A value by its path as KEY=VALUE, such as suites=3; may be repeated.
    late
        Show the share of the patients who wait longer for their first dose, such as --late 60day.
    until
        Replicate until a figure is known so well, such as 'vein_to_vein_median +-5%', or +-0.5 in its own unit.
    workers
        How many processes share the work; as many as there are cores if left out.
    executor
        Who does the work instead, such as dask://127.0.0.1:8786.
    output
        The folder of the run; one under runs/ if left out. Its README.md says what is in it.
    csv
        Write the tables into the folder as CSV too.
    json
        Print one JSON document.
    """
    from mfg.study.run import checked, run_of
    from mfg.study.sheets import write_sheets
    from mfg.study.study import Study, possible
    from mfg.study.variants import AS_IT_IS, Variant

    checked(workers, seed)
    if replications is not None:
        possible(replications)
    study = Study.of(scenario, (Variant(AS_IT_IS, with_late(pairs(settings), late)),), seed)
    with by_means(study, output, workers, executor) as means:
        done = run_of(study, means, replications, until)
    _says_what_is_not_judged(done.scenario)
    if csv:
        write_sheets(done)
    with printed(done.folder, shown=not json):
        _tell(done)
        if until is not None:
            _until(until, done)
    if json:
        figures = [say.fields(figure) for figure in done.figures]
        head: dict[str, Any] = {"scenario": done.scenario.name, **parts_of(done.scenario)}
        head |= {"replications": done.replications, "seed": done.plan.seed}
        counts = {"endings": done.endings, "lots": done.lots_by_outcome}
        overloaded = [say.fields(one) for one in done.unstable]
        wanted = {} if until is None else {"until": until, "reached": _reached(until, done)}
        limits = {"what_limits_it": done.waits.first, "unstable": overloaded}
        say.document({**head, **wanted, "figures": figures, **counts, **limits, "output": str(done.folder)})
    return 0


@contextmanager
def printed(folder: Path, *, shown: bool) -> Iterator[None]:
    """What is said meanwhile is kept in the *folder* of a study too; if it is not *shown*, it is only kept."""
    from mfg.files import write_atomically
    from mfg.study.folder import PRINTED

    with say.kept(printed=shown) as lines:
        yield
    write_atomically(folder / PRINTED, "".join(f"{line}\n" for line in lines).encode(), durable=True)
    if shown:
        say.result(f"kept in {folder}: summary.txt is this text, README.md says what else is there")


def _tell(done: Any) -> None:
    """Print a run: its figures, its places, how ways ended, and what went in."""
    from mfg.evidence import count_kinds
    from mfg.results.figures import arms_of, too_few
    from mfg.results.indicators import INDICATORS, OF_AN_ARM

    say.result(
        f"{done.scenario.title or done.scenario.name}: {done.replications} replications, seed {done.plan.seed}\n"
    )
    for one in done.unstable:
        say.result(
            f"unstable: {one.reason}" if not one.resource else f"unstable: {one.resource}: {one.reason}"
        )
    if done.unstable:
        say.result("averages are those of a growing line")
    say.result(f"{_what_limits(done)}\n")
    named = [f for f in done.figures if f.n and f.name in INDICATORS]
    undefined = any(f.undefined for f in named)
    rows = [
        [f.name, *_interval(f), f.unit, *([f.undefined or ""] if undefined else []), f.about] for f in named
    ]
    header = ["figure", "mean", "95 % interval", "unit", *(["undefined"] if undefined else []), "what it is"]
    say.table(header, rows, right=[1])
    say.result()
    of = {f.name: f for f in done.figures}
    arms = arms_of(done.plan)
    if arms:
        rows = [[name, *(_value(of[f"{name}[{arm}]"]) for arm in arms), of[name].unit] for name in OF_AN_ARM]
        say.table(["figure by arm, mean", *arms, "unit"], rows, right=[*range(1, len(arms) + 1)])
        say.result()
    used = [name for name in done.plan.resources if of[f"load_{name}"].mean]
    kinds = ("utilisation", "load", "overtime", "wait")
    rows = [[name, *(_value(of.get(f"{kind}_{name}")) for kind in kinds)] for name in used]
    titles = ["resource", "utilisation", "load", "overtime, hour", "mean wait, hour"]
    say.table(titles, rows, right=[1, 2, 3, 4])
    _shares("ending", "patients", "all who arrived", done.endings, done.replications)
    _shares("what became of lots", "lots", "all that were begun", done.lots_by_outcome, done.replications)
    ground = ", ".join(
        f"{count} {kind}" for kind, count in count_kinds(done.scenario.numbers).items() if count
    )
    say.result(f"\n{', '.join(f'{part} {name}' for part, name in parts_of(done.scenario).items())}")
    say.result(f"inputs: {ground}")
    for advice in too_few(done.replications, [f.name for f in named]):
        say.result(advice)


def parts_of(scenario: Any) -> dict[str, str]:
    """The files of a scenario by their names, and in full where they have a title."""
    parts = {part: getattr(scenario, part) for part in ("protocol", "site", "population")}
    return {part: f"{one.name} ({one.title})" if one.title else one.name for part, one in parts.items()}


def _what_limits(done: Any) -> str:
    """What has cost the most days of waiting, by what was counted."""
    counts = done.waits
    again = f"mfg limits {done.study.source} tries what helps"
    if counts.first is None:
        return f"what limits it: not known; a patient is booked {counts.later:.1f} days later than the course allows; {again}"
    days = f"{counts.days[counts.first]:.1f} of the {counts.later:.1f} days that a patient is booked later than the course allows"
    return f"what limits it: {counts.first}, which alone cost {days}; {again}"


def _says_what_is_not_judged(scenario: Any) -> None:
    """Limits of eligibility that nobody is held against."""
    from mfg.scenario.admission import not_judged

    left_out = ", ".join(not_judged(scenario))
    if left_out:
        say.remark(f"not judged at screening, as the population does not give it: {left_out}")


def _until(until: str, done: Any) -> None:
    """Whether the figure is known as well as was asked for, and by which rule."""
    from mfg.study.precision import Precision

    first = Precision.read(until, None).first
    ended = "is reached" if _reached(until, done) else "is not reached"
    say.result(
        f"{until} {ended} with {done.replications} replications; it was looked at after {first}, and "
        "then after as many as the look before had found to be needed"
    )


def _reached(until: str, done: Any) -> bool:
    from mfg.study.precision import Precision

    return bool(Precision.read(until, None).met(done.by_replication))


def by_means(study: Any, output: Path | None, workers: int | None, executor: str | None) -> Any:
    """The means that a command was given, with a folder that keeps the study."""
    from mfg.study.study import default_folder

    return hands(workers, executor, output or default_folder(study))


@contextmanager
def hands(
    workers: int | None, executor: str | None, folder: Path | None = None, what: str = "replications"
) -> Iterator[Any]:
    """Who does the work, and a bar on a terminal that counts *what* is done."""
    import os

    from mfg.study.study import Means
    from mfg.study.work import executor_at

    shared = (os.cpu_count() or 1) if workers is None else workers
    others = executor_at(executor, say.remark) if executor is not None else None
    try:
        with say.progress(what) as told:
            yield Means(folder, shared, others, told)
    finally:
        if others is not None:
            others.let_go()


def _shares(title: str, what: str, everything: str, counts: dict[str, int], replications: int) -> None:
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
    say.result()
    header = [title, what, "share", *(["95 % interval"] if single else [])]
    say.table(header, [*rows, [everything, total, *[""] * (len(header) - 2)]], right=[1, 2])


def _percent(low: float, high: float) -> str:
    return f"{low:.1%} to {high:.1%}"


def _interval(figure: Any) -> tuple[str, str]:
    places = 3 if figure.unit == "share" else 2
    if figure.low is None:
        return f"{figure.mean:.{places}f}", "needs two replications"
    return f"{figure.mean:.{places}f}", f"{figure.low:.{places}f} to {figure.high:.{places}f}"


def _value(figure: Any) -> str:
    return "" if figure is None or figure.mean is None else _interval(figure)[0]


def pairs(settings: tuple[str, ...], option: str = "--set") -> dict[str, str]:
    """Settings as they were typed after *option*, by their keys."""
    from mfg.errors import Refused

    found: dict[str, str] = {}
    for item in settings:
        key, equals, value = item.partition("=")
        if not equals or not key or not value:
            raise Refused(option, item, "is not KEY=VALUE", f"write it like {option} suites=3")
        if (key, value) != (key.strip(), value.strip()):
            advice = f"write {option} {key.strip()}={value.strip()}"
            raise Refused(option, item, "has blanks around its key or its value", advice)
        if key in found:
            raise Refused(option, key, "stands more than once", "give each value once")
        found[key] = value
    return found


def with_late(settings: dict[str, str], late: str | None) -> dict[str, str]:
    """Settings with what was given after --late."""
    from mfg.errors import Refused

    if late is None:
        return settings
    if "late" in settings:
        raise Refused("--late", late, "is set as well", "give it once")
    return {**settings, "late": late}


def trace(
    scenario: str,
    /,
    *,
    patient: str | None = None,
    replication: Whole = 0,
    seed: Whole | None = None,
    settings: Settings = (),
    json: Flag = False,
) -> int:
    """Tell one patient's story, event by event.

    Example: mfg trace lenzumestrocel-phase2 --patient S01

    Parameters
    ----------
    scenario
        A built-in name, or the path of a TOML file.
    patient
        Whose story; the first patient who received a dose if left out.
    replication
        Which replication, counted from 0.
    seed
        The random seed, instead of the scenario's.
    settings
        A value by its path as KEY=VALUE; may be repeated. With chance=false everything takes its median course.
    json
        Print one JSON document.
    """
    from mfg.study.trace import trace as traced

    told = traced(scenario, patient=patient, replication=replication, seed=seed, settings=pairs(settings))
    if json:
        say.document(
            {"scenario": scenario, "patient": told.patient, "replication": replication, "events": told.lines}
        )
        return 0
    say.result(f"{told.patient} in {scenario}, replication {replication}\n")
    say.table(
        ["begun", "took", "what", "where", "after a wait of", "outcome"], [_told(line) for line in told.lines]
    )
    return 0


def _told(line: Any) -> list[str]:
    took, waited = _clock(line.lasted_min), _clock(line.waited_min)
    return [f"{line.begun:%a %Y-%m-%d %H:%M}", took, line.what, line.place, waited, line.outcome]


def _clock(minutes: int) -> str:
    if minutes == 0:
        return ""
    days, rest = divmod(minutes, 24 * 60)
    return f"{days} d {rest // 60:02d}:{rest % 60:02d}" if days else f"{rest // 60}:{rest % 60:02d}"
