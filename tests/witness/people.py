"""Witnesses of who comes: the population, and what the scenario says itself."""

from __future__ import annotations

from datetime import date

from tests.witness.rows import Witness, group

_SIM = "simulation"
_LUCK = {"chance": True, "arrivals": {"every": "1 day"}}
_COMING = {"arrivals": {"every": "1 week"}}
_SCORED = {"population.alsfrs_r": "36 point", "population.decline": "-1.2 point/month"}

POPULATION = group(
    "population",
    Witness("weight", _SIM, "small", {"population.weight": "70 kg"}, where=_COMING),
    Witness(
        "age",
        _SIM,
        "small",
        {"population.age": "80 year"},
        where={**_COMING, "population.age": "30 year", "protocol.eligibility": {"age": {"most": "60 year"}}},
    ),
    Witness(
        "alsfrs_r",
        _SIM,
        "small",
        {"population.alsfrs_r": "20 point"},
        where={
            **_COMING,
            "population.alsfrs_r": "36 point",
            "protocol.eligibility": {"alsfrs_r": {"least": "31 point"}},
        },
    ),
    Witness(
        "scored",
        _SIM,
        "small",
        {"population.scored": "3 calendar month"},
        where={**_COMING, **_SCORED, "protocol.eligibility": {"alsfrs_r": {"most": "37 point"}}},
    ),
    Witness("decline", _SIM, "small", {"population.decline": "-5 point/month"}, where={**_COMING, **_SCORED}),
    Witness("leaves.ineligible", _SIM, "small", {"population.leaves.ineligible": "90 %"}, where=_LUCK),
    Witness("leaves.withdraw", _SIM, "small", {"population.leaves.withdraw": "90 % / month"}, where=_LUCK),
    Witness(
        "leaves.withdraw_later",
        _SIM,
        "small",
        {"population.leaves.withdraw_later": "90 % / month"},
        where=_LUCK,
    ),
    Witness("leaves.die", _SIM, "small", {"population.leaves.die": "90 % / month"}, where=_LUCK),
    Witness("marrow.mononuclear", _SIM, "grown", {"population.marrow.mononuclear": "4e6 cell/mL"}),
    Witness("marrow.colonies", _SIM, "grown", {"population.marrow.colonies": "10 colony/1e6 cell"}),
    Witness(
        "marrow.alike",
        _SIM,
        "grown",
        {"population.marrow.alike": "10 %"},
        where={
            "chance": True,
            "population.marrow.mononuclear": {"median": "2e6 cell/mL", "spread": 2, "shape": "lognormal"},
        },
    ),
    Witness(
        "marrow.contaminated",
        _SIM,
        "small",
        {"population.marrow.contaminated": "90 %"},
        where={
            **_LUCK,
            "site.test.identity.reads": "contamination",
            "protocol.release.identity.limit": "no growth",
        },
    ),
    Witness("growth.first_lag", _SIM, "grown", {"population.growth.first_lag": "4 day"}),
    Witness("growth.lag", _SIM, "grown", {"population.growth.lag": "48 hour"}),
    Witness("growth.doubling", _SIM, "grown", {"population.growth.doubling": "36 hour"}),
    Witness("growth.primary", _SIM, "grown", {"population.growth.primary": "100 %"}),
    Witness(
        "growth.slowing",
        _SIM,
        "grown",
        {"population.growth.slowing": "90 %"},
        where={"protocol.route.vein.cells": "5e7 cell/kg", "site.facility.gmp.incubator": "2000 flask"},
    ),
    Witness("growth.limit", _SIM, "grown", {"population.growth.limit": "2 doubling"}),
    Witness("growth.confluent", _SIM, "grown", {"population.growth.confluent": "5e4 cell/cm**2"}),
    Witness("product.viability", _SIM, "small", {"population.product.viability": "80 %"}),
    Witness("product.loss", _SIM, "small", {"population.product.loss": "5 %/hour"}),
    Witness("measures", _SIM, "small", {"population.measures": {"identity": "30 %"}}),
    Witness(
        "covariate",
        _SIM,
        "small",
        {"population.covariate.area": "20 cm**2"},
        where={
            "protocol.patient.area": {"unit": "cm**2"},
            "population.covariate.area": "10 cm**2",
            "protocol.route.vein.cells": {"is": "1e6 cell/cm**2", "of": "area"},
        },
    ),
)

