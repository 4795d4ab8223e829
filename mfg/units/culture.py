"""Measures of how cells are collected, cultured and kept."""

from __future__ import annotations

from typing import Annotated

from mfg.sizes import COUNT
from mfg.units import Quantity
from mfg.units.measure import Measure

Area = Annotated[Quantity, Measure("an area", ("cm**2",), "175 cm**2")]
Density = Annotated[Quantity, Measure("a cell density", ("cell/cm**2",), "2e5 cell/cm**2")]
Flasks = Annotated[
    Quantity, Measure("a number of flasks", ("flask",), "180 flask", whole=True, most=f"{COUNT.most} flask")
]
Gathered = Annotated[
    Quantity, Measure("a number of collected cells", ("cell", "cell/kg"), "2e6 cell/kg", zero=True)
]
Temperature = Annotated[Quantity, Measure("a temperature", ("degC",), "4 degC", signed=True, zero=True)]
