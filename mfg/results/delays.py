"""By how much a dose was booked later than its course allows, and what it was put off for: from what the log says of it."""

from __future__ import annotations

import numpy as np

from mfg.log.limits import AWAITED, IN_ALL, REFUSED
from mfg.results.arrays import Numbers
from mfg.results.ledger import Ledger, Texts

JOINED = "; "


def wanted_days(ledger: Ledger, booked_day: Numbers) -> Numbers:
    """The day on which each dose would have been, had nothing refused a day at its first booking; nan if that is not written down.

    It is for one patient in four, whose whole course was then booked later by so many days. *booked_day* is that of each dose.
    """
    told = ledger.with_outcome(ledger.rows(REFUSED), IN_ALL)
    later = ledger.number(ledger.log.value, ledger.first(ledger.patients, told))
    wanted: Numbers = np.floor(booked_day) - later[ledger.doses.patients]
    return wanted


def put_off_for(ledger: Ledger) -> Texts:
    """What each dose was put off for, each once, in the order in which it first was; '' if for nothing."""
    log, of = ledger.log, ledger.doses.of
    found: list[dict[str, None]] = [{} for _ in range(ledger.doses.size)]
    for row in ledger.rows(AWAITED):
        if of[row] >= 0:
            found[of[row]][log.outcomes[log.outcome[row]]] = None
    return np.array([JOINED.join(reasons) for reasons in found], dtype=object)
