"""What is observed of a patient decides how much is given, and whether."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from attrs import evolve

from mfg.errors import Faults
from mfg.plan.compile import plan_of
from mfg.simulation.cohort import cohort_of
from mfg.simulation.traits import Traits
from mfg.study.trace import trace
from tests.conftest import ROOT
from tests.small_unit import FIXED, ONE_DOSE, Changes, done, people, run, scenario

EXAMPLES = ROOT / "examples" / "protocols" / "scenarios"
TWO = {
    **FIXED,
    "protocol.visit": [
        {"name": "V1", "kind": "screening", "day": "-56 day", "window": "28 day"},
        {"name": "answer", "day": "14 day", "window": "3 day"},
    ],
}


def answered(share: str, other: str) -> Changes:
    """A second dose for those who respond, which is seen two weeks after the first."""
    return {
        **TWO,
        "protocol.patient.response": {"one_of": ["yes", "no"], "at": "answer"},
        "protocol.dose.dose 2.when": {"response": "yes"},
        "population.covariate": {"response": {"yes": share, "no": other}},
    }


@pytest.mark.parametrize(("yes", "no", "given"), [("100 %", "0 %", 2), ("0 %", "100 %", 1)])
def test_a_dose_is_given_only_to_whom_its_condition_admits(yes: str, no: str, given: int) -> None:
    """What is observed after the first dose decides about the second; who is not to have it completes the course."""
    tables = run(answered(yes, no), patients=people(1))
    assert tables.doses["given"].sum() == given
    assert tables.patients["ending"].tolist() == ["completed"]
    assert len(done(tables, "observe")) == 1


def test_a_dose_that_is_not_indicated_gives_everything_back() -> None:
    """Nothing is collected, drawn or made any more for a dose that was dropped, and it is no dose that was missed."""
    tables = run(answered("0 %", "100 %"), patients=people(1))
    dropped = done(tables, "drop")["started_min"].iloc[0]
    later = tables.events[tables.events["started_min"] > dropped + 1440]
    assert not set(later["activity"]) & {"collect", "draw", "isolate", "medium", "formulate", "administer"}
    assert tables.doses["outcome"].tolist() == ["given", "not indicated"]


def test_a_dose_per_area_is_what_the_rule_says() -> None:
    """1e5 cells per cm2 of 80 cm2 are 8e6 cells."""
    area = {
        **ONE_DOSE,
        "protocol.patient.area": {"unit": "cm**2"},
        "protocol.route.intrathecal.cells": {"is": "1e5 cell/cm**2", "of": "area"},
        "population.covariate": {"area": "80 cm**2"},
    }
    tables = run(area, patients=people(1))
    assert tables.doses["prescribed_cells"].iloc[-1] == 8e6


def test_words_come_by_their_shares() -> None:
    """Of many patients so many respond as the shares say, within four standard errors."""
    plan = plan_of(scenario(answered("30 %", "70 %"), {"chance": True}, patients=people(1)))
    many = evolve(plan, candidates=(), every=60, horizon=60 * 2001)
    patients, luck = cohort_of(many, 0)
    traits = Traits(many, luck)
    said = [traits.observed(patient.index, "answer")["response"] for patient in patients]
    share = np.mean([word == "yes" for word in said])
    assert abs(share - 0.3) < 4 * sqrt(0.3 * 0.7 / len(said))


def test_a_step_belongs_to_whom_its_condition_admits() -> None:
    """The recipe is the patient's own: those with much of it are cultured for longer."""
    ways = {
        "protocol.patient.load": {"one_of": ["high", "low"]},
        "protocol.step": [
            {"do": "collect"},
            {"do": "isolate"},
            {"do": "expand", "lasts": "5 day", "when": {"load": "low"}},
            {"do": "expand", "lasts": "15 day", "when": {"load": "high"}},
            {"do": "formulate", "vehicle": "saline"},
            {"do": "administer"},
        ],
        "protocol.release": [],
    }
    released = []
    for high, low in (("100 %", "0 %"), ("0 %", "100 %")):
        tables = run(
            {**ONE_DOSE, **ways, "population.covariate": {"load": {"high": high, "low": low}}},
            patients=people(1),
        )
        released.append(tables.lots["turnaround_day"].iloc[0])
    assert released[0] - released[1] == pytest.approx(10)


