"""What can fail: every cause ends a way under its own name, after as many tries as the policy has."""

from __future__ import annotations

import pytest
from attrs import evolve

from mfg.plan.compile import plan_of
from mfg.reader.scenarios import load_scenario
from mfg.results.tables import tables_of
from mfg.simulation.replicate import replicate
from tests.small_unit import BANK, FIXED, ONE_DOSE, Changes, done, people, run

IN_LEG, OUT_LEG = "site.leg.clinic to facility", "site.leg.facility to clinic"
STERILITY: Changes = {"site.test.sterility.reads": "contamination", "site.test.sterility.positive": "2 day"}
CERTAIN: dict[str, tuple[str, Changes]] = {
    "dry tap": ("too little marrow", {"site.work.collect.fails": "100 %"}),
    "isolation": ("no cells isolated", {"site.work.isolate.fails": "100 %"}),
    "skin at the collection": ("contamination", {"population.marrow.contaminated": "100 %", **STERILITY}),
    "open medium": ("contamination", {"site.work.medium.contaminates": "100 %", **STERILITY}),
    "senescence": ("growth failure", {"population.growth.limit": "5 doubling"}),
    "warm marrow": ("cold chain", {f"{IN_LEG}.excursion": "100 %"}),
    "warm product": ("cold chain", {f"{OUT_LEG}.excursion": "100 %"}),
    "incubator": ("equipment", {"site.facility.gmp.breakdown": "300 %/month"}),
    "long collection": (
        "marrow too old",
        {
            "protocol.step.ship, clinic to facility.within": "2 hour",
            "site.work.collect.lasts": {"least": "10 minute", "likely": "20 minute", "most": "3 hour"},
        },
    ),
    "marker": ("out of specification", {"site.test.identity.fails": "100 %"}),
    "late result": (
        "expired",
        {
            "protocol.step.formulate.use_within": "90 minute",
            "site.test.count and viability.turnaround": {
                "least": "20 minute",
                "likely": "30 minute",
                "most": "10 hour",
            },
        },
    ),
    "one passage": ("too few cells", {"protocol.step.expand.passages": {"most": 0}}),
    "passage": ("passage failed", {"site.work.passage.fails": "100 %"}),
    "medium": ("medium failed", {"site.work.medium.fails": "100 %"}),
    "harvest": ("harvest failed", {"site.work.harvest.fails": "100 %"}),
    "wash": ("formulate failed", {"site.work.formulate.fails": "100 %"}),
}


@pytest.mark.parametrize("recollect", [0, 2])
@pytest.mark.parametrize(("ending", "changes"), CERTAIN.values(), ids=CERTAIN)
def test_a_certain_failure_ends_the_way_under_its_name(ending: str, changes: Changes, recollect: int) -> None:
    """After the first lot and exactly so many others as the policy collects again, and no dose is given."""
    tables = run(ONE_DOSE, changes, {"policy.recollect": recollect})
    (patient,) = tables.patients.itertuples()
    assert patient.ending == ending
    assert (patient.collections, patient.doses_given) == (recollect + 1, 0)
    assert list(tables.lots["outcome"]) == [ending] * (recollect + 1)
    assert list(tables.doses["outcome"]) != ["given"]


def test_the_freezer_can_fail() -> None:
    """The bank in it is lost, and another one is collected for."""
    tables = run(BANK, {"site.work.cryopreserve.fails": "100 %"}, patients=people(1, arm="five-dose"))
    assert list(tables.patients["ending"]) == ["freezer failure"]
    assert list(tables.lots["outcome"]) == ["freezer failure"] * 2
    assert done(tables, "thaw").empty


LEAVES: dict[str, Changes] = {
    "died": {"population.leaves.die": "100 %/month"},
    "withdrew": {"population.leaves.withdraw": "100 %/month"},
    "fell below eligibility": {
        "policy.loses_eligibility": True,
        "population.alsfrs_r": "32 point",
        "population.decline": "-2 point/month",
    },
}


@pytest.mark.parametrize(("ending", "changes"), LEAVES.items(), ids=LEAVES)
def test_a_patient_who_leaves_stops_everything(ending: str, changes: Changes) -> None:
    """The lot stops and frees its places, nothing more is done at the clinic or for the lot."""
    tables = run(ONE_DOSE, changes)
    (patient,) = tables.patients.itertuples()
    assert (patient.ending, patient.collections, patient.doses_given) == (ending, 1, 0)
    assert list(tables.lots["outcome"]) == ["stopped"]
    left = round(patient.ended_day * 1440)
    (held,) = done(tables, "incubate").itertuples()
    assert held.finished_min == left
    touches = done(tables, "collect", "isolate", "medium", "passage", "harvest", "draw", "administer")
    assert touches["started_min"].max() < left


