"""The few figures that a page begins with, each with its interval, and the sentence over them."""

from __future__ import annotations

from attrs import frozen

from mfg.frames.waiting import waiting
from mfg.study.stored import StoredVariant


@frozen
class KeyFigure:
    """A figure in words: `mean` with its 95 % interval from `low` to `high`, where there is one, in `unit`.

    `beside` is what must be seen with it.
    """

    name: str
    unit: str
    said: str
    mean: float | None
    low: float | None
    high: float | None
    beside: str = ""


_KEYS = (
    ("patients_completed", "of the patients complete their course"),
    ("doses_given", "of the planned doses are given"),
    ("on_time_as_first_booked", "of the given doses of cells fall on the day first booked"),
    ("suite_hours_per_dose", "of a suite for each dose of cells"),
)


def key_figures(variant: StoredVariant) -> list[KeyFigure]:
    """The wait first, then what became of patients and doses, then what a dose costs the unit; the undefined left out."""
    wait = waiting(variant)
    ninth = None if wait.nine_in_ten is None else f"nine in ten within {wait.nine_in_ten:g} days"
    first = KeyFigure(
        "half",
        "day",
        "until half of all referred have a first dose",
        wait.half,
        None,
        None,
        ninth or "fewer than nine in ten ever have one",
    )
    found = [first] if wait.half is not None else []
    for name, said in _KEYS:
        one = variant.figure(name)
        if one.mean is not None:
            found.append(KeyFigure(name, one.unit, said, one.mean, one.low, one.high))
    return found