def test_a_population_gives_what_the_protocol_asks_for() -> None:
    """Words that are none, shares that are not everybody, numbers in another unit: each at its place."""
    for covariate, words in (
        ({"yes": "30 %", "no": "60 %"}, "not all of the patients"),
        ({"yes": "30 %", "nope": "70 %"}, "population.covariate.response.nope"),
        ({"least": "1 point", "most": "2 point"}, "is a word and not a number"),
    ):
        with pytest.raises(Faults, match=words):
            scenario({**answered("30 %", "70 %"), "population.covariate": {"response": covariate}})


def test_strata_are_blocks_of_their_own() -> None:
    """Within each word of a stratum the arms of a block of two differ, whatever the others do."""
    strata = {
        **ONE_DOSE,
        "protocol.arm": [{"name": n, "doses": ["dose 1"], "ratio": 1} for n in ("one", "two")],
        "protocol.allocation": {"how": "ratio", "block": 2, "strata": ["kind"]},
        "protocol.patient.kind": {"one_of": ["a", "b"]},
        "population.covariate": {"kind": {"a": "50 %", "b": "50 %"}},
        "arrivals": {"every": "1 day"},
        "chance": True,
    }
    tables = run(strata)
    words = done(tables, "observe").set_index("patient")["outcome"].astype(str)
    arms = tables.patients.set_index("patient")["arm"]
    for word in ("kind a", "kind b"):
        members = arms[sorted(words.index[words == word])].tolist()
        assert len(members) > 6
        assert all({*members[n : n + 2]} == {"one", "two"} for n in range(0, len(members) - 1, 2))


def test_what_is_observed_at_the_collection_sizes_the_lot() -> None:
    """The lot is planned for the typical area, and made for the one that is measured at the collection."""
    area = {
        **ONE_DOSE,
        "protocol.patient.area": {"unit": "cm**2", "at": "collection"},
        "protocol.route.intrathecal.cells": {"is": "1e6 cell/cm**2", "of": "area"},
        "population.covariate": {"area": {"least": "20 cm**2", "most": "90 cm**2"}},
        "chance": True,
    }
    tables = run(area, patients=people(8))
    flasks = tables.lots.groupby("patient")["flasks"].first()
    measured = done(tables, "observe").groupby("patient", observed=True)["value"].first()
    both = pd.concat([measured, flasks], axis=1).sort_values("value").dropna()
    assert both["flasks"].is_monotonic_increasing
    assert both["flasks"].nunique() > 3


def test_what_is_observed_is_told_in_its_own_unit_and_once() -> None:
    """A number with the unit that the protocol gives it; at screening once, though a visit has that name."""
    story = trace(str(EXAMPLES / "cells-per-area.toml"), settings={"chance": "false"})
    (observed,) = [line.outcome for line in story.lines if line.what == "observe"]
    assert observed == "area 60 cm**2"
    told = {line.what: line.outcome for line in story.lines}
    assert told["collect (lot 1)"] == told["isolate (lot 1)"] == ""  # nobody counts them
    mobilised = trace(str(EXAMPLES / "mobilised-cells.toml"), settings={"chance": "false"})
    assert {line.outcome.split()[-1] for line in mobilised.lines if line.what == "collect (lot 1)"} == {
        "cells"
    }


def test_a_visit_that_is_repeated_observes_anew() -> None:
    """The cells are lost on the day of the dose, after the visit: it takes place again, and what is seen is drawn again."""
    load = {
        **ONE_DOSE,
        "protocol.visit": [*ONE_DOSE["protocol.visit"], {"name": "look", "day": "-3 day", "repeats": True}],
        "protocol.patient.load": {"unit": "%", "at": "look"},
        "protocol.dose.dose 1.after": {"of": "look", "is": "3 day"},
        "protocol.dose.dose 1.when": {"load": {"most": "95 %"}},
        "population.covariate": {"load": {"least": "0 %", "most": "90 %"}},
        "site.work.formulate.fails": "100 %",
        "chance": True,
    }
    seen = done(run(load, patients=people(1)), "observe")["value"]
    assert len(seen) > 1
    assert seen.is_unique
