"""How long patients wait, with those who left while they waited: the product-limit estimate (Kaplan and Meier 1958).

Who left counts as waiting until that day and as nothing afterwards. Who will never be treated waits for ever: an
infinite number of days.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mfg.results.arrays import Numbers

TREATED, LEFT_WAITING, NEVER = "treated", "left", "never"  # how a wait for the first dose ends
_NEARLY = 1e-12  # by which a share may miss its value on account of rounding


def still_waiting(days: Numbers, treated: npt.NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """The days on which somebody was *treated*, in order, and the share that still waits after each.

    *days* are how long each waited, until treated or until leaving. Who leaves on a day on which others are treated
    still waited when they were.
    """
    moments = np.unique(days[treated])
    waiting = np.array([(days >= moment).sum() for moment in moments], dtype=np.float64)
    ended = np.array([(days[treated] == moment).sum() for moment in moments], dtype=np.float64)
    left: Numbers = np.asarray(np.cumprod(1 - ended / waiting), dtype=np.float64)
    return moments, left


def waited_by(days: npt.ArrayLike, treated: npt.ArrayLike, share: float) -> float:
    """The days within which a *share* of the patients is treated; nan if it never comes to so many."""
    moments, left = still_waiting(np.asarray(days, dtype=np.float64), np.asarray(treated, dtype=bool))
    there = np.flatnonzero(left <= 1 - share + _NEARLY)
    return float(moments[there[0]]) if len(there) else float("nan")


def wait_longer(days: npt.ArrayLike, treated: npt.ArrayLike, than: float) -> float:
    """The share of the patients that waits longer *than* so many days; nan if there is nobody."""
    waited = np.asarray(days, dtype=np.float64)
    if not len(waited):
        return float("nan")
    moments, left = still_waiting(waited, np.asarray(treated, dtype=bool))
    before = int(np.searchsorted(moments, than, side="right"))
    return float(left[before - 1]) if before else 1.0
