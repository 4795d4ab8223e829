"""Witnesses of the recipe: its steps, and what each of them asks for."""

from __future__ import annotations

from tests.witness.rows import Changes, Witness, group

_SIM = "simulation"


_TIMED = [
    {"do": "collect"},
    {"do": "ship", "leg": "way in"},
    {"do": "isolate"},
    {"do": "expand", "lasts": "14 day"},
    {"do": "formulate", "vehicle": "saline", "use_within": "12 hour"},
    {"do": "ship", "leg": "way out"},
    {"do": "administer"},
]


_FULL = [*_TIMED[:4], {"do": "induce", "lasts": "3 day"}, *_TIMED[4:], {"do": "observe", "stay": "2 day"}]


_TOLD = {
    "protocol.supply": [
        {"name": "fresh", "kind": "fresh", "before": "21 day"},
        {"name": "other", "kind": "fresh", "before": "21 day"},
    ]
}


_FREE = {"protocol.release": []}


def _without(do: str) -> Changes:
    """The steps of a small recipe without one of them."""
    return {"protocol.step": [step for step in _TIMED if step["do"] != do]}


def _when(do: str) -> Witness:
    """A step that belongs to a supply is not done for another."""
    steps = [{**step, **({"when": {"supply": "fresh"}} if step["do"] == do else {})} for step in _FULL]
    place = next(n for n, step in enumerate(_FULL) if step["do"] == do)
    other = [*steps[:place], {**steps[place], "when": {"supply": "other"}}, *steps[place + 1 :]]
    return Witness(
        f"{do}.when",
        _SIM,
        "small",
        {"protocol.step": other},
        where={**_TOLD, **_FREE, "protocol.step": steps},
    )


_SHIPPED = [*_TIMED[:1], {**_TIMED[1], "when": {"supply": "fresh"}}, *_TIMED[2:]]


_OUT = [*_TIMED[:5], {**_TIMED[5], "keep": {"least": "2 degC", "most": "8 degC"}}, *_TIMED[6:]]


