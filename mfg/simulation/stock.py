"""Places that lots keep for days: in the incubators of a facility, and in its freezer."""

from __future__ import annotations

from collections.abc import Callable

from simpy import Event

from mfg.plan.plan import Plan
from mfg.simulation.floor import Floor
from mfg.simulation.holds import Capacity
from mfg.simulation.log import EventLog
from mfg.simulation.lots import CellLot, Made
from mfg.simulation.needs import Rank


class Stock:
    """The incubators and freezers of every facility, whose places are granted by the *rank* of a lot.

    `in_work` counts the lots of each facility that are in culture or wait for it.
    """

    def __init__(self, plan: Plan, floor: Floor, log: EventLog, rank: Callable[[Made, int], Rank]) -> None:
        self._plan, self._floor, self._log, self._rank = plan, floor, log, rank
        self.incubators = [Capacity(floor, facility.incubator) for facility in plan.facilities]
        self.freezers = [Capacity(floor, facility.storage) for facility in plan.facilities]
        self.in_work = [0] * len(plan.facilities)

    def reserves(self, lot: CellLot, flasks: int) -> Event:
        """Ask for the incubator places that the lot will need at its largest."""
        lot.hold = self.incubators[lot.patient.facility].hold(flasks, self._rank(lot, lot.due), None)
        self.in_work[lot.patient.facility] += 1
        return lot.hold

    def frees(self, lot: CellLot) -> None:
        """Give the incubator places back, and write down how long the lot had them."""
        hold, place = lot.hold, lot.patient.facility
        if hold is None:
            return
        lot.hold = None
        self.in_work[place] -= 1
        if hold.started >= 0:
            activity, now = self._plan.facilities[place].incubates, self._floor.now
            self._log.note(lot.subject, activity, hold.asked, hold.started, now, value=float(hold.units))
        self.incubators[place].give_back(hold)

    def stores(self, bank: CellLot, containers: int) -> Event:
        """Ask for the places of a bank in the freezer."""
        bank.store = self.freezers[bank.patient.facility].hold(containers, self._rank(bank, bank.due), None)
        return bank.store

    def takes_out(self, bank: CellLot, containers: int) -> None:
        """Give so many places in the freezer back, and write down how long the bank had them."""
        hold, place = bank.store, bank.patient.facility
        if hold is None or not containers:
            return
        if hold.started >= 0:
            activity, now = self._plan.facilities[place].stores, self._floor.now
            self._log.note(bank.subject, activity, hold.asked, hold.started, now, value=float(containers))
        self.freezers[place].give_back(hold, containers)

    def empties(self, bank: CellLot) -> None:
        """Discard what is left of a bank."""
        if bank.store is not None:
            self.takes_out(bank, bank.store.units)
            bank.store, bank.contents = None, []
