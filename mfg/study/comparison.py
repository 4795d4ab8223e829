"""What-ifs compared: every variant against the first, on the same patients with the same luck.

A difference is taken replication by replication, and its interval is Student's t over these differences. Of all
differences that are shown, over figures and variants, the one with the smallest p-value is judged at 5 % over their
number, the next at 5 % over one less, and so on until one is not told apart (Holm 1979); its interval is that of the
level at which it was judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from attrs import asdict, field, frozen

from mfg.errors import Parameter, Refused, nearest
from mfg.files import write_atomically
from mfg.kinds import another_kind, check_mapping
from mfg.notebook import html_of, said_interval, said_number
from mfg.reader.typed import settings_as_text
from mfg.results.figures import Figure, asked_for, figures_of
from mfg.results.stability import Overload, overloads
from mfg.scenario import Scenario
from mfg.study.answers import HEADLINES, TablesByName, check_table, figure_in, frames_of
from mfg.study.dated import dated
from mfg.study.difference import Difference, difference_in, differences_frame, judge_differences
from mfg.study.folder import document
from mfg.study.loading import check_replications, check_seed
from mfg.study.means import means_of
from mfg.study.parts import table_of
from mfg.study.run import DEFAULT_REPLICATIONS
from mfg.study.stored import COMPARISON, load_run
from mfg.study.study import Execution, Study, Told, carry_out_study
from mfg.study.variants import Variant, grid, not_twice, variants_in

if TYPE_CHECKING:
    from mfg.pictures.plot import ComparedPlot


@frozen(eq=False)
class Comparison(TablesByName):
    """Variants of a scenario with the figures of each, and the differences from the first.

    `estimates` are the figures of each variant as values and `judged` the differences, `figures` and `differences` the
    same as tables.
    """

    study: Study
    folder: Path
    replications: int
    by_replication: tuple[pd.DataFrame, ...]
    estimates: tuple[list[Figure], ...]
    endings: tuple[dict[str, int], ...]
    lots_by_outcome: tuple[dict[str, int], ...]
    unstable: tuple[list[Overload], ...]
    compared: tuple[str, ...]
    judged: list[Difference]
    _read: dict[str, pd.DataFrame] = field(factory=dict, init=False, repr=False)

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self.variants)
        return f"Comparison({names}; {self.replications} replications each, in {str(self.folder)!r})"

    @property
    def variants(self) -> tuple[Variant, ...]:
        """What was compared; the first is what the others are held against."""
        return self.study.variants

    @property
    def figures(self) -> pd.DataFrame:
        """Every figure of every variant: a row for each variant and figure, columns as those of a run."""
        return frames_of({one.name: own for one, own in zip(self.variants, self.estimates, strict=True)})

    def figure(self, name: str, variant: str | None = None) -> Figure:
        """One figure of a *variant*, of the first one if none is named.

        Raises:
            Refused: if there is no such figure or variant.
        """
        names = [one.name for one in self.variants]
        if variant is not None and variant not in names:
            raise Refused(Parameter("variant"), str(variant), "is no variant", nearest(str(variant), names))
        return figure_in(self.estimates[0 if variant is None else names.index(variant)], name)

    @property
    def differences(self) -> pd.DataFrame:
        """What was judged: a row for each figure and variant, the variant less the first, and whether it is told apart."""
        return differences_frame(self.judged)

    def difference(self, figure: str, variant: str | None = None) -> Difference:
        """The difference in one *figure* of one *variant*, which may be left out if there are two in all.

        Raises:
            Refused: if there is no such variant, or if the figure is not one of those that are `compared`.
        """
        return difference_in(self.judged, figure, variant)

    @property
    def plot(self) -> ComparedPlot:
        """The charts of a report, such as ``comparison.plot.paired()``; they show themselves in a notebook."""
        return load_run(self.folder, self.replications).plot_for(self.study)

    def _repr_html_(self) -> str:
        first, names = self.study.scenarios[0], ", ".join(one.name for one in self.variants)
        said = f"{names}; {self.replications} replications each, against {self.variants[0].name}"
        rows = [
            (
                one.figure,
                one.variant,
                said_number(one.mean),
                said_interval(one.low, one.high),
                one.unit,
                "yes" if one.told_apart else "no",
            )
            for one in self.judged
        ]
        return html_of(
            first.title or first.name,
            said,
            ("figure", "variant", "difference", "interval", "unit", "told apart"),
            rows,
        )

    def of(self, figure: str) -> list[Difference]:
        """The differences in one *figure*, in the order of the variants.

        Raises:
            Refused: if there is no such figure, or if it is not one of those that are `compared`.
        """
        asked_for(self.study.plans[0], figure, Parameter("figure"))
        if figure not in self.compared:
            advice = f"name it among the figures of the comparison; these are {', '.join(self.compared)}"
            raise Refused(Parameter("figure"), figure, "is not among those that were judged together", advice)
        return [one for one in self.judged if one.figure == figure]

    def table(self, name: str) -> pd.DataFrame:
        """A table (``doses``, ``patients``, ...) of all variants, with their names and with dates; do not change it.

        Raises:
            Refused: if there is no such table.
        """
        check_table(name)
        if name not in self._read:
            self._read[name] = self._table(name)
        return self._read[name]

    def _table(self, name: str) -> pd.DataFrame:
        digest, frames = self.study.identity.digest, {}
        for n, variant in enumerate(self.variants):
            found = table_of(self.folder, digest, name, n, self.replications)
            frames[variant.name] = dated(found, self.study.plans[n].start)
        return pd.concat(frames, names=["variant", "row"]).reset_index(level="variant").reset_index(drop=True)


def compare(
    scenario: str | Path | Scenario,
    *,
    vary: Mapping[str, Iterable[Any]] | None = None,
    variants: Sequence[Variant] | None = None,
    settings: Mapping[str, Any] | None = None,
    figures: Sequence[str] = HEADLINES,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    output: str | Path | None = None,
    told: Told | None = None,
) -> Comparison:
    """Compare variants of a scenario: a grid (*vary*), any *variants*, or those that its file names.

    *settings* hold in all of them. The *figures* are judged together: the more there are, the more each has to show. The others are as for `simulate`.

    Raises:
        Faults: if one of the variants has any.
        Refused: if there is nothing to compare, or for means that cannot be.
        Failed: if a replication ended in an error.
    """
    seed, replications = check_seed(seed), check_replications(replications)
    _check_list(figures, "figures", f"[{HEADLINES[0]!r}]")
    _check_variants(variants)
    check_mapping(vary, "vary", '{"suites": [1, 2]}')
    execution = means_of(variants or (), workers=workers, executor=executor, output=output, told=told)
    study = study_of(scenario, vary=vary, variants=variants, settings=settings, seed=seed)
    for name in figures:
        asked_for(study.plans[0], name, Parameter("figures"))
    return comparison_of(study, replications, execution, figures)


def study_of(
    scenario: str | Path | Scenario,
    *,
    vary: Mapping[str, Iterable[Any]] | None,
    variants: Sequence[Variant] | None,
    settings: Mapping[str, Any] | None,
    seed: int | None,
    told: Told | None = None,
) -> Study:
    """The study that compares variants of *scenario*; *told* hears how many of them are loaded.

    Raises:
        Refused: if there are fewer than two.
    """
    if vary is not None and variants is not None:
        raise Refused(Parameter("variants"), None, "are given beside `vary`", "give one of the two")
    chosen = list(variants) if variants is not None else grid(vary) if vary else variants_in(scenario)
    if len(chosen) < 2:
        advice = "vary something, such as suites over 1, 2 and 3, or name variants in the scenario file"
        raise Refused(Parameter("vary"), None, "leaves nothing to compare", advice)
    fixed = settings_as_text(settings)
    not_twice(fixed, [key for one in chosen for key in one.settings])
    whole = tuple(Variant(one.name, {**fixed, **one.settings}, one.parts) for one in chosen)
    return Study.of(scenario, whole, seed, told)


def _check_list(given: object, name: str, like: str) -> None:
    if isinstance(given, str):
        raise Refused(Parameter(name), given[:60], "is one text and no list", f"write {like}")
    if not isinstance(given, Iterable):
        raise another_kind(given, name, f"give a list, such as {like}")


def _check_variants(variants: Sequence[object] | None) -> None:
    if variants is None:
        return
    like = '[mfg.Variant("three suites", {"suites": 3}), ...]'
    _check_list(variants, "variants", like)
    for one in variants:
        if not isinstance(one, Variant):
            advice = f"write {like}"
            raise Refused(Parameter("variants"), str(one)[:60], "is no variant", advice)


def comparison_of(
    study: Study, replications: int, execution: Execution, figures: Sequence[str] = HEADLINES
) -> Comparison:
    """Carry out a study of several variants, and hold each against the first in all *figures*."""
    folder, counts = carry_out_study(study, replications, execution)
    comparison = Comparison(
        study=study,
        folder=folder,
        replications=replications,
        by_replication=tuple(one.figures for one in counts),
        estimates=tuple(figures_of(one.figures) for one in counts),
        endings=tuple(one.endings for one in counts),
        lots_by_outcome=tuple(one.lots for one in counts),
        unstable=tuple(
            overloads(plan.resources, one.figures.mean())
            for plan, one in zip(study.plans, counts, strict=True)
        ),
        compared=tuple(figures),
        judged=judge_differences(
            [one.name for one in study.variants[1:]],
            counts[0].figures,
            [one.figures for one in counts[1:]],
            figures,
        ),
    )
    content = {
        "digest": study.identity.digest,
        "replications": replications,
        "variants": [one.name for one in study.variants],
        "differences": [asdict(one) for one in comparison.judged],
    }
    durable = execution.durable and execution.folder is not None
    write_atomically(folder / COMPARISON, document(content), durable=durable)
    return comparison