STEPS = group(
    "protocol.step",
    Witness("collect", _SIM, "small", _without("collect")),
    Witness("collect.volume", _SIM, "grown", {"protocol.step.collect.volume": "20 mL"}),
    Witness(
        "collect.yields",
        _SIM,
        "small",
        {"protocol.step.collect.yields": "1e7 cell/kg"},
        where={"protocol.step.collect.yields": "1e6 cell"},
    ),
    _when("collect"),
    Witness("ship", _SIM, "small", {"protocol.step": [_TIMED[0], *_TIMED[2:]]}),
    Witness("ship.leg", _SIM, "small", {"protocol.step.ship, way in.leg": "way out"}),
    Witness(
        "ship.within",
        "check",
        "small",
        {"protocol.step.ship, way in.within": "1 hour"},
        where={"protocol.step.ship, way in.within": "1 day"},
    ),
    Witness(
        "ship.within",
        _SIM,
        "small",
        {"protocol.step.ship, way in.within": "170 minute"},
        where={
            "protocol.step.ship, way in.within": "1 day",
            "site.facility.gmp.hours": "Mon-Fri 13:00-20:00",
        },
    ),
    Witness(
        "ship.keep.least",
        "check",
        "small",
        {"protocol.step": [*_OUT[:5], {**_OUT[5], "keep": {"least": "5 degC", "most": "8 degC"}}, *_OUT[6:]]},
        where={"protocol.step": _OUT, "site.leg.way out.keeps": {"least": "3 degC", "most": "7 degC"}},
    ),
    Witness(
        "ship.keep.most",
        "check",
        "small",
        {"protocol.step": [*_OUT[:5], {**_OUT[5], "keep": {"least": "2 degC", "most": "5 degC"}}, *_OUT[6:]]},
        where={"protocol.step": _OUT, "site.leg.way out.keeps": {"least": "3 degC", "most": "7 degC"}},
    ),
    Witness(
        "ship.when",
        _SIM,
        "small",
        {"protocol.step": [_TIMED[0], {**_TIMED[1], "when": {"supply": "other"}}, *_TIMED[2:]]},
        where={**_TOLD, "protocol.step": _SHIPPED},
    ),
    Witness("isolate", _SIM, "small", _without("isolate"), where=_FREE),
    _when("isolate"),
    Witness("expand", _SIM, "small", _without("expand")),
    Witness("expand.lasts", _SIM, "small", {"protocol.step.expand.lasts": "10 day"}),
    Witness(
        "expand.yields",
        _SIM,
        "small",
        {"protocol.step.expand.yields": "1e7 cell"},
        where={"protocol.step.expand.yields": "1e9 cell"},
    ),
    Witness("expand.vessel", _SIM, "grown", {"protocol.step.expand.vessel": "75 cm**2"}),
    Witness("expand.seeding", _SIM, "grown", {"protocol.step.expand.seeding": "1e5 cell/cm**2"}),
    Witness("expand.reseeding", _SIM, "grown", {"protocol.step.expand.reseeding": "3000 cell/cm**2"}),
    Witness("expand.harvest_at", _SIM, "grown", {"protocol.step.expand.harvest_at": "50 %"}),
    Witness(
        "expand.passages.most",
        _SIM,
        "grown",
        {"protocol.step.expand.passages.most": 1},
        where={"protocol.route.vein.cells": "5e7 cell/kg", "site.facility.gmp.incubator": "2000 flask"},
    ),
    Witness("expand.passages.least", _SIM, "grown", {"protocol.step.expand.passages.least": 3}),
    Witness("expand.samples", _SIM, "grown", {"protocol.step.expand.samples": "1e8 cell"}),
    Witness("expand.medium", _SIM, "small", {"protocol.step.expand.medium": "2 per week"}),
    Witness("expand.medium", "check", "grown", {"protocol.step.expand.medium": "1 per week"}),
    Witness(
        "expand.medium_every",
        _SIM,
        "small",
        {"protocol.step.expand.medium_every": "5 day"},
        where={"protocol.step.expand.medium_every": "3 day"},
    ),
    _when("expand"),
    Witness(
        "induce", _SIM, "small", {"protocol.step": _FULL[:4] + _FULL[5:]}, where={"protocol.step": _FULL}
    ),
    Witness(
        "induce.lasts", _SIM, "small", {"protocol.step.induce.lasts": "2 day"}, where={"protocol.step": _FULL}
    ),
    _when("induce"),
    Witness(
        "formulate",
        _SIM,
        "small",
        {"protocol.step": [*_TIMED[:4], _TIMED[6]]},
        where={"protocol.step": [*_TIMED[:5], _TIMED[6]]},
    ),
    Witness(
        "formulate.vehicle",
        "dose",
        "paper",
        {"protocol.step.formulate.vehicle": "CSF"},
        where={"protocol.step.formulate.drawn": "1 day"},
        ask={"dose": "--weight 60kg --csf 25mL"},
    ),
    Witness(
        "formulate.drawn",
        "schedule simulation",
        "small",
        {"protocol.step.formulate.drawn": "3 day"},
        where={"protocol.step.formulate.drawn": "1 day"},
    ),
    Witness(
        "formulate.draw",
        "dose",
        "paper",
        {"protocol.step.formulate.draw.least": "30 mL"},
        where={"protocol.step.formulate.drawn": "1 day", "protocol.step.formulate.draw": {"least": "20 mL"}},
        ask={"dose": "--weight 60kg --csf 25mL"},
    ),
    Witness(
        "formulate.reserve",
        "dose",
        "paper",
        {"protocol.step.formulate.reserve": "1 mL"},
        where={"protocol.step.formulate.drawn": "1 day"},
        ask={"dose": "--weight 60kg --csf 7mL"},
    ),
    Witness(
        "formulate.dead_volume",
        "dose",
        "paper",
        {"protocol.step.formulate.dead_volume": "0.1 mL"},
        where={"protocol.step.formulate.drawn": "1 day"},
        ask={"dose": "--weight 60kg --csf 7mL"},
    ),
    Witness("formulate.use_within", "check", "small", {"protocol.step.formulate.use_within": "30 minute"}),
    Witness(
        "formulate.use_within",
        _SIM,
        "small",
        {"protocol.step.formulate.use_within": "70 minute"},
        where={
            "chance": True,
            "site.leg": [
                {"name": "way in", "lasts": "90 minute"},
                {"name": "way out", "lasts": {"least": "10 minute", "likely": "60 minute", "most": "8 hour"}},
            ],
        },
    ),
    Witness(
        "formulate.when",
        _SIM,
        "small",
        {"protocol.step.formulate.when.supply": "other"},
        where={
            **_TOLD,
            "protocol.step": [*_TIMED[:4], {**_TIMED[4], "when": {"supply": "fresh"}}, _TIMED[6]],
        },
    ),
    Witness("administer", "check", "small", _without("administer")),
    Witness("administer.chase", _SIM, "small", {"protocol.step.administer.chase": "CSF"}),
    Witness(
        "administer.when",
        "check",
        "small",
        {"protocol.step.administer.when": {"supply": "other"}},
        where=_TOLD,
    ),
    Witness("observe", _SIM, "small", {"protocol.step": _FULL[:-1]}, where={"protocol.step": _FULL}),
    Witness(
        "observe.lying",
        _SIM,
        "small",
        {"protocol.step.observe.lying": "3 day"},
        where={"protocol.step": _FULL},
    ),
    Witness(
        "observe.stay", _SIM, "small", {"protocol.step.observe.stay": "3 day"}, where={"protocol.step": _FULL}
    ),
    _when("observe"),
)

ROWS = STEPS
