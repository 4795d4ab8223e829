"""The table of works: what follows from it is what the rest of the house asks of a step or a work."""

from __future__ import annotations

from itertools import pairwise

from mfg.log.notes import NOTES, UNIT_OF
from mfg.protocol.recipe import STEPS
from mfg.simulation import making
from mfg.works import (
    ADMINISTER,
    AT_THE_CLINIC,
    FORMULATE,
    HARVEST,
    JOINT,
    LOT_STEPS,
    MAKING,
    OF_THE_PRODUCT,
    OPERATIONS,
    PROCEDURES,
    RECIPE,
    SHIP,
    THAW,
    TURN,
    WORKS_OF,
    Where,
)


def test_every_step_of_the_order_can_be_written_in_a_protocol() -> None:
    """And every step that can be written has its turn, but a way, which stands where something is carried."""
    assert set(STEPS) == {*TURN, SHIP}
    assert [step for steps in RECIPE for step in steps] == sorted(TURN, key=lambda step: TURN[step])


def test_the_engine_carries_out_every_step_in_which_a_lot_is_made() -> None:
    """A new row in the table of works without its story in the engine would end a run in the middle."""
    assert {"collect", "ship in", *MAKING} == set(making._STEPS)
    assert all(OPERATIONS[name].failure for pair in JOINT for name in pair)


def test_a_lot_is_made_before_a_product() -> None:
    """Expansion and induction may be exchanged; nothing that makes a lot comes after it was thawed."""
    assert MAKING == ("isolate", "expand", "induce")
    assert ("collect", *MAKING, "cryopreserve") == LOT_STEPS
    assert all(TURN[one] <= TURN[other] for one, other in pairwise(TURN))


def test_works_belong_to_steps() -> None:
    """A culture is three works; all others have the name of their step, and a way and an observation have none."""
    assert WORKS_OF["expand"] == ("medium", "passage", "harvest")
    assert {step: works for step, works in WORKS_OF.items() if works not in ((step,), ())}.keys() == {
        "expand"
    }
    assert {name for name, one in OPERATIONS.items() if one.step is None} == {"draw", "review"}


def test_the_product_begins_where_its_cells_leave_their_flasks_or_containers() -> None:
    """From then on they are those of one dose, and what is done as one with it ends there."""
    assert set(OF_THE_PRODUCT) == {HARVEST, THAW, FORMULATE}
    assert {names[-1] for names in JOINT} == {FORMULATE, "cryopreserve"}
    assert all(OPERATIONS[name].where is Where.FACILITY for names in JOINT for name in names)


def test_what_has_an_appointment_is_done_at_the_clinic() -> None:
    """And nothing else is: a site may ask only for rooms and beds there."""
    assert set(PROCEDURES.values()) == set(AT_THE_CLINIC) == {"collect", "draw", ADMINISTER}


def test_cells_in_open_vessels_can_be_lost() -> None:
    """Whatever is open may fail; a collection may fail and is closed. Cells are counted after what is open, or come in flasks."""
    for one in OPERATIONS.values():
        assert bool(one.failure) == (one.open or one.name == "collect"), one.name
        assert one.open == (one.yields or one.flasks), one.name


def test_every_row_of_the_log_that_has_a_value_has_its_unit() -> None:
    """Those of notes and works; a unit of nothing is empty."""
    assert set(NOTES) | set(OPERATIONS) <= set(UNIT_OF)
    assert {UNIT_OF[name] for name in ("arrive", "collect", "incubate", "store", "refuse")} == {
        "kg",
        "mL",
        "flasks",
        "containers",
        "days",
    }
