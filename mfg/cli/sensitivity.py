"""The command that ranks inputs by what they do to a figure: sensitivity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import floor, log10
from typing import Annotated, Any

from cyclopts import App, Parameter

from mfg.cli.given import pairs
from mfg.cli.keeping import write_document
from mfg.cli.options import Json, Lasting, Many, Whole
from mfg.cli.view import Block, Sentence, TableView, View, note, warning
from mfg.cli.working import answer_from, share_work
from mfg.cli.wrong import called

WIDE = 110  # columns of running text


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(sensitivity)


def sensitivity(
    scenario: str,
    figure: str,
    /,
    *,
    over: Many = (),
    method: str = "screening",
    samples: Whole | None = None,
    replications: Annotated[Whole | None, Parameter(alias="-n")] = None,
    asked: Lasting = Lasting(),
    json: Json = False,
) -> int:
    """Rank the inputs of a scenario by what a figure does when each goes from its low to its high end.

    All inputs are moved at once, in pairs of simulations in which each is once low and once high. The same command
    goes on where it was stopped.

    Example: mfg sensitivity lenzumestrocel-phase2 on_time_as_first_booked

    Parameters
    ----------
    scenario
        A built-in name, or the path of a TOML file.
    figure
        A figure of mfg run, such as vein_to_vein_p90.
    over
        A range as KEY=LOW..HIGH, or KEY=x0.5..x2 for so many times what it is; may be repeated. If left out every
        assumed input, within the range that its evidence states, or a quarter of its value up and down where none does.
    method
        screening (what the figure does, with its sign), or sobol (shares of its variance; give few inputs).
    samples
        The base sample of sobol, a power of two; 4 if left out.
    replications
        How often all of it is simulated, a screening on further luck each time: once if left out. Each point of
        sobol has the same luck, 4 replications of it if left out.
    """
    from mfg.errors import Refused, nearest
    from mfg.reader.scenarios import load_scenario
    from mfg.study.folder import SENSITIVITY
    from mfg.study.inputs import Assumed, assumed_in
    from mfg.study.inputs import over as moved_over
    from mfg.study.loading import check_seed, check_workers
    from mfg.study.screening import screen
    from mfg.study.shares import shares_of
    from mfg.study.variants import SettingRange

    check_workers(asked.workers)
    check_seed(asked.seed)
    methods = ("screening", "sobol")
    if method not in methods:
        raise Refused("--method", method, "is no method", nearest(method, methods))
    if samples is not None and method != "sobol":
        advice = "leave it out, or give --method sobol; -n repeats a screening"
        raise Refused("--samples", str(samples), f"means nothing to a {method}", advice)
    fixed = pairs(asked.settings)
    ranges = [SettingRange.read(key, text, "over") for key, text in pairs(over, "--over").items()]
    given = Assumed(tuple(moved_over(ranges)), {})
    base = load_scenario(scenario, fixed)
    chosen = given if ranges else assumed_in(base)
    common: dict[str, Any] = {"inputs": chosen.inputs, "settings": fixed, "seed": asked.seed, "lasting": True}
    sharing = share_work(asked.workers, asked.executor, asked.output, "loaded, then simulated")
    with called("figure", "FIGURE"), sharing as execution:
        if method == "sobol":
            many: dict[str, Any] = {"samples": 4 if samples is None else samples}
            many["replications"] = 4 if replications is None else replications
            shares = shares_of(scenario, figure, execution=execution, **many, **common)
            view, folder = _view_of_shares(scenario, figure, shares), shares.folder
        else:
            times = 1 if replications is None else replications
            found = screen(scenario, figure, execution=execution, replications=times, **common)
            view, folder = _view_of_effects(scenario, found, chosen.unmoved), found.folder
    assert folder is not None
    write_document(folder, SENSITIVITY, view.data, base)
    answer_from(folder, view, report=True, json=json)
    return 0


def _view_of_effects(scenario: str, found: Any, unmoved: Mapping[str, str]) -> View:
    """A screening: what each input does that is told apart, then what the others cannot do."""
    stay = dict(unmoved) | {one.name: "; ".join(one.refused.values()) for one in found.inputs if one.still}
    good = {"high": "; high is good", "low": "; low is good"}.get(found.meaning.good, "")
    title = f"{found.figure} of {scenario}: {found.meaning.about} ({found.meaning.unit}{good})"
    sections: list[tuple[Block, ...]] = []
    places = _places(found.effects)
    if found.told_apart:
        rows = [
            [e.name, e.range, f"{e.effect:+.{places}f}", f"{e.low:+.{places}f} to {e.high:+.{places}f}"]
            for e in found.told_apart
        ]
        titles = ["input", "range", f"from low to high, {found.meaning.unit}", "interval"]
        sections.append((TableView.of(titles, rows, [2]),))
    one_sided = {one.name: _why(one) for one in found.inputs if len(one.refused) == 1}
    sections += [
        tuple(_apart(found, places)),
        *_limited("moved to one side only", one_sided),
        *_limited("not moved", stay),
    ]
    how = "intervals are 95 % for all inputs together, by Holm's rule; an effect is the average over the ends of the others"
    sections[-1] = (*sections[-1], note(how))
    return View(title, _data_of_effects(scenario, found, stay), tuple(_pairs(found)), tuple(sections))


def _pairs(found: Any) -> Iterator[Sentence]:
    """In how many pairs of simulations what was moved, and which are left out."""
    moved = f"{len(found.effects)} inputs, all moved at once in {found.pairs} pairs of simulations"
    yield Sentence(f"{moved}; {found.mean:.4g} on average")
    if found.left_out:
        ended = f"; there most patients end with: {found.because}" if found.because else ""
        yield warning(
            f"left out: {found.left_out} pairs more, on a side of which the figure is not defined{ended}"
        )


def _apart(found: Any, places: int) -> Iterator[Sentence]:
    """How many inputs are told apart, and the bound of what the others do."""
    yield Sentence(f"told apart: {len(found.told_apart)} of {len(found.effects)} inputs")
    if found.others:
        bound = f"{found.bound:.{places}f} {found.meaning.unit}"
        yield Sentence(f"none of the other {len(found.others)} moves it by more than {bound}:")
        yield from map(Sentence, _lines([one.name for one in found.others]))


def _data_of_effects(scenario: str, found: Any, unmoved: Mapping[str, str]) -> dict[str, Any]:
    head = {"scenario": scenario, "figure": found.figure, "method": "screening"}
    head |= {"unit": found.meaning.unit, "good": found.meaning.good, "mean": found.mean}
    counts = {"pairs": found.pairs, "left_out": found.left_out, "because": found.because}
    one_sided = {one.name: dict(one.refused) for one in found.inputs if len(one.refused) == 1}
    limits = {"bound": found.bound, "one_sided": one_sided, "unmoved": dict(unmoved)}
    return {**head, **counts, "inputs": list(found.effects), **limits}


def _view_of_shares(scenario: str, figure: str, found: Any) -> View:
    """The shares of the variance."""
    count = len(found.shares)
    head = {"scenario": scenario, "figure": figure, "method": "sobol"}
    data = {**head, "samples": found.samples, "left_out": found.left_out, "inputs": list(found.shares)}
    rows = [
        [one.name, one.range, f"{one.share:.4g}", f"+-{one.bound:.2g}", f"{one.interaction:.2g}"]
        for one in found.shares
        if one.share
    ]
    titles = ["input", "range", "share of variance, with interactions", "95 %", "interaction"]
    lost = f"left out: {found.left_out} samples more, in which {figure} is not defined at some point"
    return View(
        f"{figure} of {scenario}: {count} inputs, sobol, {found.samples} samples",
        data,
        (warning(lost),) if found.left_out else (),
        (
            (TableView.of(titles, rows, [2, 4]),),
            (Sentence(f"without any effect here: {count - len(rows)} of {count} inputs"),),
        ),
    )


def _limited(title: str, reasons: Mapping[str, str]) -> Iterator[tuple[Block, ...]]:
    if reasons:
        yield Sentence(f"{title}:"), TableView.of(["input", "why"], reasons.items())


def _why(one: Any) -> str:
    """Why an input has only one side, without its own path before it."""
    (reason,) = one.refused.values()
    return str(reason).removeprefix(f"{one.name}: ")


def _places(effects: Sequence[Any]) -> int:
    """As many decimals as show two digits of the widest interval; of an exact effect three."""
    half = max(one.high - one.low for one in effects) / 2
    size = half or max(abs(one.effect) for one in effects) / 10
    return min(6, max(0, 1 - floor(log10(size)))) if size else 2


def _lines(names: Sequence[str]) -> Iterator[str]:
    """Names in lines, none of them broken."""
    line = "  "
    for n, name in enumerate(names):
        word = name if n == len(names) - 1 else f"{name}; "
        if len(line) + len(word) > WIDE and line.strip():
            yield line.rstrip()
            line = "  "
        line += word
    yield line
