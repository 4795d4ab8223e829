"""Witnesses of when doses are given, and how long before them the material is collected."""

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


_RESPONSE = {
    "protocol.patient.response": {"one_of": ["yes", "no"], "at": "look"},
    "population.covariate.response": {"yes": "90 %", "no": "10 %"},
}


def _second(**keys: object) -> Changes:
    """A second dose with other keys."""
    return {
        **_TWO,
        "protocol.dose": [{"name": "one", "day": "0 day"}, {"name": "two", **keys}],
    }


def _repeated(**keys: object) -> Changes:
    repeat = {"every": "7 day", "times": 2, **keys}
    return {
        "protocol.arm.all.doses": ["one", "two 1", "two 2"],
        "protocol.dose": [
            {"name": "one", "day": "0 day"},
            {"name": "two", "day": "28 day", "repeat": repeat},
        ],
    }


DOSE = group(
    "protocol.dose",
    Witness(
        "name",
        _BOTH,
        "small",
        {"protocol.dose.one.name": "first", "protocol.arm.all.doses": ["first"]},
        beside=("protocol.arm.doses",),
    ),
    Witness("day.is", _BOTH, "small", {"protocol.dose.two.day": "35 day"}, where=_TWO),
    Witness(
        "day.when",
        _BOTH,
        "small",
        {"protocol.dose.two.day.1.when.arm": "other", "protocol.dose.two.day.2.when.arm": "all"},
        where={
            **_TWO,
            **_ARMS,
            "protocol.dose": [
                {"name": "one", "day": "0 day"},
                {
                    "name": "two",
                    "day": [
                        {"when": {"arm": "all"}, "is": "28 day"},
                        {"when": {"arm": "other"}, "is": "42 day"},
                    ],
                },
            ],
        },
        ask={"schedule": "--baseline 2026-03-12 --arm all"},
    ),
    Witness(
        "after.of",
        _BOTH,
        "small",
        {"protocol.dose.two.after.of": "look"},
        where=_second(after={"of": "one", "is": "28 day"}),
    ),
    Witness(
        "after.is",
        _BOTH,
        "small",
        {"protocol.dose.two.after.is": "35 day"},
        where=_second(after={"of": "one", "is": "28 day"}),
    ),
    Witness(
        "after.least",
        _BOTH,
        "small",
        {"protocol.dose.two.after.least": "35 day"},
        where=_second(after={"of": "one", "least": "28 day"}),
    ),
    Witness(
        "after.most",
        _BOTH,
        "small",
        {"protocol.dose.two.after.most": "25 day"},
        where=_second(after={"of": "one", "least": "25 day", "most": "40 day"}),
        ask={"schedule": "--baseline 2026-03-10"},
    ),
    Witness(
        "window.before",
        "schedule",
        "small",
        {"protocol.dose.two.window.before": "3 day"},
        where=_second(day="30 day", window={"before": "0 day", "after": "0 day"}),
    ),
    Witness(
        "window.after",
        "schedule",
        "small",
        {"protocol.dose.two.window.after": "3 day"},
        where=_second(day="30 day", window={"before": "0 day", "after": "0 day"}),
    ),
    Witness("repeat.every", _BOTH, "small", {"protocol.dose.two.repeat.every": "14 day"}, where=_repeated()),
    Witness(
        "repeat.times",
        _BOTH,
        "small",
        {"protocol.dose.two.repeat.times": 3, "protocol.arm.all.doses": ["one", "two 1", "two 2", "two 3"]},
        where=_repeated(),
        beside=("protocol.arm.doses",),
    ),
    Witness(
        "repeat.on",
        _BOTH,
        "small",
        {"protocol.dose.two.repeat.on": ["0 day", "2 day"]},
        where=_repeated(times=1, on=["0 day", "3 day"]),
    ),
    Witness(
        "when",
        "schedule",
        "small",
        {"protocol.dose.two.when.response": "no"},
        where={**_RESPONSE, **_second(day="28 day", when={"response": "yes"})},
        ask={"schedule": "--baseline 2026-03-12 --given response=yes"},
    ),
    Witness(
        "when",
        "simulation",
        "small",
        {"protocol.dose.two.when.response": "no"},
        where={**_RESPONSE, **_second(day="28 day", when={"response": "yes"})},
    ),
    Witness(
        "inpatient", "schedule", "small", {"protocol.dose.two.inpatient": True}, where=_second(day="30 day")
    ),
    Witness(
        "inpatient",
        "simulation",
        "small",
        {"protocol.dose.two.inpatient": True},
        where={
            "site.facility.gmp.hours": "Mon-Sun 08:00-18:00",
            **_second(day="32 day"),
        },
    ),
)


_BEFORE = "protocol.supply.fresh.before"


SUPPLY = group(
    "protocol.supply.before",
    Witness("is", _BOTH, "small", {_BEFORE: "28 day"}),
    Witness(
        "least",
        "schedule",
        "small",
        {f"{_BEFORE}.least": "23 day"},
        where={_BEFORE: {"least": "19 day", "most": "28 day"}},
    ),
    Witness(
        "least",
        "simulation",
        "small",
        {f"{_BEFORE}.least": "23 day"},
        where={_BEFORE: {"least": "19 day", "most": "28 day"}},
    ),
    Witness(
        "most",
        "schedule",
        "small",
        {f"{_BEFORE}.most": "22 day"},
        where={_BEFORE: {"least": "19 day", "most": "28 day"}},
    ),
    Witness(
        "when",
        _BOTH,
        "small",
        {f"{_BEFORE}.1.when.dose": "two", f"{_BEFORE}.2.when.dose": "one"},
        where={
            **_TWO,
            _BEFORE: [{"when": {"dose": "one"}, "is": "21 day"}, {"when": {"dose": "two"}, "is": "26 day"}],
        },
    ),
)

ROWS = (*DOSE, *SUPPLY)
