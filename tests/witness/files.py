"""Witnesses of what stands in any file: names, evidence, limits, distributions; and of worked examples."""

from __future__ import annotations

from tests.witness.rows import Witness, group

_FACT = {"protocol.facts": "oh2018", "protocol.route.vein.cells": {"is": "1e6 cell/kg", "fact": "dose"}}
_CELLS = "protocol.route.vein.cells"

_GONE = {"site.without": "holidays", "population.without": "leaves", "without": "warm_up"}


def _extending(key: str, other: str, left_out: str) -> tuple[Witness, ...]:
    """What a file takes over from the one that it extends, and what it leaves out of that."""
    names = [path if "." in path else f"scenario.{path}" for path in (key, left_out)]
    coming = {"arrivals": {"every": "1 week"}, "chance": True}
    return (
        Witness(names[0], "simulation", "small", {key: other}, where=coming),
        Witness(names[0], "check", "small", {key: "none-such"}),
        Witness(names[1], "simulation", "small", {left_out: [_GONE[left_out]]}, where=coming | {key: other}),
        Witness(names[1], "check", "small", {left_out: ["nothing.there"]}, where={key: other}),
    )


TOP = (
    Witness("protocol.schema", "check", "paper", {"protocol.schema": "protocol-0"}),
    Witness("site.schema", "check", "small", {"site.schema": "site-0"}),
    Witness("population.schema", "check", "small", {"population.schema": "population-0"}),
    Witness("scenario.schema", "check", "small", {"schema": "scenario-0"}),
    Witness("protocol.name", "show dose schedule", "paper", {"protocol.name": "other"}),
    Witness("protocol.title", "show dose", "paper", {"protocol.title": "Other"}),
    Witness("protocol.trial", "show", "paper", {"protocol.trial": "NCT00000000"}),
    Witness(
        "protocol.version", "show dose", "paper", {"protocol.version": "2"}, where={"protocol.version": "1"}
    ),
    Witness("protocol.donor", "show", "paper", {"protocol.donor": "allogeneic"}),
    Witness("protocol.facts", "check", "paper", {"protocol.facts": "berry2019"}, where=_FACT),
    Witness("protocol.facts", "show", "paper", {"protocol.facts": "oh2018"}),
    Witness(
        "protocol.tolerance",
        "audit",
        "paper",
        {"protocol.tolerance": "6 %"},
        ask={"audit": "patient,weight_kg,cells|A,60,60000000|B,80,84000000"},
    ),
    Witness("site.name", "simulation", "small", {"site.name": "other"}),
    Witness("site.title", "simulation", "small", {"site.title": "Other"}),
    Witness("population.name", "simulation", "small", {"population.name": "other"}),
    Witness("population.title", "simulation", "small", {"population.title": "Other"}),
    Witness("scenario.name", "simulation", "small", {"name": "other"}),
    Witness("scenario.title", "simulation", "small", {"title": "Other"}),
    *(
        row
        for key, other, left_out in (
            ("site.extends", "seoul", "site.without"),
            ("population.extends", "leaving.toml", "population.without"),
            ("extends", "other.toml", "without"),
        )
        for row in _extending(key, other, left_out)
    ),
    Witness(
        "site.facts",
        "check",
        "small",
        {"site.facts": "berry2019"},
        where={"site.facts": "oh2018", "site.test.identity.turnaround": {"is": "26 day", "fact": "interval"}},
    ),
    Witness(
        "population.facts",
        "check",
        "small",
        {"population.facts": "berry2019"},
        where={
            "population.facts": "oh2018",
            "population.growth.first_lag": {"is": "26 day", "fact": "interval"},
        },
    ),
    Witness(
        "scenario.facts",
        "check",
        "small",
        {"facts": "berry2019"},
        where={"facts": "oh2018", "horizon": {"is": "26 day", "fact": "interval"}},
    ),
)

EVIDENCE = group(
    "evidence",
    Witness("fact", "check show", "paper", {_CELLS: {"is": "1e6 cell/kg", "fact": "oh2018.dose"}}),
    Witness("cited", "check show", "paper", {_CELLS: {"is": "1e6 cell/kg", "cited": "a paper"}}),
    Witness(
        "derived", "check show", "paper", {_CELLS: {"is": "1e6 cell/kg", "derived": "2 * {oh2018.dose}"}}
    ),
    Witness("assumed", "check show", "paper", {_CELLS: {"is": "1e6 cell/kg", "assumed": "a guess"}}),
    Witness("calibrated", "check show", "paper", {_CELLS: {"is": "1e6 cell/kg", "calibrated": "to all"}}),
    Witness(
        "range",
        "show",
        "paper",
        {f"{_CELLS}.range": ["1e6 cell/kg", "3e6 cell/kg"]},
        where={_CELLS: {"is": "1e6 cell/kg", "assumed": "a guess"}},
    ),
    Witness(
        "departs_from",
        "check",
        "paper",
        {f"{_CELLS}.departs_from": "oh2018.none"},
        where={_CELLS: {"is": "1e6 cell/kg", "assumed": "a guess", "departs_from": "oh2018.dose"}},
    ),
)

_LASTS = "site.work.isolate.lasts"


def _drawn(word: str, other: object, **lasts: object) -> Witness:
    """A work whose distribution differs in one word."""
    return Witness(
        word, "simulation", "small", {f"{_LASTS}.{word}": other}, where={"chance": True, _LASTS: lasts}
    )


