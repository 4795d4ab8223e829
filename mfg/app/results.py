"""What is shown of a run: its key figures, its curves, and what is told apart from the pins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from mfg.app.whatif import PINS, RunSeen, WhatIf
from mfg.frames.headline import KeyFigure, key_figures
from mfg.frames.paired import SAME, SMALL, verdict_of
from mfg.frames.waiting import waiting
from mfg.pictures.endings import endings_picture
from mfg.pictures.occupancy import hours_picture
from mfg.pictures.picture import Picture
from mfg.pictures.style import VARIANT_COLOURS, days, signed, with_unit
from mfg.pictures.waiting import waiting_picture, waiting_title
from mfg.pictures.window import window_picture
from mfg.results.figures import describe
from mfg.study.answers import HEADLINES
from mfg.study.difference import Difference, judge_pairs
from mfg.study.stored import StoredVariant

THIS = "this run"


@frozen
class Against:
    """A figure of this run less that of a pin, in words; `verdict` is better, worse, changed, or not told apart.

    What is told apart and below a hundredth of what it was is `small`.
    """

    pin: str
    figure: str
    about: str
    pinned: str
    now: str
    gap: str
    verdict: str
    small: bool = False


@frozen
class KeyShown:
    """A key figure, and what it was with each pin."""

    value: str
    said: str
    interval: str
    beside: str
    against: tuple[Against, ...]


@frozen
class Result:
    """What is shown of a run: key figures, the waiting curve, and every figure against the pins.

    Differences are over the replications that the run and a pin have in `common`, at the least so many.
    """

    asked: WhatIf
    replications: int
    keys: tuple[KeyShown, ...]
    curve: Picture
    figures: tuple[Against, ...]
    apart: tuple[str, ...]
    common: int


def result_of(looked: RunSeen, pins: Sequence[tuple[str, RunSeen]]) -> Result:
    """What is shown of a run beside the *pins*, each with its letter."""
    run = looked.run
    paired = [(letter, pin) for letter, pin in pins if _comparable(looked.asked, pin.asked)]
    found = _differences(run, paired)
    keys = tuple(_key_figure(one, pins, found) for one in key_figures(run))
    return Result(
        asked=looked.asked,
        replications=run.replications,
        keys=keys,
        curve=_curve(run, pins),
        figures=tuple(one for name in HEADLINES for one in found.get(name, ())),
        common=min([run.replications, *(pin.run.replications for _, pin in paired)]),
        apart=tuple(letter for letter, pin in pins if not _comparable(looked.asked, pin.asked)),
    )


def charts_of(looked: RunSeen) -> Iterator[Picture]:
    """The further charts of a run that is done."""
    yield window_picture(looked.run)
    yield hours_picture(looked.run)
    yield endings_picture(looked.run)


def _comparable(one: WhatIf, other: WhatIf) -> bool:
    """Whether two runs have the same patients with the same luck."""
    return one.scenario == other.scenario and one.seed == other.seed


def _differences(run: StoredVariant, pins: Sequence[tuple[str, RunSeen]]) -> dict[str, list[Against]]:
    own = run.by_replication
    pairs = {
        (name, letter): (pin.run.by_replication[name], own[name])
        for name in HEADLINES
        for letter, pin in pins
        if name in own and name in pin.run.by_replication
    }
    means = {letter: pin.run for letter, pin in pins}
    found: dict[str, list[Against]] = {}
    for one in judge_pairs(pairs):
        if one.mean is None or one.low is None or one.high is None:
            continue
        found.setdefault(one.figure, []).append(_against(one, means[one.variant], run))
    return found


def _against(one: Difference, pin: StoredVariant, run: StoredVariant) -> Against:
    assert one.mean is not None
    assert one.low is not None
    assert one.high is not None
    gap = f"{signed(one.mean, one.unit)} ({signed(one.low, one.unit, bare=True)} to {signed(one.high, one.unit, bare=True)})"
    verdict = verdict_of(describe(one.figure).good, one.mean, told=one.told_apart)
    before, now = (of.figure(one.figure).mean for of in (pin, run))
    small = verdict != SAME and abs(one.mean) < SMALL * abs(before or 0.0)
    about = one.about.replace("`", "")
    pinned, own = _value(before, one.unit), _value(now, one.unit)
    return Against(one.variant, one.figure, about, pinned, own, gap, verdict, small=small)


def _key_figure(
    one: KeyFigure, pins: Sequence[tuple[str, RunSeen]], found: dict[str, list[Against]]
) -> KeyShown:
    against = tuple(found.get(one.name, ()))
    if one.name == "half" and one.mean is not None:
        against = tuple(_half(letter, waiting(pin.run).half) for letter, pin in pins)
        return KeyShown(days(one.mean), one.said, "", one.beside, against)
    interval = f"{_value(one.low, one.unit)} to {_value(one.high, one.unit)}" if one.low is not None else ""
    return KeyShown(_value(one.mean, one.unit), one.said, interval, one.beside, against)


def _half(letter: str, half: float | None) -> Against:
    """The wait of the pin beside that of the run: one number of all patients together has no interval."""
    said = "never half of them" if half is None else days(half)
    return Against(letter, "half", "", said, "", said, "")


def _curve(run: StoredVariant, pins: Sequence[tuple[str, RunSeen]]) -> Picture:
    """The waiting curve of the run and of the pins, whose colours are those of their letters."""
    named = [(THIS, run), *((letter, pin.run) for letter, pin in pins)]
    picture = waiting_picture([one.called(name) for name, one in named])
    own = waiting(run)
    if not pins or not own.patients:
        return picture
    others = [(letter, waiting(pin.run).half) for letter, pin in pins]
    said = ", ".join(
        f"with {letter} {'never' if half is None else f'within {days(half)}'}" for letter, half in others
    )
    return evolve(picture, title=f"{waiting_title(own)}; {said}")


def colour_of(letter: str) -> str:
    """The colour of a pin's curve: this run has the first, pins those that follow."""
    return VARIANT_COLOURS[1 + PINS.index(letter)]


def _value(value: float | None, unit: str) -> str:
    return "undefined" if value is None else with_unit(value, unit)