_SUPPLIES = {
    "protocol.supply": [
        {"name": "fresh", "kind": "fresh", "before": "21 day"},
        {"name": "early", "kind": "fresh", "before": "28 day"},
    ]
}
_ORDERED = {
    "chance": True,
    "arrivals": {"every": "1 hour"},
    "horizon": "6 hour",
    "site.facility.gmp.suites": 1,
    "site.clinic.hospital.slot": None,
    "site.work.isolate.lasts": "4 hour",
    "population.decline": {"least": "-3 point/month", "most": "-1 point/month"},
    "population.alsfrs_r": "36 point",
}
_SPOILED = {"chance": True, "site.work.isolate.fails": "60 %", "arrivals": {"every": "1 day"}}
_GROW_SPOILED = {"chance": True, "site.work.passage.fails": "60 %", "protocol.step.collect.volume": "60 mL"}
_FACILITIES = {
    "site.facility.far": {
        "hours": "Mon-Fri 08:00-18:00",
        "suites": 1,
        "operators": 2,
        "incubator": "200 flask",
        "freezers": 1,
    }
}
_TWICE = [{"name": "one", "day": "0 day"}, {"name": "two", "day": "28 day"}]
_TWO = [{"name": "all", "doses": ["one", "two"]}]
SCENARIO = group(
    "scenario",
    Witness("protocol", "check", "small", {"protocol": "none-such"}),
    Witness("site", "check", "small", {"site": "none-such"}),
    Witness("population", "check", "small", {"population": "none-such"}),
    Witness("start", _SIM, "small", {"start": date(2026, 3, 7)}, where=_COMING),
    Witness("horizon", _SIM, "small", {"horizon": "8 week"}, where=_COMING),
    Witness(
        "seed",
        _SIM,
        "small",
        {"seed": 2},
        where=_LUCK | {"population.weight": {"least": "50 kg", "most": "90 kg"}},
    ),
    Witness("arrivals.patients", _SIM, "small", {"arrivals.patients": "one.csv"}),
    Witness(
        "arrivals.rate",
        _SIM,
        "small",
        {"arrivals.rate": "8 / month"},
        where={"chance": True, "arrivals": {"rate": "4 / month"}},
    ),
    Witness("arrivals.every", _SIM, "small", {"arrivals.every": "2 week"}, where=_COMING),
    Witness("arrivals.in_progress", _SIM, "grown", {"arrivals.in_progress": "lots.csv"}, where=_COMING),
    Witness("supply", _SIM, "small", {"supply": "early"}, where=_SUPPLIES),
    Witness("warm_up", _SIM, "small", {"warm_up": "2 week"}),
    Witness(
        "chance",
        _SIM,
        "small",
        {"chance": True},
        where={"site.work.isolate.lasts": {"least": "1 hour", "most": "5 hour"}},
    ),
    Witness("policy.order", _SIM, "small", {"policy.order": "most-urgent"}, where=_ORDERED),
    Witness(
        "policy.short_dose",
        _SIM,
        "small",
        {"policy.short_dose": "give"},
        where={
            "protocol.step.expand.yields": "5e7 cell",
            "protocol.route.vein.cells": {"is": "1e6 cell/kg", "least": "1e5 cell/kg"},
        },
    ),
    Witness(
        "policy.aim",
        _SIM,
        "small",
        {"policy.aim": "least"},
        where={"protocol.route.vein.cells": {"least": "1e6 cell/kg", "most": "2e6 cell/kg"}},
    ),
    Witness("policy.give_up_after", _SIM, "small", {"policy.give_up_after": "21 day"}),
    Witness("late", _SIM, "small", {"late": "1 day"}),
    Witness("policy.recollect", _SIM, "small", {"policy.recollect": 0}, where=_SPOILED),
    Witness("policy.again", _SIM, "grown", {"policy.again": "isolate"}, where=_GROW_SPOILED),
    Witness(
        "policy.short_bank",
        _SIM,
        "bank",
        {"policy.short_bank": "when spent"},
        where={"site.facility.gmp.storage": 1, "protocol.dose": _TWICE, "protocol.arm": _TWO},
    ),
    Witness("policy.facility", _SIM, "small", {"policy.facility": "in turn"}, where=_FACILITIES),
    Witness(
        "policy.loses_eligibility",
        _SIM,
        "small",
        {"policy.loses_eligibility": True},
        where={
            **_COMING,
            "population.alsfrs_r": "36 point",
            "population.decline": "-9 point/month",
            "protocol.eligibility": {"alsfrs_r": {"least": "35 point"}},
        },
    ),
    Witness(
        "variant",
        "check",
        "small",
        {"variant": {"more": {"suites": "none"}}},
        where={"variant": {"more": {"suites": "3"}}},
    ),
)

ROWS = (*POPULATION, *SCENARIO)
