"""What-ifs compared: every variant against the first, on the same patients with the same luck.

A difference is taken replication by replication, and its interval is Student's t over these differences. Of all
differences that are shown, over figures and variants, the one with the smallest p-value is judged at 5 % over their
number, the next at 5 % over one less, and so on until one is not told apart (Holm 1979); its interval is that of the
level at which it was judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from math import ceil, floor
from pathlib import Path

import numpy as np
import pandas as pd
from attrs import asdict, frozen

from mfg.errors import Parameter, Refused
from mfg.files import write_atomically
from mfg.results.figures import LEVEL, Figure, asked_for, describe, figures_of, half_width
from mfg.results.stability import Overload, overloads
from mfg.scenario import Scenario
from mfg.study.dated import dated
from mfg.study.folder import document
from mfg.study.holm import chance, levels
from mfg.study.loading import check_replications, check_seed, check_workers
from mfg.study.parts import table_of
from mfg.study.run import DEFAULT_REPLICATIONS
from mfg.study.study import Execution, Study, Told, carry_out_study
from mfg.study.variants import Variant, grid, not_twice, variants_in

FigureOfVariant = tuple[str, str]  # a figure, and a variant

HEADLINES = (
    "referral_to_dose_median",
    "referral_to_dose_late",
    "vein_to_vein_median",
    "vein_to_vein_p90",
    "on_time_as_first_booked",
    "doses_given",
    "patients_completed",
    "patients_treated_per_month",
    "points_lost_waiting",
    "lots_lost",
    "collections_per_patient",
    "suite_hours_per_dose",
)


@frozen
class Difference:
    """One figure of a variant less that of the first, over `n` replications that define both.

    The interval from `low` to `high` is that of the `level` at which Holm's rule judges it. `correlation` is
    what pairing bought: the variance of the difference is less by that share of the two spreads.
    """

    variant: str
    figure: str
    unit: str
    about: str
    mean: float | None
    low: float | None
    high: float | None
    level: float
    told_apart: bool
    correlation: float | None
    n: int

    @property
    def words(self) -> str:
        """The difference in a sentence that says no more than the interval: its ends are rounded outwards."""
        if self.mean is None or self.low is None or self.high is None:
            return f"{self.variant}: not enough replications define {self.figure} in both"
        unit = "percentage points" if self.unit == "share" else self.unit
        scale = 10_000 if self.unit == "share" else 100
        low, high = round(scale * self.low, 6), round(scale * self.high, 6)
        if not self.told_apart:
            span = f"{floor(low) / 100:+.2f} to {ceil(high) / 100:+.2f}"
            return f"{self.variant}: no difference shown in {self.figure}: {span} {unit}"
        near, far = sorted((abs(low), abs(high)))
        ends = dict.fromkeys((f"{floor(near) / 100:.2f}", f"{ceil(far) / 100:.2f}"))
        amount = " to ".join(ends)
        return f"{self.variant}: {self.figure} is {amount} {unit} {'higher' if self.mean > 0 else 'lower'}"


@frozen(eq=False)
class Comparison:
    """Variants of a scenario with the figures of each, and the differences from the first."""

    study: Study
    folder: Path
    replications: int
    by_replication: tuple[pd.DataFrame, ...]
    figures: tuple[list[Figure], ...]
    endings: tuple[dict[str, int], ...]
    lots_by_outcome: tuple[dict[str, int], ...]
    unstable: tuple[list[Overload], ...]
    compared: tuple[str, ...]
    differences: list[Difference]

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self.variants)
        return f"Comparison({names}; {self.replications} replications each, in {str(self.folder)!r})"

    @property
    def variants(self) -> tuple[Variant, ...]:
        """What was compared; the first is what the others are held against."""
        return self.study.variants

    def of(self, figure: str) -> list[Difference]:
        """The differences in one *figure*, in the order of the variants.

        Raises:
            Refused: if there is no such figure, or if it is not one of those that are `compared`.
        """
        asked_for(self.study.plans[0], figure, "figure")
        if figure not in self.compared:
            advice = f"name it among the figures of the comparison; these are {', '.join(self.compared)}"
            raise Refused("figure", figure, "is not among those that were judged together", advice)
        return [one for one in self.differences if one.figure == figure]

    def table(self, name: str) -> pd.DataFrame:
        """A table (``doses``, ``patients``, ...) of all variants, with their names and with dates."""
        digest, frames = self.study.identity.digest, {}
        for n, variant in enumerate(self.variants):
            found = table_of(self.folder, digest, name, n, self.replications)
            frames[variant.name] = dated(found, self.study.plans[n].start)
        return pd.concat(frames, names=["variant", "row"]).reset_index(level="variant").reset_index(drop=True)


def compare(
    scenario: str | Path | Scenario,
    *,
    vary: Mapping[str, Sequence[str]] | None = None,
    variants: Sequence[Variant] | None = None,
    settings: Mapping[str, str] | None = None,
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
    check_workers(workers)
    check_seed(seed)
    check_replications(replications)
    study = study_of(scenario, vary=vary, variants=variants, settings=settings, seed=seed)
    for name in figures:
        asked_for(study.plans[0], name, "figures")
    execution = Execution(Path(output) if output is not None else None, workers, executor, told)
    return comparison_of(study, replications, execution, figures)


def study_of(
    scenario: str | Path | Scenario,
    *,
    vary: Mapping[str, Sequence[str]] | None,
    variants: Sequence[Variant] | None,
    settings: Mapping[str, str] | None,
    seed: int | None,
    told: Told | None = None,
) -> Study:
    """The study that compares variants of *scenario*; *told* hears how many of them are loaded.

    Raises:
        Refused: if there are fewer than two.
    """
    chosen = list(variants) if variants is not None else grid(vary) if vary else variants_in(scenario)
    if len(chosen) < 2:
        advice = "vary something, such as suites=1,2,3, or name variants in the scenario file"
        raise Refused(Parameter("vary"), None, "leaves nothing to compare", advice)
    fixed = dict(settings or {})
    not_twice(fixed, [key for one in chosen for key in one.settings])
    whole = tuple(Variant(one.name, {**fixed, **one.settings}) for one in chosen)
    return Study.of(scenario, whole, seed, told)


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
        figures=tuple(figures_of(one.figures) for one in counts),
        endings=tuple(one.endings for one in counts),
        lots_by_outcome=tuple(one.lots for one in counts),
        unstable=tuple(
            overloads(plan.resources, one.figures.mean())
            for plan, one in zip(study.plans, counts, strict=True)
        ),
        compared=tuple(figures),
        differences=_differences(
            [one.name for one in study.variants[1:]],
            counts[0].figures,
            [one.figures for one in counts[1:]],
            figures,
        ),
    )
    if execution.folder is not None:
        content = {
            "digest": study.identity.digest,
            "replications": replications,
            "variants": [one.name for one in study.variants],
            "differences": [asdict(one) for one in comparison.differences],
        }
        write_atomically(folder / "comparison.json", document(content), durable=execution.durable)
    return comparison


def _differences(
    variants: Sequence[str], first: pd.DataFrame, others: Sequence[pd.DataFrame], figures: Sequence[str]
) -> list[Difference]:
    """The differences in all *figures*."""
    pairs = {
        (name, variant): (first[name], other[name])
        for name in figures
        for variant, other in zip(variants, others, strict=True)
        if name in first and name in other
    }
    return judged_together(pairs)


def judged_together(pairs: Mapping[tuple[str, str], tuple[pd.Series, pd.Series]]) -> list[Difference]:
    """The second of each pair less the first, replication by replication, by Holm's rule over every one that two replications define.

    A pair is called by its figure and by the variant that is held against the other.
    """
    gaps = {key: (other - one).dropna().to_numpy() for key, (one, other) in pairs.items()}
    judged = levels({key: chance(gap) for key, gap in gaps.items() if len(gap) >= 2})
    found = []
    for (name, variant), gap in gaps.items():
        meaning, (told, level) = describe(name), judged.get((name, variant), (False, LEVEL))
        found.append(
            Difference(
                variant=variant,
                figure=name,
                unit=meaning.unit,
                about=meaning.about,
                mean=float(gap.mean()) if len(gap) else None,
                low=_end(gap, level, -1),
                high=_end(gap, level, 1),
                level=level,
                told_apart=told,
                correlation=_correlation(*pairs[name, variant]),
                n=len(gap),
            )
        )
    return found


def _end(gap: np.ndarray, level: float, sign: int) -> float | None:
    half = half_width(gap, level)
    return None if half is None else float(gap.mean() + sign * half)


def _correlation(one: pd.Series, other: pd.Series) -> float | None:
    both = pd.concat([one, other], axis=1).dropna().to_numpy()
    if len(both) < 3 or (both.std(axis=0) == 0).any():
        return None
    return float(np.corrcoef(both.T)[0, 1])
