"""What is done to make a lot and to give a dose: the steps of a recipe, and the works at a site that they take.

Each is named here and nowhere else, and what it is stands in two tables: `TURN`, the order of the steps, and `OPERATIONS`,
what each work is. How a step is carried out is written in `simulation`; DESIGN.md ("Where things go") lists every place that a
new one needs, and `tests/test_works.py` fails for a step that the engine does not carry out.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from attrs import frozen

# the steps of a recipe, and the works at a site, under the names that files and the event log give them
COLLECT: Final = "collect"
SHIP: Final = "ship"
ISOLATE: Final = "isolate"
EXPAND: Final = "expand"
INDUCE: Final = "induce"
CRYOPRESERVE: Final = "cryopreserve"
THAW: Final = "thaw"
FORMULATE: Final = "formulate"
ADMINISTER: Final = "administer"
OBSERVE: Final = "observe"
DRAW, MEDIUM, PASSAGE, HARVEST, REVIEW = "draw", "medium", "passage", "harvest", "review"

# in which order; a transport stands wherever something is carried, and steps with one turn may be exchanged
TURN: dict[str, int] = {
    COLLECT: 0,
    ISOLATE: 1,
    EXPAND: 2,
    INDUCE: 2,
    CRYOPRESERVE: 3,
    THAW: 4,
    FORMULATE: 5,
    ADMINISTER: 6,
    OBSERVE: 7,
}
RECIPE = tuple(tuple(step for step in TURN if TURN[step] == turn) for turn in sorted(set(TURN.values())))
LOT_STEPS = tuple(step for step, turn in TURN.items() if turn < TURN[THAW])  # what a lot is made in
MAKING = tuple(step for step, turn in TURN.items() if TURN[COLLECT] < turn < TURN[CRYOPRESERVE])


class Where(Enum):
    """Where a work is done."""

    CLINIC = "clinic"
    FACILITY = "facility"


@frozen
class Operation:
    """A work at a site: `where` it is done, and the `step` of a recipe that takes it; None for one that no step names.

    With an `appointment` it is booked in the clinic, as that kind of event of a course. It may fail if it has a
    `failure`, the word for what was lost then; it is `open` if something can get in, `yields` cells that are counted
    afterwards, is done with `flasks` in hand, and is `product` if the cells are those of one dose from then on. Its
    value in the event log is in `unit`.
    """

    name: str
    where: Where
    step: str | None
    appointment: str = ""
    failure: str = ""
    open: bool = False
    yields: bool = False
    flasks: bool = False
    product: bool = False
    unit: str = "cells"


_CLINIC, _FACILITY = Where.CLINIC, Where.FACILITY
OPERATIONS = {
    one.name: one
    for one in (
        Operation(COLLECT, _CLINIC, COLLECT, "collection", "too little marrow", unit="mL"),
        Operation(DRAW, _CLINIC, None, "csf-draw"),
        Operation(ADMINISTER, _CLINIC, ADMINISTER, "dose"),
        Operation(ISOLATE, _FACILITY, ISOLATE, "", "no cells isolated", open=True, yields=True),
        Operation(MEDIUM, _FACILITY, EXPAND, "", "medium failed", open=True, flasks=True),
        Operation(PASSAGE, _FACILITY, EXPAND, "", "passage failed", open=True, yields=True, flasks=True),
        Operation(
            HARVEST,
            _FACILITY,
            EXPAND,
            "",
            "harvest failed",
            open=True,
            yields=True,
            flasks=True,
            product=True,
        ),
        Operation(INDUCE, _FACILITY, INDUCE, "", "induce failed", open=True, flasks=True),
        Operation(CRYOPRESERVE, _FACILITY, CRYOPRESERVE, "", "freezer failure", open=True, yields=True),
        Operation(THAW, _FACILITY, THAW, "", "thaw failed", open=True, yields=True, product=True),
        Operation(
            FORMULATE, _FACILITY, FORMULATE, "", "formulate failed", open=True, yields=True, product=True
        ),
        Operation(REVIEW, _FACILITY, None),
    )
}
_ALL = OPERATIONS.values()
# what holds its places as one, because cells in suspension wait for no suite
JOINT = ((HARVEST, FORMULATE), (THAW, FORMULATE), (FORMULATE,), (HARVEST, CRYOPRESERVE))
AT_THE_CLINIC = tuple(one.name for one in _ALL if one.where is Where.CLINIC)
PROCEDURES = {one.appointment: one.name for one in _ALL if one.appointment}  # by the kind of their events
WORKS_OF = {step: tuple(one.name for one in _ALL if one.step == step) for step in TURN}
OF_THE_PRODUCT = tuple(one.name for one in _ALL if one.product)
LAST_PASSAGE = "last passage"
OF_A_CULTURE = (HARVEST, LAST_PASSAGE, MEDIUM)  # places that are no step: moments of a culture
SAMPLED = (*(step for step in TURN if TURN[step] <= TURN[FORMULATE]), HARVEST, LAST_PASSAGE)

# the events of a lot and of a patient that have no work: what a dose may follow, and what the log has of the way
RELEASE, VISIT, STAY = "release", "visit", "stay"
SHIP_IN, SHIP_OUT = "ship in", "ship out"
INCUBATE, STORE = "incubate", "store"  # places that are held, so many as the value says
HELD = {INCUBATE: ISOLATE, STORE: CRYOPRESERVE}  # with the work after which they are filled
