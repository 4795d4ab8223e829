"""Which column of a table is what, for one protocol; all that is wrong with a header is found at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import define, evolve, field

from mfg.auditing.asked import Asked
from mfg.auditing.columns import ADDED, DoseColumn, NumberColumn, TableColumns
from mfg.auditing.words import Vocabulary, fold
from mfg.errors import Refused
from mfg.protocol.protocol import Protocol
from mfg.sheet import ColumnMeaning, meaning_of, read_heading
from mfg.sheet.meaning import is_stromal, is_weight

_WANTED = {
    "patient": "patient",
    "weight": "weight_kg",
    "cells": "cells",
    "route": "route",
    "arm": "arm",
    "dose": "dose",
    "volume": "volume_mL",
    "height": "height_cm",
    "previous weight": "previous_weight_kg",
    "previous cells": "previous_cells",
}


@define
class _Search:
    """The search for columns in one header: what each heading means, which are in use, and what is wrong."""

    protocol: Protocol
    header: Sequence[str]
    meant: dict[int, ColumnMeaning]
    faults: list[Refused] = field(factory=list)
    warnings: list[str] = field(factory=list)
    taken: set[int] = field(factory=set)

    def all_of(self, kind: str, *, label: bool = False) -> list[int]:
        """The columns of one kind: the weaker ones only where there is no other."""
        found = [n for n, m in self.meant.items() if m.kind == kind and (label or not m.label)]
        return [n for n in found if not self.meant[n].weak] or found

    def one(self, kind: str) -> int | None:
        """The column of one kind; two are a fault."""
        found = self.all_of(kind)
        self.taken.update(found)
        if len(found) > 1:
            names = " and ".join(repr(self.header[n]) for n in found)
            twice = len({self.header[n] for n in found}) < len(found)
            problem = "stands more than once" if twice else f"give the {kind} twice"
            self.faults.append(Refused("header", None, f"{names} {problem}", "keep one of them"))
        return found[0] if found else None

    def number(self, kind: str) -> NumberColumn | None:
        """The column of one kind of number; one without a unit is a fault."""
        index = self.one(kind)
        if index is None:
            return None
        factor = self.meant[index].factor
        if factor is None:
            others = {"weight": " (or weight_lb, weight_g)"}.get(kind, "")
            advice = f"call it {_WANTED[kind]}{others}"
            self.faults.append(Refused("header", self.header[index], "says no unit", advice))
        return NumberColumn(index, self.header[index], factor or Decimal(1))


def columns_of(protocol: Protocol, header: Sequence[str], asked: Asked) -> tuple[TableColumns, list[Refused]]:
    """The columns of a table with that *header*, and everything that is wrong with it."""
    own = _covariates(protocol, header)
    meant = {n: m for n, text in enumerate(header) if (m := meaning_of(text)) is not None}
    search = _Search(protocol, header, meant)
    search.taken.update(own.values())
    if {fold(text) for text in header} & {fold(ADDED[0]), fold(ADDED[2])}:
        problem = "already has the columns of an audit"
        search.faults.append(Refused("header", None, problem, "audit the original table"))
    patient = search.one("patient")
    weight = _weight(search, own)
    given, volume = _given(search, asked)
    if not asked.asks_dose():  # a visit is a dose only where that must be known
        search.meant = {n: m for n, m in search.meant.items() if not (m.kind == "dose" and m.weak)}
    words = {name: search.one(name) for name in ("route", "arm", "dose")}
    numbers = {kind: search.number(kind) for kind in ("height", "previous weight", "previous cells")}
    if patient is None:
        search.faults.append(
            Refused("header", None, "has no column 'patient'", "call the patient's column so")
        )
    measured = {n for n, covariate in protocol.patient.items() if covariate.unit is not None}
    found = TableColumns(
        patient=patient or 0,
        given=given,
        weight=weight,
        volume=volume,
        height=numbers["height"],
        previous_weight=numbers["previous weight"],
        previous_cells=numbers["previous cells"],
        route=words["route"],
        arm=words["arm"],
        dose=words["dose"],
        covariates={n: NumberColumn(i, header[i], Decimal(1)) for n, i in own.items() if n in measured},
        words={n: i for n, i in own.items() if n not in measured},
        unused=(),
        warnings=(),
    )
    search.faults += asked.faults(found, wide=any(g.dose is not None for g in given))
    search.faults += _missing(protocol, found, asked, own)
    unused = [n for n, text in enumerate(header) if n not in search.taken and text.strip()]
    search.faults += _nearly(protocol, header, unused, found)
    names = tuple(header[n] for n in unused)
    return evolve(found, unused=names, warnings=tuple(search.warnings)), search.faults


def _covariates(protocol: Protocol, header: Sequence[str]) -> dict[str, int]:
    """The column of each covariate but the weight: its name, with its unit where it has one."""
    found = {}
    for name, covariate in protocol.patient.items():
        wanted = {fold(name if covariate.unit is None else f"{name}_{covariate.unit}")}
        here = [n for n, text in enumerate(header) if fold(text) in wanted]
        if name != "weight" and here:
            found[name] = here[0]
    return found


def _weight(search: _Search, own: Mapping[str, int]) -> NumberColumn | None:
    number = search.number("weight")
    for n, text in enumerate(search.header):
        if n not in search.taken and n not in own.values() and is_weight(text):
            used = f"only {number.header!r} is used" if number is not None else "it is not used"
            search.warnings.append(f"{text!r} may be a body weight too: {used}")
    if number is not None and search.meant[number.index].unit in ("lb", "g"):
        unit = {"lb": "pounds", "g": "grams"}[search.meant[number.index].unit or ""]
        search.warnings.append(f"weights are converted from {unit}: {number.header!r}")
    return number


def _given(search: _Search, asked: Asked) -> tuple[tuple[DoseColumn, ...], NumberColumn | None]:
    """The columns that say what was given: cells before cells per kg before volumes; and a volume beside cells."""
    doses, routes = Vocabulary(asked.all_doses()), Vocabulary(tuple(r.name for r in search.protocol.routes))
    counted = {fold(word.removesuffix("cells")) for word in asked.counted()}  # as viable cells may be
    found: dict[str, list[DoseColumn]] = {"cells": [], "per kg": [], "volume": []}
    strange: list[int] = []
    for n in [*search.all_of("cells", label=True), *search.all_of("volume", label=True)]:
        meant = search.meant[n]
        label = (
            "" if fold(meant.label) in counted or ("" in counted and is_stromal(meant.label)) else meant.label
        )
        dose = doses.find(label) if label else None
        route = routes.find(label) if label and dose is None else None
        if label and dose is None and route is None:
            strange += [n] if meant.kind == "cells" else []
            continue
        kind = "per kg" if meant.per_kg else meant.kind
        number = NumberColumn(n, search.header[n], meant.factor or Decimal(1))
        found[kind].append(DoseColumn(number, kind, dose, route))
    kind = next((kind for kind, listed in found.items() if listed), "cells")
    given = found[kind]
    volumes = [one for one in found["volume"] if one.dose is None and one.route is None]
    search.taken.update(one.number.index for one in given)
    used = " and ".join(repr(one.number.header) for one in given)
    for header in (search.header[n] for n in strange):
        if given:
            search.warnings.append(f"{header!r} may say what was given too: only {used} is used")
        else:
            problem = "says cells of which it is not clear that they are the dose"
            search.faults.append(
                Refused("header", header, problem, "if they are, call it cells, or cells (10^6)")
            )
    names = [(one.dose, one.route) for one in given]
    if len(set(names)) < len(names) or (len(given) > 1 and (None, None) in names):
        shown = " and ".join(repr(one.number.header) for one in given)
        twice = len({one.number.header for one in given}) < len(given)
        problem = "stand for one column more than once" if twice else "all say how much was given"
        search.faults.append(Refused("header", None, f"{shown} {problem}", "keep one for each dose"))
    volume = search.number("volume") if volumes and kind != "volume" else None
    for one in given if kind == "volume" else ():
        if search.meant[one.number.index].factor is None:
            search.faults.append(Refused("header", one.number.header, "says no unit", "call it volume_mL"))
    return tuple(given), volume


def _missing(
    protocol: Protocol, found: TableColumns, asked: Asked, own: Mapping[str, int]
) -> Iterator[Refused]:
    """Refusals of columns that are missing although every dose depends on them."""
    if not found.given:
        advice = "call it cells, or cells (10^6) for millions, cells/kg, or volume_mL"
        bare = "" if found.dose is None else "; dose alone names a dose and says no amount"
        yield Refused("header", None, "has no column 'cells'", f"{advice}{bare}")
    needs = {name for prescriber in asked.prescribers() for name in prescriber.needs}
    if any(one.kind == "per kg" for one in found.given):
        needs.add("weight")
    for name in sorted(needs):
        if name == "weight" and found.weight is None:
            advice = "call the body weight weight_kg (or weight_lb, weight_g)"
            yield Refused("header", None, "has no column 'weight_kg', and the dose depends on it", advice)
        elif name != "weight" and name not in own:
            unit = protocol.patient[name].unit if name in protocol.patient else None
            column = name if unit is None else f"{name}_{unit}"
            yield Refused("header", None, f"has no column {column!r}, and the dose depends on it", "add it")
    if any(one.kind == "volume" for one in found.given):
        yield from _unmeasured(found, asked)


def _unmeasured(found: TableColumns, asked: Asked) -> Iterator[Refused]:
    """The refusal of volumes without a column of cells, where no concentration is stated or several routes share a volume."""
    for prescriber in asked.prescribers():
        routes = prescriber.rule.routes
        known = [route for route in routes if route.fill.concentration is not None]
        apart = found.route is not None or any(one.route for one in found.given) or len(routes) == 1
        if len(known) < len(routes) or not apart:
            problem = f"{found.given[0].number.header!r} alone does not say how many cells were given"
            why = "no concentration is stated" if len(known) < len(routes) else "several routes share it"
            yield Refused("header", None, f"{problem}: {why}", "add a column cells")
            return


def _nearly(
    protocol: Protocol, header: Sequence[str], unused: Iterable[int], found: TableColumns
) -> Iterator[Refused]:
    """Refusals of unknown columns whose names are nearly that of a known column which is missing."""
    there = {
        "patient": True,
        "weight": found.weight is not None,
        "cells": bool(found.given),
        "volume": found.volume is not None,
        "height": found.height is not None,
        "previous weight": found.previous_weight is not None,
        "previous cells": found.previous_cells is not None,
        "route": found.route is not None,
        "arm": found.arm is not None,
        "dose": found.dose is not None,
    }
    wanted = [name for kind, name in _WANTED.items() if not there[kind]]
    wanted += [n if c.unit is None else f"{n}_{c.unit}" for n, c in protocol.patient.items() if n != "weight"]
    taken = {fold(text) for text in header}
    meant = {fold(name): name for name in wanted if fold(name) not in taken}
    for n in unused:
        head = read_heading(header[n])
        near = difflib.get_close_matches(fold(header[n]), meant, n=5, cutoff=0.8)
        if head.unclear and (head.unit == "cell" or "dose" in head.words) and not found.given:
            yield Refused("header", header[n], f"holds {head.unclear}", "call it cells, or cells (10^6)")
        elif near:
            advice = f"did you mean {' or '.join(meant[name] for name in near)}?"
            yield Refused("header", header[n], "is nearly the name of a column", advice)
