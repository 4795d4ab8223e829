"""The volume of a measured lot that holds the prescribed cells."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import evolve

from mfg.digits import exact, near, plain
from mfg.errors import Parameter, Refused
from mfg.finding import Finding
from mfg.prescription.fill import Fill, Note
from mfg.prescription.order import Administration, FromLot, MeasuredLot, in_words
from mfg.prescription.prescriber import Prescriber
from mfg.protocol.cases import CELL_KINDS
from mfg.units import Quantity, alike, amount, kind_of
from mfg.units.amounts import Concentration, Percent
from mfg.units.measure import accept, measure_of

if TYPE_CHECKING:
    from mfg.protocol.protocol import Release

_COUNT, _VIABILITY = Parameter("count"), Parameter("viability")
_ONE, _HUNDRED = Decimal(1), Decimal(100)


def lot_of(count: str | Quantity | None, viability: str | Quantity | None) -> MeasuredLot | None:
    """The lot that was counted; None if nothing was.

    Raises:
        Refused: for a count that is no concentration, a viability that is no percentage, or one without a count.
    """
    part = None
    if viability is not None:
        part = amount(accept(viability, evolve(measure_of(Percent), zero=False), _VIABILITY), "%")
    if count is None:
        if part is not None:
            raise Refused(_VIABILITY, f"{plain(part)} %", "has no use without a count", "give `count` too")
        return None
    dense = accept(count, measure_of(Concentration), _COUNT)
    kind = kind_of(dense)
    return MeasuredLot(amount(dense, f"{kind}/mL"), kind, part)


def from_lot(fill: Fill, given: Administration, lot: MeasuredLot, note: Note) -> FromLot:
    """What is taken of *lot* for the cells that one route prescribes.

    Raises:
        Refused: if the count does not tell what the dose counts, or if the volume or the concentration that comes out
            is one that the protocol does not allow.
    """
    if given.cells is None:
        problem = f"has no use for {fill.label}: the lot decides how many {fill.what} are given"
        raise Refused(_COUNT, _shown(lot), problem, "leave it out")
    if given.counted not in CELL_KINDS:
        problem = f"counts {CELL_KINDS[lot.kind]}, and the dose counts {in_words(given)}: nothing here tells them apart"
        raise Refused(_COUNT, _shown(lot), problem, "reckon the volume from a count of them")
    many, parts, reckoning = _held(fill, lot)
    density, volume = many / parts, given.cells * parts / many
    steps = [*reckoning, f"{near(given.cells)} {fill.what} / {exact(density)} per mL = {exact(volume)} mL"]
    if fill.volume is None and fill.rounding is not None and fill.rounding.unit == "mL":
        volume = fill.rounding.apply(volume)
        steps.append(f"rounded {fill.rounding}: {plain(volume)} mL")
    _judge(fill, volume, density)
    filled = volume if fill.volume is None else fill.volume
    if fill.volume is not None:
        steps.append(f"made up to {plain(fill.volume)} mL")
    _, containers = fill.fill_containers(given.cells, filled, given.sites, note)
    if given.kind == "cell" and lot.viability_percent is not None:
        alive = given.cells * lot.viability_percent / 100
        steps.append(
            f"at {plain(lot.viability_percent)} % viability {near(Decimal(int(alive)))} of them are viable"
        )
    planned = given.cells / fill.concentration if fill.concentration is not None else None
    return FromLot(fill.label, given.cells, fill.counted, density, volume, planned, containers, tuple(steps))


def _held(fill: Fill, lot: MeasuredLot) -> tuple[Decimal, Decimal, list[str]]:
    """How many of the cells that the dose counts are in how many mL of *lot*, and the calculation in words."""
    count, part = lot.count_per_mL, lot.viability_percent
    if lot.kind == fill.counted:
        return count, _ONE, []
    if {lot.kind, fill.counted} != {"cell", "viable_cell"}:
        problem = f"counts {CELL_KINDS[lot.kind]}, and the dose counts {fill.what}: no number joins them"
        raise Refused(_COUNT, _shown(lot), problem, f"give a count in {fill.counted}/mL")
    if part is None:
        problem = (
            f"counts {CELL_KINDS[lot.kind]}, and the dose counts {fill.what}: only the viability joins them"
        )
        raise Refused(_COUNT, _shown(lot), problem, f"give `viability` too, or a count in {fill.counted}/mL")
    if lot.kind == "cell":
        alive = f"{exact(count * part / 100)} viable cells per mL"
        return count * part, _HUNDRED, [f"{exact(count)} cells per mL x {plain(part)} % = {alive}"]
    total = f"{exact(count * 100 / part)} cells per mL"
    return count * 100, part, [f"{exact(count)} viable cells per mL / {plain(part)} % = {total}"]


def _judge(fill: Fill, volume: Decimal, density: Decimal) -> None:
    """Refuse a volume or a concentration that the protocol does not allow."""
    unit = f"{fill.counted}/mL"
    if fill.volume is not None and volume > fill.volume:
        problem = f"is more than the {plain(fill.volume)} mL that {fill.label} is given in"
        raise Refused(_COUNT, f"{exact(volume)} mL", problem, "the lot is too thin for this dose")
    if volume not in fill.volume_limits:
        problem = f"is outside {fill.volume_limits.shown('mL')} for {fill.label}"
        raise Refused(_COUNT, f"{exact(volume)} mL", problem, "the protocol allows no such volume")
    if fill.volume is None and density not in fill.density:
        problem = f"is outside {fill.density.shown(unit)} for {fill.label}"
        raise Refused(
            _COUNT, f"{exact(density)} {unit}", problem, "the protocol allows no such concentration"
        )


def judge_concentration(fill: Fill, taken_of: FromLot, tolerance: Decimal) -> Iterator[Finding]:
    """A finding about a lot whose concentration is not the one that the protocol states."""
    stated, planned = fill.concentration, taken_of.planned_mL
    if stated is None or planned is None or stated == taken_of.per_mL:
        return
    off = (taken_of.per_mL - stated) / stated * 100
    dense = f"the lot holds {exact(taken_of.per_mL)} {fill.what} per mL, the protocol states {exact(stated)} ({off:+.3f} %)"
    message = f"{fill.label}: {dense}: {exact(taken_of.volume_mL)} mL instead of {exact(planned)} mL"
    yield Finding("warning" if abs(off) > tolerance else "note", "another-concentration", message)


def judge_release(prescriber: Prescriber, lot: MeasuredLot) -> Iterator[Finding]:
    """Findings about the release limits of the protocol that the measurements of *lot* do not decide.

    Raises:
        Refused: if the lot is outside one of them.
    """
    others: list[str] = []
    for test in prescriber.releases:
        wanting = _tested(prescriber, test, lot) if "viability" in test.test.lower() else ""
        if wanting is None:
            continue
        if wanting:
            yield Finding(
                "note", "release-not-checked", f"{test.test}: {test.limit} is not checked: {wanting}"
            )
        else:
            others.append(test.test)
    if others:
        yield Finding(
            "note", "release-not-checked", f"release tests that are not checked here: {', '.join(others)}"
        )


def _tested(prescriber: Prescriber, test: Release, lot: MeasuredLot) -> str | None:
    """None if *lot* is within the limit of *test*, else what would be needed to tell; refused if it is outside."""
    limits = [limit for _, limit in test.limit.bounds()]
    if limits and all(alike(limit, "%") for limit in limits):
        if lot.viability_percent is None:
            return f"give `{_VIABILITY}`"
        value, unit, where = lot.viability_percent, "%", _VIABILITY
    else:
        kind = next((k for k in CELL_KINDS if limits and all(alike(q, f"{k}/mL") for q in limits)), None)
        if kind is None or kind != lot.kind:
            return "nothing that was given measures it"
        value, unit, where = lot.count_per_mL, f"{kind}/mL", _COUNT
    if value in test.limit.within(unit):
        return None
    evidence = prescriber.protocol.evidence_of(f"release.{test.test}.limit.{next(test.limit.bounds())[0]}")
    stated = f" ({evidence})" if evidence else ""
    problem = f"is outside {test.limit}, the release limit of {test.test}{stated}"
    raise Refused(where, f"{plain(value)} {unit}", problem, "this protocol releases no such lot")


def _shown(lot: MeasuredLot) -> str:
    return f"{plain(lot.count_per_mL)} {lot.kind}/mL"
