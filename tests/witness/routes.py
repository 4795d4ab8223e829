"""Witnesses of how many cells are given, and how."""

from __future__ import annotations

from tests.witness.rows import Witness, group

_CELLS = "protocol.route.vein.cells"


_ALL = "dose audit"


_SIM = "dose audit simulation"


_OF = {"protocol.route.vein.concentration": None, "protocol.route.vein.container": None}


_RANGE = {"protocol.route.vein.cells": {"least": "1e6 cell/kg", "most": "2e6 cell/kg"}}


_BANDS = [
    {"when": {"weight": {"most": "70 kg"}}, "is": "1e6 cell/kg"},
    {"when": {"weight": {"above": "70 kg"}}, "is": "2e6 cell/kg"},
]


_WIDER = {
    f"{_CELLS}.1.when.weight.most": "50 kg",
    f"{_CELLS}.2.when.weight.above": "50 kg",
}


_SITES = {"protocol.route.vein.cells": "1e6 cell/site"}


_AT_SITES = [
    {"when": {"weight": {"most": "70 kg"}}, "is": 2},
    {"when": {"weight": {"above": "70 kg"}}, "is": 4},
]


_SHARED = [
    {"when": {"weight": {"most": "70 kg"}}, "is": "10 %"},
    {"when": {"weight": {"above": "70 kg"}}, "is": "50 %"},
]


_TWO_PRODUCTS = {
    "protocol.treatment": [
        {"name": "cells", "kind": "product", "collected": True},
        {"name": "more", "kind": "product", "collected": True},
    ],
    "protocol.route": [
        {"name": "vein", "cells": "1e6 cell/kg"},
        {"name": "skin", "cells": "2e6 cell/kg", "treatment": "more"},
    ],
}


CELLS = group(
    "protocol.route.cells",
    Witness("is", _ALL, "paper", {_CELLS: "2e6 cell/kg"}),
    Witness("is", "simulation", "small", {_CELLS: "2e6 cell/kg"}),
    Witness(
        "least",
        _ALL,
        "paper",
        {f"{_CELLS}.least": "61e6 cell"},
        where={_CELLS: {"is": "1e6 cell/kg", "least": "1e6 cell"}},
    ),
    Witness(
        "most",
        _ALL,
        "paper",
        {f"{_CELLS}.most": "59e6 cell"},
        where={_CELLS: {"is": "1e6 cell/kg", "most": "1e9 cell"}},
    ),
    Witness(
        "least",
        "simulation",
        "small",
        {f"{_CELLS}.least": "3e6 cell/kg"},
        where={_CELLS: {"least": "1e6 cell/kg"}},
    ),
    Witness("most", "simulation", "small", {f"{_CELLS}.most": "3e6 cell/kg"}, where=_RANGE),
    Witness("cap", _ALL, "paper", {f"{_CELLS}.cap": "50e6 cell"}, where={_CELLS: {"is": "1e6 cell/kg"}}),
    Witness(
        "cap", "simulation", "small", {f"{_CELLS}.cap": "50e6 cell"}, where={_CELLS: {"is": "1e6 cell/kg"}}
    ),
    Witness("floor", _ALL, "paper", {f"{_CELLS}.floor": "90e6 cell"}, where={_CELLS: {"is": "1e6 cell/kg"}}),
    Witness(
        "floor",
        "simulation",
        "small",
        {f"{_CELLS}.floor": "90e6 cell"},
        where={_CELLS: {"is": "1e6 cell/kg"}},
    ),
    Witness(
        "of",
        "dose",
        "paper",
        {f"{_CELLS}.of": "wound"},
        where={
            **_OF,
            "protocol.patient.area": {"unit": "cm**2"},
            "protocol.patient.wound": {"unit": "cm**2"},
            _CELLS: {"is": "1e6 cell/cm**2", "of": "area"},
        },
        ask={"dose": "--given area=10cm**2 --given wound=20cm**2"},
    ),
    Witness(
        "of",
        "simulation",
        "small",
        {f"{_CELLS}.of": "wound"},
        where={
            "protocol.patient.area": {"unit": "cm**2"},
            "protocol.patient.wound": {"unit": "cm**2"},
            "population.covariate.area": "10 cm**2",
            "population.covariate.wound": "20 cm**2",
            _CELLS: {"is": "1e6 cell/cm**2", "of": "area"},
        },
    ),
    Witness(
        "unknown",
        "dose audit",
        "paper",
        {f"{_CELLS}.unknown": "lost"},
        where={**_OF, _CELLS: {"unknown": "not told"}},
    ),
    Witness("when", _ALL, "paper", _WIDER, where={_CELLS: _BANDS}),
    Witness("when", "simulation", "small", _WIDER, where={_CELLS: _BANDS}),
)


