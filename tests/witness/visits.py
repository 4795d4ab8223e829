"""Witnesses of visits, and of how arms are allocated."""

from __future__ import annotations

from tests.witness.rows import Changes, Witness, group

_BOTH = "schedule simulation"


_TWO = {
    "protocol.arm.all.doses": ["one", "two"],
    "protocol.dose": [{"name": "one", "day": "0 day"}, {"name": "two", "day": "28 day"}],
}


_ARMS = {
    "protocol.arm": [{"name": "all", "doses": ["one", "two"]}, {"name": "other", "doses": ["one", "two"]}]
}


def _after(**spacing: object) -> Changes:
    return _visited(after={"of": "one", **spacing})


def _visited(**keys: object) -> Changes:
    return {"protocol.visit": [{"name": "look", **keys}]}


VISIT = group(
    "protocol.visit",
    Witness("name", _BOTH, "small", {"protocol.visit.look.name": "see"}),
    Witness(
        "kind",
        _BOTH,
        "small",
        {"protocol.visit.look.kind": "screening"},
        where=_visited(day="-28 day", kind="visit", window="7 day"),
    ),
    Witness("by", "schedule", "small", {"protocol.visit.look.by": "telephone"}),
    Witness("day.is", _BOTH, "small", {"protocol.visit.look.day": "14 day"}),
    Witness(
        "day.when",
        _BOTH,
        "small",
        {"protocol.visit.look.day.1.when.arm": "other", "protocol.visit.look.day.2.when.arm": "all"},
        where={
            **_TWO,
            **_ARMS,
            **_visited(
                day=[{"when": {"arm": "all"}, "is": "7 day"}, {"when": {"arm": "other"}, "is": "14 day"}]
            ),
        },
        ask={"schedule": "--baseline 2026-03-12 --arm all"},
    ),
    Witness(
        "after.of",
        _BOTH,
        "small",
        {"protocol.visit.look.after.of": "two"},
        where={**_TWO, **_after(**{"is": "7 day"})},
    ),
    Witness(
        "after.is",
        _BOTH,
        "small",
        {"protocol.visit.look.after.is": "14 day"},
        where=_after(**{"is": "7 day"}),
    ),
    Witness(
        "after.least",
        _BOTH,
        "small",
        {"protocol.visit.look.after.least": "14 day"},
        where=_after(least="7 day"),
    ),
    Witness(
        "after.most",
        "schedule",
        "small",
        {"protocol.visit.look.after.most": "1 day"},
        where=_after(least="1 day", most="4 day"),
        ask={"schedule": "--baseline 2026-03-13"},
    ),
    Witness(
        "window.before",
        "schedule",
        "small",
        {"protocol.visit.look.window.before": "3 day"},
        where=_visited(day="9 day", window={"before": "0 day", "after": "0 day"}),
    ),
    Witness(
        "window.after",
        "schedule",
        "small",
        {"protocol.visit.look.window.after": "3 day"},
        where=_visited(day="9 day", window={"before": "0 day", "after": "0 day"}),
    ),
    Witness(
        "repeat.every",
        _BOTH,
        "small",
        {"protocol.visit.look.repeat.every": "14 day"},
        where=_visited(day="7 day", repeat={"every": "7 day", "times": 2}),
    ),
    Witness(
        "repeat.times",
        _BOTH,
        "small",
        {"protocol.visit.look.repeat.times": 3},
        where=_visited(day="7 day", repeat={"every": "7 day", "times": 2}),
    ),
    Witness(
        "repeat.on",
        _BOTH,
        "small",
        {"protocol.visit.look.repeat.on": ["0 day", "2 day"]},
        where=_visited(day="7 day", repeat={"every": "7 day", "times": 1, "on": ["0 day", "3 day"]}),
    ),
    Witness(
        "when",
        _BOTH,
        "small",
        {"protocol.visit.look.when.arm": "other"},
        where={**_TWO, **_ARMS, **_visited(day="7 day", when={"arm": "all"})},
        ask={"schedule": "--baseline 2026-03-12 --arm all"},
    ),
    Witness(
        "inpatient", "schedule", "small", {"protocol.visit.look.inpatient": True}, where=_visited(day="9 day")
    ),
    Witness(
        "repeats",
        "simulation",
        "grown",
        {"protocol.visit.look.repeats": True},
        where={
            **_TWO,
            "protocol.dose": [
                {"name": "one", "day": "0 day"},
                {"name": "two", "day": "42 day", "after": {"of": "look", "least": "7 day", "most": "10 day"}},
            ],
            **_visited(day="34 day", window="9 day"),
            "population.growth.doubling": "60 hour",
        },
    ),
)


_ALONE = {
    "protocol.arm": [
        {"name": "low", "doses": ["one"], "size": 1},
        {"name": "high", "doses": ["one"], "size": 1},
    ]
}


_DRAWN = {"protocol.arm": [{"name": "low", "doses": ["one"]}, {"name": "high", "doses": ["one"]}]}


_MANY = {"arrivals": {"every": "2 day"}, "chance": True}


_RATIOS = {
    "protocol.arm": [
        {"name": "low", "doses": ["one"], "ratio": 1},
        {"name": "high", "doses": ["one"], "ratio": 1},
    ]
}


ALLOCATION = group(
    "protocol.allocation",
    Witness(
        "how",
        "simulation",
        "small",
        {"protocol.allocation.how": "in order"},
        where={
            "protocol.arm": [
                {"name": "low", "doses": ["one"], "size": 9},
                {"name": "high", "doses": ["one"], "size": 9},
            ],
            "protocol.allocation.how": "ratio",
            **_MANY,
        },
    ),
    Witness(
        "at",
        "simulation",
        "small",
        {"protocol.allocation.at": "baseline"},
        where={**_DRAWN, "protocol.allocation.how": "ratio"},
    ),
    Witness(
        "block",
        "simulation",
        "small",
        {"protocol.allocation.block": 2},
        where={**_RATIOS, **_MANY, "protocol.allocation.how": "ratio"},
    ),
    Witness(
        "strata",
        "simulation",
        "small",
        {"protocol.allocation.strata": ["cohort"]},
        where={
            **_RATIOS,
            **_MANY,
            "protocol.allocation": {"how": "ratio", "block": 2},
            "protocol.patient.cohort": {"one_of": ["1", "2"], "at": "screening"},
            "population.covariate.cohort": {"1": "50 %", "2": "50 %"},
        },
    ),
    Witness(
        "stagger.subjects",
        "simulation",
        "small",
        {"protocol.allocation.stagger.subjects": "28 day"},
        where={
            "protocol.arm.all.size": 5,
            "protocol.allocation": {"how": "in order", "stagger": {"subjects": "7 day"}},
        },
    ),
    Witness(
        "stagger.cohorts",
        "simulation",
        "small",
        {"protocol.allocation.stagger.cohorts": "28 day"},
        where={**_ALONE, "protocol.allocation": {"how": "in order", "stagger": {"cohorts": "7 day"}}},
    ),
)

ROWS = (*VISIT, *ALLOCATION)
