"""The what-if tab: a run is asked for, carried out with a first look after four replications, and pinned."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from mfg.app.controls import HOW_OFTEN, chosen, controls_of, in_words, scenarios, settings_of
from mfg.app.jobs import PageJob, PageJobs, State
from mfg.app.page import Form
from mfg.errors import Faults, Refused
from mfg.reader.numbers import read_number
from mfg.study.folder import progress_of
from mfg.study.stored import StoredVariant, load_run
from mfg.study.study import Execution, Study, carry_out_study
from mfg.study.variants import AS_IT_IS, Variant

FIRST_LOOK = 4  # replications of a first look
PINS = "ABCDE"
OTHERS = 8  # rows of a form for other numbers


@frozen
class WhatIf:
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
class RunSeen:
    """What can be looked at of a run: after a first few replications, or all of them."""

    asked: WhatIf
    run: StoredVariant


def ask(jobs: PageJobs, form: Form) -> PageJob:
    """Have the run carried out that *form* asks for.

    Raises:
        Refused: for anything in the form that cannot be.
        Faults: for settings that the scenario does not take.
    """
    controls = controls_of(chosen(form.get("scenario"), scenarios(), "scenario"))
    many = int(chosen(form.get("replications"), list(HOW_OFTEN), "replications"))
    settings, faults = settings_of(controls, form.under("set:"), _others(form))
    try:
        study = Study.of(controls.scenario, (Variant(AS_IT_IS, settings),), _seed(form))
    except Faults as found:
        raise evolve(found, faults=(*faults, *found.faults)) from None
    if faults:
        raise Faults(controls.scenario, tuple(faults))
    seed = study.plans[0].seed
    asked = WhatIf(controls.scenario, controls.title, settings, in_words(controls, settings), many, seed)
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


def _carried_out(jobs: PageJobs, job: PageJob, study: Study, asked: WhatIf) -> RunSeen:
    """The run in the folder of *job*, from what is there of a shorter one; with a first look if nothing is."""
    begun = _shorter(jobs, study, asked)
    if begun is not None:
        shutil.copytree(begun, job.folder)
    execution = Execution(job.folder, executor=job.hands, told=job.told, durable=False)
    job.counted = lambda: _stored(job.folder)
    if begun is None:
        carry_out_study(study, FIRST_LOOK, execution)
        job.first = RunSeen(asked, _read(job.folder))
    carry_out_study(study, asked.replications, execution)
    return RunSeen(asked, _read(job.folder))


def _shorter(jobs: PageJobs, study: Study, asked: WhatIf) -> Path | None:
    for many in reversed(HOW_OFTEN):
        if int(many) < asked.replications:
            known = jobs.find(_key(study, int(many)))
            if known is not None and known.state == State.DONE:
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


def pins_of(jobs: PageJobs, text: str) -> list[tuple[str, RunSeen]]:
    """The runs that are pinned, by their letters; *text* names each as its letter and its key, ``A:1f...-20``."""
    found: list[tuple[str, RunSeen]] = []
    for one in text.split(",")[: len(PINS)]:
        letter, _, key = one.partition(":")
        job: Any = jobs.find(key) if is_key(key) else None
        if (
            job is not None
            and job.state == State.DONE
            and letter
            and letter in PINS
            and letter not in dict(found)
        ):
            found.append((letter, job.result))
    return found
