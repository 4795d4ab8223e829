"""Witnesses of supplies and what is frozen, and of the tests that a product must pass."""

from __future__ import annotations

from tests.witness.rows import Witness, group

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


_TOLD = {
    "protocol.supply": [
        {"name": "fresh", "kind": "fresh", "before": "21 day"},
        {"name": "other", "kind": "fresh", "before": "21 day"},
    ]
}


_TEST = "protocol.release.identity"


_FAILING = {"population.measures": {"identity": "40 %"}}


RELEASE = group(
    "protocol.release",
    Witness(
        "test",
        _SIM,
        "small",
        {f"{_TEST}.test": "purity", "site.test.purity": {"hands": "3 hour", "turnaround": "1 day"}},
        beside=("site.test.hands", "site.test.turnaround"),
    ),
    Witness("limit", _SIM, "small", {f"{_TEST}.limit.least": "30 %"}, where=_FAILING),
    Witness("sample.at", _SIM, "small", {f"{_TEST}.sample.at": "expand"}),
    Witness(
        "sample.before",
        _SIM,
        "small",
        {f"{_TEST}.sample": {"before": "formulate"}},
        beside=("protocol.release.sample.at",),
    ),
    Witness(
        "holds",
        _SIM,
        "small",
        {f"{_TEST}.holds": "nothing"},
        where={"site.test.identity.turnaround": "25 day"},
    ),
    Witness(
        "sample.before",
        "check",
        "small",
        {f"{_TEST}.sample.before": "induce"},
        where={
            "protocol.step": [*_TIMED[:4], {"do": "induce", "lasts": "3 day"}, *_TIMED[4:]],
            f"{_TEST}.sample": {"before": "formulate"},
        },
    ),
    Witness("each", "check", "small", {f"{_TEST}.each": "dose"}),
    Witness(
        "when",
        _SIM,
        "small",
        {f"{_TEST}.when.supply": "other"},
        where={**_TOLD, f"{_TEST}.when": {"supply": "fresh"}},
    ),
)


_SUMMED = {
    "protocol.step": [
        {**_TIMED[0], "yields": "1e6 cell/kg"},
        *_TIMED[1:3],
        {"do": "cryopreserve"},
        {"do": "thaw"},
        *_TIMED[4:],
    ],
    "protocol.supply": [
        {"name": "bank", "kind": "bank", "before": "21 day", "collect": {"until": "2e6 cell/kg", "most": 3}}
    ],
}


_BANK = "protocol.supply.bank"


SUPPLIES = group(
    "protocol.supply",
    Witness("name", "schedule", "small", {"protocol.supply.fresh.name": "other"}),
    Witness(
        "kind",
        "schedule simulation",
        "bank",
        {f"{_BANK}.kind": "fresh", "protocol.step": _TIMED},
        beside=("protocol.step.cryopreserve", "protocol.step.thaw"),
        where={
            "protocol.arm.all.doses": ["one", "two"],
            "protocol.dose": [{"name": "one", "day": "0 day"}, {"name": "two", "day": "28 day"}],
        },
    ),
    Witness("about", "show", "paper", {"protocol.supply.fresh.about": "a lot for each dose"}),
    Witness("spare", _SIM, "bank", {f"{_BANK}.spare": 3}),
    Witness("collect.until", _SIM, "bank", {f"{_BANK}.collect.until": "3e6 cell/kg"}, where=_SUMMED),
    Witness("collect.most", _SIM, "bank", {f"{_BANK}.collect.most": 1}, where=_SUMMED),
    Witness("collect.every", _SIM, "bank", {f"{_BANK}.collect.every": "3 day"}, where=_SUMMED),
    Witness("backup", _SIM, "bank", {f"{_BANK}.backup": "1e6 cell/kg"}, where=_SUMMED),
)

_FROZEN = [
    *_TIMED[:4],
    {"do": "cryopreserve"},
    {"do": "thaw"},
    *_TIMED[4:],
]

_BANKED = [
    {"name": "bank", "kind": "bank", "before": "21 day"},
    {"name": "other", "kind": "bank", "before": "21 day"},
]

_GROWN_BANK = {
    "protocol.supply": [{"name": "bank", "kind": "bank", "before": "28 day"}],
    "protocol.step": [
        {"do": "collect", "volume": "40 mL"},
        {"do": "ship", "leg": "way in"},
        {"do": "isolate"},
        {
            "do": "expand",
            "vessel": "175 cm**2",
            "seeding": "2e5 cell/cm**2",
            "reseeding": "5000 cell/cm**2",
            "harvest_at": "80 %",
            "passages": {"most": 3},
            "medium": "2 per week",
        },
        {"do": "cryopreserve", "after_passage": 1, "contains": "5e6 cell"},
        {"do": "thaw", "recovers": "7 day"},
        {"do": "formulate", "vehicle": "saline", "use_within": "12 hour"},
        {"do": "ship", "leg": "way out"},
        {"do": "administer"},
    ],
}

FROZEN = group(
    "protocol.step",
    Witness(
        "cryopreserve",
        "check",
        "bank",
        {"protocol.step": [s for s in _FROZEN if s["do"] != "cryopreserve"]},
        where={"protocol.step": _FROZEN},
    ),
    Witness(
        "cryopreserve.after_passage",
        _SIM,
        "grown",
        {"protocol.step.cryopreserve.after_passage": 2},
        where=_GROWN_BANK,
    ),
    Witness(
        "cryopreserve.contains",
        _SIM,
        "grown",
        {"protocol.step.cryopreserve.contains": "2e6 cell"},
        where=_GROWN_BANK,
    ),
    Witness(
        "cryopreserve.when",
        "check",
        "bank",
        {"protocol.step.cryopreserve.when": {"supply": "other"}},
        where={"protocol.supply": _BANKED},
    ),
    Witness(
        "thaw",
        "check",
        "bank",
        {"protocol.step": [s for s in _FROZEN if s["do"] != "thaw"]},
        where={"protocol.step": _FROZEN},
    ),
    Witness("thaw.recovers", _SIM, "grown", {"protocol.step.thaw.recovers": "5 day"}, where=_GROWN_BANK),
    Witness(
        "thaw.when",
        "check",
        "bank",
        {"protocol.step.thaw.when": {"supply": "other"}},
        where={"protocol.supply": _BANKED},
    ),
)

ROWS = (*RELEASE, *SUPPLIES, *FROZEN)
