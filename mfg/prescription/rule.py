"""The rule for one dose in decimals and words: what computes, for any number of patients.

The order of the arithmetic is fixed: round the covariates, choose the row, find the target, apply cap
and floor, round the product, fill the containers, judge what is delivered. All of it is decimal, and
nothing is rounded that the protocol does not round, except that a cell is never divided. A rule knows no
protocol and no units, so it can be sent to another process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TypeVar

from attrs import frozen

from mfg.digits import near, plain
from mfg.errors import Refused
from mfg.finding import Finding
from mfg.prescription.fill import Fill, Note
from mfg.prescription.order import Administration, Filled
from mfg.protocol.cases import UNBOUNDED, Bounds, Case, Condition, Measured, choose


@frozen
class Amount:
    """A number of cells, and the covariate (or ``site``) that it is multiplied with."""

    value: Decimal
    per: str | None

    def of(self, case: Case, sites: int) -> Decimal:
        """The cells in *case*."""
        if self.per is None:
            return self.value
        factor = sites if self.per == "site" else case[self.per]
        assert not isinstance(factor, str)
        if factor <= 0:
            problem = "is nothing that a dose can be multiplied with"
            raise Refused(self.per, plain(Decimal(factor)), problem, "give a value above zero")
        return self.value * factor


@frozen
class CellRow:
    """One row of a route's cells: its target, what moves it, what judges what is delivered."""

    target: Amount | None
    lower: tuple[Amount, ...]
    upper: tuple[Amount, ...]
    cap: Amount | None
    floor: Amount | None
    unknown: str | None

    def limits(self, case: Case, sites: int, where: str, what: str) -> Bounds:
        """The range in which the delivered cells, or the total of which a share is given, must lie; *what* they are called."""
        if not self.lower and not self.upper:
            return UNBOUNDED
        least = max((a.of(case, sites) for a in self.lower), default=None)
        most = min((a.of(case, sites) for a in self.upper), default=None)
        if least is not None and most is not None and least > most:
            ends = f"at least {plain(least)} and at most {plain(most)} {what}"
            problem = f"leaves no dose for this patient: {ends}"
            raise Refused(where, None, problem, "the protocol's own limits exclude each other here")
        return Bounds(least=least, most=most)

    def amounts(self) -> Iterator[Amount]:
        """Every number of cells that this row states."""
        yield from (a for a in (self.target, *self.lower, *self.upper) if a is not None)


