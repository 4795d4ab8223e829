"""Frozen products that are not grown: timed or only collected, in containers of any content."""

from __future__ import annotations

from math import sqrt
from typing import Any

import pytest

from mfg.calendar import DAY
from mfg.errors import Faults
from mfg.failures import Unsound
from mfg.results.tables import Tables
from mfg.simulation import freezing, making
from mfg.simulation.lots import CellLot, Dosing
from mfg.simulation.unit import Unit
from tests.small_unit import BANK, FIXED, ONE_DOSE, Changes, done, people, run, scenario

EXPAND: dict[str, Any] = {"do": "expand", "lasts": "9 day"}
FREEZE: dict[str, Any] = {"do": "cryopreserve"}


def steps(expand: Any = EXPAND, freeze: Any = FREEZE, thaw: Any = None) -> Changes:
    """A recipe that freezes what was collected, cultured for a while or not at all."""
    making = [{"do": "isolate"}, *([expand] if expand else []), freeze, {"do": "thaw", **(thaw or {})}]
    return {
        "protocol.step": [
            {"do": "collect"},
            {"do": "ship", "leg": "clinic to facility"},
            *making,
            {"do": "ship", "leg": "facility to clinic"},
            {"do": "administer"},
        ]
    }


TIMED: Changes = {
    **ONE_DOSE,
    **steps(),
    "protocol.route.intrathecal.cells": "30e6 cell",
    "protocol.release": [],
    "protocol.treatment": None,
    "protocol.arm": [{"name": "msc", "doses": ["dose 1", "dose 2"]}],
    "protocol.dose": [{"name": "dose 1", "day": "0 day"}, {"name": "dose 2", "day": "26 day"}],
    "protocol.supply": [{"name": "bank", "kind": "bank", "before": "28 day", "spare": 1}],
    "site.facility.gmp.freezers": 1,
    "site.facility.gmp.storage": 40,
    "site.work.cryopreserve": {
        "needs": {"suite": 1, "freezer": 1},
        "lasts": "2 hour",
        "recovers": "80 %",
    },
    "site.work.thaw": {"needs": {"suite": 1}, "lasts": "60 minute", "recovers": "75 %"},
    "site.work.isolate.recovers": "50 %",
    "population.marrow": None,
    "population.growth": None,
    "population.product": None,
}
FRESH: Changes = {
    "protocol.step": [
        {"do": "collect"},
        {"do": "ship", "leg": "clinic to facility"},
        {"do": "isolate"},
        {**EXPAND, "yields": "20e6 cell"},
        {"do": "formulate", "vehicle": "saline"},
        {"do": "ship", "leg": "facility to clinic"},
        {"do": "administer"},
    ],
    "protocol.supply": [{"name": "fresh", "kind": "fresh", "before": "28 day"}],
    "protocol.route.intrathecal.cells": {"least": "10e6 cell", "most": "30e6 cell"},
}
NEED = 30e6 / 0.75  # frozen cells that one dose takes
KEPT = 0.9 * 0.8  # of a culture, when it is harvested and frozen


def stored(tables: Tables) -> list[int]:
    """How many containers were taken out at a time."""
    return done(tables, "store")["value"].astype(int).tolist()


def test_a_timed_lot_is_a_bank() -> None:
    """Nine days of culture in one place, then frozen: a container for each dose and a spare one, of what a dose needs."""
    tables = run(TIMED)
    (lot,) = tables.lots.itertuples()
    (held,) = done(tables, "incubate").itertuples()
    assert lot.frozen_cells == pytest.approx(3 * NEED)
    assert held.value == 1
    (harvested,) = done(tables, "harvest")["started_min"]
    assert held.finished_min == harvested >= held.started_min + 9 * DAY
    assert list(tables.doses["given_cells"]) == pytest.approx([30e6] * 2)
    assert stored(tables) == [1, 1, 1]
    assert len(done(tables, "thaw")) == 2
    assert (done(tables, "thaw")["started_min"] >= done(tables, "cryopreserve")["finished_min"].max()).all()
    assert done(tables, "formulate").empty
    assert tables.doses["age_hour"].between(0.99, 24).all()


