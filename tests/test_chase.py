"""What follows the cells is drawn from the patient at the appointment of the dose, just before."""

from __future__ import annotations

import pytest

from mfg.errors import Faults
from mfg.plan.compile import plan_of
from mfg.reader.scenarios import load_scenario
from mfg.results.tables import tables_of
from mfg.simulation.replicate import replicate
from tests.small_unit import ONE_DOSE, Changes, done, people, run, scenario

CHASED: Changes = {
    **ONE_DOSE,
    "protocol.step.formulate.drawn": None,
    "protocol.step.formulate.draw": None,
    "protocol.step.administer.chase": "autologous CSF",
}
BOTH: Changes = {
    "protocol.treatment": [
        {"name": "cells", "kind": "product", "collected": True, "drawn": True},
        {"name": "placebo", "kind": "placebo", "collected": False, "drawn": True},
    ],
    "protocol.arm": [
        {"name": "msc", "doses": ["dose 1"], "treatment": "cells"},
        {"name": "control", "doses": ["dose 1"], "treatment": "placebo"},
    ],
}


@pytest.mark.parametrize("arm", ["msc", "control"])
def test_the_draw_opens_the_appointment_of_the_dose(arm: str) -> None:
    """45 minutes of drawing, then the dose, in cells and in placebo alike; nobody waits in between."""
    tables = run(
        {**CHASED, **BOTH, "protocol.arm.msc.ratio": 1, "protocol.arm.control.ratio": 1},
        patients=people(1, arm=arm),
    )
    draw, dose = done(tables, "draw", "administer").itertuples()
    assert (draw.activity, dose.activity) == ("draw", "administer")
    assert draw.finished_min - draw.started_min == 45
    assert dose.queued_min == dose.started_min == draw.finished_min
    assert list(tables.patients["vehicle_draws"]) == [1]


def test_the_room_is_booked_for_both() -> None:
    """The product is there at 15:00: with two hours of drawing there is time, with three the clinic closes before the end."""
    (dose,) = done(run({**CHASED, "site.work.draw.lasts": "2 hour"}), "administer").itertuples()
    assert dose.finished_min % 1440 == 17 * 60 + 40
    with pytest.raises(Faults, match="have passed before a product can be given"):
        scenario({**CHASED, "site.work.draw.lasts": "3 hour"})


def test_nothing_is_drawn_for_who_is_not_drawn_from() -> None:
    """A treatment whose patients are not drawn has no chase."""
    undrawn = [{"name": "cells", "kind": "product", "collected": True, "drawn": True}]
    undrawn += [{"name": "placebo", "kind": "placebo", "collected": False}]
    plan = plan_of(scenario({**CHASED, **BOTH, "protocol.treatment": undrawn}))
    assert [[dose.drawn for dose in arm.doses] for arm in plan.arms] == [[True], [False]]
    assert all(recipe.chased for recipe in plan.recipes)


WRONG: list[tuple[Changes, str]] = [
    (
        {"protocol.step.administer.chase": "autologous CSF"},
        "step.administer.chase: 'autologous CSF' is drawn a second time; leave it out, or formulate.drawn",
    ),
    (
        {
            **CHASED,
            "protocol.treatment": [{"name": "cells", "kind": "product", "collected": True}],
            "protocol.arm": [{"name": "msc", "doses": ["dose 1"], "treatment": "cells"}],
        },
        "step.administer.chase: 'autologous CSF' is said, and nobody is drawn; let a treatment be drawn, or leave it out",
    ),
    (
        {**CHASED, "site.work.draw": None},
        "site.work.draw: is missing; the cells are chased with autologous CSF",
    ),
]


@pytest.mark.parametrize(("changes", "words"), WRONG)
def test_a_chase_that_cannot_be_drawn_is_refused(changes: Changes, words: str) -> None:
    """A dose has one draw, of somebody, at a clinic that can."""
    with pytest.raises(Faults) as refusal:
        scenario(changes)
    assert words in str(refusal.value)


def test_the_spinal_fluid_of_nurown_is_drawn() -> None:
    """As its paper says, in both arms, and nobody dies."""
    plan = plan_of(load_scenario("nurown-phase2"))
    tables = tables_of(plan, *replicate(plan, 0))
    assert (tables.patients["vehicle_draws"] == tables.patients["doses_given"]).all()
    assert set(tables.patients.loc[tables.patients["doses_given"] > 0, "arm"]) == {"active", "placebo"}
    assert "died" not in set(tables.patients["ending"])
