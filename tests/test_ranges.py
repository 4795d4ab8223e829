"""Ranges and floors: what is aimed for, what is filled, what is given; total and viable cells told apart."""

from __future__ import annotations

from math import exp

import pytest
from numpy import array

from mfg.errors import Faults
from mfg.results.figures import summary
from tests.small_unit import ONE_DOSE, Changes, done, run, scenario

V0, LOSS = 0.95, 0.012  # of tests/hand: viable when suspended, lost in an hour
FEW: Changes = {"protocol.step.expand.passages": {"most": 1}}  # what is harvested then is a few million cells


def cells(rule: object, **policy: str) -> Changes:
    """One dose by *rule*, under this policy."""
    return {
        **ONE_DOSE,
        "protocol.route.intrathecal.cells": rule,
        **{f"policy.{k}": v for k, v in policy.items()},
    }


RANGE = {"least": "20e6 cell", "most": "60e6 cell"}


@pytest.mark.parametrize(
    ("rule", "aim", "aimed"),
    [
        (RANGE, "most", 60e6),
        (RANGE, "middle", 40e6),
        (RANGE, "least", 20e6),
        ({"least": "20e6 cell"}, "most", 20e6),
        ({"least": "20e6 cell"}, "middle", 20e6),
        ({"most": "60e6 cell"}, "least", 60e6),
        ({"is": "30e6 cell", **RANGE}, "most", 30e6),
    ],
)
def test_the_policy_says_which_end_of_a_range_is_aimed_at(rule: object, aim: str, aimed: float) -> None:
    """The most, the least or the middle of it; a target, a lone floor and a lone cap leave nothing to choose."""
    tables = run(cells(rule, aim=aim))
    (dose,) = tables.doses.itertuples()
    (filled,) = done(tables, "formulate")["value"]
    assert (dose.prescribed_cells, dose.given, dose.counted) == (aimed, True, "cell")
    assert filled == pytest.approx(aimed)


def harvest() -> float:
    """The cells of the few that are left when they are suspended."""
    tables = run(cells({"most": "60e6 cell"}), FEW)
    (filled,) = done(tables, "formulate")["value"]
    assert 0 < filled < 60e6
    return float(filled)


@pytest.mark.parametrize("short_dose", ["withhold", "give"])
def test_what_lies_between_the_limits_is_given(short_dose: str) -> None:
    """Whatever the policy says of short doses, for a range is no target that was missed."""
    there = harvest()
    rule = {"least": f"{int(there * 0.9)} cell", "most": "60e6 cell"}
    tables = run(cells(rule, short_dose=short_dose), FEW)
    (dose,) = tables.doses.itertuples()
    assert dose.given
    assert done(tables, "formulate")["value"].iloc[0] == pytest.approx(there)


@pytest.mark.parametrize("rule", [{"most": "60e6 cell"}, {}], ids=["range", "floor"])
@pytest.mark.parametrize("short_dose", ["withhold", "give"])
def test_nothing_below_a_floor_is_given(short_dose: str, rule: dict[str, str]) -> None:
    """It ends as too few cells."""
    least = {"least": f"{int(harvest() * 1.1)} cell", **rule}
    tables = run(cells(least, short_dose=short_dose), FEW, {"policy.recollect": 0})
    assert list(tables.doses["outcome"]) == ["too few cells"]


@pytest.mark.parametrize("most", [70e6, 20e6])
def test_all_that_a_lot_gave_is_given_up_to_the_most(most: float) -> None:
    """A container that takes all has what is there, beyond the end that is aimed at, and never more than the limit."""
    holds = {"protocol.route.intrathecal.container": {"kind": "bag", "holds": "30 mL", "use": "all"}}
    tables = run(cells({"least": "10e6 cell", "most": f"{most:.0f} cell"}, aim="least"), holds)
    (filled,), (taken,) = done(tables, "formulate")["value"], done(tables, "harvest")["value"]
    assert filled == pytest.approx(min(most, taken * 0.85))
    assert filled > 10e6


def test_more_than_is_prescribed_is_no_share_of_it() -> None:
    """The interval of a figure that is above one is not cut at one."""
    above, below = (
        summary("viable_delivered", array([1.3, 1.5])),
        summary("viable_delivered", array([0.9, 0.99])),
    )
    assert above.low is not None
    assert above.high is not None
    assert above.low < 1.4 < above.high
    assert below.high == 1.0


def viable(rule: object, **policy: str) -> Changes:
    """The same in viable cells."""
    dense = {"protocol.route.intrathecal.concentration": {"is": "1e7 viable_cell/mL"}}
    return {**cells(rule, **policy), **dense}


