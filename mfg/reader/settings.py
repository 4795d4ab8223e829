"""Setting values in a scenario's files by their paths: to another value, by a factor or by a step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from mfg.dates import read_date
from mfg.errors import Faults, Parameter, Refused
from mfg.own import OwnPart
from mfg.population import Population
from mfg.protocol.protocol import Protocol
from mfg.reader.document import EVIDENCE, Tree
from mfg.reader.keys import left_out
from mfg.reader.numbers import check_reach, read_number
from mfg.reader.paths import UNSET, Place, bare, find_places, is_value, places_below, places_in
from mfg.reader.scenario_file import ArrivalsFile, ScenarioFile
from mfg.reader.toml import parse_toml
from mfg.site import Site
from mfg.sizes import CENTURY
from mfg.units import alike, amount
from mfg.units.amounts import Anything
from mfg.units.measure import measure_of

_PARTS: dict[str, type] = {"protocol": Protocol, "site": Site, "population": Population}
SET = "set for this run"  # the evidence of what was set
_DIGITS = r"[0-9]{1,15}(?:\.[0-9]{1,15})?"
_NUMBER = re.compile(rf"(-?{_DIGITS}(?:e[+-]?[0-9]{{1,2}})?)( ?[^\s0-9.].*)?", re.DOTALL)
_PLAIN = re.compile(r"-?[0-9.]+(?:[eE][+-]?[0-9]+)?")
_FACTOR = re.compile(rf"[x*] ?({_DIGITS})")
_PERCENT = re.compile(rf"([+-]{_DIGITS})%")
_STEP = re.compile(rf"\+ ?(-?{_DIGITS})(?: ?([^\s0-9%].*))?")
_UNSCALED = ("spread", "shape")  # of a distribution: neither grows with what is distributed


def set_values(documents: Tree, changes: Mapping[str, str | OwnPart]) -> list[Refused]:
    """Make all *changes*, in place: texts by path, as they are typed after ``--set``; what could not be made.

    A path is written in full, by an ending that no other path has, or with a ``*`` for all values that are so called.
    The text is a value as a file would have it; or ``x2`` (twice as much), ``+10%``, ``-10%`` (of what it is),
    ``+1``, ``+2 day`` (so much more).
    """
    faults: list[Refused] = []
    places, unset_too = dict[str, Place](), False
    for key, text in changes.items():
        where = Parameter(f"settings {key}")
        if not isinstance(text, OwnPart) and (problem := _no_text(text)):
            faults.append(Refused(where, ascii(text)[:80], *problem))
            continue
        places = places or _set_places(documents)
        if not unset_too and not _is_held(key, places):  # a star, or a key that no file holds yet
            places, unset_too = all_places(documents), True
        try:
            meant = [(place, _change(place, text, where)) for place in find_places(key, places, where)]
        except Refused as fault:
            faults.append(fault)
            continue
        for place, value in meant:
            _put(place, value)
        if any(place.value is UNSET for place, _ in meant):
            places, unset_too = {}, False  # there are more keys now
        for place, value in meant if places else ():
            _keep_up(places, place, value)
    return faults


def all_places(documents: Tree) -> dict[str, Place]:
    """Every place of the files of a scenario by its path, those too for which a file has a key and says nothing."""
    found = _set_places(documents)
    for path, holder, key in _unset(documents):
        found.setdefault(path, Place(path, holder, key, UNSET))
    return found


def _is_held(key: str, places: Mapping[str, Place]) -> bool:
    """Whether *key* is the path of one of *places*, or the ending of that of a value: what is left out does not count then."""
    ending = f".{key}"
    return key in places or any(
        path.endswith(ending) and is_value(place.value) for path, place in places.items()
    )


def _set_places(documents: Tree) -> dict[str, Place]:
    """Every place at which the files say something."""
    return {place.path: place for place in places_in(documents) if not place.path.startswith("variant.")}


def places_of(tree: Tree, part: str) -> dict[str, Place]:
    """Every place of a protocol, a site or a population by its path, like `all_places`."""
    found = {place.path: place for place in places_in(tree)}
    for path, holder, key in left_out(tree, _PARTS[part]):
        found.setdefault(path, Place(path, holder, key, UNSET))
    return found


def _unset(documents: Tree) -> Iterator[tuple[str, Tree, str]]:
    yield from left_out(documents, ScenarioFile)
    for part, cls in _PARTS.items():
        if isinstance(tree := documents.get(part), dict):
            yield from left_out(tree, cls, f"{part}.")
    if isinstance(arrivals := documents.get("arrivals"), dict):
        yield from left_out(arrivals, ArrivalsFile, "arrivals.")


def _keep_up(places: dict[str, Place], place: Place, value: Any) -> None:
    """Let *places* know that *value* stands at *place* now, with whatever is inside it."""
    if isinstance(place.value, (dict, list)):
        for path in [path for path in places if path.startswith(f"{place.path}.")]:
            del places[path]
    places[place.path] = evolve(place, value=value)
    places.update((inner.path, inner) for inner in places_below(value, place.path))


def _put(place: Place, value: Any) -> None:
    holder, step = place.holder, place.step
    if place.value is UNSET:
        *way, step = step.split(".")
        for name in way:
            holder = holder.setdefault(name, {})
    holder[step] = value


def _no_text(given: object) -> tuple[str, str] | None:
    """Why what is *given* is no text that a file could hold, and what to do; None if it is one."""
    if not isinstance(given, str):
        return "is no text", f"write it as it is typed: {str(given)!r}"
    if "\0" in given or (not given.isascii() and any("\ud800" <= letter <= "\udfff" for letter in given)):
        return "holds what is no letter", "write it in UTF-8"
    return None


def _change(place: Place, text: str | OwnPart, where: str) -> Any:
    """What stands at *place* after *text* was given for it, with its evidence."""
    if isinstance(text, OwnPart):
        return {"is": text, "assumed": SET}
    if place.value is UNSET:
        return _read_bare(text, where)
    how = _change_in(text, bare(place.value))
    if how is None:
        value = _as(bare(place.value), text, where)
        if isinstance(value, dict):
            return {**value, "assumed": SET}
        old = place.value if isinstance(place.value, dict) and "is" in place.value else {}
        beside = {key: kept for key, kept in old.items() if key not in EVIDENCE}
        return {**beside, "is": value, "assumed": SET}
    changed, any_number = _every_number(place.value, how, where)
    if not any_number:
        raise Refused(where, text, f"changes a number, and it is {place.shown}", "write the value itself")
    return changed


@frozen
class _Change:
    """Times a factor, or plus a step in a unit; without a unit, in that of the value."""

    text: str
    factor: Decimal = Decimal(1)
    step: Decimal = Decimal(0)
    unit: str | None = None

    def of(self, old: Any, where: str) -> Any:
        """The changed number; *old* as it is if it is none."""
        if isinstance(old, date) and self.step and self.unit in (None, "day"):
            return self._later(old, where)
        if isinstance(old, bool) or not isinstance(old, (int, Decimal, str)):
            return old
        match = _NUMBER.fullmatch(str(old))
        if match is None:
            return old
        unit = (match[2] or "").strip()
        if unit == "%" and self.text.endswith("%"):
            advice = f"write x{self.factor.normalize():f} for so much of it, or the value itself"
            raise Refused(where, self.text, f"could be points or a part of {old}", advice)
        number = Decimal(match[1]) * self.factor + self._step_in(unit, old, where)
        check_reach(number, where)
        whole = isinstance(old, int) or (unit in ("", "flask") and "." not in match[1])
        if whole and number != number.to_integral_value():
            raise Refused(
                where, self.text, f"makes {number.normalize():f} of {old}", "it must stay a whole number"
            )
        if isinstance(old, int):
            return int(number)
        return number if isinstance(old, Decimal) else f"{number.normalize():f}{match[2] or ''}"

    def _later(self, day: date, where: str) -> date:
        """So many whole days after *day*."""
        if self.step != self.step.to_integral_value():
            raise Refused(
                where, self.text, "is no whole number of days", "a day is the smallest step of a date"
            )
        CENTURY.check(abs(self.step), where, self.text)
        return read_date(day + timedelta(days=int(self.step)), where)

    def _step_in(self, unit: str, old: Any, where: str) -> Decimal:
        if self.unit is None or self.unit == unit:
            return self.step
        step = measure_of(Anything).read(f"{self.step} {self.unit}", where)
        if not unit or not alike(step, unit):
            advice = f"write it in {unit}" if unit else "write it without a unit"
            raise Refused(where, self.text, f"cannot be added to {old}", advice)
        return amount(step, unit)


def _change_in(text: str, old: Any) -> _Change | None:
    """The change that *text* asks for; None if it is a value of its own."""
    if match := _FACTOR.fullmatch(text):
        return _Change(text, factor=Decimal(match[1]))
    if match := _PERCENT.fullmatch(text):
        return _Change(text, factor=1 + Decimal(match[1]) / 100)
    if match := _STEP.fullmatch(text):
        return _Change(text, step=Decimal(match[1]), unit=match[2])
    if isinstance(old, int) and not isinstance(old, bool) and re.fullmatch(r"-[0-9]{1,9}", text):
        return _Change(text, step=Decimal(text))  # no whole number of a file is below zero
    return None


def _every_number(node: Any, change: _Change, where: str) -> tuple[Any, bool]:
    """The tree with every number of it changed, and whether there was any."""
    if isinstance(node, dict):
        made, some = dict[str, Any](), False
        for key, value in node.items():
            if key in EVIDENCE or key in _UNSCALED:
                made[key] = value
                continue
            if key == "empirical" and isinstance(value, list):
                made[key] = [change.of(one, where) for one in value]
                some = True
                continue
            made[key], any_number = _every_number(value, change, where)
            some |= any_number
        if some:
            made = {key: value for key, value in made.items() if key not in EVIDENCE}
            made["assumed"] = SET
        return made, some
    if isinstance(node, list):
        return node, False
    changed = change.of(node, where)
    if changed is node:
        return node, False
    return changed, True


def _as(old: Any, text: str, where: str) -> Any:
    """*text* as the kind of value that it replaces."""
    if isinstance(old, bool):
        if text not in ("true", "false"):
            raise Refused(where, text, "is not true or false", "write true or false")
        return text == "true"
    if isinstance(old, date):
        return read_date(text, where)
    if isinstance(old, (int, Decimal)):
        return read_number(text, where, like=str(old))
    return _read_table(text, where) if text[:1] in ("[", "{") else text


def _read_bare(text: str, where: str) -> Any:
    """*text* as a file would have it, where nothing stands that shows of which kind it is."""
    if text in ("true", "false"):
        return text == "true"
    if _PLAIN.fullmatch(text):
        return read_number(text, where)
    return _read_table(text, where) if text[:1] in ("[", "{") else text


def _read_table(text: str, where: str) -> Any:
    """A list or a table as TOML writes it."""
    try:
        return parse_toml(f"value = {text}", where)["value"]
    except Faults as faults:
        raise Refused(
            where, text, faults.faults[0].problem, "write it as in a file, quotation marks too"
        ) from None
