"""The reference workload: its plans, its patients for the hand-written scripts, and what came of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mfg.log.columns import Columns
from mfg.plan.compile import plan_of
from mfg.plan.plan import Plan
from mfg.reader.scenarios import load_scenario
from mfg.simulation.cohort import cohort_of
from mfg.simulation.draws import Chance

SCENARIO = Path(__file__).parent / "reference" / "scenario.toml"
RATE = 300 / 365  # patients a day
ROOMS, SUITES, OPERATORS, INCUBATOR, BENCHES = 2, 2, 3, 40, 2
RICH = {"site": "rich-site.toml", "policy.order": "due-date"}

Minutes = npt.NDArray[np.float64]


@frozen
class Cohort:
    """The patients of one replication: the minute in which each arrives, and the lots until one passes."""

    arrived: list[int]
    lots: list[int]


def plan_with(factor: int = 1, *, rich: bool = False) -> Plan:
    """The plan of the reference workload, with *factor* times its patients and its capacities."""
    grown = {
        "arrivals.rate": f"{RATE * factor:.12f} / day",
        "rooms": str(ROOMS * factor),
        "suites": str(SUITES * factor),
        "operators": str(OPERATORS * factor),
        "site.facility.facility.incubator": f"{INCUBATOR * factor} flask",
        "benches": str(BENCHES * factor),
    }
    return plan_of(load_scenario(SCENARIO, grown | (RICH if rich else {})))


def cohort(plan: Plan, replication: int) -> Cohort:
    """The same patients, with the same luck, as *replication* of *plan* has."""
    patients, luck = cohort_of(plan, replication)
    deciding = plan.tests[-1]
    fails = Chance(luck, f"fate of {deciding.name}", deciding.fails)

    def lots(index: int) -> int:
        turn = 0
        while fails(index, 0, turn):
            turn += 1
        return turn + 1

    return Cohort([one.arrived for one in patients], [lots(one.index) for one in patients])


def in_system(plan: Plan, log: Columns) -> Minutes:
    """The minutes from each patient's arrival to the end of the dose, in the order of their index."""
    names = np.array([activity.name for activity in plan.activities])[log.activity]
    patient = log.subjects[log.subject, 0]
    came, treated = names == "arrive", names == "administer"
    spent = np.zeros(patient.max() + 1)
    spent[patient[treated]] += log.finished[treated]
    spent[patient[came]] -= log.started[came]
    return spent
