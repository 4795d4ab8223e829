"""Exponentials and logarithms that are the same on every processor.

numpy has versions of its own for wide vector units, and these differ in the last bit from those for narrower ones: the
bytes of an event log would depend on the machine. Here each number goes through the C library, one at a time; cohorts
are small.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def exp(values: Floats) -> Floats:
    """E to the power of each of *values*."""
    return each(math.exp, values)


def log(values: Floats) -> Floats:
    """The natural logarithm of each of *values*, which are above zero."""
    return each(math.log, values)


def each(function: Callable[[float], float], values: Floats) -> Floats:
    """What *function* makes of each of *values*."""
    flat = np.fromiter(map(function, values.ravel().tolist()), dtype=np.float64, count=values.size)
    return flat.reshape(values.shape)
