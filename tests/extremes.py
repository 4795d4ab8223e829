"""What is put where it does not belong: values, texts of settings, numbers before a unit, and cells of a table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

# fmt: off
EXTREMES: tuple[Any, ...] = (
    0, 1, -1, 2, 100, 10**4, 2**31 - 1, 2**31, 2**63, 2**64, 10**19, 10**30,
    *map(Decimal, ("0.1", "-0.5", "1e-30", "1e30", "1e99", "1.000001", "50")),
    "", " ", "x", "\u0663", "a\u202eb", "\u00e9", "nan", "inf", "1e400 day", "0 day", "0.4 minute", "1 minute",
    "36525 day", "-1 day", "1e99 day", "7 day", "1 calendar month", "1200 calendar month", "0 %", "100 %", "1e-50 %",
    "0 kg", "1e-9 kg", "300 kg", "1e9 kg", "1e-50 mL", "1e50 mL", "0.001 mL", "1e-9 cell", "1e99 cell",
    "1e50 cell/mL", "1e-50 cell/mL", "1 cell/kg", "1e30 cell/kg", "1 flask", "2147483647 flask", "1000 doubling",
    "-40 point/month", "1 point", "1e6 /day", "1e-30 /year", "1 /year", "always", "Mon-Fri 0-1", "Sun 23:59-24",
    True, False, date(1950, 1, 1), date(2150, 12, 31), date(9999, 12, 31), date(1, 1, 1),
    [], {}, [[]], [{}], ["Mon"], {"is": 1}, {"least": "1 day", "most": "2 day"},
    {"mean": "1 day", "sd": "1 day", "shape": "gamma"}, {"mean": "1 hour", "shape": "exponential"},
    {"median": "1 day", "spread": Decimal("99.9"), "shape": "lognormal"}, {"when": {"weight": {"most": "1 kg"}}},
)
TYPED = (
    "x0", "x2", "x999999999999999", "x0.000000000000001", "+10%", "-100%", "-99.9%", "+1", "-1", "+1 day", "+1e9",
    "1e9999999", "1_0", " 3 ", "\u0663", "sNaN", "\udcff", "\0", "[", "{", "[]", "{}", "=", "1" * 5000, "[1, 2]",
    '{ mean = "1 day", sd = "2 day", shape = "gamma" }',
)
NUMBERS = ("0", "1", "2", "0.5", "1e-9", "1e-50", "3", "10", "99", "1e3", "36525", "1e9", "2147483647", "1e50", "-1")
CELLS = (
    "", " ", "0", "-1", "1e9", "nan", "\u0663", "=1+1", "2026-02-30", "9999-12-31", "1950-01-01", "2150-12-31",
    "x", "\0", "a" * 5000, "1" * 5000, "24:00", "00:00", "frozen", "released", "in culture", "given", "9999", '"',
)
# fmt: on
