"""Whether a weight is recent enough for a dose."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import TYPE_CHECKING

from mfg.dates import read_date
from mfg.errors import Parameter, Refused
from mfg.finding import Finding
from mfg.units import amount, text

if TYPE_CHECKING:
    from mfg.protocol.protocol import Protocol


def judge_age(
    protocol: Protocol,
    needs: Collection[str],
    known: Collection[str],
    weighed: str | date | None,
    on: str | date | None,
) -> Iterator[Finding]:
    """Findings about the age of the covariates that a dose *needs*, for a patient who was *weighed* and is dosed *on* a day.

    Raises:
        Refused: if one of the days is missing or no day, or if the weight is older than the protocol allows.
    """
    if (weighed is None) != (on is None):
        missing, other = ("on", "weighed") if on is None else ("weighed", "on")
        raise Refused(Parameter(missing), None, f"is missing beside `{other}`", "give both days, or none")
    if weighed is not None:
        if "weight" not in known:
            raise Refused(
                Parameter("weighed"),
                str(weighed),
                "is the day of a weight that is not given",
                "give `weight`",
            )
        yield from _weight(protocol, read_date(weighed, Parameter("weighed")), read_date(on, Parameter("on")))
    for name in sorted(needs):
        covariate = protocol.patient.get(name)
        if covariate is not None and covariate.valid is not None and (name != "weight" or weighed is None):
            advice = ": give `weighed` and `on`" if name == "weight" else ""
            message = f"{name} holds for {text(covariate.valid)}; how old it is is not checked{advice}"
            yield Finding("note", "age-not-checked", message, protocol.evidence_of(f"patient.{name}.valid"))


def _weight(protocol: Protocol, weighed: date, on: date) -> Iterator[Finding]:
    covariate, age = protocol.patient.get("weight"), (on - weighed).days
    if age < 0:
        raise Refused(Parameter("weighed"), str(weighed), f"lies behind the dosing day {on}", "exchange them")
    if covariate is None or covariate.valid is None:
        message = "how long a weight holds is not stated: its age is not checked"
        yield Finding("note", "age-not-checked", message)
    elif age > amount(covariate.valid, "day"):
        problem = f"is {age} days before {on}, and a weight holds for {text(covariate.valid)}"
        raise Refused(Parameter("weighed"), str(weighed), problem, "weigh the patient again")