def test_a_lot_without_any_culture_is_a_bank() -> None:
    """Collected, isolated and frozen: it never has a place in an incubator."""
    tables = run(TIMED, steps(expand=None))
    assert done(tables, "incubate").empty
    assert tables.doses["given"].all()


@pytest.mark.parametrize("timed", [TIMED, {**TIMED, **FRESH}], ids=["bank", "fresh"])
def test_a_culture_has_its_place_without_an_isolation_before_it(timed: Changes) -> None:
    """What is collected goes into the incubator as it comes, and keeps its place until its cells are taken out."""
    recipe = [step for step in timed["protocol.step"] if step["do"] != "isolate"]
    tables = run(timed, {"protocol.step": recipe})
    held, came = done(tables, "incubate"), done(tables, "ship in")
    assert list(held["value"]) == [1] * len(tables.lots)
    assert list(held["started_min"]) == list(came["finished_min"])
    assert list(held["finished_min"]) == list(done(tables, "harvest")["started_min"])
    assert (held["finished_min"] >= held["started_min"] + 9 * DAY).all()


def test_a_culture_waits_for_a_place_without_an_isolation_before_it() -> None:
    """Two lots of one day and one place: the second goes in as the first is taken out."""
    recipe = [step for step in TIMED["protocol.step"] if step["do"] != "isolate"]
    one = {"protocol.step": recipe, "site.facility.gmp.incubator": "1 flask"}
    held = done(run(TIMED, one, patients=people(2)), "incubate").sort_values("started_min")
    assert len(held) == 2
    first, second = held.itertuples()
    assert second.started_min >= first.finished_min


def test_an_incubator_breaks_down_on_cultures_of_a_stated_length_too() -> None:
    """As many are lost as there are days in an incubator times the rate a day."""
    daily = 0.05
    rate = f"{100 * daily * 30.4375} %/month"
    changes = {"chance": True, "policy.recollect": 0, "site.facility.gmp.breakdown": rate}
    tables = run(TIMED, changes, patients=people(400))
    held, lost = done(tables, "incubate"), (tables.lots["outcome"] == "equipment").sum()
    days = (held["finished_min"] - held["started_min"]).sum() / DAY
    assert len(held) == 400
    assert lost == pytest.approx(daily * days, abs=4 * sqrt(daily * days))


@pytest.mark.parametrize(("yields", "filled"), [(3.5, 3), (2, 2), (1.2, 1)])
def test_a_lot_that_yields_less_fills_fewer_containers(yields: float, filled: int) -> None:
    """As many as its cells fill, never more than it gave; a dose that finds the bank spent ends the way."""
    cells = yields * NEED / KEPT + 1
    expand = {**EXPAND, "yields": f"{cells:.0f} cell"}
    tables = run(TIMED, steps(expand), {"policy.recollect": 0})
    (lot,) = tables.lots.itertuples()
    assert lot.frozen_cells == pytest.approx(filled * NEED)
    assert lot.frozen_cells <= cells * KEPT
    assert int(tables.doses["given"].sum()) == min(filled, 2)
    assert list(tables.patients["ending"]) == ["completed" if filled >= 2 else "bank spent"]


def test_a_fresh_timed_lot_gives_what_it_yields() -> None:
    """Times what its harvest and its wash keep; without a yield it gives what the dose needs."""
    tables = run(TIMED, FRESH)
    assert list(tables.doses["given_cells"]) == pytest.approx([20e6 * 0.9 * 0.85] * 2)


