"""From a number of cells to a volume and to containers, in cells and mL."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, Decimal

from attrs import evolve, frozen

from mfg.digits import plain
from mfg.errors import Refused
from mfg.evidence import Finding
from mfg.prescription.order import Filled
from mfg.protocol.cases import Bounds, Rounding

Note = Callable[[Finding], object]


@frozen
class Box:
    """The containers of one route; `holds` is a size in mL, `contains` the cells of one."""

    kind: str
    use: str
    holds: Decimal | None
    contains: Decimal | None
    evidence: str


@frozen
class Fill:
    """How one route's product is measured out.

    What is `counted` is a unit: ``cell`` or ``viable_cell``. A concentration of the other kind of cell
    is None here: only the lot's viability would give a volume. What `rounding` rounds stands in its unit.
    """

    label: str
    counted: str
    concentration: Decimal | None
    volume: Decimal | None
    volume_limits: Bounds
    rounding: Rounding | None
    box: Box | None

    def measured(self, target: Decimal, note: Note) -> tuple[Decimal, Decimal | None]:
        """Cells and volume after the route's rounding; a fraction of a cell is never given.

        Raises:
            Refused: if the volume falls outside what the protocol allows.
        """
        rounding = self.rounding
        cells, volume = target, self.volume
        if rounding is not None and rounding.unit == self.counted:
            cells = rounding.apply(cells)
        cells = Decimal(int(cells))
        if self.concentration is not None:
            volume = cells / self.concentration
            if rounding is not None and rounding.unit == "mL":
                volume = rounding.apply(volume)
                cells = Decimal(int(volume * self.concentration))
        if cells != target and rounding is not None:
            off = (cells - target) / target * 100
            how = f"rounded {rounding}: {plain(target)} cells become {plain(cells)} ({off:+.3f} %)"
            note(Finding("note", "rounded", f"{self.label}: {how}"))
        if volume is not None and volume not in self.volume_limits:
            problem = f"is outside {self.volume_limits.shown('mL')}"
            advice = "the protocol allows no such volume"
            raise Refused(f"route.{self.label}.volume", f"{plain(volume)} mL", problem, advice)
        return cells, volume

    def contained(
        self, cells: Decimal, volume: Decimal | None, sites: int, note: Note
    ) -> tuple[Decimal, tuple[Filled, ...]]:
        """What is delivered, and the containers that deliver it.

        Raises:
            Refused: if only whole containers are given and no whole number of them makes the dose.
        """
        box = self.box
        if box is None:
            return cells, ()
        if box.contains is not None:
            return self._counted_out(box, box.contains, cells)
        if box.holds is None or volume is None:
            return cells, (Filled(box.kind, box.holds),) * sites
        each = volume / sites
        full, rest = divmod(each, box.holds)
        fills = [box.holds] * int(full) + ([rest] if rest else [])
        if len(fills) > 1:
            problem = f"{plain(each)} mL does not fit one {plain(box.holds)} mL {box.kind}"
            note(Finding("note", "container-capacity", f"{problem}: {len(fills)} are filled", box.evidence))
        return cells, tuple(Filled(box.kind, box.holds, fill) for fill in fills) * sites

    def _counted_out(self, box: Box, contains: Decimal, cells: Decimal) -> tuple[Decimal, tuple[Filled, ...]]:
        count = cells / contains
        if box.use == "whole" and self.rounding is not None and self.rounding.unit == "container":
            count = self.rounding.apply(count)
            cells = count * contains
        if box.use == "whole" and (count != count.to_integral_value() or count == 0):
            size = f"{plain(contains)} cells"
            problem = f"needs {plain(count)} {box.kind}s of {size}, and only whole ones are given"
            where = f"route.{self.label}.container"
            raise Refused(where, None, problem, "the protocol states no rounding")
        opened = int(count.to_integral_value(ROUND_CEILING))
        full = Filled(box.kind, box.holds, None, contains, contains)
        last = evolve(full, cells=cells - contains * (opened - 1))
        return cells, (full,) * (opened - 1) + (last,)
