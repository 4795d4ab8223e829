"""Random numbers by name: a draw belongs to a patient and a decision, not to the order of events.

Every uniform number is a function of (seed, replication, patient's digest, decision, position) through
the counter-based generator Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, doi 10.1145/2063384.2063405).
Nothing is ever advanced, so adding a resource, a patient or a decision changes nobody else's luck; and
whole cohorts are drawn at once with numpy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from mfg.calendar import DAY
from mfg.elementary import Floats
from mfg.quantiles import inverse_of
from mfg.shape import Shape
from mfg.sizes import CENTURY

BLOCK = 4  # turns that are drawn at once for everybody
LONGEST_DURATION = CENTURY.most * DAY  # minutes
_MOST = 1 << 16  # numbers that are drawn in one go
UInt64s = npt.NDArray[np.uint64]

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_BELOW_ONE = np.nextafter(1.0, 0.0)


def philox(counter: Sequence[UInt64s], key: Sequence[UInt64s]) -> tuple[UInt64s, UInt64s, UInt64s, UInt64s]:
    """Philox4x32-10: four words of 32 bits for each *counter* of four words, under each *key* of two."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = _MULTIPLIERS[0] * c0, _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _WEYL[0]) & _LOW, (k1 + _WEYL[1]) & _LOW
    return c0, c1, c2, c3


def digest(name: str) -> int:
    """64 bits that stand for *name*, the same on every machine."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


_of_patient = lru_cache(maxsize=1 << 17)(digest)  # every replication has patients by the same names


class Luck:
    """The uniform numbers of one replication, for a cohort of patients named by their identifiers."""

    def __init__(self, seed: int, replication: int, patients: Sequence[str], *, chance: bool = True) -> None:
        self._chance = chance
        self._root = f"{seed}/{replication}/"
        named = np.array([_of_patient(patient) for patient in patients], dtype=np.uint64)
        self._low, self._high = (named & _LOW)[:, None], (named >> _HALF)[:, None]
        self._expected: dict[str, int] = {}
        self._first: dict[int, Floats] = {}

    def uniforms(self, decision: str, first: int, count: int) -> Floats:
        """Numbers strictly between 0 and 1, of shape (patients, *count*), from position *first* on.

        Without chance every one of them is a half: everything takes its median course.
        """
        numbers: Floats = self._drawn([decision], first, count)[0]
        return numbers

    def expect(self, decision: str) -> None:
        """Say that *decision* will be asked for lot by lot."""
        self._expected.setdefault(decision, len(self._expected))

    def of_lot(self, decision: str, lot: int, block: int) -> Floats:
        """A block of the numbers of an expected *decision* for everybody's *lot*, of shape (patients, BLOCK).

        For small cohorts the first blocks of all decisions are drawn in one numpy call, which is faster.
        """
        if block or len(self._expected) * len(self._low) * BLOCK > _MOST:
            return self.uniforms(f"{decision}/{lot}", block * BLOCK, BLOCK)
        known = self._first.get(lot)
        if known is None or len(known) < len(self._expected):
            names = [f"{name}/{lot}" for name in self._expected]
            known = self._first[lot] = self._drawn(names, 0, BLOCK)
        numbers: Floats = known[self._expected[decision]]
        return numbers

    def _drawn(self, decisions: Sequence[str], first: int, count: int) -> Floats:
        if not self._chance:
            return np.full((len(decisions), len(self._low), count), 0.5)
        keys = np.array([digest(self._root + decision) for decision in decisions], dtype=np.uint64)[
            :, None, None
        ]
        start, stop = first // 2, -(-(first + count) // 2)
        positions = np.arange(start, stop, dtype=np.uint64)
        counter = (self._low, self._high, positions & _LOW, positions >> _HALF)
        a, b, c, d = philox(counter, (keys & _LOW, keys >> _HALF))
        pairs = np.stack([unit(a, b), unit(c, d)], axis=-1).reshape(
            len(decisions), len(self._low), 2 * len(positions)
        )
        offset = first - 2 * start
        return pairs[:, :, offset : offset + count]


def unit(high: UInt64s, low: UInt64s) -> Floats:
    """53 random bits as a number strictly between 0 and 1."""
    bits = (high << np.uint64(21)) | (low >> np.uint64(11))
    unit: Floats = np.minimum(
        (bits.astype(np.float64) + 0.5) * 2.0**-53, _BELOW_ONE
    )  # the last would round to one
    return unit


Value = TypeVar("Value", float, int)


class Draws(Generic[Value]):
    """One decision drawn for a whole cohort: ``draws(patient, lot, turn)`` is that patient's value there.

    It is the same however often and in whatever order it is asked. Uniform numbers are drawn for everybody
    at once, block by block, and made values of when somebody asks for the turn.
    """

    __slots__ = ("_blocks", "_decision", "_inverse", "_luck", "_values", "fixed")

    def __init__(
        self, luck: Luck, decision: str, inverse: Callable[[Floats], Any], fixed: Value | None = None
    ) -> None:
        self._luck, self._decision, self._inverse = luck, decision, inverse
        self._blocks: dict[tuple[int, int], Floats] = {}
        self._values: dict[tuple[int, int], list[Value]] = {}
        self.fixed: Value | None = fixed
        if fixed is None:
            luck.expect(decision)

    @staticmethod
    def of(luck: Luck, decision: str, shape: Shape) -> Draws[float]:
        """Draws from *shape*."""
        return Draws(luck, decision, inverse_of(shape), shape.is_ if shape.kind == "fixed" else None)

    @staticmethod
    def minutes(luck: Luck, decision: str, shape: Shape) -> Draws[int]:
        """Draws from *shape* in whole minutes; the tail of a distribution ends after a century."""
        inverse = inverse_of(shape)
        fixed = int(shape.is_ + 0.5) if shape.kind == "fixed" else None
        return Draws(
            luck, decision, lambda u: np.minimum(inverse(u) + 0.5, LONGEST_DURATION).astype(np.int64), fixed
        )

    def __call__(self, patient: int, lot: int = 0, turn: int = 0) -> Value:
        """The value of *patient* for its *lot*, the *turn*-th time that it is decided there."""
        if self.fixed is not None:
            return self.fixed
        try:
            return self._values[lot, turn][patient]
        except KeyError:
            return self._drawn(lot, turn)[patient]

    def _drawn(self, lot: int, turn: int) -> list[Value]:
        block, place = divmod(turn, BLOCK)
        numbers = self._blocks.get((lot, block))
        if numbers is None:
            numbers = self._blocks[lot, block] = self._luck.of_lot(self._decision, lot, block)
        values: list[Value] = self._inverse(numbers[:, place]).tolist()
        self._values[lot, turn] = values
        return values


class Chance:
    """Whether something rare happens, drawn like everything else: ``chance(patient, lot, turn)``."""

    __slots__ = ("_draws", "_share")

    def __init__(self, luck: Luck, decision: str, share: float) -> None:
        self._draws: Draws[float] = Draws(luck, decision, lambda u: u)
        self._share = share

    @staticmethod
    def of(luck: Luck, decision: str, share: float) -> Chance | None:
        """The chance of something that happens in this *share* of all cases; None if it never does."""
        return Chance(luck, decision, share) if share else None

    def __call__(self, patient: int, lot: int = 0, turn: int = 0) -> bool:
        """Whether it happens to *patient* with its *lot*, the *turn*-th time that it is decided there."""
        return self._draws(patient, lot, turn) < self._share
