"""What an order rests on: each number with what supports it, and whatever nobody stated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from mfg.digits import plain
from mfg.finding import Finding
from mfg.prescription.order import Administration, Basis
from mfg.prescription.prescriber import Prescriber
from mfg.protocol.cases import LIMITS, Case
from mfg.protocol.rules import Round, When, condition_of
from mfg.units import Quantity, text

if TYPE_CHECKING:
    from mfg.evidence import Number
    from mfg.protocol.protocol import Protocol, Release
    from mfg.protocol.recipe import Step
    from mfg.protocol.route import Route

_GIVEN, NOT_GIVEN, ASSUMED = "given", "not given", "assumed"
_DECISIVE = ("dose", "concentration", "volume")  # what warns if it is an assumption


def basis_of(
    prescriber: Prescriber, case: Case, known: Mapping[str, str | Quantity], given: Sequence[Administration]
) -> tuple[Basis, ...]:
    """Everything that the dose in *case* rests on; *known* is what was said of the patient. Empty without cells."""
    if prescriber.kind != "product":
        return ()
    found = _Found(prescriber.protocol, case)
    rows = [row for name in sorted(prescriber.needs) for row in _covariate(found, name, known)]
    for route, one in zip(prescriber.routes, given, strict=True):
        rows += _route(found, route, one)
    return (*rows, *_product(found), *_release(found, prescriber.releases))


def covariates_of(prescriber: Prescriber, case: Case) -> dict[str, str]:
    """The covariates that the dose in *case* depends on, each with its unit; none without cells."""
    if prescriber.kind != "product":
        return {}
    return {name: _shown(prescriber.protocol, name, case) for name in sorted(prescriber.needs)}


def _shown(protocol: Protocol, name: str, case: Case) -> str:
    value = case[name]
    return value if isinstance(value, str) else f"{plain(value)} {protocol.patient[name].unit}"


def assumptions(basis: Sequence[Basis]) -> Iterator[Finding]:
    """A warning for each dose, concentration or volume that the protocol file assumes."""
    for row in basis:
        if row.evidence in ("assumed", "calibrated") and row.what.rpartition(": ")[2] in _DECISIVE:
            message = f"{row.what} {row.value} is not stated by any source: it is {row.evidence}"
            yield Finding("warning", "assumed", message, f"{row.evidence}: {row.because}")


class _Found:
    """The numbers of a protocol, by where they stand."""

    def __init__(self, protocol: Protocol, case: Case) -> None:
        self.protocol, self.case = protocol, case

    def under(self, path: str) -> list[Number]:
        """Every number at *path* or below it, but for those of conditions."""
        inside = (n for n in self.protocol.numbers if n.path == path or n.path.startswith(f"{path}."))
        return [number for number in inside if ".when." not in number.path]

    def rows(self, what: str, path: str, word: str | None = None) -> Iterator[Basis]:
        """A row for each of them; for a *word* without evidence, or for nothing, one that says so."""
        numbers = self.under(path)
        for number in numbers:
            key = number.path.removeprefix(path).strip(".").rpartition(".")[2]
            limit = f"{LIMITS[key]} " if key in LIMITS else ""
            name = what if key in ("", "is", *LIMITS) or key.isdecimal() else f"{what}, {key}"
            yield _row(name, f"{limit}{number.value}", number)
        if not numbers:
            yield Basis(what, word or "none", NOT_GIVEN, path=path if word else "")

    def chosen(self, path: str, conditions: Sequence[When | None]) -> str:
        """The path of the row of a decision table that holds in the case."""
        if len(conditions) == 1:
            return path
        held = [n for n, when in enumerate(conditions, 1) if self.holds(when)]
        return f"{path}.{held[0]}" if held else path

    def holds(self, when: When | None) -> bool:
        """Whether a condition holds in the case, as far as the case tells."""
        return condition_of(when, self.protocol.units).may_admit(self.case)


def _row(what: str, value: str, number: Number) -> Basis:
    evidence = number.evidence
    if evidence is None:
        return Basis(what, value, NOT_GIVEN, "", number.path)
    return Basis(what, value, evidence.kind, evidence.because, number.path)


def _covariate(found: _Found, name: str, known: Mapping[str, str | Quantity]) -> Iterator[Basis]:
    covariate = found.protocol.patient[name]
    called, said = name.replace("_", " "), known[name]
    typed = said if isinstance(said, str) else text(said)
    yield Basis(called, _shown(found.protocol, name, found.case), _GIVEN, f"of this patient, as {typed}")
    yield from found.rows(f"{called}, observed at", f"patient.{name}.at", covariate.at)
    if covariate.round is not None:
        yield from _rounding(found, f"{called}, rounded", f"patient.{name}", covariate.round)
    if covariate.valid is not None:
        yield from found.rows(f"{called}, holds for", f"patient.{name}.valid")
    if covariate.unit is not None:
        limits = [row for key in LIMITS for row in found.under(f"patient.{name}.{key}")]
        for number in limits:
            yield _row(f"{called}, limit", f"{LIMITS[number.path.split('.')[2]]} {number.value}", number)
        if not limits:
            yield Basis(f"{called}, limit", "none", NOT_GIVEN, "whether it is plausible is not checked")


def _route(found: _Found, route: Route, given: Administration) -> Iterator[Basis]:
    path, label = found.protocol.path_of(route), route.label
    yield from found.rows(f"{label}: dose", found.chosen(f"{path}.cells", [r.when for r in route.cells]))
    if route.share:
        yield from found.rows(
            f"{label}: share of it", found.chosen(f"{path}.share", [r.when for r in route.share])
        )
    if found.under(f"{path}.sites"):
        yield from found.rows(f"{label}: sites", found.chosen(f"{path}.sites", [r.when for r in route.sites]))
    else:
        yield Basis(f"{label}: sites", "1", NOT_GIVEN, "one, where a file names none")
    if route.volume is None or route.concentration is not None:
        yield from found.rows(f"{label}: concentration", f"{path}.concentration")
    if route.volume is not None:
        yield from found.rows(f"{label}: volume", f"{path}.volume")
    if route.round is not None:
        yield from _rounding(found, f"{label}: rounding", path, route.round)
    else:
        yield Basis(f"{label}: rounding", "none", NOT_GIVEN, "only a part of a cell is left out")
    if route.container is None:
        yield Basis(f"{label}: container", "none", NOT_GIVEN)
        return
    for key, what in (("holds", "size"), ("contains", "content"), ("least", "least fill")):
        if found.under(f"{path}.container.{key}"):
            yield from found.rows(f"{label}: {route.container.kind}, {what}", f"{path}.container.{key}")
    if len(given.containers) > given.sites:
        yield split_of(label, len(given.containers), route.container.kind)


def _rounding(found: _Found, what: str, path: str, rounding: Round) -> Iterator[Basis]:
    for row in found.rows(what, f"{path}.round.to"):
        yield evolve(row, value=f"{rounding.how} to {row.value}")


def split_of(label: str, number: int, kind: str) -> Basis:
    """How a volume comes to be in several containers: a rule of this program and of no source."""
    because = "this program fills each before the next; no source says how to split"
    return Basis(f"{label}: split", f"over {number} {kind}s", ASSUMED, because)


def _product(found: _Found) -> Iterator[Basis]:
    """Vehicle, expiry and storage of the product."""
    protocol = found.protocol
    steps = [step for step in protocol.recipe if found.holds(step.when)]
    step = next((step for step in protocol.suspensions if step in steps), None)
    place = protocol.path_of_step(step) if step is not None else ""
    if step is not None:
        yield from found.rows("vehicle", f"{place}.vehicle", step.vehicle)
        for key, what in (("reserve", "vehicle, kept back"), ("dead_volume", "vehicle, left behind in each")):
            if getattr(step, key) is not None:
                yield from found.rows(what, f"{place}.{key}")
    yield from found.rows(
        "expiry, use within", f"{place}.use_within" if place else "step.formulate.use_within"
    )
    yield from _kept(found, steps[steps.index(step) + 1 :] if step is not None else [])


def _kept(found: _Found, after: Sequence[Step]) -> Iterator[Basis]:
    rows = [
        row
        for step in found.protocol.shipments
        if step in after and step.keep is not None
        for row in found.rows(f"storage, {step.leg}", f"{found.protocol.path_of_step(step)}.keep")
    ]
    yield from rows or [Basis("storage", "none", NOT_GIVEN)]


def _release(found: _Found, releases: Sequence[Release]) -> Iterator[Basis]:
    for test in releases:
        path = f"release.{test.test}.limit"
        numbers = found.under(path)
        limits = [n for n in numbers if n.path != path]
        shown = " and ".join(f"{LIMITS[n.path.rpartition('.')[2]]} {n.value}" for n in limits)
        row = next(found.rows(f"release, {test.test}", path, str(test.limit)))
        yield evolve(row, value=shown or row.value)
