"""Whether a population gives what the protocol asks of its patients."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mfg.errors import Refused, nearest
from mfg.population import Categorical
from mfg.protocol.check.conditions import can_be_read
from mfg.protocol.protocol import Covariate
from mfg.protocol.rules import bounds_of
from mfg.scenario.scenario import Scenario
from mfg.spread import Spread
from mfg.units import alike, amount, text


def misfits(scenario: Scenario) -> Iterator[Refused]:
    """Covariates that the protocol asks for and nobody gives, or gives otherwise; and those that nobody asks for."""
    protocol, given = scenario.protocol, scenario.population.covariates
    for name, covariate in protocol.patient.items():
        where = f"population.covariate.{name}"
        found = given.get(name)
        if name == "weight" or not can_be_read(covariate):
            continue
        if found is None:
            advice = "the protocol asks for it: give its distribution, or the share of each word"
            yield Refused(where, None, "is missing", advice)
        elif isinstance(found, Categorical):
            yield from _shares(where, covariate, found)
        else:
            yield from _numbers(where, covariate, found)
    for name in given:
        asked = [*protocol.patient, *protocol.eligibility]
        if name not in asked or name == "weight":
            advice = (
                "leave it out" if name == "weight" else nearest(name, [n for n in asked if n != "weight"])
            )
            yield Refused(
                f"population.covariate.{name}", None, "is nothing that the protocol asks for", advice
            )


def _shares(where: str, covariate: Covariate, found: Categorical) -> Iterator[Refused]:
    if not covariate.one_of:
        yield Refused(where, None, "is a number and not a word", f"give a distribution in {covariate.unit}")
        return
    for word in found.words:
        if word not in covariate.one_of:
            yield Refused(f"{where}.{word}", None, "is no value of it", nearest(word, covariate.one_of))
    total = sum((amount(share, "%") for share in found.words.values()), Decimal(0))
    if total != 100:
        yield Refused(where, f"{total} %", "is not all of the patients", "let the shares add up to 100 %")


def _numbers(where: str, covariate: Covariate, found: Spread) -> Iterator[Refused]:
    if covariate.unit is None:
        words = " and ".join(covariate.one_of)
        yield Refused(where, None, "is a word and not a number", f"give the share of {words}")
        return
    if not alike(found.typical, covariate.unit):
        yield Refused(
            where, text(found.typical), f"is not in {covariate.unit}", f"write it in {covariate.unit}"
        )
        return
    limits = bounds_of(covariate, covariate.unit)
    for key, limit in (("least", limits.least), ("most", limits.most)):
        end = found.end(key)
        if limit is not None and (end is None or amount(end, covariate.unit) not in limits):
            problem = f"is outside {limits.shown(covariate.unit)}, the limits of the protocol"
            advice = "let the distribution end within them"
            yield Refused(
                f"{where}.{'is' if found.is_ is not None else key}",
                None if end is None else text(end),
                problem,
                advice,
            )
