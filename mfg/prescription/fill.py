"""From a number of cells to a volume and to containers, in cells and mL."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, Decimal

from attrs import evolve, frozen

from mfg.digits import near, plain
from mfg.digits import volume as shown
from mfg.errors import Refused
from mfg.finding import Finding
from mfg.prescription.order import Filled
from mfg.protocol.cases import UNBOUNDED, Bounds, Rounding

_NONE = Decimal(0)
MOST_CONTAINERS = 10_000  # beyond it a size or a concentration is a slip
MUCH = 10  # percent: rounding that moves a dose by more is a warning
Note = Callable[[Finding], object]


@frozen
class Box:
    """The containers of one route; `sizes` are in mL, the smallest first, and `contains` the cells of one.

    Less than `least` mL cannot be drawn up.
    """

    kind: str
    use: str
    sizes: tuple[Decimal, ...]
    contains: Decimal | None
    evidence: str
    least: Decimal | None = None

    @property
    def nominal(self) -> Decimal | None:
        """The size, if there is just one."""
        return self.sizes[0] if len(self.sizes) == 1 else None

    def containers_for(self, volume: Decimal) -> list[Filled]:
        """The containers for *volume*: the largest while a whole one is needed, then the smallest that holds the rest."""
        largest = self.sizes[-1]
        full, rest = (_NONE, volume) if volume < largest else divmod(volume, largest)
        last = next(size for size in self.sizes if size >= rest)
        return [Filled(self.kind, largest, largest)] * int(full) + (
            [Filled(self.kind, last, rest)] if rest else []
        )


@frozen
class Fill:
    """How one route's product is measured out.

    What is `counted` is a unit: ``cell``, ``viable_cell`` or ``IEQ``, and `what` the word for many of them. A concentration of another kind is left
    out here: only the lot's viability would give a volume. `density` is the range that the concentration must
    lie in; `limited` says whether it or the volume has limits. What `rounding` rounds stands in its unit.
    """

    label: str
    counted: str
    what: str
    concentration: Decimal | None
    density: Bounds
    volume: Decimal | None
    volume_limits: Bounds
    limited: bool
    rounding: Rounding | None
    box: Box | None

    def measure(self, target: Decimal, note: Note) -> tuple[Decimal, Decimal | None]:
        """Cells and volume after the route's rounding; a fraction of a cell is never given.

        Raises:
            Refused: if nothing is left, or if volume or concentration fall outside what the protocol allows.
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
            how = f"rounded {rounding}: {near(target)} {self.what} become {near(cells)} ({off:+.3f} %)"
            note(Finding(_level(off), "rounded", f"{self.label}: {how}"))
        if cells < 1:
            raise Refused(
                f"route.{self.label}.cells", None, "comes to no cell at all", "there is no such dose"
            )
        if volume is not None and self.limited:
            self._judge(cells, volume)
        return cells, volume

    def _judge(self, cells: Decimal, volume: Decimal) -> None:
        advice = "the protocol allows no such"
        if volume not in self.volume_limits:
            problem = f"is outside {self.volume_limits.shown('mL')}"
            raise Refused(f"route.{self.label}.volume", f"{plain(volume)} mL", problem, f"{advice} volume")
        if self.concentration is None and cells not in self._within(volume):
            unit = f"{self.counted}/mL"
            given, problem = f"{plain(cells / volume)} {unit}", f"is outside {self.density.shown(unit)}"
            raise Refused(f"route.{self.label}.concentration", given, problem, f"{advice} concentration")

    def _within(self, volume: Decimal) -> Bounds:
        """The cells that *volume* may hold."""
        least, most = self.density.least, self.density.most
        return Bounds(
            least=None if least is None else least * volume, most=None if most is None else most * volume
        )

    def narrow(self, limits: Bounds) -> Bounds:
        """What is left of *limits* of the cells in a volume that is stated, at a concentration that is allowed.

        Raises:
            Refused: if nothing is left.
        """
        if self.volume is None or not self.density.ends():
            return limits
        held = self._within(self.volume)
        least, most = _least(limits.least, held.least), _most(limits.most, held.most)
        if least is not None and most is not None and least > most:
            problem = f"leaves no number of cells in {plain(self.volume)} mL for this patient"
            advice = "the protocol's own limits exclude each other here"
            raise Refused(f"route.{self.label}.concentration", None, problem, advice)
        return Bounds(least=least, most=most)

    def volumes(self, least: Decimal | None, most: Decimal | None) -> Bounds:
        """The volumes that so many cells may come in, where none is stated.

        Raises:
            Refused: if there is none.
        """
        if self.concentration is None and not self.limited:
            return UNBOUNDED
        thick, thin = self.concentration or self.density.most, self.concentration or self.density.least
        low = _least(least / thick if least is not None and thick else None, self.volume_limits.least)
        high = _most(most / thin if most is not None and thin else None, self.volume_limits.most)
        if low is not None and high is not None and low > high:
            problem = f"would be at least {plain(low)} mL and at most {plain(high)} mL"
            advice = "the protocol's own limits exclude each other here"
            raise Refused(f"route.{self.label}.volume", None, problem, advice)
        return Bounds(least=low, most=high)

    def fill_containers(
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
            return self._counted_out(box, box.contains, cells, note)
        if sites > MOST_CONTAINERS:
            self._few(box, Decimal(sites))
        if not box.sizes or volume is None:
            return cells, (Filled(box.kind, box.nominal),) * sites
        each = volume / sites if sites > 1 else volume
        if each > box.sizes[-1]:
            self._few(box, volume / box.sizes[-1])
        fills = box.containers_for(each)
        if len(fills) > 1:
            problem = f"{shown(each)} does not fit one {plain(box.sizes[-1])} mL {box.kind}"
            split = f"{len(fills)} are filled, one before the next, as this program and no source splits them"
            note(Finding("note", "container-capacity", f"{problem}: {split}", box.evidence))
        return cells, tuple(fills) * sites

    def _counted_out(
        self, box: Box, contains: Decimal, cells: Decimal, note: Note
    ) -> tuple[Decimal, tuple[Filled, ...]]:
        count = cells / contains
        if box.use == "whole" and self.rounding is not None and self.rounding.unit == "container":
            count, exact = self.rounding.apply(count), cells
            cells = count * contains
            if cells != exact and cells:
                off = (cells - exact) / exact * 100
                how = f"{near(exact)} {self.what} become {plain(count)} whole {box.kind}s of {near(contains)}"
                note(Finding(_level(off), "rounded", f"{self.label}: {how}: {near(cells)} ({off:+.3f} %)"))
        if box.use == "whole" and (count != count.to_integral_value() or count == 0):
            size = f"{plain(contains)} {self.what}"
            problem = f"needs {plain(count)} {box.kind}s of {size}, and only whole ones are given"
            where = f"route.{self.label}.container"
            raise Refused(where, None, problem, "the protocol states no rounding")
        self._few(box, count)
        opened = int(count.to_integral_value(ROUND_CEILING))
        full = Filled(box.kind, box.nominal, None, contains, contains)
        last = evolve(full, cells=cells - contains * (opened - 1))
        return cells, (full,) * (opened - 1) + (last,)

    def _few(self, box: Box, count: Decimal) -> None:
        if count > MOST_CONTAINERS:
            problem = f"would need {plain(count)} {box.kind}s, more than {MOST_CONTAINERS}"
            raise Refused(
                f"route.{self.label}.container", None, problem, "check sizes, sites and concentration"
            )


def _level(off: Decimal) -> str:
    """How a deviation of so many percent is told."""
    return "warning" if abs(off) > MUCH else "note"


def _least(*ends: Decimal | None) -> Decimal | None:
    return max((end for end in ends if end is not None), default=None)


def _most(*ends: Decimal | None) -> Decimal | None:
    return min((end for end in ends if end is not None), default=None)