@pytest.mark.parametrize(("share", "given"), [(0.6, True), (0.4, False)])
def test_a_container_may_hold_less_than_the_aim_of_a_range(share: float, given: bool) -> None:
    """One dose of a range: what the lot yields is frozen and given if it reaches the floor, else nothing is."""
    one = {
        "protocol.arm": [{"name": "msc", "doses": ["dose 1"]}],
        "protocol.dose": [{"name": "dose 1", "day": "0 day"}],
        "protocol.route.intrathecal.cells": {"least": "15e6 cell", "most": "30e6 cell"},
    }
    expand = {**EXPAND, "yields": f"{share * NEED / KEPT:.0f} cell"}
    tables = run(TIMED, one, steps(expand), {"policy.recollect": 0})
    (dose,) = tables.doses.itertuples()
    assert dose.given == given
    if given:
        assert dose.given_cells == pytest.approx(share * 30e6)


def test_a_dose_that_takes_all_has_all_that_was_yielded() -> None:
    """Beyond the end of the range that is aimed at, up to the most."""
    rule = {"least": "30e6 cell", "most": "100e6 cell"}
    for yields, given in ((60e6, 60e6 * KEPT * 0.75), (500e6, 100e6)):
        one = {
            "protocol.arm": [{"name": "msc", "doses": ["dose 1"]}],
            "protocol.dose": [{"name": "dose 1", "day": "0 day"}],
            "policy.aim": "least",
            "protocol.supply.bank.spare": 0,
            "protocol.route.intrathecal.cells": rule,
            "protocol.route.intrathecal.container": {"kind": "bag", "holds": "60 mL", "use": "all"},
        }
        expand = {**EXPAND, "yields": f"{yields:.0f} cell"}
        (dose,) = run(TIMED, one, steps(expand)).doses.itertuples()
        assert dose.given_cells == pytest.approx(given)


@pytest.mark.parametrize(("contains", "each"), [("25e6 cell", 25e6), ("10e6 viable_cell", 20e6)])
def test_a_dose_takes_as_many_containers_as_it_needs(contains: str, each: float) -> None:
    """Of so many cells each; viable ones with the dead that come along at the typical viability."""
    half = {"population.product": {"viability": "50 %", "loss": "1 %/hour"}}
    tables = run(TIMED, steps(freeze={**FREEZE, "contains": contains}), half)
    of_each = -(-NEED // each)
    assert stored(tables) == [of_each, of_each, 1]
    assert tables.lots["frozen_cells"].iloc[0] == pytest.approx((2 * of_each + 1) * each)


def test_what_containers_hold_is_the_luck_of_the_lot() -> None:
    """The same in every container of a lot, another in another lot, within the distribution."""
    freeze = {**FREEZE, "contains": {"least": "40e6 cell", "most": "60e6 cell"}}
    tables = run(TIMED, steps(freeze=freeze), {"chance": True}, patients=people(4))
    held = done(tables, "store").groupby("patient", observed=True)["value"].sum()
    each = tables.lots.set_index("patient")["frozen_cells"] / held
    assert each.between(40e6, 60e6).all()
    assert each.nunique() == 4


def test_an_unequal_pair_of_doses_has_a_container_each() -> None:
    """A tenth and the rest: each takes its own, and the lot need not hold twice the larger one."""
    split = [
        {"when": {"dose": "dose 1"}, "is": "10e6 cell"},
        {"when": {"dose": "dose 2"}, "is": "90e6 cell"},
    ]
    expand = {**EXPAND, "yields": f"{(100e6 / 0.75 / KEPT) + 1:.0f} cell"}
    tables = run(
        TIMED, steps(expand), {"protocol.route.intrathecal.cells": split, "protocol.supply.bank.spare": 0}
    )
    assert list(tables.doses["given_cells"]) == pytest.approx([10e6, 90e6])


def test_a_run_that_freezes_cells_out_of_nothing_is_unsound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit at its end holds what was frozen against what the lot gave."""
    monkeypatch.setattr(freezing, "_shared_out", lambda _, sizes, __: list(sizes))
    with pytest.raises(Unsound, match="more was frozen than was collected or yielded"):
        run(TIMED, steps({**EXPAND, "yields": "1e6 cell"}))


def test_a_run_that_thaws_the_same_cells_twice_is_unsound(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what was thawed against what was frozen, though nobody has counted the containers before."""

    def leaves_them_there(unit: Unit, dosing: Dosing, bank: CellLot, batch: CellLot) -> bool:
        there = list(bank.contents)
        taken = freezing.take_out(unit, dosing, bank, batch)
        bank.contents = there
        return taken

    one_container = {"protocol.supply.bank.spare": 0}
    few = steps({**EXPAND, "yields": f"{NEED / KEPT + 1:.0f} cell"})
    monkeypatch.setattr(making, "take_out", leaves_them_there)
    with pytest.raises(Unsound, match="more was thawed than was frozen"):
        run(TIMED, one_container, few, {"policy.short_bank": "when spent"})


def test_a_grown_bank_needs_no_stated_containers_either() -> None:
    """A grown lot whose containers are left open fills one for each dose."""
    tables = run(
        BANK,
        {
            "protocol.step.cryopreserve.contains": None,
            "protocol.step.thaw.recovers": None,
            "protocol.route.intrathecal.cells": "10e6 cell",
        },
        patients=people(1, arm="two-dose"),
    )
    assert tables.doses[tables.doses["prescribed_cells"] > 0]["given"].tolist() == [True, True]
    assert stored(tables)[:2] == [1, 1]


GROWN: Changes = {"protocol": "lenzumestrocel-phase3", "supply": "bank"}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (steps({**EXPAND, "yields": "1e6 mL"}), "step.expand.yields"),
        (steps(freeze={**FREEZE, "after_passage": 1}), "after_passage: '1' is of a lot that is not grown"),
        (steps(thaw={"recovers": "7 day"}), "step.thaw.recovers: lets cells grow again that never grew"),
        (
            steps(freeze={**FREEZE, "contains": {"least": "1e6 cell", "most": "2e6 viable_cell"}}),
            "is not counted like",
        ),
        ({**GROWN, "protocol.step.expand.yields": "1e6 cell"}, "step.expand.yields: stands without lasts"),
        (
            {**GROWN, "protocol.step.cryopreserve.after_passage": None},
            "step.cryopreserve.after_passage: is missing",
        ),
        (
            {**GROWN, "protocol.step.cryopreserve.after_passage": 4},
            "step.cryopreserve.after_passage: '4' is no passage",
        ),
    ],
)
def test_a_bank_that_cannot_be_is_refused(changes: Changes, fault: str) -> None:
    """A passage of what is not grown, a yield of what is, cells of two kinds in one distribution."""
    with pytest.raises(Faults) as found:
        scenario(TIMED if "protocol" not in changes else FIXED, changes)
    assert fault in str(found.value)


