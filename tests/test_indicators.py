"""Every figure of a run by hand: five patients, four lots and seven doses that can be counted on fingers."""

from __future__ import annotations

from math import nan
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from attrs import evolve

from mfg.plan.plan import Plan
from mfg.results.arrays import Derived
from mfg.results.indicators import INDICATORS, OF_A_RESOURCE, OF_AN_ARM, SIGNS

DAY = 1440


def columns(**named: list[Any]) -> dict[str, Any]:
    """A table by its columns; words are objects, as the tables have them."""
    return {
        name: np.array(values, dtype=object if isinstance(values[0], str) else None)
        for name, values in named.items()
    }


# A is treated on days 10 and 40; B on day 20 (late for dose 1), and dies; C leaves after 25 days; D is never treated; E is a
# control who is to have no dose.
PATIENTS = columns(
    patient=["A", "B", "C", "D", "E"],
    arm=["x", "x", "x", "x", "y"],
    arrived_day=[0.0, 0.0, 0.0, 50.0, 60.0],
    collected_day=[2.0, 5.0, nan, 52.0, nan],
    first_dose_day=[10.0, 20.0, nan, nan, nan],
    waiting=["treated", "treated", "left", "never", ""],
    waited_day=[10.0, 20.0, 25.0, 30.0, nan],
    ending=["completed", "died", "withdrew", "no appointment", "completed"],
    doses_of_cells=[2, 2, 2, 1, 0],
    collections=[1, 2, 0, 1, 0],
    vehicle_draws=[2, 1, 0, 0, 0],
    points_lost_waiting=[1.0, 2.0, nan, nan, nan],
)
LOTS = columns(
    lot=[1, 1, 2, 1],
    turnaround_day=[6.0, 8.0, 10.0, nan],
    outcome=["released", "contamination", "spent", "stopped"],
    later_positive=[False, True, False, False],
)
DOSES = columns(
    patient=["A", "A", "B", "B", "C", "C", "D"],
    prescribed_cells=[100.0, 100.0, 50.0, 50.0, 50.0, 50.0, 80.0],
    given=[True, True, True, False, False, False, False],
    given_cells=[90.0, 80.0, 50.0, nan, nan, nan, nan],
    given_day=[10.0, 40.0, 20.0, nan, nan, nan, nan],
    booked_day=[10.0, 38.0, 12.0, 50.0, 20.0, 30.0, nan],
    on_first_day=[True, False, False, False, False, False, False],
    on_last_day=[True, True, False, False, False, False, False],
    vein_to_vein_day=[8.0, 38.0, 14.0, nan, nan, nan, nan],
    age_hour=[2.0, 4.0, 9.0, nan, nan, nan, nan],
    outcome=["given", "given", "given", "expired", "not given", "not indicated", "not given"],
    later_positive=[False, False, True, False, False, False, False],
)
RESOURCES = columns(
    resource=["gmp.suites", "hospital.rooms"],
    used_hour=[30.0, 12.0],
    utilisation=[0.5, 0.25],
    overtime_hour=[1.0, 0.0],
    wait_hour=[2.0, nan],
    load=[0.6, 0.3],
    backlog=[0.1, 0.0],
)
TABLES = Derived({}, PATIENTS, LOTS, DOSES, {}, RESOURCES)
PLAN = cast("Plan", SimpleNamespace(warm_up=0, horizon=round(2 * 30.4375 * DAY), late=15 * DAY, stagger=None))

BY_HAND = {
    # of A, B, C, D: three in four wait beyond day 10, half of these two thirds... 0.75 * 2/3 = 0.5 after day 20
    "referral_to_dose_median": 20.0,
    "referral_to_dose_p90": nan,  # D is never treated: one quarter or more never is
    "referral_to_dose_late": 0.75,
    # from the collection: A 8 days, B 15, D never
    "collection_to_first_dose_median": 15.0,
    "collection_to_first_dose_p90": nan,
    "vein_to_vein_median": 14.0,
    "vein_to_vein_p90": 33.2,  # of 8, 14 and 38: four fifths of the way from 14 to 38
    "turnaround_median": 8.0,
    "on_time_as_first_booked": 1 / 3,
    "on_time_as_last_booked": 2 / 3,
    "doses_given": 3 / 6,  # one was not indicated
    "patients_completed": 2 / 5,
    "patients_treated_per_month": 1.0,  # two in two months
    "points_lost_waiting": 1.5,
    "lots_started": 4.0,
    "lots_released": 2.0,
    "lots_lost": 1.0,
    "lots_stopped": 1.0,
    "later_positive": 2.0,
    "collections_per_patient": 1.0,
    "vehicle_draws_per_patient": 0.75,
    "suite_hours_per_dose": 10.0,
    "product_age_median": 4.0,
    "product_age_max": 9.0,
    "doses_expired": 1.0,
    "viable_delivered": (0.9 + 0.8 + 1.0) / 3,
    # booked 10 and 12 days after arrival in the first half (C: 20); D has no day
    "lead_growth": nan,
    "turned_away": 1 / 5,
}


@pytest.mark.parametrize("name", [*INDICATORS, *SIGNS])
def test_a_figure_by_hand(name: str) -> None:
    """A figure without a value in the list above has no test: write one."""
    indicator = {**INDICATORS, **SIGNS}[name]
    assert indicator.of(PLAN, TABLES) == pytest.approx(BY_HAND[name], nan_ok=True)


def test_later_patients_who_wait_longer_are_seen() -> None:
    """With a dose for D, booked 30 days after the arrival on day 50: against (10 + 12 + 20) / 3 days in the first half."""
    booked = DOSES["booked_day"].copy()
    booked[-1] = 80.0
    tables = evolve(TABLES, doses={**DOSES, "booked_day": booked})
    assert SIGNS["lead_growth"].of(PLAN, tables) == pytest.approx(30 - 14)


def test_a_figure_of_a_resource_is_its_column() -> None:
    """Each names a column of the table of resources."""
    assert {column for column, _ in OF_A_RESOURCE.values()} <= set(RESOURCES)


def test_a_figure_of_an_arm_reads_only_what_an_arm_has() -> None:
    """Patients, lots and doses belong to an arm; resources, tests and rows of the log do not."""
    alone = evolve(TABLES, events={}, tests={}, resources={})
    for name in OF_AN_ARM:
        INDICATORS[name].of(PLAN, alone)


def test_of_nobody_a_share_is_undefined_and_a_count_is_none() -> None:
    """An empty run: no figure fails."""
    empty = Derived(
        *(
            {name: column[:0] for name, column in table.items()}
            for table in ({}, PATIENTS, LOTS, DOSES, {}, RESOURCES)
        )
    )
    for name, indicator in {**INDICATORS, **SIGNS}.items():
        value = indicator.of(PLAN, empty)
        assert np.isnan(value) or value == 0, name