def test_who_is_not_eligible_is_not_booked() -> None:
    """Found at screening: an ending of its own, and no course."""
    tables = run(ONE_DOSE, {"population.leaves.ineligible": "100 %"})
    assert list(tables.patients["ending"]) == ["not eligible"]
    assert (len(tables.lots), len(tables.doses)) == (0, 0)


def test_withdrawal_has_another_hazard_after_day_0() -> None:
    """Who would withdraw every day from day 0 on has had the first dose, and no second one."""
    tables = run(FIXED, {"population.leaves.withdraw_later": "100 %/month"})
    (patient,) = tables.patients.itertuples()
    assert (patient.ending, patient.doses_given) == ("withdrew", 1)


def test_who_was_treated_does_not_lose_eligibility() -> None:
    """The score counts while the patient waits for the first dose; in an arm without doses until day 0."""
    falls = {
        "policy.loses_eligibility": True,
        "population.alsfrs_r": "36 point",
        "population.decline": "-1.5 point/month",
    }
    for arm in ("msc", "control"):
        tables = run(FIXED, falls, patients=people(1, arm=arm))
        assert list(tables.patients["ending"]) == ["completed"], arm


RISKS: Changes = {
    "chance": True,
    "arrivals": {"every": "8 hour"},
    "policy.recollect": 0,
    "population.leaves": {
        "ineligible": "10 %",
        "withdraw": "5 %/month",
        "withdraw_later": "5 %/month",
        "die": "5 %/month",
    },
    "population.marrow.contaminated": "10 %",
    "population.growth.limit": {"mean": "18 doubling", "sd": "3 doubling", "shape": "normal"},
    "site.work.collect.fails": "10 %",
    "site.facility.gmp.breakdown": "10 %/month",
    "site.test.identity.fails": "10 %",
    f"{OUT_LEG}.excursion": "5 %",
    **STERILITY,
}


def test_endings_add_up_to_the_arrivals() -> None:
    """Whatever happens: one named ending for everybody, and every lot that was begun has an outcome."""
    tables = run(ONE_DOSE, RISKS)
    assert len(tables.patients) == 28 * 3 - 1
    endings = tables.patients["ending"].value_counts()
    assert endings.sum() == len(tables.patients)
    assert {"completed", "died", "withdrew", "not eligible", "contamination", "growth failure"} <= set(
        endings.index
    )
    begun = set(zip(*[done(tables, "collect")[c] for c in ("patient", "lot")], strict=True))
    assert begun == set(zip(tables.lots["patient"], tables.lots["lot"], strict=True))
    assert (tables.lots["outcome"] != "").all()


@pytest.mark.parametrize("cause", ["incubator", "open medium", "senescence"])
def test_a_lost_lot_frees_its_places(cause: str) -> None:
    """At the minute at which it is lost; and a dose without hope keeps nothing booked: the way ends then."""
    ending, changes = CERTAIN[cause]
    tables = run(ONE_DOSE, changes, {"policy.recollect": 0})
    (held,) = done(tables, "incubate").itertuples()
    (lost,) = done(tables, "fail").itertuples()
    (end,) = done(tables, "end").itertuples()
    assert (lost.outcome, end.outcome) == (ending, ending)
    assert held.finished_min == lost.started_min == end.started_min
    assert done(tables, "draw").empty


