"""Whether the rows of a decision table take every case exactly once, tried at the ends of their ranges."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from mfg.protocol.cases import Bounds, Condition, Rounding

_BESIDE = Decimal("1e-9")


def uncovered(
    rows: Sequence[Condition],
    words: Mapping[str, Sequence[str]],
    reach: Mapping[str, Bounds],
    rounded: Mapping[str, Rounding],
) -> Iterator[str]:
    """Cases that no row or several rows of a decision table take, tried at every band end and beside it.

    *words* lists the values of everything that is a word; *reach* limits everything that is a number. What is
    *rounded* before a row is chosen is tried only at what rounding can give.
    """
    asked = sorted({name for condition in rows for name in condition.parts})
    axes: list[list[Decimal | str]] = []
    for name in asked:
        if name in words:
            axes.append(list(words[name]))
            continue
        parts = [condition.parts.get(name) for condition in rows] + [reach[name]]
        ends = {end for part in parts if isinstance(part, Bounds) for end in part.ends()}
        if name in rounded:
            axes.append(_multiples(ends, reach[name], rounded[name]))
            continue
        axes.append(
            sorted(v for end in ends for v in (end - _BESIDE, end, end + _BESIDE) if v in reach[name])
        )
    for values in itertools.product(*axes):
        case = dict(zip(asked, values, strict=True))
        held = sum(condition.admits(case) for condition in rows)
        if held != 1:
            shown = " and ".join(f"{name} {value}" for name, value in case.items()) or "every case"
            yield f"{shown}: {'no row' if held == 0 else f'{held} rows'}"


def _multiples(ends: Iterable[Decimal], reach: Bounds, rounding: Rounding) -> list[Decimal | str]:
    """The values next to each of *ends* that rounding gives for something within *reach*."""
    near = {rounding.apply(end) + n * rounding.step for end in ends for n in (-1, 0, 1)}
    inside = [end for end in (*reach.ends(), *near) for end in (end - _BESIDE, end, end + _BESIDE)]
    given = sorted(rounding.apply(value) for value in inside if value in reach)
    return [value for value in sorted(near) if given and given[0] <= value <= given[-1]]
