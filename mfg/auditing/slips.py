"""The slips that explain a wrong dose.

They are those of published medication errors: a misplaced decimal point (Lesar 2002, two hundred tenfold errors), pounds
taken for kilograms, a rate taken for a total, another patient's weight. Each predicts a number of cells; those are named
that come nearest to what was given. Names are no doses, so they are found in floats.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

POUNDS = 1 / 0.45359237
FACTORS = (
    ("ten-fold", 10.0),
    ("ten-fold", 0.1),
    ("hundred-fold", 100.0),
    ("hundred-fold", 0.01),
    ("thousand-fold", 1e3),
    ("thousand-fold", 1e-3),
    ("million-fold", 1e6),
    ("millions", 1e-6),
    ("double", 2.0),
    ("half", 0.5),
)
OF_WEIGHT = (("pounds-as-kilograms", POUNDS), ("kilograms-as-pounds", 1 / POUNDS))
_EXACT, _CLOSE, _NEAR = (
    1e-4,
    0.01,
    0.05,
)  # shares of the predicted dose: its digits, its tolerance, its rounding
_FAR = 5.0  # times another: no adult's weight
_CHANGED = 0.08  # a weight changes between two days, so its slips are farther from their factors
Predictions = Sequence[tuple[str, float]]


def factors(weight: float | None, concentration: float | None, kind: str) -> list[tuple[str, float]]:
    """The slips that multiply a dose, which depends on the *weight* if one is given.

    The *kind* of number that a table gives is ``cells``, ``per kg`` or ``volume``.
    """
    found = list(FACTORS)
    if weight is not None:
        of_rate = ("total-as-per-kg", weight) if kind == "per kg" else ("per-kg-as-total", 1 / weight)
        found += [*OF_WEIGHT, of_rate]
    if concentration is not None:
        found.append(
            ("cells-as-volume", concentration) if kind == "volume" else ("volume-as-cells", 1 / concentration)
        )
    return found


def names(
    given: float,
    exact: float,
    multiplied: Predictions,
    others: Callable[[], Iterable[tuple[str, float]]],
    rounded: Callable[[float], Iterable[float]],
    step: float,
) -> tuple[str, ...]:
    """Every slip that makes *given* of the *exact* dose, the nearest first; those that fit to the digit, if any do.

    A slip may have come before the dose was *rounded*, by up to a *step*, or after it. Where no rounding is stated (no step),
    a number is as rounded as its own zeros say. What *others* predict (other weights, other doses) is asked only if no
    factor fits to the digit, or if rounding lets several slips do so and no factor is larger than weights differ by.
    """
    if given <= 0 or exact <= 0:
        return ()
    hits = _multiples(given, multiplied, (exact, *rounded(exact)) if step else (exact,))
    fits, far = any(rank == 0 for rank, _, _ in hits), not 1 / _FAR < given / exact < _FAR
    if step or not fits:
        predicted = [] if fits and far else list(others())
        again = [*((name, exact * factor) for name, factor in multiplied), *predicted] if step else []
        low, high = given - step, given + step
        for name, cells in again:
            if low <= cells <= high and any(abs(given - end) <= _EXACT * end for end in rounded(cells)):
                hits.append((0, 0.0, name))
        width = min(_grain(given), _CLOSE * given)
        for name, cells in predicted:
            off, close = abs(given - cells), _EXACT * cells
            if off <= width or off <= close:
                hits.append((0 if off <= close else 1, off / given, name))
    best = min((rank for rank, _, _ in hits), default=0)
    return tuple(dict.fromkeys(name for rank, _, name in sorted(hits) if rank == best))


def _multiples(given: float, multiplied: Predictions, bases: Iterable[float]) -> list[tuple[int, float, str]]:
    """The slips that make *given* of one of *bases*: how well they fit, how far they are off, their names."""
    hits = []
    for base in dict.fromkeys(bases):
        ratio = given / base
        for name, factor in multiplied:
            if abs(ratio - factor) <= _NEAR * factor:
                off = abs(ratio / factor - 1)
                hits.append((0 if off <= _EXACT else 1 if off <= _CLOSE else 2, off, name))
    return hits


def _grain(number: float) -> float:
    """Half a unit of the last digit of a whole *number* that is no zero."""
    whole = round(number)
    if whole <= 0:
        return 0.0
    digits = str(whole)
    return 0.5 * 10.0 ** (len(digits) - len(digits.rstrip("0")))


def transpositions(number: float) -> Iterable[float]:
    """*number* with two neighbours among its first four digits exchanged back."""
    digits = f"{number:.15g}"
    places = [n for n, digit in enumerate(digits[:5]) if digit.isdigit()][:4]
    for first, second in pairwise(places):
        one, other = digits[first], digits[second]
        if one != other:
            yield float(f"{digits[:first]}{other}{digits[first + 1 : second]}{one}{digits[second + 1 :]}")


def without_a_digit(number: float) -> Iterable[float]:
    """*number* with one of its first four digits left out."""
    digits = f"{number:.15g}"
    for place in range(min(4, len(digits))):
        left = digits[:place] + digits[place + 1 :]
        if digits[place].isdigit() and left:
            yield float(left)


def in_containers(exact: float, content: float) -> Iterable[float]:
    """*exact* rounded down and up to whole containers of so much *content*."""
    count = math.floor(exact / content)
    yield from (n * content for n in (count, count + 1) if n)


def of_change(ratio: float) -> str:
    """The slip that a weight, or a dose, so many times the last one suggests."""
    listed = [*FACTORS[:6], *OF_WEIGHT]
    near = [(abs(ratio / factor - 1), name) for name, factor in listed if abs(ratio / factor - 1) <= _CHANGED]
    return min(near)[1] if near else "other"