def test_a_dose_in_viable_cells_is_filled_by_its_viable_cells() -> None:
    """Total cells times the viability at suspension; what is given is what still lives, and nothing is counted twice."""
    (total,), (alive,) = (
        run(rule).doses.itertuples() for rule in (cells("40e6 cell"), viable("40e6 viable_cell"))
    )
    assert (total.prescribed_cells, alive.prescribed_cells) == (40e6, 40e6)
    assert (total.counted, alive.counted) == ("cell", "viable_cell")
    assert total.given_cells == pytest.approx(40e6 * V0 * exp(-LOSS * total.age_hour))
    assert alive.given_cells == pytest.approx(40e6 * exp(-LOSS * alive.age_hour))
    (filled,) = done(run(viable("40e6 viable_cell")), "formulate")["value"]
    assert filled == pytest.approx(40e6 / V0)


def test_a_harvest_is_planned_for_the_viable_cells() -> None:
    """The flasks hold what the dose needs with its dead cells: one viable of two takes twice as many."""
    half = {"population.product.viability": "50 %"}
    one = run(viable("60e6 viable_cell"), half)
    two = run(cells("120e6 cell"), half)
    assert one.lots["flasks"].iloc[0] == two.lots["flasks"].iloc[0]
    assert one.doses["given"].all()


def test_a_floor_of_viable_cells_is_filled_to_last_until_the_product_expires() -> None:
    """The loss until then is filled on top of it, within the most of the range."""
    hours = 12  # within which the phase 2 product is used
    for rule, filled in (
        ({"least": "20e6 viable_cell"}, 20e6 / exp(-LOSS * hours)),
        ({"least": "20e6 viable_cell", "most": "21e6 viable_cell"}, 21e6),
    ):
        tables = run(viable(rule, aim="least"))
        (dose,) = tables.doses.itertuples()
        assert dose.given
        assert dose.prescribed_cells == 20e6
        assert done(tables, "formulate")["value"].iloc[0] * V0 == pytest.approx(filled)


def test_a_floor_of_viable_cells_that_is_no_longer_held_is_not_given() -> None:
    """Judged when it is to be given; as total cells the same product may be."""
    dying = {"population.product.loss": "20 %/hour", "policy.recollect": 0}
    rule = {"least": "39e6 viable_cell", "most": "40e6 viable_cell"}
    assert list(run(viable(rule), dying).doses["outcome"]) == ["too few cells"]
    rule = {"least": "39e6 cell", "most": "40e6 cell"}
    assert list(run(cells(rule), dying).doses["outcome"]) == ["given"]


def test_a_product_that_waits_at_a_crowded_clinic_is_not_given_below_its_floor() -> None:
    """It waits in the queue as long as it holds its floor, and no longer."""
    rule = {"least": "36e6 viable_cell", "most": "40e6 viable_cell"}
    queue = {
        "protocol.dose": [{"name": "dose 1", "after": {"of": "release", "is": "0 day"}}],
        "protocol.visit": [],
        "protocol.allocation": None,
        "protocol.step.formulate.drawn": None,
        "protocol.step.formulate.draw": None,
        "protocol.step.formulate.use_within": "24 hour",
        "protocol.release": [],
        "site.clinic.hospital.hours": "Mon-Fri 09:00-12:00",
        "site.clinic.hospital.slot": None,
        "policy.recollect": 0,
    }
    (dose,) = run(viable(rule), queue).doses.itertuples()
    assert dose.outcome == "too few cells"
    (dose,) = run(viable(rule), queue, {"population.product.loss": "0.1 %/hour"}).doses.itertuples()
    assert dose.given


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"policy.aim": "top"}, "policy.aim: 'top' is no such policy"),
        (
            {
                **viable({"least": "20e6 viable_cell"}),
                "protocol.step.formulate.use_within": None,
            },
            "protocol.step.formulate.use_within: is missing",
        ),
        (
            {
                "protocol.route": [
                    {"name": "intrathecal", "cells": "20e6 viable_cell"},
                    {"name": "intravenous", "cells": "20e6 cell"},
                ]
            },
            "protocol.route.intravenous.cells: counts cells of dose 1, and intrathecal counts viable_cells",
        ),
    ],
)
def test_what_cannot_be_filled_is_refused(changes: Changes, fault: str) -> None:
    """A word that is no end of a range, cells counted in two ways, a floor that nobody knows how long to hold."""
    with pytest.raises(Faults) as found:
        scenario(ONE_DOSE, changes)
    assert fault in str(found.value)
