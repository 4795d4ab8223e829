"""The what-if tab: a run is asked for, looked at after four replications and when it is done, pinned, and held against pins."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from mfg.app.controls import REPLICATIONS, Controls, chosen, controls_of, in_words, scenarios, settings_of
from mfg.app.jobs import DONE, Job, Jobs
from mfg.app.page import Form
from mfg.errors import Faults, Refused
from mfg.frames.headline import KeyFigure, key_figures
from mfg.frames.paired import SAME, SMALL, verdict_of
from mfg.frames.waiting import waiting
from mfg.pictures.endings import endings_picture
from mfg.pictures.occupancy import hours_picture
from mfg.pictures.picture import Picture
from mfg.pictures.style import MINUS, VARIANTS, days, number, percent
from mfg.pictures.waiting import waiting_picture, waiting_title
from mfg.pictures.window import window_picture
from mfg.reader.numbers import read_number
from mfg.results.figures import describe
from mfg.study.comparison import HEADLINES, Difference, judged_together
from mfg.study.folder import progress_of
from mfg.study.stored import StoredVariant, load_run
from mfg.study.study import Means, Study, carried_out
from mfg.study.variants import AS_IT_IS, Variant

FIRST = 4  # replications of a first look
PINS = "ABCDE"
THIS = "this run"
OTHERS = 8  # rows of a form for other numbers


@frozen
class Asked:
    """A run as it was asked for."""

    scenario: str
    title: str
    settings: Mapping[str, str]
    words: str
    replications: int
    seed: int

    @property
    def command(self) -> str:
        """The same as a command line."""
        changed = [word for path, value in self.settings.items() for word in ("--set", f"{path}={value}")]
        return shlex.join(
            ["mfg", "run", self.scenario, "-n", str(self.replications), "--seed", str(self.seed), *changed]
        )


@frozen(eq=False)
class Looked:
    """What can be looked at of a run: after a first few replications, or all of them."""

    asked: Asked
    run: StoredVariant


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
class Key:
    """A key figure, and what it was with each pin."""

    value: str
    said: str
    interval: str
    beside: str
    against: tuple[Against, ...]


@frozen
class Result:
    """What is shown of a run: key figures, the waiting curve, and every figure against the pins."""

    asked: Asked
    replications: int
    keys: tuple[Key, ...]
    curve: Picture
    figures: tuple[Against, ...]
    apart: tuple[str, ...]


def ask(jobs: Jobs, form: Form) -> Job:
    """Have the run carried out that *form* asks for.

    Raises:
        Refused: for anything in the form that cannot be.
        Faults: for settings that the scenario does not take.
    """
    controls = controls_of(chosen(form.get("scenario"), scenarios(), "scenario"))
    many = int(chosen(form.get("replications"), list(REPLICATIONS), "replications"))
    settings, faults = settings_of(controls, form.under("set:"), _others(form))
    try:
        study = Study.of(controls.scenario, (Variant(AS_IT_IS, settings),), _seed(form))
    except Faults as found:
        raise evolve(found, faults=(*faults, *found.faults)) from None
    if faults:
        raise Faults(controls.scenario, tuple(faults))
    seed = study.plans[0].seed
    asked = Asked(controls.scenario, controls.title, settings, in_words(controls, settings), many, seed)
    return jobs.ask(_key(study, many), many, lambda job: _carried_out(jobs, job, study, asked))


def _others(form: Form) -> list[tuple[str, str]]:
    paths, values = form.under("path:"), form.under("value:")
    return [(paths.get(row, ""), values.get(row, "")) for row in sorted({*paths, *values})]


def _seed(form: Form) -> int | None:
    text = form.get("seed")
    if text is None:
        return None
    seed = read_number(text, "seed", like="1")
    if not isinstance(seed, int) or seed < 0:
        raise Refused("seed", text, "is no seed", "give a whole number from 0 on")
    return seed


def _key(study: Study, replications: int) -> str:
    return f"{study.identity.digest[:20]}-{replications}"


def is_key(text: str) -> bool:
    """Whether *text* could name a run."""
    return re.fullmatch(r"[0-9a-f]{20}-[0-9]{1,3}", text) is not None


def _carried_out(jobs: Jobs, job: Job, study: Study, asked: Asked) -> Looked:
    """The run in the folder of *job*, from what is there of a shorter one; with a first look if nothing is."""
    begun = _shorter(jobs, study, asked)
    if begun is not None:
        shutil.copytree(begun, job.folder)
    means = Means(job.folder, executor=job.hands, told=job.told, durable=False)
    job.counted = lambda: _stored(job.folder)
    if begun is None:
        carried_out(study, FIRST, means)
        job.first = Looked(asked, _read(job.folder))
    carried_out(study, asked.replications, means)
    return Looked(asked, _read(job.folder))


def _shorter(jobs: Jobs, study: Study, asked: Asked) -> Path | None:
    for many in reversed(REPLICATIONS):
        if int(many) < asked.replications:
            known = jobs.find(_key(study, int(many)))
            if known is not None and known.state == DONE:
                return known.folder
    return None


def _read(folder: Path) -> StoredVariant:
    """The run in *folder*, with what a first look needs read already: the files of a first look do not stay."""
    run = load_run(folder).base
    run.table("patients")
    assert len(run.by_replication) == run.replications
    return run


def _stored(folder: Path) -> int:
    try:
        return progress_of(folder)[0].done
    except (Refused, OSError):
        return 0


def result_of(looked: Looked, pins: Sequence[tuple[str, Looked]]) -> Result:
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
        apart=tuple(letter for letter, pin in pins if not _comparable(looked.asked, pin.asked)),
    )


def charts_of(looked: Looked) -> Iterator[Picture]:
    """The further charts of a run that is done."""
    yield window_picture(looked.run)
    yield hours_picture(looked.run)
    yield endings_picture(looked.run)


def _comparable(one: Asked, other: Asked) -> bool:
    """Whether two runs have the same patients with the same luck."""
    return one.scenario == other.scenario and one.seed == other.seed


def _differences(run: StoredVariant, pins: Sequence[tuple[str, Looked]]) -> dict[str, list[Against]]:
    own = run.by_replication
    pairs = {
        (name, letter): (pin.run.by_replication[name], own[name])
        for name in HEADLINES
        for letter, pin in pins
        if name in own and name in pin.run.by_replication
    }
    means = {letter: pin.run for letter, pin in pins}
    found: dict[str, list[Against]] = {}
    for one in judged_together(pairs):
        if one.mean is None or one.low is None or one.high is None:
            continue
        found.setdefault(one.figure, []).append(_against(one, means[one.variant], run))
    return found


def _against(one: Difference, pin: StoredVariant, run: StoredVariant) -> Against:
    assert one.mean is not None
    assert one.low is not None
    assert one.high is not None
    gap = f"{_signed(one.mean, one.unit)} ({_signed(one.low, one.unit, bare=True)} to {_signed(one.high, one.unit, bare=True)})"
    verdict = verdict_of(describe(one.figure).good, one.mean, told=one.told_apart)
    before, now = (of.figures[one.figure].mean for of in (pin, run))
    small = verdict != SAME and abs(one.mean) < SMALL * abs(before or 0.0)
    about = one.about.replace("`", "")
    pinned, own = _value(before, one.unit), _value(now, one.unit)
    return Against(one.variant, one.figure, about, pinned, own, gap, verdict, small=small)


def _key_figure(one: KeyFigure, pins: Sequence[tuple[str, Looked]], found: dict[str, list[Against]]) -> Key:
    against = tuple(found.get(one.name, ()))
    if one.name == "half" and one.mean is not None:
        against = tuple(_half(letter, waiting(pin.run).half) for letter, pin in pins)
        return Key(days(one.mean), one.said, "", one.beside, against)
    interval = f"{_value(one.low, one.unit)} to {_value(one.high, one.unit)}" if one.low is not None else ""
    return Key(_value(one.mean, one.unit), one.said, interval, one.beside, against)


def _half(letter: str, half: float | None) -> Against:
    """The wait of the pin beside that of the run: one number of all patients together has no interval."""
    said = "never half of them" if half is None else days(half)
    return Against(letter, "half", "", said, "", said, "")


def _curve(run: StoredVariant, pins: Sequence[tuple[str, Looked]]) -> Picture:
    """The waiting curve of the run and of the pins, whose colours are those of their letters."""
    named = [(THIS, run), *((letter, pin.run) for letter, pin in pins)]
    picture = waiting_picture([evolve(one, setting=evolve(one.setting, variant=name)) for name, one in named])
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
    return VARIANTS[1 + PINS.index(letter)]


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "undefined"
    if unit == "share":
        return percent(value, decimals=1)
    return f"{number(value, 3)}{ {'hour': ' h', 'day': ' days'}.get(unit, f' {unit}') if unit else '' }"


def _signed(value: float, unit: str, *, bare: bool = False) -> str:
    size = number(abs(value) * 100, 2) if unit == "share" else number(abs(value), 2)
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    word = {"share": "%-points", "hour": "h"}.get(unit, unit)
    return f"{sign}{size}" if bare else f"{sign}{size} {word}".strip()


def pins_of(jobs: Jobs, text: str) -> list[tuple[str, Looked]]:
    """The runs that are pinned, by their letters; *text* names each as its letter and its key, ``A:1f...-20``."""
    found: list[tuple[str, Looked]] = []
    for one in text.split(",")[: len(PINS)]:
        letter, _, key = one.partition(":")
        job: Any = jobs.find(key) if is_key(key) else None
        if job is not None and job.state == DONE and letter and letter in PINS and letter not in dict(found):
            found.append((letter, job.result))
    return found


__all__ = ["Asked", "Controls", "Looked", "Result", "ask", "charts_of", "pins_of", "result_of"]
