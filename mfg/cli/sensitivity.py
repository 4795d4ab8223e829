"""The command that ranks inputs by what they do to a figure: sensitivity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from mfg.cli import say
from mfg.cli.runs import Flag, Settings, Varied, Whole, hands, pairs

WIDE = 110  # columns of running text


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(sensitivity)


def sensitivity(
    scenario: str,
    figure: str,
    /,
    *,
    over: Varied = (),
    method: str = "screening",
    samples: Whole | None = None,
    settings: Settings = (),
    replications: Annotated[Whole | None, Parameter(alias="-n")] = None,
    seed: Whole | None = None,
    workers: Whole | None = None,
    executor: str | None = None,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    json: Flag = False,
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
    settings
        A value by its path as KEY=VALUE; may be repeated.
    replications
        How often all of it is simulated, a screening on further luck each time: once if left out. Each point of
        sobol has the same luck, 4 replications of it if left out.
    seed
        The random seed, instead of the scenario's.
    workers
        How many processes share the work; as many as there are cores if left out.
    executor
        Who does the work instead, such as dask://127.0.0.1:8786.
    output
        The folder of the study; one under runs/ if left out.
    json
        Print one JSON document.
    """
    from mfg.errors import Refused, nearest
    from mfg.reader.scenarios import load_scenario
    from mfg.study.inputs import Assumed, assumed_in
    from mfg.study.inputs import over as moved_over
    from mfg.study.run import checked
    from mfg.study.screening import screened
    from mfg.study.shares import shares_of
    from mfg.study.variants import Range

    checked(workers, seed)
    methods = ("screening", "sobol")
    if method not in methods:
        raise Refused("--method", method, "is no method", nearest(method, methods))
    if samples is not None and method != "sobol":
        advice = "leave it out, or give --method sobol; -n repeats a screening"
        raise Refused("--samples", str(samples), f"means nothing to a {method}", advice)
    fixed = pairs(settings)
    ranges = [Range.read(key, text, "over") for key, text in pairs(over, "--over").items()]
    given = Assumed(tuple(moved_over(ranges)), {})
    chosen = given if ranges else assumed_in(load_scenario(scenario, fixed))
    asked: dict[str, Any] = {"inputs": chosen.inputs, "settings": fixed, "seed": seed, "lasting": True}
    with hands(workers, executor, output, "loaded, then simulated") as means:
        if method == "sobol":
            many: dict[str, Any] = {"samples": 4 if samples is None else samples}
            many["replications"] = 4 if replications is None else replications
            shares = shares_of(scenario, figure, means=means, **many, **asked)
        else:
            times = 1 if replications is None else replications
            found = screened(scenario, figure, means=means, replications=times, **asked)
    if method == "sobol":
        _shares(scenario, figure, shares, json=json)
    else:
        _effects(scenario, found, chosen.unmoved, json=json)
    return 0


def _effects(scenario: str, found: Any, unmoved: Mapping[str, str], *, json: bool) -> None:
    """Print a screening: what each input does that is told apart, then what the others cannot do."""
    stuck = {one.name: "; ".join(one.refused.values()) for one in found.inputs if one.still}
    stay = dict(unmoved) | stuck
    if json:
        _document(scenario, found, stay)
        return
    meaning = found.meaning
    moved = len(found.effects)
    good = {"high": "; high is good", "low": "; low is good"}.get(meaning.good, "")
    say.result(f"{found.figure} of {scenario}: {meaning.about} ({meaning.unit}{good})")
    say.result(
        f"{moved} inputs, all moved at once in {found.pairs} pairs of simulations; {found.mean:.4g} on average"
    )
    if found.left_out:
        ended = f"; there most patients end with: {found.because}" if found.because else ""
        say.result(
            f"left out: {found.left_out} pairs more, on a side of which the figure is not defined{ended}"
        )
    places = _places(found.effects)
    if found.told_apart:
        rows = [
            [e.name, e.range, f"{e.effect:+.{places}f}", f"{e.low:+.{places}f} to {e.high:+.{places}f}"]
            for e in found.told_apart
        ]
        say.result()
        say.table(["input", "range", f"from low to high, {meaning.unit}", "interval"], rows, right=[2])
    say.result(f"\ntold apart: {len(found.told_apart)} of {moved} inputs")
    if found.others:
        bound = f"{found.bound:.{places}f} {meaning.unit}"
        say.result(f"none of the other {len(found.others)} moves it by more than {bound}:")
        _listed([one.name for one in found.others])
    _limited("moved to one side only", {one.name: _why(one) for one in found.inputs if len(one.refused) == 1})
    _limited("not moved", stay)
    say.result(
        "intervals are 95 % for all inputs together, by Holm's rule; an effect is the average over the ends of the others"
    )


def _document(scenario: str, found: Any, unmoved: Mapping[str, str]) -> None:
    head = {"scenario": scenario, "figure": found.figure, "method": "screening"}
    head |= {"unit": found.meaning.unit, "good": found.meaning.good, "mean": found.mean}
    counts = {"pairs": found.pairs, "left_out": found.left_out, "because": found.because}
    one_sided = {one.name: dict(one.refused) for one in found.inputs if len(one.refused) == 1}
    limits = {"bound": found.bound, "one_sided": one_sided, "unmoved": dict(unmoved)}
    say.document({**head, **counts, "inputs": list(found.effects), **limits})


def _shares(scenario: str, figure: str, found: Any, *, json: bool) -> None:
    """Print the shares of the variance."""
    if json:
        head = {"scenario": scenario, "figure": figure, "method": "sobol"}
        counts = {"samples": found.samples, "left_out": found.left_out}
        say.document({**head, **counts, "inputs": list(found.shares)})
        return
    count = len(found.shares)
    say.result(f"{figure} of {scenario}: {count} inputs, sobol, {found.samples} samples")
    if found.left_out:
        say.result(f"left out: {found.left_out} samples more, in which {figure} is not defined at some point")
    rows = [
        [one.name, one.range, f"{one.share:.4g}", f"+-{one.bound:.2g}", f"{one.interaction:.2g}"]
        for one in found.shares
        if one.share
    ]
    say.result()
    header = ["input", "range", "share of variance, with interactions", "95 %", "interaction"]
    say.table(header, rows, right=[2, 4])
    say.result(f"\nwithout any effect here: {count - len(rows)} of {count} inputs")


def _limited(title: str, reasons: Mapping[str, str]) -> None:
    if reasons:
        say.result(f"\n{title}:")
        say.table(["input", "why"], list(reasons.items()))


def _why(one: Any) -> str:
    """Why an input has only one side, without its own path before it."""
    (reason,) = one.refused.values()
    return str(reason).removeprefix(f"{one.name}: ")


def _places(effects: Sequence[Any]) -> int:
    """As many decimals as show two digits of the widest interval; of an exact effect three."""
    half = max(one.high - one.low for one in effects) / 2
    size = half or max(abs(one.effect) for one in effects) / 10
    return min(6, max(0, 1 - floor(log10(size)))) if size else 2


def _listed(names: Sequence[str]) -> None:
    """Names in lines, none of them broken."""
    line = "  "
    for n, name in enumerate(names):
        word = name if n == len(names) - 1 else f"{name}; "
        if len(line) + len(word) > WIDE and line.strip():
            say.result(line.rstrip())
            line = "  "
        line += word
    say.result(line)
