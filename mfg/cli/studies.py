"""The commands that compare: compare, status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from mfg.cli import say
from mfg.cli.given import pairs
from mfg.cli.options import Json, Many, Tabled, Whole
from mfg.cli.view import Block, Sentence, TableView, View, answer, note, warning
from mfg.cli.working import answer_from, share_work, with_late

if TYPE_CHECKING:
    from mfg.study.comparison import Comparison

SIDE_BY_SIDE = 6  # variants whose endings are shown in columns


def add_to(app: App) -> None:
    """Add these commands to *app*."""
    for command in (compare, status):
        app.command(command)


def compare(
    scenario: str,
    /,
    *,
    vary: Many = (),
    sample: Whole | None = None,
    figure: Many = (),
    replications: Annotated[Whole, Parameter(alias="-n")] = 20,
    asked: Tabled = Tabled(),
    json: Json = False,
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
    figure
        A figure to show instead of the usual ones, by its name in `mfg run`; may be repeated.
    replications
        How often each variant is simulated.
    """
    from mfg.errors import Refused
    from mfg.results.figures import asked_for
    from mfg.sizes import VARIANTS
    from mfg.study.answers import HEADLINES
    from mfg.study.comparison import comparison_of, study_of
    from mfg.study.loading import check_replications, check_seed, check_workers
    from mfg.study.sheets import write_sheets
    from mfg.study.study import default_folder
    from mfg.study.variants import SettingRange, hypercube, is_range

    check_workers(asked.workers)
    check_seed(asked.seed)
    check_replications(replications)
    given = pairs(vary, "--vary")
    variants, values = None, None
    if sample is not None:
        ranges = [SettingRange.read(key, text) for key, text in given.items()]
        if not ranges or sample < 1:
            raise Refused(
                "--sample", str(sample), "has no ranges, or is out of reach", "give --vary KEY=LOW..HIGH"
            )
        VARIANTS.check(sample + 1, "--sample", str(sample))
        variants = hypercube(ranges, sample, 0 if asked.seed is None else asked.seed)
    elif given:
        for key, text in given.items():
            if is_range(text):
                advice = "give --sample N for a Latin hypercube, or list the values"
                raise Refused(f"--vary {key}", text, "is a range", advice)
        values = {key: text.split(",") for key, text in given.items()}
    fixed = with_late(pairs(asked.settings), asked.late)
    with say.progress("variants") as told:
        study = study_of(scenario, vary=values, variants=variants, settings=fixed, seed=asked.seed, told=told)
    for name in figure:
        asked_for(study.plans[0], name, "--figure")
    with share_work(asked.workers, asked.executor, asked.output or default_folder(study)) as execution:
        done = comparison_of(study, replications, execution, figure or HEADLINES)
    if asked.csv:
        write_sheets(done)
    few = None if figure or asked.everything else _view(done, figure, everything=False)
    answer_from(done.folder, _view(done, figure), few, report=True, json=json)
    return 0


def _view(done: Comparison, asked_for: Sequence[str], *, everything: bool = True) -> View:
    """A comparison: its figures side by side, how ways ended, and what is told apart; *asked_for* alone, if any are.

    Without *everything* the figures that matter first, and whatever is told apart.
    """
    from mfg.cli.run_view import FIRST_FIGURES
    from mfg.study.answers import HEADLINES

    names = asked_for or HEADLINES
    first = done.study.scenarios[0]
    counts = f"{len(done.variants)} variants, {done.replications} replications each"
    unstable = [
        warning(f"unstable: {variant.name}: {f'{one.resource}: ' if one.resource else ''}{one.reason}")
        for variant, overloads in zip(done.variants, done.unstable, strict=True)
        for one in overloads
    ]
    shown = [name for name in names if everything or name in FIRST_FIGURES]
    sections: list[tuple[Block, ...]] = [each for name in shown for each in _compared(done, name)]
    if everything and len(done.variants) <= SIDE_BY_SIDE:
        sections += _side_by_side("ending", done, done.endings)
        sections += _side_by_side("what became of lots", done, done.lots_by_outcome)
    rest = f"--all shows {len(names) - len(shown)} figures more, and how ways and lots ended"
    sections.append((*_verdict(done, names), *([] if everything else [note(rest)])))
    title = f"{first.title or first.name}: {counts}, seed {done.study.plans[0].seed}"
    return View(title, _data(done, asked_for), tuple(unstable), tuple(sections))


def _data(done: Comparison, asked_for: Sequence[str]) -> dict[str, Any]:
    parts = zip(done.variants, done.estimates, done.endings, done.lots_by_outcome, done.unstable, strict=True)
    variants = [
        {
            "name": variant.name,
            "settings": dict(variant.settings),
            "figures": [say.fields(one) for one in figures if not asked_for or one.name in asked_for],
            "endings": endings,
            "lots": lots,
            "unstable": [say.fields(one) for one in unstable],
        }
        for variant, figures, endings, lots, unstable in parts
    ]
    return {
        "scenario": done.study.scenarios[0].name,
        "replications": done.replications,
        "seed": done.study.plans[0].seed,
        "variants": variants,
        "differences": [say.fields(one) for one in done.judged],
        "output": str(done.folder),
    }


def _verdict(done: Comparison, names: Sequence[str]) -> Iterator[Sentence]:
    """What is told apart, that nothing else is, and how far that is to be trusted."""
    from mfg.results.figures import too_few

    apart = [one for name in names for one in done.of(name) if one.told_apart]
    yield from (Sentence(one.words) for one in apart)
    rest = "nothing else is" if apart else "nothing is"
    yield Sentence(f"against {done.variants[0].name}; {rest} told apart by these replications")
    yield from map(note, too_few(done.replications, names))


def _compared(done: Comparison, name: str) -> Iterator[tuple[Block, ...]]:
    """One figure in every variant, with the paired difference from the first."""
    figures = [next(f for f in figures if f.name == name) for figures in done.estimates]
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
    table = TableView.of(["variant", "mean", "difference", "interval", "correlation"], rows, [1, 2, 4])
    yield Sentence(f"{first.name}: {first.about} ({first.unit})"), table


def _side_by_side(
    title: str, done: Comparison, counts: Sequence[dict[str, int]]
) -> Iterator[tuple[TableView]]:
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
    yield (TableView.of([title, *(one.name for one in done.variants)], rows, range(1, len(counts) + 1)),)


def _number(value: float | None, places: int, sign: str = "") -> str:
    return "" if value is None else f"{value:{sign}.{places}f}"


def status(folder: Path, /, *, json: Json = False) -> int:
    """Say how far a run or a comparison is.

    Example: mfg status runs/three-suites

    Parameters
    ----------
    folder
        The folder of a run or a comparison.
    """
    from mfg.study.folder import progress_of

    found = progress_of(folder)
    rows = [(one.variant, one.done, one.replications, f"{one.done / one.replications:.0%}") for one in found]
    listed = TableView.of(["variant", "done", "replications", ""], rows, [1, 2, 3])
    answer(View(None, {"folder": str(folder), "variants": found}, (listed,)), json=json)
    return 0
