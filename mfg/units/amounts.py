"""Measures of a patient and of a dose: what a file may write for each, and in which units."""

from __future__ import annotations

from typing import Annotated

from mfg.units import CELL_UNITS, SPELLED, Quantity
from mfg.units.measure import Measure

_SCALES = ("", "/kg", "/site", "/m**2", "/cm**2", "/cm", "/count")

Weight = Annotated[Quantity, Measure("a body weight", ("kg",), "72 kg")]
Volume = Annotated[Quantity, Measure("a volume", ("mL", "L", "uL"), "7.2 mL")]
Cells = Annotated[
    Quantity,
    Measure("a dose of cells", tuple(f"{c}{s}" for c in CELL_UNITS for s in _SCALES), "1e6 cell/kg"),
]
CellCount = Annotated[Quantity, Measure("a number of cells", ("cell", "viable_cell"), "25e6 cell")]
DoseCount = Annotated[Quantity, Measure("a number of cells", CELL_UNITS, "25e6 cell")]
Concentration = Annotated[
    Quantity, Measure("a concentration", tuple(f"{c}/mL" for c in CELL_UNITS), "1e7 cell/mL")
]
Percent = Annotated[Quantity, Measure("a percentage", ("%",), "80 %", zero=True, most="100 %")]
Graduation = Annotated[
    Quantity,
    Measure(
        "a graduation", ("mL", "kg", *CELL_UNITS, "container", "cm", "cm**2", "%", "point", "year"), "0.1 mL"
    ),
]
KNOWN = tuple(
    dict.fromkeys(
        [
            "minute",
            "hour",
            "day",
            "week",
            "year",
            "kg",
            "lb",
            "cm",
            "mL",
            "L",
            "uL",
            "cm**2",
            "m**2",
            "degC",
            "point",
            "EU",
            "count",
        ]
        + ["EU/kg", "EU/mL", "point/month", "doubling", "passage", *SPELLED]
        + [f"{c}{s}" for c in CELL_UNITS for s in (*_SCALES, "/mL")]
    )
)
Anything = Annotated[Quantity, Measure("a quantity", KNOWN, "72 kg", signed=True, zero=True)]
