"""Witnesses of who is treated as what: patients, arms and treatments."""

from __future__ import annotations

from tests.witness.rows import Witness, group

_CELLS = "protocol.route.vein.cells"


_ALL = "dose audit"


_TABLE = "patient,weight_kg,cells|A,60.4,60000000|B,80,80000000"


_BLASTS = {
    "protocol.patient.blasts": {"unit": "%", "at": "screening"},
    "population.covariate.blasts": "30 %",
    _CELLS: [
        {"when": {"blasts": {"most": "40 %"}}, "is": "1e6 cell"},
        {"when": {"blasts": {"above": "40 %"}}, "is": "2e6 cell"},
    ],
}


PATIENT = group(
    "protocol.patient",
    Witness(
        "unit",
        "dose",
        "paper",
        {"protocol.patient.length.unit": "cm**2"},
        where={"protocol.patient.length.unit": "cm"},
        ask={"dose": "--weight 60kg --given length=10cm"},
    ),
    Witness(
        "one_of",
        "dose",
        "paper",
        {"protocol.patient.cohort.one_of": ["1", "2", "3"]},
        where={"protocol.patient.cohort.one_of": ["1", "2"]},
        ask={"dose": "--weight 60kg --given cohort=3"},
    ),
    Witness("at", "dose", "paper", {"protocol.patient.weight.at": "baseline"}),
    Witness("at", "simulation", "small", {"protocol.patient.blasts.at": "look"}, where=_BLASTS),
    Witness(
        "at",
        "schedule",
        "paper",
        {"protocol.patient.weight.at": "look"},
        where={"protocol.patient.weight.at": "baseline", "protocol.patient.weight.valid": "21 day"},
    ),
    Witness(
        "valid",
        "dose",
        "paper",
        {"protocol.patient.weight.valid": "5 day"},
        where={"protocol.patient.weight.at": "baseline", "protocol.patient.weight.valid": "50 day"},
        ask={"dose": "--weight 60kg --weighed 2026-03-01 --on 2026-03-12"},
    ),
    Witness(
        "valid",
        "schedule",
        "paper",
        {"protocol.patient.weight.valid": "5 day"},
        where={"protocol.patient.weight.at": "baseline", "protocol.patient.weight.valid": "50 day"},
    ),
    Witness("least", "dose audit", "paper", {"protocol.patient.weight.least": "70 kg"}),
    Witness("most", "dose audit", "paper", {"protocol.patient.weight.most": "50 kg"}),
    Witness(
        "above",
        "dose audit",
        "paper",
        {"protocol.patient.weight.above": "60 kg"},
        where={"protocol.patient.weight.least": None, "protocol.patient.weight.above": "50 kg"},
    ),
    Witness(
        "below",
        "dose audit",
        "paper",
        {"protocol.patient.weight.below": "60 kg"},
        where={"protocol.patient.weight.most": None, "protocol.patient.weight.below": "250 kg"},
    ),
    Witness("least", "check", "small", {"protocol.patient.weight.least": "70 kg"}),
    Witness("most", "check", "small", {"protocol.patient.weight.most": "70 kg"}),
    Witness(
        "round.to",
        _ALL,
        "paper",
        {"protocol.patient.weight.round.to": "10 kg"},
        where={"protocol.patient.weight.round": {"to": "1 kg", "how": "up"}},
        ask={"dose": "--weight 60.4kg", "audit": _TABLE},
    ),
    Witness(
        "round.how",
        _ALL,
        "paper",
        {"protocol.patient.weight.round.how": "down"},
        where={"protocol.patient.weight.round": {"to": "1 kg", "how": "up"}},
        ask={"dose": "--weight 60.4kg", "audit": _TABLE},
    ),
    Witness(
        "round.to",
        "simulation",
        "small",
        {"protocol.patient.weight.round.to": "50 kg"},
        where={"protocol.patient.weight.round": {"to": "1 kg", "how": "up"}},
    ),
    Witness(
        "round.how",
        "simulation",
        "small",
        {"protocol.patient.weight.round.how": "down"},
        where={"protocol.patient.weight.round": {"to": "50 kg", "how": "up"}},
    ),
)


_AGED = {"population.age": {"least": "30 year", "most": "80 year"}}


_TWO_ARMS = {"protocol.arm": [{"name": "all", "doses": ["one"]}, {"name": "other", "doses": ["one"]}]}


_MIXED = {
    "protocol.treatment": [
        {"name": "cells", "kind": "product", "collected": True, "drawn": True},
        {"name": "nothing", "kind": "placebo", "collected": False, "drawn": False, "about": "saline"},
    ],
}


_DRAWN = {"protocol.step.formulate.drawn": "1 day"}


_FACED = {"dose": "--weight 60kg --arm all --dose one"}


