"""Checks of a body weight against height, the previous weight, the previous dose, and the rest of the table."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from statistics import median

from attrs import define, field

from mfg.auditing.slips import of_change, transpositions

USUAL_CHANGE = 0.10  # of a weight between two doses: beyond it somebody should weigh again
_LEAST_CHANGE = 0.03  # below it no change is told from a scale and a meal
_OF_MEDIAN = 7.4  # five standard deviations of a normal distribution, in medians of its absolute values
_ENOUGH = 50  # rows from which a table knows its own changes
_FLOAT = 1e-9
_SIMILAR_DOSES = (0.8, 1.25)
_BODY_MASS_INDEX = (12.0, 60.0)  # kg/m2
_CONFIRMED = (7.0, 100.0)  # where the last weight says the same
_SAME = 0.02  # of a weight and a neighbour's last one
POUNDS_FROM = 110.0  # kg: the median of adults in pounds lies above it, and in kilograms below

Doubts = Iterator[tuple[str, str]]


def change_limit(changes: Iterable[float]) -> float:
    """The relative change of a weight beyond which it is doubted: 10 %, or less if the other weights of the table hardly change.

    *changes* are the relative changes of its rows. From 50 rows on the limit is five standard deviations, estimated from the
    median absolute change; what lies beyond is left out and the estimate repeated, so that many wrong weights hide none.
    """
    listed, limit = sorted(abs(change) for change in changes), USUAL_CHANGE
    while len(listed) >= _ENOUGH:
        limit = min(limit, max(_LEAST_CHANGE, _OF_MEDIAN * median(listed)))
        kept = listed[: bisect_right(listed, limit)]
        if len(kept) == len(listed):
            break
        listed = kept
    return limit


def on_weight(
    weight: float,
    height: float | None,
    before: float | None,
    limit: float,
    beside: Iterable[tuple[float | None, float | None]],
) -> Doubts:
    """What stature and the last weight say against *weight*; *beside* are the weights and last weights of its neighbours."""
    doubted = before is not None and abs(weight / before - 1) > limit + _FLOAT
    if before is not None and doubted:
        reason = f"{weight:.15g} kg against {before:.15g} kg last time, {weight / before:.3f} times"
        yield _explain(weight, before, beside), reason
    if height is None:
        return
    least, most = _CONFIRMED if before is not None and not doubted else _BODY_MASS_INDEX
    index = _index(weight, height)
    if not least <= index <= most:
        exchanged = _BODY_MASS_INDEX[0] <= _index(height, weight) <= _BODY_MASS_INDEX[1]
        reason = f"{weight:.15g} kg at {height:.15g} cm is a body-mass index of {index:.1f}"
        yield "swapped-columns" if exchanged else "other", reason


def _index(kg: float, cm: float) -> float:
    return kg / (cm / 100) ** 2


def _explain(weight: float, before: float, beside: Iterable[tuple[float | None, float | None]]) -> str:
    """The slip that turns a weight near *before* into *weight*; ``other`` if none does."""
    named = of_change(weight / before)
    if named != "other":
        return named
    for other, last in beside:
        if other == weight or (last is not None and abs(weight / last - 1) <= _SAME):
            return "neighbours-weight"
    if any(abs(swapped / before - 1) <= 2 * _SAME for swapped in transpositions(weight)):
        return "transposed-digits"
    return "other"


def on_dose(prescribed: float, last: float) -> Doubts:
    """What the last dose says against the one *prescribed* for this weight."""
    ratio = prescribed / last
    if not _SIMILAR_DOSES[0] <= ratio <= _SIMILAR_DOSES[1]:
        said = f"{prescribed:,.0f} cells prescribed against {last:,.0f} last time"
        yield of_change(ratio), f"{said}, {ratio:.3f} times"


@define
class History:
    """What a table said of each patient in the rows above, and of all weights.

    The weight of a row that is wrong or doubted says nothing of a later one: its own row is to be mended first.
    """

    _patients: dict[str, tuple[int, tuple[str, ...], int, float | None]] = field(factory=dict)
    _weights: dict[int, int] = field(factory=dict)

    def contradictions(
        self,
        row: int,
        patient: str,
        dose: str,
        most: int,
        weight: float | None,
        *,
        sound: bool,
        confirmed: bool,
    ) -> Doubts:
        """What the rows above say against this one, of a *dose* that a patient receives at most *most* times.

        Nothing of its weight, if its own last one has *confirmed* it; that is kept for later rows where the row is *sound*.
        """
        if weight is not None:
            kg = int(weight)
            self._weights[kg] = self._weights.get(kg, 0) + 1
        where, doses, seen, before = self._patients.get(patient, (0, (), 0, None))
        kept = (row, weight) if sound and weight is not None else (seen, before)
        self._patients[patient] = (row, (*doses[-99:], dose), *kept)
        count = doses.count(dose) + 1
        if count > most:
            if most == 1:
                yield (
                    "duplicate",
                    f"{dose or 'the dose'} of this patient stands in an earlier row (last in row {where})",
                )
            else:
                yield (
                    "too-many-doses",
                    f"is number {count} of this patient, who receives {most} (last in row {where})",
                )
        if weight is None or before is None or confirmed:
            return
        ratio = weight / before
        if abs(ratio - 1) > USUAL_CHANGE + _FLOAT:
            reason = f"{weight:.15g} kg against {before:.15g} kg in row {seen}, {ratio:.3f} times"
            yield of_change(ratio), reason

    def median_weight(self) -> float | None:
        """The median of all weights, to a kilogram."""
        half, above = sum(self._weights.values()) / 2, 0
        for kg in sorted(self._weights):
            above += self._weights[kg]
            if above >= half:
                return kg + 0.5
        return None
