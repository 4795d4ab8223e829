"""Published losses of viability after suspension, and those of the model's product."""

from __future__ import annotations

import numpy as np

from mfg.simulation.biology import Biology
from validation.calibration.donors import Donors
from validation.calibration.line import Line

LESS, MORE = (
    "buffered cells are lost more slowly than assumed",
    "cells in saline are lost faster than assumed",
)
CURVES = {  # % viable by the hours after suspension
    ("saline", "Sciezynska 2021", MORE): {1: 94.0, 2: 95.0, 4: 90.3, 6: 88.0, 8: 81.5},
    ("Dulbecco's phosphate-buffered saline", "Sciezynska 2021", LESS): {2: 92.0, 4: 89.0, 6: 90.0, 8: 85.0},
    ("phosphate-buffered saline at 4 degC", "Storage 2006", LESS): {24: 81.0},
}


def lines(donors: Donors) -> list[Line]:
    """Every point of every curve, beside as many single products as there are donors."""
    biology = Biology(donors.plan, donors.luck)
    return [
        Line(
            f"{medium}, % viable after {hours} h",
            percent,
            source,
            np.array([100 * biology.viability(one, 0, hours * 60) for one in donors.patients]),
            why=why,
        )
        for (medium, source, why), points in CURVES.items()
        for hours, percent in points.items()
    ]
