"""Witnesses of the site: places, ways, work and tests."""

from __future__ import annotations

from tests.witness.rows import Witness, group

_SIM = "simulation"
_H, _F = "site.clinic.hospital", "site.facility.gmp"
_SECOND = {"hours": "Mon-Fri 09:00-18:00", "slot": "30 minute", "rooms": 1}
_TOGETHER = {"arrivals": {"every": "1 hour"}, "horizon": "4 hour"}
_LUCK = {"chance": True, "arrivals": {"every": "1 day"}}
_RATE = {"chance": True, "arrivals": {"rate": "30 / month"}}

_REVIEW = {
    f"{_F}.reviewers": 1,
    "site.work.review": {"needs": {"reviewer": 1}, "lasts": "30 minute"},
}

CLINIC = group(
    "site.clinic",
    Witness("hours", _SIM, "small", {f"{_H}.hours": "Mon-Fri 10:00-18:00"}),
    Witness("rooms", _SIM, "small", {f"{_H}.rooms": 2}, where={**_TOGETHER, f"{_H}.slot": None}),
    Witness(
        "beds",
        _SIM,
        "small",
        {f"{_H}.beds": 1},
        where={**_TOGETHER, "site.work.administer.needs": {"bed": 1}},
    ),
    Witness("slot", _SIM, "small", {f"{_H}.slot": "60 minute"}, where=_TOGETHER),
    Witness(
        "share",
        _SIM,
        "small",
        {f"{_H}.share": "5 %", "site.clinic.other.share": "95 %"},
        where={**_RATE, f"{_H}.share": "95 %", "site.clinic.other": {**_SECOND, "share": "5 %"}},
    ),
)

FACILITY = group(
    "site.facility",
    Witness("hours", _SIM, "small", {f"{_F}.hours": "Mon-Fri 07:00-18:00"}),
    Witness("suites", _SIM, "small", {f"{_F}.suites": 1}, where=_TOGETHER),
    Witness("operators", _SIM, "small", {f"{_F}.operators": 2}, where=_TOGETHER),
    Witness("incubator", _SIM, "small", {f"{_F}.incubator": "1 flask"}, where=_TOGETHER),
    Witness(
        "on_call",
        _SIM,
        "grown",
        {f"{_F}.on_call": "Sat-Sun 08:00-12:00"},
        where={f"{_F}.medium_on": ["Sun", "Wed"]},
    ),
    Witness("medium_on", _SIM, "grown", {f"{_F}.medium_on": ["Tue", "Fri"]}),
    Witness(
        "formulate",
        _SIM,
        "small",
        {f"{_F}.formulate": "day before"},
        where={"protocol.step.formulate.use_within": "3 day"},
    ),
    Witness("reviewers", _SIM, "small", {f"{_F}.reviewers": 2}, where={**_TOGETHER, **_REVIEW}),
    Witness("review_hours", _SIM, "small", {f"{_F}.review_hours": "Mon-Fri 13:00-17:00"}, where=_REVIEW),
    Witness("starts", _SIM, "small", {f"{_F}.starts": 1}, where=_TOGETHER),
    Witness("fills", _SIM, "small", {f"{_F}.fills": 1}, where=_TOGETHER),
    Witness(
        "freezers",
        _SIM,
        "bank",
        {f"{_F}.freezers": 2},
        where={
            **_TOGETHER,
            f"{_F}.suites": 9,
            f"{_F}.operators": 40,
            "site.work.cryopreserve.lasts": "5 hour",
        },
    ),
    Witness("storage", _SIM, "bank", {f"{_F}.storage": 1}, where=_TOGETHER),
    Witness(
        "laboratory",
        _SIM,
        "small",
        {f"{_F}.laboratory": "far"},
        where={"site.laboratory.far": {"hours": "Mon-Fri 12:00-20:00", "benches": 1}},
    ),
    Witness(
        "overtime",
        _SIM,
        "small",
        {f"{_F}.overtime": "6 hour"},
        where={
            f"{_H}.hours": "Mon-Fri 14:00-22:00",
            f"{_F}.overtime": "0 hour",
            "site.laboratory.qc.hours": "always",
        },
    ),
    Witness(
        "breakdown",
        _SIM,
        "grown",
        {f"{_F}.breakdown": "90 % / month"},
        where={**_LUCK, f"{_F}.breakdown": "0 % / month"},
    ),
)
LABORATORY = group(
    "site.laboratory",
    Witness("hours", _SIM, "small", {"site.laboratory.qc.hours": "Mon-Fri 16:00-20:00"}),
    Witness(
        "benches",
        _SIM,
        "small",
        {"site.laboratory.qc.benches": 2},
        where={**_TOGETHER, "site.test.identity.hands": "8 hour"},
    ),
)