@frozen
class RouteRule:
    """What one route gives; `counted` is the protocol's own word for what is counted, `where` its place there."""

    where: str
    name: str
    component: str | None
    counted: str
    sites: tuple[tuple[Condition, int], ...]
    shares: tuple[tuple[Condition, Decimal], ...]
    rows: tuple[tuple[Condition, CellRow], ...]
    fill: Fill

    def administration(self, case: Case, weight: Decimal | None, note: Note) -> Administration:
        """What this route gives in *case*, per kg too if the dose depends on the *weight*."""
        fill, where = self.fill, self.where
        row, sites = _chosen(self.rows, case, where), _chosen(self.sites, case, where)
        if row.unknown is not None:
            raise Refused(where, None, f"is not known: {row.unknown}", "the protocol defines no dose")
        limits = row.limits(case, sites, where, fill.what)
        share = _chosen(self.shares, case, where) if self.shares else _WHOLE
        if limits is not UNBOUNDED:
            limits = _part(limits, share)
        if row.target is None:
            return self._as_the_lot_gives(limits, sites, note)
        target = row.target.of(case, sites)
        if limits is not UNBOUNDED:
            target = self._cap_and_floor(row, target, case, sites, note)
        if self.shares:
            target *= share
        cells, volume = fill.measure(target, note)
        cells, containers = fill.fill_containers(cells, volume, sites, note)
        if cells not in limits:
            problem = f"comes to {plain(cells)} {fill.counted}, outside {limits.shown(fill.counted)}"
            raise Refused(where, None, problem, "the protocol allows no such dose")
        volumes = fill.volumes(cells, cells) if volume is None else UNBOUNDED
        return Administration(
            route=self.name,
            component=self.component,
            counted=self.counted,
            kind=fill.counted,
            sites=sites,
            cells=cells,
            cells_least=limits.least,
            cells_most=limits.most,
            cells_per_kg=cells / weight if weight is not None else None,
            cells_per_site=cells / sites if sites > 1 else None,
            concentration_cells_per_mL=fill.concentration or (cells / volume if volume else None),
            volume_mL=volume,
            volume_least_mL=volumes.least,
            volume_most_mL=volumes.most,
            containers=containers,
        )

    def _as_the_lot_gives(self, limits: Bounds, sites: int, note: Note) -> Administration:
        """What is given where the lot decides, within *limits*."""
        fill, box = self.fill, self.fill.box
        limits = fill.narrow(limits)
        volumes = fill.volumes(limits.least, limits.most) if fill.volume is None else UNBOUNDED
        everything = box is not None and box.use == "all"
        if everything:
            message = f"{fill.label}: everything that the lot gave is given"
            note(Finding("note", "all-given", message))
        return Administration(
            route=self.name,
            component=self.component,
            counted=self.counted,
            kind=fill.counted,
            sites=sites,
            cells_least=limits.least,
            cells_most=limits.most,
            concentration_cells_per_mL=fill.concentration,
            volume_mL=fill.volume,
            volume_least_mL=volumes.least,
            volume_most_mL=volumes.most,
            containers=(Filled(box.kind, box.nominal),) if box is not None else (),
            all_given=everything,
        )

    def _cap_and_floor(self, row: CellRow, cells: Decimal, case: Case, sites: int, note: Note) -> Decimal:
        """The target after cap and floor."""
        for name, limit, pick in (("cap", row.cap, min), ("floor", row.floor, max)):
            end = limit.of(case, sites) if limit is not None else cells
            if pick(cells, end) != cells:
                message = (
                    f"{self.fill.label}: the {name} of {near(end)} {self.fill.what} replaces {near(cells)}"
                )
                note(Finding("note", f"{name}-applied", message))
                cells = end
        return cells

    def without_cells(self, case: Case) -> Administration:
        """What this route gives as placebo or sham."""
        return Administration(
            route=self.name,
            component=self.component,
            counted=self.counted,
            kind=self.fill.counted,
            sites=_chosen(self.sites, case, self.where),
            cells=Decimal(0),
        )


_T = TypeVar("_T")
_WHOLE = Decimal(1)


def _chosen(rows: tuple[tuple[Condition, _T], ...], case: Case, where: str) -> _T:
    """The row of *rows* that holds; one without a condition stands alone and is not asked."""
    return choose(rows, case, where) if rows[0][0].parts else rows[0][1]


def _part(limits: Bounds, share: Decimal) -> Bounds:
    """The limits of a share of what *limits* limit, in whole cells."""
    least, most = limits.least, limits.most
    return Bounds(
        least=None if least is None else Decimal(int(least * share)),
        most=None if most is None else most * share,
    )


def _unheard(_: Finding) -> None:
    """Takes findings and keeps none."""


@frozen
class Rule:
    """The rule for one dose of one arm; `needs` names the covariates that it asks for."""

    protocol: str
    kind: str
    needs: frozenset[str]
    measured: Mapping[str, Measured]
    routes: tuple[RouteRule, ...]

    def accept(self, name: str, value: Decimal, where: str) -> Decimal:
        """A covariate in its own unit, inside the protocol's limits and rounded as the protocol says.

        Raises:
            Refused: outside the limits.
        """
        known = self.measured.get(name)
        return value if known is None else known.accept(value, where, self.protocol)

    def administrations(self, case: Case, note: Note = _unheard) -> tuple[Administration, ...]:
        """What is given in *case*: covariates as `accept` returns them, and the words that are asked for.

        *note* is told what there is to say of the arithmetic.

        Raises:
            Refused: if something is missing, or if the protocol allows no dose here.
        """
        if self.kind != "product":
            return tuple(route.without_cells(case) for route in self.routes)
        if not self.needs <= case.keys():
            missing = sorted(self.needs - case.keys())
            asked = " and ".join("`weight`" if n == "weight" else f"`given {n}`" for n in missing)
            raise Refused("dose", None, f"depends on the {' and the '.join(missing)}", f"give {asked}")
        weight = case["weight"] if "weight" in self.needs else None
        per = weight if isinstance(weight, Decimal) else None
        return tuple(route.administration(case, per, note) for route in self.routes)