@pytest.mark.parametrize("missing", ["cryopreserve", "thaw"])
def test_a_bank_is_frozen_and_thawed(missing: str) -> None:
    """A recipe that leaves one of the two out makes none."""
    kept = [step for step in steps()["protocol.step"] if step["do"] != missing]
    with pytest.raises(Faults, match=f"has no {missing}"):
        scenario(TIMED, {"protocol.step": kept})


SHAM_FIRST: Changes = {
    **TIMED,
    "protocol.treatment": [
        {"name": "cells", "kind": "product", "collected": True},
        {"name": "sham", "kind": "sham", "collected": True},
    ],
    "protocol.route.intrathecal.treatment": "cells",
}


@pytest.mark.parametrize("second", ["cells", "sham"])
def test_a_bank_is_collected_when_the_course_says_so(second: str) -> None:
    """28 days before the first dose of who is collected, though it be a sham; and once where no dose holds cells."""
    arms = [{"name": "msc", "doses": {"dose 1": "sham", "dose 2": second}}]
    if second == "sham":
        arms.append({"name": "cells", "doses": {"dose 1": "cells", "dose 2": "cells"}})
    tables = run(SHAM_FIRST, {"protocol.arm": arms}, patients=people(1))
    (collected,) = done(tables, "collect")["started_min"]
    assert int(tables.doses["given_day"].iloc[0]) - collected // DAY == 28
    assert list(tables.patients["ending"]) == ["completed"]
    assert len(done(tables, "isolate")) == len(done(tables, "thaw")) == (second == "cells")