_COLD = [
    {"do": "collect"},
    {"do": "ship", "leg": "way in"},
    {"do": "isolate"},
    {"do": "expand", "lasts": "14 day"},
    {"do": "formulate", "vehicle": "saline", "use_within": "12 hour"},
    {"do": "ship", "leg": "way out", "keep": {"least": "2 degC", "most": "8 degC"}},
    {"do": "administer"},
]
_KEPT = {"protocol.step": _COLD, "site.leg.way out.keeps": {"least": "3 degC", "most": "7 degC"}}
_FAR = [
    {"name": "way in", "lasts": "90 minute"},
    {"name": "way in", "lasts": "30 minute", "of": "hospital"},
    {"name": "way out", "lasts": "60 minute"},
]
_TWO = {
    "site.clinic.other": _SECOND,
    "site.facility.far": {
        "hours": "Mon-Fri 08:00-18:00",
        "suites": 1,
        "operators": 2,
        "incubator": "9 flask",
        "freezers": 1,
    },
}
LEG = group(
    "site.leg",
    Witness("name", "check", "small", {"site.leg.way in.name": "way to"}),
    Witness("lasts", _SIM, "small", {"site.leg.way in.lasts": "30 minute"}),
    Witness(
        "of",
        _SIM,
        "small",
        {"site.leg": [_FAR[0], {**_FAR[1], "of": "other"}, _FAR[2]]},
        where={**_TWO, "site.leg": [*_FAR[:2], _FAR[2]]},
    ),
    Witness(
        "to",
        _SIM,
        "small",
        {"site.leg": [_FAR[0], {"name": "way in", "lasts": "30 minute", "to": "far"}, _FAR[2]]},
        where={**_TWO, "site.leg": [_FAR[0], {"name": "way in", "lasts": "30 minute", "to": "gmp"}, _FAR[2]]},
    ),
    Witness("keeps.least", "check", "small", {"site.leg.way out.keeps.least": "1 degC"}, where=_KEPT),
    Witness("keeps.most", "check", "small", {"site.leg.way out.keeps.most": "9 degC"}, where=_KEPT),
    Witness("excursion", _SIM, "small", {"site.leg.way in.excursion": "90 %"}, where=_LUCK),
)

_I = "site.work.isolate"
WORK = group(
    "site.work",
    Witness("needs", _SIM, "small", {f"{_I}.needs.operator": 4}, where=_TOGETHER),
    Witness("lasts", _SIM, "small", {f"{_I}.lasts": "4 hour"}),
    Witness("booked", _SIM, "small", {f"{_I}.booked": "9 hour"}),
    Witness("per_flask", _SIM, "grown", {"site.work.passage.per_flask": "6 minute"}),
    Witness(
        "clearance", _SIM, "small", {f"{_I}.clearance": "3 hour"}, where={**_TOGETHER, f"{_F}.suites": 1}
    ),
    Witness("recovers", _SIM, "grown", {"site.work.harvest.recovers": "50 %"}),
    Witness("fails", _SIM, "small", {f"{_I}.fails": "90 %"}, where=_LUCK),
    Witness(
        "contaminates",
        _SIM,
        "small",
        {f"{_I}.contaminates": "90 %"},
        where={
            **_LUCK,
            "site.test.identity.reads": "contamination",
            "protocol.release.identity.limit": "no growth",
        },
    ),
)

_T = "site.test.identity"
_WORD = {"protocol.release.identity.limit": "no growth"}
TEST = group(
    "site.test",
    Witness("hands", _SIM, "small", {f"{_T}.hands": "1 hour"}),
    Witness("turnaround", _SIM, "small", {f"{_T}.turnaround": "2 day"}),
    Witness("fails", _SIM, "small", {f"{_T}.fails": "90 %"}, where=_LUCK),
    Witness(
        "reads",
        _SIM,
        "small",
        {f"{_T}.reads": "contamination"},
        where={**_LUCK, **_WORD, f"{_I}.contaminates": "90 %"},
    ),
    Witness(
        "positive",
        _SIM,
        "small",
        {f"{_T}.positive": "3 hour"},
        where={**_LUCK, **_WORD, f"{_I}.contaminates": "90 %", f"{_T}.reads": "contamination"},
    ),
    Witness("retests", _SIM, "small", {f"{_T}.retests": 2}, where={**_LUCK, f"{_T}.fails": "90 %"}),
)
HOLIDAYS = (Witness("site.holidays", _SIM, "small", {"site.holidays": "KR"}),)

ROWS = (*CLINIC, *FACILITY, *LABORATORY, *LEG, *WORK, *TEST, *HOLIDAYS)
