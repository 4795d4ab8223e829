"""The commands that compare: compare, status."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from mfg.cli import say
from mfg.cli.runs import Flag, Settings, Varied, Whole, by_means, pairs, printed, with_late

SIDE_BY_SIDE = 6  # variants whose endings are shown in columns


def add_to(app: App) -> None:
    """Add these commands to *app*."""
    for command in (compare, status):
        app.command(command)


def compare(
    scenario: str,
    /,
    *,
    vary: Varied = (),
    sample: Whole | None = None,
    settings: Settings = (),
    figure: Varied = (),
    late: str | None = None,
    replications: Annotated[Whole, Parameter(alias="-n")] = 20,
    seed: Whole | None = None,
    workers: Whole | None = None,
    executor: str | None = None,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    csv: Flag = False,
    json: Flag = False,
) -> int:
    """Compare variants of a scenario on the same patients with the same luck, each against the first.

    Example: mfg compare lenzumestrocel-phase3 --vary supply=fresh,bank -n 50

    Parameters
    ----------
    scenario
        A built-in name, or the path of a TOML file; without --vary, the variants that it names.
    vary
        Values by their path as KEY=V1,V2,...; repeated, every combination. With --sample, KEY=LOW..HIGH.
    sample
        So many variants in a Latin hypercube over the ranges, held against the scenario as it is.
    settings
        A value by its path as KEY=VALUE, the same in all variants; may be repeated.
    figure
        A figure to show instead of the usual ones, by its name in `mfg run`; may be repeated.
    late
        Show the share of the patients who wait longer for their first dose, such as --late 60day.
    replications
        How often each variant is simulated.
    seed
        The random seed, instead of the scenario's.
    workers
        How many processes share the work; as many as there are cores if left out.
    executor
        Who does the work instead, such as dask://127.0.0.1:8786.
    output
        The folder of the study; one under runs/ if left out.
    csv
        Write the tables into the folder as CSV too, of all variants together.
    json
        Print one JSON document.
    """
    from mfg.errors import Refused
    from mfg.results.figures import asked_for
    from mfg.sizes import VARIANTS
    from mfg.study.comparison import HEADLINES, comparison_of, study_of
    from mfg.study.run import checked
    from mfg.study.sheets import write_sheets
    from mfg.study.study import possible
    from mfg.study.variants import Range, hypercube, is_range

    checked(workers, seed)
    possible(replications)
    given = pairs(vary, "--vary")
    variants, values = None, None
    if sample is not None:
        ranges = [Range.read(key, text) for key, text in given.items()]
        if not ranges or sample < 1:
            raise Refused(
                "--sample", str(sample), "has no ranges, or is out of reach", "give --vary KEY=LOW..HIGH"
            )
        VARIANTS.check(sample + 1, "--sample", str(sample))
        variants = hypercube(ranges, sample, 0 if seed is None else seed)
    elif given:
        for key, text in given.items():
            if is_range(text):
                advice = "give --sample N for a Latin hypercube, or list the values"
                raise Refused(f"--vary {key}", text, "is a range", advice)
        values = {key: text.split(",") for key, text in given.items()}
    fixed = with_late(pairs(settings), late)
    with say.progress("variants") as told:
        study = study_of(scenario, vary=values, variants=variants, settings=fixed, seed=seed, told=told)
    for name in figure:
        asked_for(study.plans[0], name, "--figure")
    with by_means(study, output, workers, executor) as means:
        done = comparison_of(study, replications, means, figure or HEADLINES)
    if csv:
        write_sheets(done)
    with printed(done.folder, shown=not json):
        _tell(done, figure or HEADLINES)
    if json:
        say.document(
            {
                "scenario": done.study.scenarios[0].name,
                "replications": done.replications,
                "seed": done.study.plans[0].seed,
                "variants": [
                    {
                        "name": variant.name,
                        "settings": dict(variant.settings),
                        "figures": [say.fields(one) for one in figures if not figure or one.name in figure],
                        "endings": endings,
                        "lots": lots,
                        "unstable": [say.fields(one) for one in unstable],
                    }
                    for variant, figures, endings, lots, unstable in zip(
                        done.variants,
                        done.figures,
                        done.endings,
                        done.lots_by_outcome,
                        done.unstable,
                        strict=True,
                    )
                ],
                "differences": [say.fields(one) for one in done.differences],
                "output": str(done.folder),
            }
        )
    return 0


def _tell(done: Any, figure: Sequence[str]) -> None:
    """Print a comparison: its figures side by side, how ways ended, and what is told apart."""
    from mfg.results.figures import too_few

    title = done.study.scenarios[0].title or done.study.scenarios[0].name
    say.result(
        f"{title}: {len(done.variants)} variants, {done.replications} replications each, seed {done.study.plans[0].seed}"
    )
    for variant, overloads in zip(done.variants, done.unstable, strict=True):
        for overload in overloads:
            where = f"{overload.resource}: " if overload.resource else ""
            say.result(f"unstable: {variant.name}: {where}{overload.reason}")
    for name in figure:
        _compared(done, name)
    if len(done.variants) <= SIDE_BY_SIDE:
        _side_by_side("ending", done, done.endings)
        _side_by_side("what became of lots", done, done.lots_by_outcome)
    say.result()
    apart = [one for name in figure for one in done.of(name) if one.told_apart]
    for one in apart:
        say.result(one.words)
    first = done.variants[0].name
    say.result(
        f"against {first}; "
        + ("nothing else is" if apart else "nothing is")
        + " told apart by these replications"
    )
    for advice in too_few(done.replications, figure):
        say.result(advice)


def _compared(done: Any, name: str) -> None:
    """One figure in every variant, with the paired difference from the first."""
    figures = [next(f for f in figures if f.name == name) for figures in done.figures]
    if all(figure.mean is None for figure in figures):
        return
    first = figures[0]
    places = 3 if first.unit == "share" else 2
    rows = [[done.variants[0].name, _number(first.mean, places), "", "", ""]]
    for variant, figure, gap in zip(done.variants[1:], figures[1:], done.of(name), strict=True):
        interval = "" if gap.low is None else f"{gap.low:+.{places}f} to {gap.high:+.{places}f}"
        rows.append(
            [
                variant.name,
                _number(figure.mean, places),
                _number(gap.mean, places, "+"),
                interval,
                _number(gap.correlation, 2),
            ]
        )
    say.result(f"\n{first.name}: {first.about} ({first.unit})")
    say.table(["variant", "mean", "difference", "interval", "correlation"], rows, right=[1, 2, 4])


def _side_by_side(title: str, done: Any, counts: Sequence[dict[str, int]]) -> None:
    """Shares of what was counted, a column for each variant."""
    words = list(dict.fromkeys(word for one in counts for word in one))
    if not words:
        return
    totals = [sum(one.values()) for one in counts]
    rows = [
        [
            word,
            *(
                f"{one.get(word, 0) / total:.1%}" if total else ""
                for one, total in zip(counts, totals, strict=True)
            ),
        ]
        for word in words
    ]
    say.result()
    say.table([title, *(one.name for one in done.variants)], rows, right=range(1, len(counts) + 1))


def _number(value: float | None, places: int, sign: str = "") -> str:
    return "" if value is None else f"{value:{sign}.{places}f}"


def status(folder: Path, /, *, json: Flag = False) -> int:
    """Say how far a run or a comparison is.

    Example: mfg status runs/three-suites

    Parameters
    ----------
    folder
        The folder of a run or a comparison.
    json
        Print one JSON document.
    """
    from mfg.study.folder import progress_of

    found = progress_of(folder)
    if json:
        say.document({"folder": str(folder), "variants": found})
    else:
        rows = [
            [one.variant, one.done, one.replications, f"{one.done / one.replications:.0%}"] for one in found
        ]
        say.table(["variant", "done", "replications", ""], rows, right=[1, 2, 3])
    return 0
