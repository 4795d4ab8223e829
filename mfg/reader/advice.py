"""Examples in advices: a measure that would be taken at its place, by what the file says around it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, get_args

from attrs import evolve

from mfg.digits import plain
from mfg.errors import Refused
from mfg.protocol.cases import LIMITS, Bounds
from mfg.protocol.check.patient import JUDGED
from mfg.protocol.check.release import MEASURED
from mfg.reader.document import TreePath
from mfg.units import CELL_UNITS, Quantity, alike, amount, quantity_of, spelling_of
from mfg.units.amounts import KNOWN
from mfg.units.measure import Measure

_RANK = {
    "least": 0,
    "above": 0,
    "floor": 0,
    "is": 1,
    "likely": 1,
    "median": 1,
    "mean": 1,
    "most": 2,
    "below": 2,
    "cap": 2,
    "holds": 2,
}  # what stands in one table, from the lowest to the highest
_USUAL = {"kg": "72", "cm": "170", "year": "54", "point": "31", "%": "80", "m**2": "1.9"}
_KIND = re.compile(rf"(?<![A-Za-z_])(?:{'|'.join(CELL_UNITS)})(?![A-Za-z_])")


def in_its_place(fault: Refused, hint: Any, way: TreePath, tree: Any) -> Refused:
    """The refusal of what stands in *tree* at *way*, of the type *hint*, with an example that would be taken there.

    It is *fault* itself where that is not about a measure.
    """
    measure, (beside, key, given) = _measure_in(hint), _there(tree, way, fault.where)
    if measure is None or str(_refusal(measure, given, fault.where)) != str(fault):
        return fault
    return _refusal(_like(measure, key, beside, way, tree), given, fault.where) or fault


def _refusal(measure: Measure, given: Any, where: str) -> Refused | None:
    try:
        measure.read(given, where)
    except Refused as found:
        return found
    return None


def _measure_in(hint: Any) -> Measure | None:
    """The measure that a type of a value asks for, if it is one."""
    if isinstance(hint, Measure):
        return hint
    return next((found for each in get_args(hint) if (found := _measure_in(each)) is not None), None)


def _there(tree: Any, way: TreePath, where: str) -> tuple[Mapping[str, Any], str, Any]:
    """The table that holds a value, its key in it, and the value."""
    beside, key, node = dict[str, Any](), "", tree
    for step in (*way, *where.split(".")[-1:]):
        if isinstance(node, dict) and step in node:
            beside, key, node = node, str(step), node[step]
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
    return beside, key, node


def _like(measure: Measure, key: str, beside: Mapping[str, Any], way: TreePath, tree: Any) -> Measure:
    """The measure with an example for this place: in the unit that is stated for it, and between what stands beside."""
    unit = _unit(tree, way)
    if unit is not None and (measure.units is KNOWN or way[-2:] == ("round", "to")):
        measure = _in_unit(measure, unit)
    elif way[0] == "route" and len(way) > 1:
        measure = _counted(measure, tree["route"][way[1]], way)
    if key == "sd":
        return _tenth(measure, beside)
    rank = _RANK.get(key)
    if rank is None:
        return measure
    known = [
        (other, found)
        for name, other in _RANK.items()
        for one in _listed(beside.get(name))
        if (found := _read(measure, one)) is not None
    ]
    lower = [found for other, found in known if other < rank]
    upper = [found for other, found in known if other > rank]
    return _between(measure, lower, upper)


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def _in_unit(measure: Measure, unit: str) -> Measure:
    """The same measure where only what can be expressed in *unit* makes sense; as it is if it has no such unit."""
    units = [one for one in measure.units if alike(quantity_of(Decimal(1), one), unit)]
    if unit not in units:
        return measure
    units.sort(key=lambda one: one != unit)  # its own comes first
    name, like = f"{measure.name} in {unit}", f"{_USUAL.get(unit, '3')} {unit}"
    return evolve(measure, name=name, units=tuple(units), like=like)


def _between(measure: Measure, lower: Sequence[Quantity], upper: Sequence[Quantity]) -> Measure:
    """The measure with an example above all of *lower* and below all of *upper*, as far as these are of one kind."""
    stated = [*lower, *upper]
    if not stated:
        return measure
    number, _, unit = measure.like.partition(" ")
    if not unit or not alike(stated[0], unit):
        number, unit = plain(Decimal(stated[0].magnitude) * 2), spelling_of(stated[0])
    least = max((amount(one, unit) for one in lower if alike(one, unit)), default=None)
    most = min((amount(one, unit) for one in upper if alike(one, unit)), default=None)
    values = Bounds(least=least, most=most).inside(Decimal(number))
    likes = (f"{plain(value.to_integral_value() if measure.whole else value)} {unit}" for value in values)
    return next((evolve(measure, like=like) for like in likes if _read(measure, like) is not None), measure)


def _tenth(measure: Measure, beside: Mapping[str, Any]) -> Measure:
    """A standard deviation is like a tenth of the mean, so that nothing lies below nought."""
    mean = _read(measure, beside.get("mean"))
    if mean is None or not mean.magnitude > 0:
        return measure
    return evolve(measure, like=f"{plain(Decimal(mean.magnitude) / 10)} {spelling_of(mean)}")


def _read(measure: Measure, given: Any) -> Quantity | None:
    try:
        return measure.read(given)
    except Refused:
        return None


def _unit(tree: Any, way: TreePath) -> str | None:
    """The unit of what a limit or a distribution at *way* is about, where the file or the name says it."""
    kind, *rest = way
    if way[-1] in LIMITS and "when" in way:
        return _of_covariate(tree, str(way[-2]))
    if kind in ("patient", "eligibility", "covariate") and rest:
        return _of_covariate(tree, str(rest[0]))
    if way[-2:-1] == ("draw",):
        return "mL"
    if kind == "release" and rest:
        return _of_test(tree["release"][rest[0]].get("test"))
    return _of_test(rest[0]) if kind == "measures" and rest else None


def _of_covariate(tree: Any, name: str) -> str | None:
    declared = tree.get("patient")
    covariate = declared.get(name) if isinstance(declared, dict) else None
    unit = covariate.get("unit") if isinstance(covariate, dict) else JUDGED.get(name)
    return unit if unit in KNOWN else None


def _of_test(name: Any) -> str | None:
    units = (units for word, units in MEASURED.items() if word in str(name).lower())
    return next(iter(next(units, ())), None)


def _counted(measure: Measure, route: Any, way: TreePath) -> Measure:
    """A number of what this route counts; it rounds volumes if its concentration is stated, else what it counts."""
    kind = _KIND.search(str(route.get("cells")) if isinstance(route, dict) else "")
    counted = kind[0] if kind is not None else CELL_UNITS[0]
    if way[-2:] == ("round", "to") and "concentration" not in route:
        return evolve(measure, like=f"1 {counted}")
    return evolve(measure, like=_KIND.sub(counted, measure.like))
