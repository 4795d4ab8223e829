"""From a number of cells to a volume and to containers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from attrs import evolve, frozen

from mfg.errors import Refused
from mfg.evidence import Finding
from mfg.prescription.order import Filled
from mfg.protocol.protocol import Route, bounds_of
from mfg.protocol.rules import Bounds
from mfg.units import alike, amount, plain, text

_CELL = Decimal(1)
Note = Callable[[Finding], object]


@frozen
class Fill:
    """How one route's product is measured out, with the units taken off: cells and mL."""

    route: Route
    counted: str
    concentration: Decimal | None
    volume: Decimal | None
    volume_limits: Bounds
    holds: Decimal | None
    contains: Decimal | None
    rounds: str | None
    evidence: str

    @classmethod
    def of(cls, route: Route, counted: str, evidence: str) -> Fill:
        """The measuring out of *route*, whose cells are *counted* as ``cell`` or ``viable_cell``.

        A concentration of the other kind of cell gives no volume: only the lot's viability would.
        """
        dense, volume, container, density = (
            route.concentration,
            route.volume,
            route.container,
            f"{counted}/mL",
        )
        known = dense is not None and dense.is_ is not None and alike(dense.is_, density)
        kinds = ("mL", "container", "kg")
        return cls(
            route=route,
            counted=counted,
            concentration=amount(dense.is_, density) if known and dense and dense.is_ is not None else None,
            volume=amount(volume.is_, "mL") if volume and volume.is_ is not None else None,
            volume_limits=bounds_of(volume, "mL"),
            holds=amount(container.holds, "mL") if container and container.holds is not None else None,
            contains=amount(container.contains, counted)
            if container and container.contains is not None
            else None,
            rounds=next((k for k in kinds if alike(route.round.to, k)), counted) if route.round else None,
            evidence=evidence,
        )

    def measured(self, target: Decimal, note: Note) -> tuple[Decimal, Decimal | None]:
        """Cells and volume after the route's rounding; a fraction of a cell is never given.

        Raises:
            Refused: if the volume falls outside what the protocol allows.
        """
        rounding = self.route.round
        cells, volume = target, self.volume
        if rounding is not None and self.rounds == self.counted:
            cells = rounding.apply(cells, self.counted)
        cells = cells.quantize(_CELL, ROUND_FLOOR)
        if self.concentration is not None:
            volume = cells / self.concentration
            if rounding is not None and self.rounds == "mL":
                volume = rounding.apply(volume, "mL")
                cells = (volume * self.concentration).quantize(_CELL, ROUND_FLOOR)
        if cells != target and rounding is not None:
            off = (cells - target) / target * 100
            how = f"rounded {rounding.how} to {text(rounding.to)}: {plain(target)} cells become {plain(cells)} ({off:+.3f} %)"
            note(Finding("note", "rounded", f"{self.route.label}: {how}"))
        if volume is not None and volume not in self.volume_limits:
            problem = f"is outside {self.volume_limits.shown('mL')}"
            advice = "the protocol allows no such volume"
            raise Refused(f"route.{self.route.label}.volume", f"{plain(volume)} mL", problem, advice)
        return cells, volume

    def contained(
        self, cells: Decimal, volume: Decimal | None, note: Note
    ) -> tuple[Decimal, tuple[Filled, ...]]:
        """What is delivered, and the containers that deliver it.

        Raises:
            Refused: if only whole containers are given and no whole number of them makes the dose.
        """
        container, sites = self.route.container, self.route.sites
        if container is None:
            return cells, ()
        if self.contains is not None:
            return self._counted_out(cells)
        if self.holds is None or volume is None:
            return cells, (Filled(container.kind, self.holds),) * sites
        each = volume / sites
        full, rest = divmod(each, self.holds)
        fills = [self.holds] * int(full) + ([rest] if rest else [])
        if len(fills) > 1:
            problem = f"{plain(each)} mL does not fit one {plain(self.holds)} mL {container.kind}"
            note(Finding("note", "container-capacity", f"{problem}: {len(fills)} are filled", self.evidence))
        return cells, tuple(Filled(container.kind, self.holds, fill) for fill in fills) * sites

    def _counted_out(self, cells: Decimal) -> tuple[Decimal, tuple[Filled, ...]]:
        container, rounding = self.route.container, self.route.round
        assert container is not None
        assert self.contains is not None
        count = cells / self.contains
        if container.use == "whole" and rounding is not None and self.rounds == "container":
            count = rounding.apply(count, "container")
            cells = count * self.contains
        if container.use == "whole" and (count != count.to_integral_value() or count == 0):
            size = f"{plain(self.contains)} cells"
            problem = f"needs {plain(count)} {container.kind}s of {size}, and only whole ones are given"
            raise Refused(
                f"route.{self.route.label}.container", None, problem, "the protocol states no rounding"
            )
        opened = int(count.to_integral_value(ROUND_CEILING))
        full = Filled(container.kind, self.holds, None, self.contains, self.contains)
        last = evolve(full, cells=cells - self.contains * (opened - 1))
        return cells, (full,) * (opened - 1) + (last,)
