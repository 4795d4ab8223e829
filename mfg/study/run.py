"""A run: one scenario, replicated, with its figures, its tables and what became of everybody."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import pandas as pd
from attrs import asdict, evolve, field, frozen

from mfg.errors import Parameter
from mfg.evidence import count_kinds
from mfg.files import write_atomically
from mfg.notebook import html_of
from mfg.plan.plan import Plan
from mfg.results.figures import Figure, asked_for, figures_of
from mfg.results.stability import Overload, overloads
from mfg.results.tables import Tables
from mfg.scenario import Scenario
from mfg.study.answers import HEADLINES, Answers, check_table, row_of
from mfg.study.dated import dated
from mfg.study.folder import document
from mfg.study.loading import check_replications, check_seed
from mfg.study.means import means_of
from mfg.study.parts import table_of
from mfg.study.precision import Precision
from mfg.study.setting import Setting, setting_of
from mfg.study.study import Execution, Study, Told, carry_out_study
from mfg.study.variants import AS_IT_IS, Variant
from mfg.study.waits import Counted

DEFAULT_REPLICATIONS = 20


@frozen(eq=False)
class Run(Answers):
    """A finished run: one value of every figure for each replication, the summary, and the tables.

    `estimates` are the figures as values, `figures` the same as a table, `figure` gives one by its name. `waits` says what
    refused the days of patients, and what doses were put off for.
    A table is a data frame with a row for each thing and replication, units in its column names; beside each `*_day` that is a
    moment stands its `*_date`.
    """

    study: Study
    folder: Path
    replications: int
    by_replication: pd.DataFrame
    estimates: list[Figure]
    endings: dict[str, int]
    lots_by_outcome: dict[str, int]
    unstable: list[Overload]
    waits: Counted
    _read: dict[str, pd.DataFrame] = field(factory=dict, init=False, repr=False)

    def __repr__(self) -> str:
        return f"Run({self.scenario.name}, {self.replications} replications, in {str(self.folder)!r})"

    def _repr_html_(self) -> str:
        title = self.scenario.title or self.scenario.name
        said = f"{self.replications} replications, seed {self.plan.seed}"
        shown = [row_of(one) for one in self.estimates if one.name in HEADLINES and one.n]
        return html_of(title, said, ("figure", "mean", "95 % interval", "unit", "what it is"), shown)

    @property
    def name(self) -> str:
        """What a chart calls it."""
        return self.study.variants[0].name

    @property
    def setting(self) -> Setting:
        """What the folder says of it: dates, places with their hours, courses, and the evidence of every number."""
        variant = self.study.variants[0]
        return setting_of(variant.name, variant.settings, self.scenario, self.plan)

    @property
    def scenario(self) -> Scenario:
        """What was simulated."""
        return self.study.scenarios[0]

    @property
    def plan(self) -> Plan:
        """The same in plain numbers."""
        return self.study.plans[0]

    @property
    def tables(self) -> Tables:
        """Everything, read from the folder."""
        return Tables(self.events, self.patients, self.lots, self.doses, self.tests, self.resources)

    def table(self, name: str) -> pd.DataFrame:
        """A table: ``patients``, ``lots``, ``doses``, ``tests``, ``resources`` or ``events``; do not change it.

        Raises:
            Refused: if there is no such table.
        """
        check_table(name)
        if name not in self._read:
            study = self.study.identity.digest
            found = table_of(self.folder, study, name, 0, self.replications)
            self._read[name] = dated(found, self.plan.start)
        return self._read[name]


def simulate(
    scenario: str | Path | Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    parts: Mapping[str, object] | None = None,
    until: str | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    output: str | Path | None = None,
    told: Told | None = None,
) -> Run:
    """Simulate a scenario (a built-in name, a path, or a loaded one) so many times; 20 if nobody says.

    *settings* gives values by their path: ``{"suites": 3, "collect.lasts": "2 hour"}``. *parts* puts what you
    wrote yourself in the places of distributions (an object with ``inverse`` and ``unit``) and of the order in which lots are
    served (``"policy.order"``, an object with ``rank``); if it is to be kept, or done in several processes, each must
    have a ``name`` and a ``version``. *until* asks for replications until a
    figure is known so well: ``"vein_to_vein_median +-5%"``, of at most *replications*. *workers* is how many
    processes share the work, or any *executor* of ``concurrent.futures`` does it; the result is the same.
    A script that uses more than one worker must call this under ``if __name__ == "__main__":``. With *output*
    the run is kept in a folder, and the same call goes on where it stopped.

    Raises:
        Faults: if the scenario has any.
        Refused: for a number of replications, a seed, workers or a folder that cannot be.
        Failed: if a replication ended in an error.
    """
    seed = check_seed(seed)
    if replications is not None:
        replications = check_replications(replications)
    variant = Variant(AS_IT_IS, settings, parts)
    execution = means_of([variant], workers=workers, executor=executor, output=output, told=told)
    study = Study.of(scenario, (variant,), seed)
    return run_of(study, execution, replications, until)


def run_of(
    study: Study, execution: Execution, replications: int | None = None, until: str | None = None
) -> Run:
    """Carry out a study of one variant, with so many replications or until a figure is known so well."""
    if until is None:
        return _run(study, DEFAULT_REPLICATIONS if replications is None else replications, execution)
    precision = Precision.read(until, replications)
    asked_for(study.plans[0], precision.figure, Parameter("until"))
    run = _run(study, precision.first, execution)
    kept = evolve(execution, folder=run.folder, durable=execution.folder is not None and execution.durable)
    while (more := precision.needed(run.by_replication)) > run.replications:
        run = _run(study, more, kept)
    return run


def _run(study: Study, replications: int, execution: Execution) -> Run:
    folder, (counts,) = carry_out_study(study, replications, execution)
    plan = study.plans[0]
    run = Run(
        study=study,
        folder=folder,
        replications=replications,
        by_replication=counts.figures,
        estimates=figures_of(counts.figures),
        endings=counts.endings,
        lots_by_outcome=counts.lots,
        unstable=overloads(plan.resources, counts.figures.mean()),
        waits=counts.waits,
    )
    if execution.folder is not None:
        write_atomically(folder / "run.json", document(_summary(run)), durable=execution.durable)
    return run


def _summary(run: Run) -> dict[str, Any]:
    """What `run.json` says: with ``study.json`` beside it, enough to run it again and get the same."""
    return {
        "scenario": run.scenario.name,
        "replications": run.replications,
        "seed": run.plan.seed,
        "digest": run.study.identity.digest,
        "figures": [asdict(figure) for figure in run.estimates],
        "endings": run.endings,
        "lots": run.lots_by_outcome,
        "unstable": [asdict(one) for one in run.unstable],
        "inputs_by_evidence": count_kinds(run.scenario.numbers),
    }