DISTRIBUTIONS = group(
    "distribution",
    _drawn("is", "4 hour", **{"is": "3 hour"}),
    _drawn("least", "2 hour", least="1 hour", most="4 hour"),
    _drawn("likely", "3 hour", least="1 hour", likely="2 hour", most="4 hour"),
    _drawn("most", "3 hour", least="1 hour", most="4 hour"),
    _drawn("median", "3 hour", median="2 hour", spread=2, shape="lognormal"),
    _drawn("spread", 3, median="2 hour", spread=2, shape="lognormal"),
    _drawn("mean", "3 hour", mean="2 hour", sd="30 minute", shape="gamma"),
    _drawn("sd", "60 minute", mean="2 hour", sd="30 minute", shape="gamma"),
    _drawn("empirical", ["2 hour", "9 hour"], empirical=["2 hour", "4 hour"]),
    _drawn("shape", "gamma", mean="2 hour", sd="20 minute", shape="normal"),
)

_MEASURED = {"population.measures": {"identity": "80 %"}, "protocol.release.identity.limit": {"least": "0 %"}}
_BY_COHORT = {
    "protocol.patient.cohort.one_of": ["1", "2"],
    _CELLS: [{"when": {"cohort": "1"}, "is": "1e6 cell"}, {"when": {"cohort": "2"}, "is": "2e6 cell"}],
}
LIMITS = (
    *group(
        "limits",
        *(
            Witness(
                word, "simulation", "small", {"protocol.release.identity.limit": {word: end}}, where=_MEASURED
            )
            for word, end in (("least", "90 %"), ("above", "80 %"), ("most", "70 %"), ("below", "80 %"))
        ),
        Witness(
            "one_of",
            "dose",
            "paper",
            {f"{_CELLS}.1.when.cohort": "2", f"{_CELLS}.2.when.cohort": "1"},
            where=_BY_COHORT,
            ask={"dose": "--given cohort=1"},
        ),
    ),
)


def _example(**keys: object) -> dict[str, object]:
    given = {"given": {"weight": "60 kg"}, "expect": {"cells": "60e6 cell"}, **keys}
    return {"protocol.example": [given]}


_ARMS = {
    "protocol.arm": [{"name": "low", "doses": ["one", "two"]}, {"name": "high", "doses": ["one", "two"]}],
    _CELLS: [{"when": {"arm": "low"}, "is": "1e6 cell"}, {"when": {"arm": "high"}, "is": "2e6 cell"}],
}
_DOSES = {_CELLS: [{"when": {"dose": "one"}, "is": "1e6 cell"}, {"when": {"dose": "two"}, "is": "2e6 cell"}]}
_SUPPLIES = {
    "protocol.supply": [
        {"name": "fresh", "kind": "fresh", "before": "21 day"},
        {"name": "other", "kind": "fresh", "before": "21 day"},
    ],
    _CELLS: [
        {"when": {"supply": "fresh"}, "is": "1e6 cell"},
        {"when": {"supply": "other"}, "is": "2e6 cell"},
    ],
}
_ROUTES = {"protocol.route": [{"name": "vein", "cells": "1e6 cell"}, {"name": "skin", "cells": "2e6 cell"}]}
EXAMPLES = group(
    "protocol.example",
    Witness("given", "check", "paper", _example(given={"weight": "61 kg"}), where=_example()),
    Witness("expect.cells", "check", "paper", _example(expect={"cells": "61e6 cell"}), where=_example()),
    Witness(
        "expect.volume",
        "check",
        "paper",
        _example(expect={"volume": "7 mL"}),
        where=_example(expect={"volume": "6 mL"}),
    ),
    Witness(
        "expect.containers",
        "check",
        "paper",
        _example(expect={"containers": 3}),
        where=_example(expect={"containers": 2}),
    ),
    Witness(
        "expect.total",
        "check",
        "paper",
        _example(expect={"total": "61e6 cell"}),
        where=_example(expect={"total": "60e6 cell"}),
    ),
    Witness(
        "expect.refused",
        "check",
        "paper",
        _example(given={"weight": "10 kg"}, expect={"refused": False}),
        where=_example(given={"weight": "10 kg"}, expect={"refused": True}),
    ),
    Witness(
        "arm",
        "check",
        "paper",
        {"protocol.example.1.arm": "high"},
        where={**_ARMS, **_example(arm="low", given={}, expect={"total": "1e6 cell"})},
    ),
    Witness(
        "dose",
        "check",
        "paper",
        {"protocol.example.1.dose": "two"},
        where={**_DOSES, **_example(dose="one", given={}, expect={"total": "1e6 cell"})},
    ),
    Witness(
        "supply",
        "check",
        "paper",
        {"protocol.example.1.supply": "other"},
        where={**_SUPPLIES, **_example(supply="fresh", given={}, expect={"total": "1e6 cell"})},
    ),
    Witness(
        "route",
        "check",
        "paper",
        {"protocol.example.1.route": "skin"},
        where={**_ROUTES, **_example(route="vein", given={}, expect={"cells": "1e6 cell"})},
    ),
)

ROWS = (*TOP, *EVIDENCE, *DISTRIBUTIONS, *LIMITS, *EXAMPLES)
