"""When lots were truly in culture, and frozen: what the rows of held places do not say, which begin with the reservation.

Cells are plated when their isolation ends, and the flasks are given back when they are taken out, or lost. A lot that was in
culture at the start was plated on the day that the list of patients says.
"""

from __future__ import annotations

import numpy as np

from mfg.calendar import DAY
from mfg.log.notes import BOOK
from mfg.results.arrays import Numbers
from mfg.results.ledger import Ledger
from mfg.works import CRYOPRESERVE, INCUBATE, ISOLATE


def cultures_of(ledger: Ledger) -> dict[str, Numbers]:
    """For each lot when its culture began and ended, and when it was frozen; nan where it never was."""
    grain, finished = ledger.lots, ledger.log.finished
    isolated, held, frozen = (
        ledger.number(finished, ledger.last(grain, ledger.rows(work)))
        for work in (ISOLATE, INCUBATE, CRYOPRESERVE)
    )
    plated = _plated_before(ledger)
    began = np.where(np.isnan(plated), isolated, plated)
    grew = held > began  # False where either is unknown, or where nothing came of the isolation
    return {
        "culture_began_day": np.where(grew, began, np.nan) / DAY,
        "culture_ended_day": np.where(grew, held, np.nan) / DAY,
        "frozen_day": frozen / DAY,
    }


def _plated_before(ledger: Ledger) -> Numbers:
    """When the lots that were in culture at the start had been plated, in minutes; nan for all others."""
    doses, lots = ledger.doses, ledger.lots
    moments: Numbers = np.full(lots.size, np.nan)
    booked = ledger.first(doses, ledger.rows(BOOK))
    for number, there in enumerate(ledger.plan.in_progress):
        for lot in there.lots:
            if lot.unplated or lot.contents:
                continue
            (dose,) = np.flatnonzero((doses.patients == number) & (doses.numbers == lot.dose))
            own = ledger.subjects[booked[dose], 1]
            moments[(lots.patients == number) & (lots.numbers == own)] = lot.plated
    return moments
