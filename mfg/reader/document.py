"""A file as a tree of named values, each with its evidence.

Evidence stands beside a value (``{ is = "26 day", fact = "interval" }``) or once on a table for
everything in it. Here it is taken off: what is left is the bare tree that becomes a protocol or a site,
and a list of every number with its path and what supports it; words that carry evidence of their own are among them.

A path joins the names on the way: ``dose.second.day``, ``facility.gmp.suites``; see `names_of` for the members of
lists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from mfg.errors import Refused, nearest
from mfg.evidence import Evidence, Number
from mfg.sources import Source, spelled_out
from mfg.units.amounts import Anything
from mfg.units.measure import measure_of
from mfg.works import SHIP

CLAIMS = ("fact", "cited", "derived", "assumed", "calibrated")
BESIDE = ("range", "departs_from")  # further words on evidence
EVIDENCE = (*CLAIMS, *BESIDE)  # every key that says what supports a value, and no value
IDENTITY = {
    "schema",
    "name",
    "version",
    "title",
    "trial",
    "facts",
    "donor",
    "about",
    "do",
    "test",
    "kind",
    "protocol",
}
IDENTITY |= {"supply", "site", "population", "arm", "dose", "treatment", "file", "leg", "holidays", "of"}
_NUMERIC = re.compile(r"-?[0-9]|.*[0-9]{2}:[0-9]{2}")

Tree = dict[str, Any]
TreePath = tuple[str | int, ...]  # the keys and places that lead to a part of a tree
Sources = Mapping[str, Source]


def take_off_evidence(document: Tree, sources: Sources) -> tuple[Tree, tuple[Number, ...], list[Refused]]:
    """The tree without evidence, every number (and word with evidence) in it, and refusals of claims that make no sense."""
    numbers: list[Number] = []
    faults: list[Refused] = []
    default = str(document.get("facts", ""))

    def bare(node: Any, path: str, evidence: Evidence | None, identity: bool, claimed: bool = False) -> Any:
        if path.startswith("example."):
            return node
        if isinstance(node, dict):
            claims = {key: node[key] for key in EVIDENCE if key in node}
            if claims and path != "":
                evidence = _evidence(claims, default, sources, path, faults) or evidence
            elif claims:
                evidence = _evidence(claims, default, sources, "the file", faults)
            rest = {key: value for key, value in node.items() if key not in claims}
            if set(rest) == {"is"} and claims:
                return bare(rest["is"], path, evidence, identity, claimed=True)
            return {
                key: bare(value, f"{path}.{key}" if path else key, evidence, key in IDENTITY)
                for key, value in rest.items()
            }
        if isinstance(node, list):
            return [
                bare(item, f"{path}.{name}", evidence, identity)
                for name, item in zip(names_of(node), node, strict=True)
            ]
        if claimed or (is_number(node) and not identity):
            word = str(node).lower() if isinstance(node, bool) else str(node)
            numbers.append(Number(path, word, evidence))
        return node

    tree = bare(document, "", None, False)
    faults += [fault for number in numbers for fault in _belied(number, sources)]
    return tree, tuple(numbers), faults


def _belied(number: Number, sources: Sources) -> Iterator[Refused]:
    """The refusal of a number that claims a fact and differs from what the source states. Conditions are not compared.

    A word is said in our words.
    """
    if number.evidence is None or number.evidence.kind != "stated" or ".when." in number.path:
        return
    if not is_number(number.value):
        return
    (name,) = number.evidence.facts
    key, _, entry = name.partition(".")
    stated = [leaf for _, leaf in leaves(sources[key].facts[entry].value)]
    if _value(number.value) not in [_value(str(leaf)) for leaf in stated]:
        problem = f"is not what the fact {name} states, {' or '.join(map(str, stated))}"
        advice = 'correct it, or give it evidence of its own, such as assumed = "why"'
        yield Refused(number.path, number.value, problem, advice)


@lru_cache(maxsize=4096)
def _value(text: str) -> Any:
    """The value of a number as written, so that two spellings of one value compare equal."""
    try:
        return measure_of(Anything).read(text)
    except Refused:
        try:
            return Decimal(text)
        except InvalidOperation:
            return text


def names_of(members: Sequence[object]) -> list[str]:
    """What the members of a list are called in a path, each by a name of its own.

    A member is called by its ``name``, ``test`` or ``do``, else by its place. Where several share that, a leg is told
    apart by its ends, a step of transport by its leg, anything else by its place.
    """
    plain = [_own_name(member, str(n)) for n, member in enumerate(members, 1)]
    so_called = Counter(plain)
    apart = [
        f"{name}, {_told_apart(member, n)}" if so_called[name] > 1 else name
        for n, (name, member) in enumerate(zip(plain, members, strict=True), 1)
    ]
    so_called = Counter(apart)
    return [f"{name}, {n}" if so_called[name] > 1 else name for n, name in enumerate(apart, 1)]


def _own_name(member: object, place: str) -> str:
    words = [member.get(key) for key in ("name", "test", "do")] if isinstance(member, dict) else []
    return next((word for word in words if isinstance(word, str)), place)


def _told_apart(member: object, place: int) -> str:
    if isinstance(member, dict) and member.get("do") == SHIP:
        return str(member.get("leg", place))
    if isinstance(member, dict) and "lasts" in member and "cells" not in member:
        return f"{member.get('of', 'any')} to {member.get('to', 'any')}"
    return str(place)


def leaves(node: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a tree with its path."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for name, item in zip(names_of(node), node, strict=True):
            yield from leaves(item, f"{path}.{name}")
    else:
        yield path, node


def is_number(node: object) -> bool:
    """Whether a value is a number, a quantity, a date or hours, which need evidence."""
    if isinstance(node, str):
        return _NUMERIC.match(node) is not None
    return isinstance(node, (int, Decimal, date)) and not isinstance(node, bool)


def _evidence(
    claims: Tree, default: str, sources: Sources, path: str, faults: list[Refused]
) -> Evidence | None:
    made = [key for key in CLAIMS if key in claims]
    if len(made) != 1:
        faults.append(
            Refused(path, None, f"has {len(made)} kinds of evidence", f"give one of {', '.join(CLAIMS)}")
        )
        return None
    kind, claim = made[0], claims[made[0]]
    if not isinstance(claim, str) or not claim.strip():
        faults.append(
            Refused(f"{path}.{kind}", str(claim), "says nothing", "say where the number comes from")
        )
        return None
    span = claims.get("range")
    between = (str(span[0]), str(span[1])) if isinstance(span, list) and len(span) == 2 else None
    if kind != "fact":
        facts = (
            tuple(full_name(name, default) for name in re.findall(r"{([^}]*)}", claim))
            if kind == "derived"
            else ()
        )
        found = [_fact(name, sources, f"{path}.derived", faults) for name in facts]
        source = "; ".join(dict.fromkeys(one[0] for one in found if one is not None)) or None
        departs = claims.get("departs_from")
        if departs is not None and not isinstance(departs, str):
            advice = "name the fact that the value departs from"
            faults.append(Refused(f"{path}.departs_from", str(departs)[:60], "is no fact", advice))
        elif departs is not None:
            _fact(full_name(departs, default), sources, f"{path}.departs_from", faults)
        reason = spelled_out(claim, {key: one.short for key, one in sources.items()})
        return Evidence(kind, reason, source, facts=facts, between=between)
    name = full_name(claim, default)
    fact = _fact(name, sources, f"{path}.fact", faults)
    if fact is None:
        return None
    cited, about, where = fact
    return Evidence("stated", about, cited, where, (name,), between)


def full_name(name: str, default: str) -> str:
    """The name of a fact with its source, which is *default* if it names none."""
    return name if "." in name else f"{default}.{name}"


def _fact(
    name: str, sources: Sources, path: str, faults: list[Refused]
) -> tuple[str, str, tuple[str, ...]] | None:
    key, _, entry = name.partition(".")
    if key not in sources:
        faults.append(Refused(path, key, "is not a known source", nearest(key, sources)))
        return None
    facts = sources[key].facts
    if entry not in facts:
        faults.append(Refused(path, entry, f"is not a fact of {key}", nearest(entry, facts)))
        return None
    return sources[key].short, facts[entry].about, facts[entry].where
