"""What a protocol gets wrong although each of its lines is well formed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mfg.errors import Refused, nearest
from mfg.protocol.occurrences import occurrences
from mfg.protocol.protocol import Protocol, bounds_of
from mfg.protocol.recipe import Expand, Formulate
from mfg.protocol.rules import Bounds, When, condition_of, uncovered
from mfg.protocol.supplies import supply_faults
from mfg.units import KNOWN, Quantity, alike, text

_WORDS = {
    "donor": ("autologous", "allogeneic"),
    "treatment": ("product", "placebo", "sham"),
    "supply": ("fresh", "bank", "stock"),
    "visit": ("screening", "visit"),
    "by": ("telephone",),
    "use": ("fill", "draw", "whole", "all"),
    "holds": ("formulation", "administration", "nothing"),
    "each": ("lot", "dose"),
    "how": ("ratio", "in order"),
}


def faults_of(protocol: Protocol) -> Iterator[Refused]:
    """Every contradiction inside one protocol."""
    unknown = list(_units(protocol))
    if unknown:
        yield from unknown  # without them no rule can be read
        return
    yield from _words(protocol)
    yield from _names(protocol)
    yield from _arms(protocol)
    yield from _events(protocol)
    yield from _routes(protocol)
    yield from _covariates(protocol)
    yield from _recipe(protocol)
    yield from supply_faults(protocol)


def _words(protocol: Protocol) -> Iterator[Refused]:
    said: list[tuple[str, str | None, str]] = [("donor", protocol.donor, "donor")]
    said += [(f"treatment.{t.name}.kind", t.kind, "treatment") for t in protocol.treatments]
    said += [(f"supply.{s.name}.kind", s.kind, "supply") for s in protocol.supplies]
    said += [(f"visit.{v.name}.kind", v.kind, "visit") for v in protocol.visits]
    said += [(f"visit.{v.name}.by", v.by, "by") for v in protocol.visits]
    said += [
        (f"route.{r.label}.container.use", r.container.use, "use") for r in protocol.routes if r.container
    ]
    said += [(f"release.{r.test}.holds", r.holds, "holds") for r in protocol.release]
    said += [(f"release.{r.test}.each", r.each, "each") for r in protocol.release]
    if protocol.allocation:
        said.append(("allocation.how", protocol.allocation.how, "how"))
    for path, word, kind in said:
        if word is not None and word not in _WORDS[kind]:
            yield Refused(path, word, "is not allowed", nearest(word, _WORDS[kind]))


def _names(protocol: Protocol) -> Iterator[Refused]:
    lists: dict[str, list[str]] = {
        "arm": [a.name for a in protocol.arms],
        "treatment": [t.name for t in protocol.treatments],
        "supply": [s.name for s in protocol.supplies],
        "route": [f"{r.label} as {r.treatment}" if r.treatment else r.label for r in protocol.routes],
        "dose and visit": [o.name for e in protocol.events for o in occurrences(e)],
        "release": [r.test for r in protocol.release],
    }
    for kind, names in lists.items():
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield Refused(kind, name, "stands more than once", "give each its own name")


def _arms(protocol: Protocol) -> Iterator[Refused]:
    if not protocol.arms:
        yield Refused("arm", None, "is missing", "write at least one [[arm]] with the doses that it receives")
    planned = [o.name for dose in protocol.doses for o in occurrences(dose)]
    treatments = [t.name for t in protocol.treatments]
    for arm in protocol.arms:
        for dose, treatment in arm.doses.items():
            if dose not in planned:
                yield Refused(
                    f"arm.{arm.name}.doses", dose, "is no dose of this protocol", nearest(dose, planned)
                )
            if treatment not in treatments:
                advice = nearest(treatment, treatments)
                yield Refused(
                    f"arm.{arm.name}.doses.{dose}", treatment, "is no treatment of this protocol", advice
                )
        if arm.ratio == 0 or arm.size == 0:
            yield Refused(f"arm.{arm.name}", "0", "gives the arm no patients", "leave the arm out")
    block = protocol.allocation.block if protocol.allocation else None
    ratios = sum(arm.ratio or 0 for arm in protocol.arms)
    if block is not None and (ratios == 0 or block % ratios):
        advice = f"use a multiple of {ratios}" if ratios else "give the arms ratios"
        yield Refused("allocation.block", str(block), "does not divide by the ratios", advice)


def _events(protocol: Protocol) -> Iterator[Refused]:
    names = {o.name for event in protocol.events for o in occurrences(event)}
    for event in protocol.events:
        kind = "dose" if event in protocol.doses else "visit"
        path = f"{kind}.{event.name}"
        if not event.day and event.after is None:
            yield Refused(path, None, "has no day", 'give day = "26 day" or after = { of = ..., is = ... }')
        if event.repeat and event.repeat.times < 1:
            yield Refused(f"{path}.repeat.times", "0", "is no repetition", "write how often it takes place")
        if event.day:
            yield from _covered(protocol, f"{path}.day", [row.when for row in event.day], {"arm"})
        if event.after:
            known = names | {"previous", "release", "baseline"}
            if event.after.of not in known:
                yield Refused(
                    f"{path}.after.of", event.after.of, "is no event", nearest(event.after.of, known)
                )
            stated = [event.after.is_, event.after.least, event.after.most]
            if all(q is None for q in stated) or (
                event.after.is_ is not None and any(q is not None for q in stated[1:])
            ):
                yield Refused(f"{path}.after", None, "says no spacing", "give is, or least and most")
    for supply in protocol.supplies:
        path = f"supply.{supply.name}.before"
        if supply.kind != "stock" and not supply.before:
            yield Refused(path, None, "is missing", "say how long before a dose the material is collected")
        elif supply.before:
            yield from _covered(protocol, path, [row.when for row in supply.before], {"arm", "dose"})


def _routes(protocol: Protocol) -> Iterator[Refused]:
    if not protocol.routes and any(arm.doses for arm in protocol.arms):
        yield Refused("route", None, "is missing", "write a [[route]] that says how the cells are given")
    for route in protocol.routes:
        path = f"route.{route.label}"
        if route.treatment and route.treatment not in [t.name for t in protocol.treatments]:
            advice = nearest(route.treatment, [t.name for t in protocol.treatments])
            yield Refused(f"{path}.treatment", route.treatment, "is no treatment of this protocol", advice)
        if route.sites < 1:
            yield Refused(f"{path}.sites", "0", "is no site", "give the number of sites")
        yield from _covered(
            protocol, f"{path}.cells", [rule.when for rule in route.cells], {"arm", "dose", "supply"}
        )
        for rule in route.cells:
            stated = [rule.is_, rule.least, rule.most]
            if rule.unknown is None and all(q is None for q in stated):
                yield Refused(
                    f"{path}.cells", None, "says no number of cells", "give is, least, most or unknown"
                )
            if rule.unknown is not None and any(q is not None for q in stated):
                yield Refused(
                    f"{path}.cells.unknown", None, "stands beside a number", "leave one of them out"
                )
            if rule.of is not None and rule.of not in protocol.units:
                yield Refused(
                    f"{path}.cells.of", rule.of, "is no covariate", nearest(rule.of, protocol.units)
                )
            for quantity in (*stated, rule.cap, rule.floor):
                if quantity is not None:
                    yield from _scale(protocol, f"{path}.cells", rule.of, quantity)
        dense, volume = route.concentration, route.volume
        if dense is not None and dense.is_ is not None and volume is not None and volume.is_ is not None:
            advice = "one of the two follows from the cells; leave it out"
            yield Refused(path, None, "states both a concentration and a volume", advice)
        box = route.container
        if box is not None and box.use in ("draw", "whole") and box.contains is None:
            yield Refused(
                f"{path}.container",
                None,
                f"is used {box.use} and says not what it contains",
                'give contains = "25e6 cell"',
            )


def _scale(protocol: Protocol, path: str, of: str | None, quantity: Quantity) -> Iterator[Refused]:
    """Whether what a rule scales with is described, in a unit that fits."""
    if any(
        alike(quantity, f"{cell}{suffix}") for cell in ("cell", "viable_cell") for suffix in ("", "/site")
    ):
        return
    area = any(alike(quantity, f"{cell}/m**2") for cell in ("cell", "viable_cell"))
    if area and of is None:
        yield Refused(
            path,
            text(quantity),
            "does not say of which area",
            'add of = "..." and describe it under [patient]',
        )
        return
    name = of or "weight"
    unit = protocol.units.get(name)
    if unit is None:
        yield Refused(
            path, text(quantity), f"scales with the {name}", f"describe it: [patient.{name}] with its unit"
        )
    elif not any(alike(quantity, f"{cell}/{unit}") for cell in ("cell", "viable_cell")):
        yield Refused(path, text(quantity), f"does not fit the {name} in {unit}", f"write it per {unit}")


def _covered(protocol: Protocol, path: str, rows: Iterable[When | None], free: set[str]) -> Iterator[Refused]:
    """Whether the rows of a decision table take every case exactly once."""
    units, words = protocol.units, protocol.words()
    known = set(units) | {n for n in words if n in free or n in protocol.patient}
    conditions = []
    for when in rows:
        strange = sorted(set(when.conditions) - known) if when else []
        if strange:
            yield Refused(
                f"{path}.when", strange[0], "is nothing that can be asked here", nearest(strange[0], known)
            )
            return
        for name, limits in when.conditions.items() if when else ():
            odd = [w for w in limits.one_of if name in words and w not in words[name]]
            wrong = [q for _, q in limits.bounds() if name not in units or not alike(q, units[name])]
            if odd:
                yield Refused(
                    f"{path}.when.{name}", odd[0], "is no value of it", nearest(odd[0], words[name])
                )
                return
            if wrong or (limits.one_of and name in units):
                advice = f"write limits in {units[name]}" if name in units else "write one of its words"
                yield Refused(f"{path}.when.{name}", str(limits), "does not fit it", advice)
                return
        conditions.append(condition_of(when, units))
    reach = {name: bounds_of(protocol.patient[name], unit) for name, unit in units.items()}
    for problem in uncovered(conditions, words, reach):
        yield Refused(path, None, f"does not take every case exactly once: {problem}", "mend the conditions")


def _units(protocol: Protocol) -> Iterator[Refused]:
    """Covariates whose unit is none, or whose limits are not in it."""
    for name, covariate in protocol.patient.items():
        path, unit = f"patient.{name}", covariate.unit
        if unit is not None and unit not in KNOWN:
            yield Refused(f"{path}.unit", unit, "is no unit of this field", nearest(unit, KNOWN))
            continue
        for key in ("least", "most"):
            limit = getattr(covariate, key)
            if limit is not None and (unit is None or not alike(limit, unit)):
                advice = f"write it in {unit}" if unit else "leave it out: a word has no limits"
                yield Refused(f"{path}.{key}", text(limit), "is not in the unit of its covariate", advice)


def _covariates(protocol: Protocol) -> Iterator[Refused]:
    events = {"screening", "baseline", "collection", "dose"} | {v.name for v in protocol.visits}
    for name, covariate in protocol.patient.items():
        path = f"patient.{name}"
        if (covariate.unit is None) == (not covariate.one_of):
            yield Refused(path, None, "is neither a quantity nor a word", "give unit or one_of")
            continue
        if covariate.at is not None and covariate.at not in events:
            yield Refused(f"{path}.at", covariate.at, "is no event", nearest(covariate.at, events))
        reach = bounds_of(covariate, covariate.unit) if covariate.unit else Bounds()
        if reach.least is not None and reach.most is not None and reach.least > reach.most:
            yield Refused(path, None, "has a least above its most", "exchange them")


def _recipe(protocol: Protocol) -> Iterator[Refused]:
    for step in protocol.recipe:
        if isinstance(step, Expand):
            grown = [step.vessel, step.seeding, step.reseeding, step.harvest_at, step.passages]
            if (step.lasts is None) == any(q is None for q in grown):
                advice = "give lasts, or vessel, seeding, reseeding, harvest_at and passages"
                yield Refused("step.expand", None, "is neither timed nor grown", advice)
            if step.medium is not None and step.medium_every is not None:
                yield Refused(
                    "step.expand", None, "changes medium in two ways", "give medium or medium_every"
                )
        if isinstance(step, Formulate) and step.draw is not None and step.drawn is None:
            yield Refused(
                "step.formulate.drawn", None, "is missing", "say how long before the dose it is drawn"
            )
    done = [step.do for step in protocol.recipe]
    for release in protocol.release:
        for key, place in (("at", release.sample.at), ("before", release.sample.before)):
            known = {*done, "harvest", "last passage", "medium"}
            if place is not None and place not in known:
                yield Refused(
                    f"release.{release.test}.sample.{key}", place, "is no step", nearest(place, known)
                )
        if (release.sample.at is None) == (release.sample.before is None):
            yield Refused(f"release.{release.test}.sample", None, "is not placed", "give at or before")