def test_a_failed_lot_is_collected_again_at_once() -> None:
    """On the next working day that fits, though the lot of a later dose is booked before it; that one keeps its distance."""
    tables = run(FIXED, CERTAIN["warm marrow"][1])
    booked = done(tables, "book").groupby("dose")["value"].apply(list)
    assert len(done(tables, "collect")) == 2
    first, second = (done(tables, "collect")["started_min"] // 1440).tolist()
    assert second - first == 1
    assert [int((two - one) // 1440) for one, two in zip(*booked, strict=True)] == [26, 26]
    assert booked[1][1] - booked[1][0] == 1440


def test_lots_that_are_under_way_serve_the_earlier_doses() -> None:
    """The first product is lost on day 0: the second lot makes the first dose, a third one the second."""
    tables = run(FIXED, {f"{OUT_LEG}.excursion": "100 %"})
    booked = done(tables, "book")[["dose", "lot", "outcome", "value"]]
    first, second, again, after = booked.itertuples(index=False)
    assert (first.dose, second.dose, again.dose, after.dose) == (1, 2, 1, 2)
    assert (again.outcome, again.lot, again.value) == ("lot lost", 2, second.value)
    assert (after.outcome, after.lot) == ("moved", 3)
    assert after.value - again.value >= 26 * 1440
    assert list(tables.lots["outcome"]) == ["cold chain", "cold chain", "stopped"]


@pytest.mark.parametrize("slot", ["30 minute", None], ids=["next appointment", "in a queue"])
@pytest.mark.parametrize(("keeps", "outcome"), [("3 hour", "expired"), ("24 hour", "given")])
def test_a_product_that_finds_the_clinic_closed_expires(slot: str | None, keeps: str, outcome: str) -> None:
    """A dose that is given when its lot is released waits for the clinic only as long as the product keeps."""
    floating = {
        "protocol.dose": [{"name": "dose 1", "after": {"of": "release", "is": "0 day"}}],
        "protocol.visit": [],
        "protocol.allocation": None,
        "protocol.step.formulate.drawn": None,
        "protocol.step.formulate.draw": None,
        "protocol.step.formulate.use_within": keeps,
        "protocol.release": [],
        "site.clinic.hospital.hours": "Mon-Fri 09:00-12:00",
        "site.clinic.hospital.slot": slot,
        "policy.recollect": 0,
    }
    (dose,) = run(ONE_DOSE, floating).doses.itertuples()
    assert dose.outcome == outcome
    assert not dose.age_hour > float(keeps.split(maxsplit=1)[0])


def test_isolating_again_takes_no_other_collection() -> None:
    """A lot that is lost after its isolation begins again from the same marrow, at the facility."""
    tables = run(ONE_DOSE, {"policy.again": "isolate", **CERTAIN["incubator"][1]})
    (patient,) = tables.patients.itertuples()
    assert (patient.ending, patient.collections) == ("equipment", 1)
    assert len(done(tables, "isolate")) == len(tables.lots) == 2
    assert tables.lots["mononuclear_cells"].nunique() == 1


@pytest.mark.parametrize(
    ("cause", "collections"), [("skin at the collection", 1), ("long collection", 2), ("warm marrow", 2)]
)
def test_marrow_is_no_better_the_second_time(cause: str, collections: int) -> None:
    """What got into the marrow is in every lot from it; marrow that was never isolated is collected again."""
    ending, changes = CERTAIN[cause]
    tables = run(ONE_DOSE, {"policy.again": "isolate", **changes})
    (patient,) = tables.patients.itertuples()
    assert (patient.ending, patient.collections, patient.doses_given) == (ending, collections, 0)


def test_marrow_that_waits_too_long_for_a_suite_is_collected_again() -> None:
    """One suite, and work that runs over by two days: the second patient's marrow is too old, and never isolated."""
    slow = {
        "site.facility.gmp.suites": 1,
        "site.work.isolate.lasts": {"least": "1 hour", "likely": "3 hour", "most": "170 hour"},
        "policy.again": "isolate",
    }
    tables = run(ONE_DOSE, slow, patients=people(2))
    assert list(tables.patients["collections"]) == [1, 2]
    assert list(tables.lots["outcome"]) == ["released", "marrow too old", "released"]
    assert list(done(tables, "isolate")["lot"]) == [1, 2]


@pytest.mark.parametrize(("policy", "given"), [("withhold", 0), ("give", 1)])
def test_a_short_dose_is_the_policys_decision(policy: str, given: int) -> None:
    """Withheld, or given where it holds the protocol's minimum; given cells are never more than there are."""
    short = {
        "protocol.route.intrathecal.cells": {"is": "60e6 cell", "least": "10e6 cell"},
        "protocol.step.expand.passages": {"most": 1},
        "policy.short_dose": policy,
    }
    tables = run(ONE_DOSE, short)
    assert int(tables.doses["given"].sum()) == given
    assert (tables.doses["given_cells"].dropna() < 60e6).all()
    assert set(tables.patients["ending"]) == ({"completed"} if given else {"too few cells"})


@pytest.mark.parametrize("replication", [2, 4, 6])
def test_cells_that_are_taken_are_tended_no_more(replication: int) -> None:
    """A change of medium that waits when the harvest begins is withdrawn; one that fails loses no product in hand."""
    plan = plan_of(load_scenario("lenzumestrocel-korea", {"policy.order": "most-urgent"}))
    (unit,) = plan.facilities
    clumsy = {**unit.work, "medium": evolve(unit.work["medium"], fails=0.15)}
    plan = evolve(plan, facilities=(evolve(unit, work=clumsy),))
    events = tables_of(plan, *replicate(plan, replication)).events
    taken = events[events["activity"] == "harvest"].groupby(["patient", "lot"])["started_min"].min()
    tended = events[events["activity"] == "medium"].groupby(["patient", "lot"])["started_min"].max()
    both = taken.index.intersection(tended.index)
    assert len(both) > 50
    assert (tended[both] <= taken[both]).all()