ARMS = (
    Witness(
        "protocol.eligibility",
        "simulation",
        "small",
        {"protocol.eligibility": {"age": {"most": "40 year"}}},
        where={
            **_AGED,
            "arrivals": {"every": "2 week"},
            "protocol.eligibility": {"age": {"most": "90 year"}},
        },
    ),
    Witness(
        "protocol.eligibility", "check", "small", {"protocol.eligibility": {"weight": {"most": "70 kg"}}}
    ),
    *group(
        "protocol.arm",
        Witness("name", "show dose schedule", "paper", {"protocol.arm.all.name": "some"}),
        Witness("name", "simulation", "small", {"protocol.arm.all.name": "some"}),
        Witness("title", "show", "paper", {"protocol.arm.all.title": "All"}),
        Witness(
            "doses",
            "show schedule",
            "paper",
            {"protocol.arm.all.doses": ["one"]},
            where={
                "protocol.arm": [
                    {"name": "all", "doses": ["one", "two"]},
                    {"name": "other", "doses": ["one", "two"]},
                ]
            },
            ask={"schedule": "--baseline 2026-03-12 --arm all"},
        ),
        Witness("doses", "simulation", "small", {"protocol.arm.other.doses": []}, where=_TWO_ARMS),
        Witness(
            "doses",
            "dose",
            "paper",
            {"protocol.arm.all.doses": {"one": "nothing", "two": "cells"}},
            where=_MIXED,
            ask=_FACED,
        ),
        Witness(
            "treatment",
            "show",
            "small",
            {"protocol.arm.other.treatment": "nothing"},
            where={**_TWO_ARMS, **_MIXED},
        ),
        Witness(
            "treatment",
            "dose audit",
            "paper",
            {"protocol.arm.all.treatment": "nothing"},
            where={**_MIXED, "protocol.step": []},
            ask=_FACED,
        ),
        Witness(
            "treatment",
            "simulation",
            "small",
            {"protocol.arm.other.treatment": "nothing"},
            where={**_TWO_ARMS, **_MIXED},
        ),
        Witness("ratio", "show", "paper", {"protocol.arm.all.ratio": 3}),
        Witness(
            "ratio",
            "simulation",
            "small",
            {"protocol.arm.other.ratio": 100},
            where={
                "protocol.arm": [
                    {"name": "all", "doses": ["one"], "ratio": 100},
                    {"name": "other", "doses": ["one"], "ratio": 1},
                ]
            },
        ),
        Witness("size", "show", "paper", {"protocol.arm.all.size": 3}),
        Witness(
            "size",
            "simulation",
            "small",
            {"protocol.arm.all.size": 1},
            where={"protocol.arm.all.size": 3, "protocol.allocation.how": "in order"},
        ),
    ),
    *group(
        "protocol.treatment",
        Witness("name", "show", "paper", {"protocol.treatment.cells.name": "other"}, where=_MIXED),
        Witness(
            "kind",
            "dose audit",
            "paper",
            {"protocol.treatment.cells.kind": "product"},
            where={"protocol.treatment": [{"name": "cells", "kind": "placebo", "collected": True}]},
            ask=_FACED,
        ),
        Witness("kind", "simulation", "small", {"protocol.treatment.cells.kind": "sham"}, where=_MIXED),
        Witness(
            "collected",
            "schedule",
            "paper",
            {"protocol.treatment.nothing.collected": True},
            where={**_MIXED, "protocol.arm.all.doses": {"one": "nothing", "two": "cells"}},
        ),
        Witness(
            "collected",
            "simulation",
            "small",
            {"protocol.treatment.nothing.collected": True},
            where={
                **_MIXED,
                "protocol.arm": [
                    {"name": "other", "doses": ["one"]},
                    {"name": "all", "doses": ["one"], "treatment": "nothing"},
                ],
            },
        ),
        Witness(
            "drawn",
            "schedule",
            "paper",
            {"protocol.treatment.nothing.drawn": True},
            where={**_MIXED, **_DRAWN, "protocol.arm.all.doses": {"one": "nothing", "two": "cells"}},
        ),
        Witness(
            "drawn",
            "simulation",
            "small",
            {"protocol.treatment.nothing.drawn": True},
            where={
                **_MIXED,
                **_DRAWN,
                "protocol.arm": [
                    {"name": "other", "doses": ["one"]},
                    {"name": "all", "doses": ["one"], "treatment": "nothing"},
                ],
            },
        ),
        Witness(
            "about",
            "dose",
            "paper",
            {"protocol.treatment.nothing.about": "sugar"},
            where={**_MIXED, "protocol.arm.all.doses": {"one": "nothing", "two": "cells"}},
            ask=_FACED,
        ),
    ),
)

ROWS = (*PATIENT, *ARMS)