ROUTE = group(
    "protocol.route",
    Witness(
        "name",
        _ALL,
        "paper",
        {"protocol.route.vein.name": "artery"},
        ask={"audit": "patient,weight_kg,cells,route|A,60,60000000,vein"},
    ),
    Witness("component", "dose", "paper", {"protocol.route.vein.component": "first"}),
    Witness("treatment", "dose", "paper", {"protocol.route.skin.treatment": "cells"}, where=_TWO_PRODUCTS),
    Witness(
        "treatment", "simulation", "small", {"protocol.route.skin.treatment": "cells"}, where=_TWO_PRODUCTS
    ),
    Witness("counted", "dose", "paper", {"protocol.route.vein.counted": "Muse cell"}),
    Witness(
        "sites.is",
        "dose",
        "paper",
        {"protocol.route.vein.sites": 3},
        where={**_SITES, "protocol.route.vein.sites": 2},
    ),
    Witness(
        "sites.is",
        "simulation",
        "small",
        {"protocol.route.vein.sites": 3},
        where={**_SITES, "protocol.route.vein.sites": 2},
    ),
    Witness(
        "sites.when",
        _ALL,
        "paper",
        {
            "protocol.route.vein.sites.1.when.weight.most": "50 kg",
            "protocol.route.vein.sites.2.when.weight.above": "50 kg",
        },
        where={**_SITES, "protocol.route.vein.sites": _AT_SITES},
    ),
    Witness(
        "share.is",
        _ALL,
        "paper",
        {"protocol.route.vein.share": "10 %"},
        where={"protocol.route.vein.share": "50 %"},
    ),
    Witness(
        "share.is",
        "simulation",
        "small",
        {"protocol.route.vein.share": "10 %"},
        where={"protocol.route.vein.share": "50 %"},
    ),
    Witness(
        "share.when",
        _SIM,
        "small",
        {
            "protocol.route.vein.share.1.when.weight.most": "50 kg",
            "protocol.route.vein.share.2.when.weight.above": "50 kg",
        },
        where={"protocol.route.vein.share": _SHARED},
    ),
    Witness("concentration.is", "dose", "paper", {"protocol.route.vein.concentration": "2e7 cell/mL"}),
    Witness(
        "concentration.least",
        "dose",
        "paper",
        {"protocol.route.vein.concentration.least": "2e6 cell/mL"},
        where={**_OF, "protocol.route.vein.concentration": {"least": "1e6 cell/mL", "most": "1e7 cell/mL"}},
    ),
    Witness(
        "concentration.most",
        "dose",
        "paper",
        {"protocol.route.vein.concentration.most": "2e7 cell/mL"},
        where={**_OF, "protocol.route.vein.concentration": {"least": "1e6 cell/mL", "most": "1e7 cell/mL"}},
    ),
    Witness(
        "volume.is",
        "dose",
        "paper",
        {"protocol.route.vein.volume": "8 mL"},
        where={"protocol.route.vein.concentration": None, "protocol.route.vein.volume": "6 mL"},
    ),
    Witness(
        "volume.least",
        "dose",
        "paper",
        {"protocol.route.vein.volume.least": "7 mL"},
        where={"protocol.route.vein.volume": {"least": "1 mL", "most": "10 mL"}},
    ),
    Witness(
        "volume.most",
        "dose",
        "paper",
        {"protocol.route.vein.volume.most": "5 mL"},
        where={"protocol.route.vein.volume": {"least": "1 mL", "most": "10 mL"}},
    ),
    Witness("container.kind", "dose", "paper", {"protocol.route.vein.container.kind": "bag"}),
    Witness(
        "container.use",
        "dose",
        "paper",
        {"protocol.route.vein.container.use": "whole"},
        where={"protocol.route.vein.container": {"kind": "vial", "contains": "50e6 cell", "use": "draw"}},
    ),
    Witness(
        "container.use",
        "simulation",
        "grown",
        {"protocol.route.vein.container.use": "all"},
        where={
            _CELLS: {"least": "1e6 cell/kg"},
            "protocol.route.vein.container": {"kind": "bag", "use": "fill"},
        },
    ),
    Witness("container.least", "dose", "paper", {"protocol.route.vein.container.least": "2.5 mL"}),
    Witness("container.holds", "dose", "paper", {"protocol.route.vein.container.holds": "10 mL"}),
    Witness(
        "container.contains",
        "dose",
        "paper",
        {"protocol.route.vein.container.contains": "20e6 cell"},
        where={"protocol.route.vein.container": {"kind": "vial", "contains": "50e6 cell", "use": "draw"}},
    ),
    Witness(
        "round.to",
        _ALL,
        "paper",
        {"protocol.route.vein.round.to": "5 mL"},
        where={"protocol.route.vein.round": {"to": "1 mL", "how": "down"}},
        ask={"dose": "--weight 66kg"},
    ),
    Witness(
        "round.how",
        _ALL,
        "paper",
        {"protocol.route.vein.round.how": "up"},
        where={"protocol.route.vein.round": {"to": "5 mL", "how": "down"}},
        ask={"dose": "--weight 66kg"},
    ),
    Witness(
        "round.to",
        "simulation",
        "small",
        {"protocol.route.vein.round.to": "5e7 cell"},
        where={"protocol.route.vein.round": {"to": "1e6 cell", "how": "down"}},
    ),
    Witness(
        "round.how",
        "simulation",
        "small",
        {"protocol.route.vein.round.how": "up"},
        where={"protocol.route.vein.round": {"to": "5e7 cell", "how": "down"}},
    ),
    Witness("lasts", "check", "small", {"protocol.route.vein.lasts": "2 hour"}),
)

ROWS = (*CELLS, *ROUTE)
