"""What keeps a scenario from running is said before any clock starts, each fault at its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from math import log
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from mfg.errors import Faults
from mfg.plan.compile import beyond_planning
from mfg.reader.checks import check_file
from mfg.reader.scenarios import load_scenario
from mfg.scenario import Arrivals, Candidate, InProgress
from mfg.scenario.check import faults_of
from tests.conftest import ROOT, Said
from tests.small_unit import BANK, HAND, MONDAY, ONE_DOSE, Changes, people, run, scenario

LEG, OTHER = (
    {"name": "clinic to facility", "lasts": "90 minute"},
    {"name": "facility to clinic", "lasts": "1 hour"},
)
FREEZE = {"do": "cryopreserve", "after_passage": 1, "contains": "5e6 cell"}
THAWED = [{"do": "thaw"}, {"do": "administer"}]
ONLY_BANK = {"protocol.supply": [{"name": "bank", "kind": "bank", "before": "42 day"}]}
CLINIC = {"hours": "Mon-Fri 09:00-18:00", "rooms": 1}


def release(test: str, limit: Any, **sample: str) -> dict[str, Any]:
    """One test of the protocol."""
    return {"test": test, "limit": limit, "sample": sample, "holds": "formulation"}


FAULTS: list[tuple[Changes, str]] = [
    # policies
    ({"policy.order": "random"}, "policy.order: 'random' is no such policy; use one of due-date, first-come"),
    (
        {"policy.late_lot": "rebook"},
        "policy: unknown key 'late_lot'; leave it out: a dose whose cells are not ready is always booked",
    ),
    ({"policy.short_dose": "gve"}, "policy.short_dose: 'gve' is no such policy; did you mean 'give'?"),
    ({"policy.again": "never"}, "policy.again: 'never' is no such policy"),
    ({"policy.facility": "far"}, "policy.facility: 'far' is no such policy"),
    (
        {"policy.order": "most-urgent"},
        "population.decline: is missing; the policy puts the fastest decline first",
    ),
    ({"policy.loses_eligibility": True}, "population.alsfrs_r: is missing"),
    (
        {"policy.loses_eligibility": True, "protocol.eligibility.alsfrs_r": None},
        "protocol.eligibility.alsfrs_r: is missing",
    ),
    # supplies and biology
    ({"supply": "fersh"}, "supply: 'fersh' is no supply of the protocol; did you mean 'fresh'?"),
    ({"population.marrow": None}, "population.marrow: is missing; the recipe grows its lots"),
    ({"population.growth": None}, "population.growth: is missing"),
    (
        {"protocol.supply.fresh.kind": "bank"},
        "protocol.step: has no cryopreserve; the supply fresh is a bank",
    ),
    (
        {**BANK, "protocol.step": [{"do": "collect"}, FREEZE, *THAWED], "protocol.release": [], **ONLY_BANK},
        "protocol.step.cryopreserve.after_passage: '1' is of a lot that is not grown; leave it out",
    ),
    ({**BANK, "site.facility.gmp.storage": None}, "site.facility.gmp.storage: is missing; the supply bank"),
    (
        {"protocol.patient.cohort": {"one_of": ["one", "two"]}},
        "population.covariate.cohort: is missing",
    ),
    # what is measured
    (
        {"population.measures.VEFG": "1 pg / 1e4 cell"},
        "population.measures.VEFG: is no test of the protocol; did you mean 'VEGF'?",
    ),
    (
        {"population.measures.sterility": "1 %"},
        "population.measures.sterility: has no limit to be held against",
    ),
    (
        {"population.measures.VEGF": "90 %"},
        "population.measures.VEGF: '90 %' is not in the unit of its limit",
    ),
    # arrivals
    ({"arrivals": {}}, "arrivals: does not say who comes"),
    ({"arrivals.every": "1 day"}, "arrivals: does not say who comes; give one of patients, rate and every"),
    ({"start": date(2026, 3, 3)}, "arrivals.patients.A.arrived: '2026-03-02' is not a day of the scenario"),
    ({"start": date(2026, 1, 5)}, "arrivals.patients.A.arrived: '2026-03-02' is not a day of the scenario"),
    # places and resources
    ({"site.clinic": {}}, "site.clinic: is missing; a site has at least one"),
    ({"site.facility": {}}, "site.facility: is missing; a site has at least one"),
    ({"site.clinic.other": {**CLINIC, "share": "50 %"}}, "site.clinic: has shares for some clinics only"),
    (
        {"site.facility.gmp.laboratory": "cq"},
        "site.facility.gmp.laboratory: 'cq' is no laboratory of the site",
    ),
    ({"site.laboratory": {}}, "site.laboratory: is missing; tests are done in a laboratory"),
    ({"site.work.isolate.needs.robot": 1}, "site.work.isolate.needs: 'robot' is no resource"),
    ({"site.facility.gmp.suites": 0}, "site.work.isolate.needs.suite: '1' is more than gmp has (0)"),
    ({"site.work.collect.needs.room": 3}, "site.work.collect.needs.room: '3' is more than hospital has (2)"),
    (
        {"site.work.isolate.needs.room": 1},
        "site.work.isolate.needs: 'room' is nothing that a facility has, where it is done; use one of freezer",
    ),
    (
        {"site.work.draw.needs.operator": 1},
        "site.work.draw.needs: 'operator' is nothing that a clinic has, where it is done; use one of bed, room",
    ),
    # work and its hours
    ({"site.work.passage": None}, "site.work.passage: is missing; the recipe has a step 'expand'"),
    ({"site.work.isolate": None}, "site.work.isolate: is missing; the recipe has a step 'isolate'"),
    ({"site.work.draw": None}, "site.work.draw: is missing; the vehicle is drawn from the patient"),
    (
        {"site.work.isolate.lasts": "10 hour"},
        "site.work.isolate: takes 660 min and gmp is never open longer than 600 min",
    ),
    ({"site.work.harvest.booked": "7 hour"}, "site.work.harvest and formulate: takes 630 min"),
    (
        {"site.work.draw.booked": "10 hour"},
        "site.work.draw: takes 600 min and hospital is never open longer than 540 min",
    ),
    ({"site.work.draw.fails": "1 %"}, "site.work.draw.fails: would change nothing"),
    ({"site.work.collect.contaminates": "1 %"}, "site.work.collect.contaminates: would change nothing"),
    # ways
    (
        {"site.leg": [LEG]},
        "site.leg: 'facility to clinic' is not a leg of the site; use one of clinic to facility",
    ),
    (
        {"site.leg": [{**LEG, "of": "hospitl"}, OTHER]},
        "site.leg.clinic to facility.of: 'hospitl' is no place of the site",
    ),
    (
        {"site.leg": [{**LEG, "of": "hospital"}, OTHER], "site.clinic.other": CLINIC},
        "site.leg: 'clinic to facility' does not join other and gmp",
    ),
    (
        {"site.leg.facility to clinic.lasts": "13 hour"},
        "site.leg: the way to the patient in hospital is 780 min",
    ),
    (
        {"site.leg.clinic to facility.lasts": "25 hour"},
        "site.leg: 'clinic to facility' takes 1500 min from hospital by plan, after 40 min of collection",
    ),
    (
        {"site.facility.gmp.formulate": "day before"},
        "the product waits 15.0 h overnight (from 18:00 at the latest to 09:00",
    ),
    # counts, days, words
    ({"site.laboratory.qc.benches": 0}, "site.laboratory.qc.benches: '0' is none; give at least one"),
    (
        {"site.clinic.hospital.beds": 0},
        "site.clinic.hospital.beds: '0' is none; leave it out where it has no",
    ),
    ({"site.facility.gmp.fills": 0}, "site.facility.gmp.fills: '0' is none"),
    ({"site.facility.gmp.medium_on": ["Mon", "Thur"]}, "medium_on: 'Thur' is no day of the week"),
    ({"site.holidays": "kr"}, "site.holidays: 'kr' is not a country"),
    ({"site.work.medium.needs": {}}, "site.work.medium.needs: is empty; name what it takes"),
    ({"population.growth.primary": "0 %"}, "population.growth.primary: '0 %' lets a culture double"),
    (
        {"site.work.isolate.lasts": {"mean": "3 hour", "sd": "0 hour", "shape": "gamma"}},
        "site.work.isolate.lasts.sd: '0 hour' leaves no gamma distribution",
    ),
    ({"start": {"from": "2026-03-02"}}, "start: "),
    # tests
    ({"site.test.mycoplasma": None}, "site.test.mycoplasma: is missing; the protocol asks for this test"),
    ({"site.test.sterility.reads": "colour"}, "site.test.sterility.reads: 'colour' is nothing a test reads"),
    (
        {"site.test.identity.reads": "viability"},
        "site.test.identity.reads: 'viability' is that of the product",
    ),
    *(
        (
            {"protocol.release": [release("sterility", "no growth", at=step)]},
            f"protocol.release.sterility.sample.at: '{step}' is where no sample is taken",
        )
        for step in ("administer", "observe", "ship", "medium")
    ),
]


@pytest.mark.parametrize(
    ("changes", "words"), FAULTS, ids=lambda given: given if isinstance(given, str) else ""
)
def test_a_fault_is_named_at_its_place(changes: Changes, words: str) -> None:
    """With what is wrong, and what to write instead."""
    with pytest.raises(Faults) as refusal:
        scenario(changes)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"site.facility.gmp.overtime": "1 hour", "site.work.isolate.lasts": "10 hour"}, ""),
        ({"site.facility.gmp.hours": "always", "site.work.isolate.lasts": "30 hour"}, ""),
        ({"protocol.release": [release("sterility", "no growth", at="isolate")]}, ""),
        ({"arrivals": {"rate": "1 / month"}}, ""),
    ],
)
def test_what_can_be_done_is_not_refused(changes: Changes, words: str) -> None:
    """Overtime, a facility that never closes, a sample at a step that is done, patients at a rate."""
    assert [str(fault) for fault in faults_of(scenario(changes))] == ([words] if words else [])


def test_every_fault_is_named_at_once() -> None:
    """Not one after the other."""
    with pytest.raises(Faults, match="3 faults"):
        scenario({"policy.order": "random", "site.work.draw": None, "site.test.mycoplasma": None})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"arm": "mcs"}, "arrivals.patients.A.arm: 'mcs' is no arm of the protocol; did you mean 'msc'?"),
        (
            {"site": "clinic"},
            "arrivals.patients.A.site: 'clinic' is no clinic of the site; use one of hospital",
        ),
        (
            {"arrived": date(2027, 1, 4)},
            "arrivals.patients.A.arrived: '2027-01-04' is not a day of the scenario",
        ),
    ],
)
def test_a_patient_of_a_list_fits_the_scenario(change: dict[str, Any], words: str) -> None:
    """Arm, clinic and day are those of the protocol, the site and the run."""
    listed = evolve(Candidate("A", MONDAY, 60.0), **change)
    (fault,) = faults_of(scenario(patients=[listed]))
    assert words in str(fault)


LOT = InProgress(
    patient="W",
    weight_kg=60.0,
    collected=MONDAY - timedelta(12),
    passage=2,
    plated=MONDAY - timedelta(1),
    flasks=23,
    cells=4.4e7,
    dose_on=MONDAY + timedelta(15),
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"arm": "control"}, "arrivals.in_progress.W.arm: 'control' is no arm with cells; use one of msc"),
        ({"dose": "dose 3"}, "arrivals.in_progress.W.dose: 'dose 3' is no dose of cells in arm msc"),
        ({"site": "clinic"}, "arrivals.in_progress.W.site: 'clinic' is no clinic of the site"),
        (
            {"facility": "gnp"},
            "arrivals.in_progress.W.facility: 'gnp' is no facility of the site; did you mean 'gmp'?",
        ),
        (
            {"passage": 4},
            "arrivals.in_progress.W.passage: '4' is a passage too many; the recipe has at most 3",
        ),
        (
            {"plated": MONDAY + timedelta(1)},
            "arrivals.in_progress.W.plated: '2026-03-03' is not in culture then",
        ),
        ({"dose_on": MONDAY}, "arrivals.in_progress.W.plated: '2026-03-01' is not in culture then"),
        ({"flasks": 500}, "arrivals.in_progress: '500 flasks' are more than gmp has; it has 400"),
        ({"passage": 0, "flasks": 3, "cells": 8e7}, "of a primary culture give the colony-forming cells"),
        ({"patient": "P00001"}, "arrivals.in_progress: 'P00001' is the name of a patient who arrives"),
        ({"patient": "A"}, "arrivals.in_progress: 'A' is the name of a patient who arrives"),
    ],
)
def test_a_lot_in_progress_fits_the_scenario(change: dict[str, Any], words: str) -> None:
    """Its names, its passage, its days, its flasks and its cells."""
    come = Arrivals(patients=(Candidate("A", MONDAY, 60.0),), in_progress=(evolve(LOT, **change),))
    (fault,) = faults_of(evolve(scenario(), arrivals=come))
    assert words in str(fault)


FROZEN = InProgress(
    patient="W",
    weight_kg=60.0,
    collected=MONDAY - timedelta(80),
    stands="frozen",
    containers=18,
    frozen=MONDAY - timedelta(45),
    cells=9e7,
    dose_on=MONDAY + timedelta(15),
    arm="five-dose",
)
STOCK: Changes = {"protocol.supply": [{"name": "shelf", "kind": "stock"}]}


@pytest.mark.parametrize(
    ("changes", "lots", "words"),
    [
        (ONE_DOSE, [evolve(FROZEN, arm=None)], "W.stands: 'frozen' is no state of a fresh supply"),
        (BANK, [evolve(LOT, stands="released")], "W.stands: 'released' is no state of a bank in culture"),
        (
            BANK,
            [evolve(FROZEN, frozen=MONDAY + timedelta(1))],
            "W.frozen: '2026-03-03' is not in the freezer",
        ),
        (
            BANK,
            [evolve(FROZEN, containers=500)],
            "'500 containers' are more than gmp has; it has room for 400",
        ),
        (BANK, [evolve(LOT, passage=3)], "W.passage: '3' is a passage too many; the recipe has at most 2"),
        (
            BANK,
            [FROZEN, FROZEN],
            "W.dose: 'dose 1' has two banks; give each bank the first dose that it is for",
        ),
    ],
)
def test_a_lot_stands_where_its_supply_has_it(changes: Changes, lots: list[InProgress], words: str) -> None:
    """Fresh lots are in culture or released; a bank is in culture or frozen, where there is room."""
    (fault,) = faults_of(scenario(changes, lots=lots))
    assert words in str(fault)


@pytest.mark.parametrize("lots", [[LOT], [evolve(LOT, stands="released")]])
def test_a_fresh_lot_may_be_in_progress(lots: list[InProgress]) -> None:
    """In culture, or with all its results."""
    assert not list(faults_of(scenario(ONE_DOSE, lots=lots)))


@pytest.mark.parametrize("lots", [[FROZEN], [evolve(LOT, passage=1)]])
def test_a_bank_may_be_in_progress(lots: list[InProgress]) -> None:
    """Frozen, or still in culture."""
    assert not list(faults_of(scenario(BANK, lots=lots)))


SECOND = evolve(LOT, dose="dose 2", dose_on=MONDAY + timedelta(43))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weight_kg": 61.0}, "W.weight_kg: '60 and 61' contradict each other; it is one patient"),
        ({"dose": "dose 1"}, "W.dose: 'dose 1' has two lots"),
        ({"dose": "dose 3"}, "W.dose: 'dose 2' has no lot, and a later dose has one"),
        ({"dose_on": MONDAY + timedelta(15)}, "W.dose_on: '2026-03-17' is not after 2026-03-17"),
    ],
)
def test_lots_of_one_patient_do_not_contradict_each_other(change: dict[str, Any], words: str) -> None:
    """One weight, arm and place; a lot for each dose; and doses in their order."""
    three: Changes = {
        **ONE_DOSE,
        "protocol.arm": [{"name": "msc", "doses": ["dose 1", "dose 2", "dose 3"]}],
        "protocol.dose": [{"name": f"dose {n + 1}", "day": f"{28 * n} day"} for n in range(3)],
    }
    (fault,) = faults_of(scenario(three, lots=[LOT, evolve(SECOND, **change)]))
    assert words in str(fault)
    assert not list(faults_of(scenario(three, lots=[SECOND, LOT])))


def test_a_setting_that_names_nothing_is_refused() -> None:
    """Nor is a part that is not there."""
    with pytest.raises(Faults, match="names nothing here"):
        load_scenario("lenzumestrocel-phase2", {"site.facility.gmp.autoclaves": "2"})
    with pytest.raises(Faults, match="is not a built-in population"):
        load_scenario("lenzumestrocel-phase2", {"population": "als-norway"})


@pytest.mark.parametrize(("kg", "sound"), [(20.0, True), (19.9, False), (250.0, True), (250.1, False)])
def test_a_patient_whom_the_protocol_does_not_dose_is_refused(kg: float, *, sound: bool) -> None:
    """At the limits of the weight, and one tenth beyond them."""
    found = [str(fault) for fault in faults_of(scenario(patients=people(1, kg=kg)))]
    assert (found == []) == sound
    assert all(f"arrivals.patients.A.weight_kg: '{kg:g}' is outside" in fault for fault in found)


@pytest.mark.parametrize("weight", ["300 kg", "10 kg"])
def test_a_population_that_the_protocol_does_not_dose_is_refused(weight: str) -> None:
    """With the limits, before the clock starts."""
    with pytest.raises(Faults, match=r"population.weight.is: .* is outside"):
        load_scenario("lenzumestrocel-korea", {"population.weight": weight})


def test_a_fault_in_a_variant_is_found_with_its_name(tmp_path: Path) -> None:
    """Checking a scenario checks every plan that it names."""
    text = (ROOT / "tests" / "study" / "scenario.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    text = text.replace("../hand", str(ROOT / "tests" / "hand")).replace('suites = "1"', 'suits = "1"')
    mine.write_text(text, encoding="utf-8")
    assert "variant.one suite.suits: names nothing" in str(check_file(mine))


@pytest.mark.parametrize(
    ("lasts", "median"),
    [
        ("3 hour", 180),
        ({"least": "60 minute", "most": "80 minute"}, 70),
        ({"least": "10 minute", "likely": "40 minute", "most": "300 minute"}, 300 - (290 * 260 / 2) ** 0.5),
        ({"least": "10 minute", "likely": "90 minute", "most": "100 minute"}, 10 + (90 * 80 / 2) ** 0.5),
        ({"median": "61 minute", "spread": Decimal("1.1"), "shape": "lognormal"}, 61),
        ({"mean": "61 minute", "sd": "5 minute", "shape": "normal"}, 61),
        ({"mean": "100 minute", "shape": "exponential"}, 100 * log(2)),
    ],
)
@pytest.mark.parametrize("work", ["collect", "draw", "administer", "isolate", "medium"])
def test_what_mostly_overruns_its_booking_is_refused(work: str, lasts: object, median: float) -> None:
    """Wherever work has both, at the clinic or at the facility: half of the times it would take longer than is booked."""
    booked, late = f"{int(median) - 1} minute", {"site.clinic.hospital.hours": "Mon-Fri 09:00-20:00"}
    with pytest.raises(Faults) as found:
        scenario(late, {f"site.work.{work}.lasts": lasts, f"site.work.{work}.booked": booked})
    (fault,) = [one for one in found.value.faults if one.where.endswith("booked")]
    assert fault.where == f"site.work.{work}.booked"
    assert f"longer than {median:.0f} min" in fault.problem
    enough = f"{int(median) + 1} minute"
    scenario(late, {f"site.work.{work}.lasts": lasts, f"site.work.{work}.booked": enough})


def refused(*changes: Changes) -> tuple[str, ...]:
    """Where a scenario that is sound as it is written cannot be planned, and why."""
    return tuple(map(str, beyond_planning(scenario(*changes))))


def test_a_limit_below_what_one_patient_needs_is_refused_with_what_that_is() -> None:
    """Incubator places of a lot, containers of a dose, days to the first dose: one less is refused, as many are not."""
    (flasks,) = refused({"site.facility.gmp.incubator": "1 flask"})
    needs = int(flasks.split("planned: ")[1].split()[0])
    assert flasks.startswith("site.facility.gmp.incubator: '1 flask' is less than dose")
    assert refused({"site.facility.gmp.incubator": f"{needs - 1} flask"})
    assert refused({"site.facility.gmp.incubator": f"{needs} flask"}) == ()
    (wait,) = refused({"policy.give_up_after": "1 day"})
    assert wait.startswith("policy.give_up_after: '1 day' is over before any first dose: in arm msc it is ")
    days = int(wait.split("it is ")[1].split()[0])
    assert refused({"policy.give_up_after": f"{days - 1} day"})
    assert refused({"policy.give_up_after": f"{days} day"}) == ()
    small: Changes = {"site.facility.gmp.storage": 1, "protocol.step.cryopreserve.contains": "1e6 cell"}
    (containers,) = refused(BANK, small, {"arrivals": {"every": "1 week"}})
    assert containers.startswith("site.facility.gmp.storage: '1' is less than ")


def test_no_lot_is_lost_for_places_that_suffice_as_planned() -> None:
    """With as many incubator places as one lot needs, its dose is given."""
    (flasks,) = refused({"site.facility.gmp.incubator": "1 flask"})
    needs = int(flasks.split("planned: ")[1].split()[0])
    tables = run(ONE_DOSE, {"site.facility.gmp.incubator": f"{needs} flask"})
    assert tables.doses["given"].all()


def test_what_cannot_be_planned_is_told_by_check(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Of the scenario itself and of the variants that it names."""
    text = HAND.read_text(encoding="utf-8").replace('"patients.csv"', f'"{HAND.parent / "patients.csv"}"')
    for part in ("site", "population"):
        text = text.replace(f'"{part}.toml"', f'"{HAND.parent / part}.toml"')
    file = tmp_path / "mine.toml"
    file.write_text(text + '[policy]\ngive_up_after = "2 day"\n', encoding="utf-8")
    said = mfg("check", file)
    assert said.status == 1
    assert "policy.give_up_after: '2 day' is over before any first dose" in said.out
    file.write_text(text + '[variant.hasty]\n"policy.give_up_after" = "2 day"\n', encoding="utf-8")
    assert "variant.hasty.policy.give_up_after: '2 day'" in mfg("check", file).out
