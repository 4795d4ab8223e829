"""Measures of time: durations, spacings and rates, none longer than a century."""

from __future__ import annotations

from typing import Annotated

from attrs import evolve

from mfg.sizes import CENTURY
from mfg.units import Quantity
from mfg.units.measure import Measure, measure_of

_TIMES = ("minute", "hour", "day", "week")
MOST_DAYS = f"{CENTURY.most} day"

Duration = Annotated[Quantity, Measure("a duration", _TIMES, "26 day", least="1 minute", most=MOST_DAYS)]
Delay = Annotated[Quantity, Measure("a duration", _TIMES, "26 day", zero=True, most=MOST_DAYS)]
EachTime = Annotated[
    Quantity, Measure("a duration", _TIMES, "2 minute", most=MOST_DAYS)
]  # for each of several
Every = Annotated[Quantity, Measure("a duration", _TIMES, "3 day", least="1 hour", most=MOST_DAYS)]
Offset = Annotated[
    Quantity,
    Measure(
        "an offset",
        ("day", "week", "calendar month"),
        "-28 day",
        signed=True,
        zero=True,
        whole=True,
        most=MOST_DAYS,
    ),
]
Later = Annotated[
    Quantity, evolve(measure_of(Offset), like="3 calendar month")
]  # than what it is counted from
Spacing = Annotated[
    Quantity,
    Measure("a spacing in whole days", ("day", "week"), "26 day", zero=True, whole=True, most=MOST_DAYS),
]
Interval = Annotated[
    Quantity,
    Measure(
        "a spacing in whole days or hours",
        ("day", "week", "hour"),
        "26 day",
        zero=True,
        whole=True,
        most=MOST_DAYS,
    ),
]
PerWeek = Annotated[Quantity, Measure("a weekly frequency", ("per week",), "2 per week")]
ArrivalRate = Annotated[
    Quantity, Measure("an arrival rate", ("/month", "/day", "/week", "/year"), "6.1 / month")
]
PerMonth = Annotated[Quantity, Measure("a share per month", ("%/month",), "1.6 %/month", zero=True)]
