"""What every result answers in the same words: a run that was just simulated, and one that is read from its folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from attrs import asdict

from mfg.errors import Parameter, Refused, nearest
from mfg.notebook import said_interval, said_number
from mfg.results.columns import TABLES
from mfg.results.figures import Figure
from mfg.upstairs import upstairs

if TYPE_CHECKING:
    from mfg.pictures.plot import Plot

HEADLINES = (
    "referral_to_dose_median",
    "referral_to_dose_late",
    "vein_to_vein_median",
    "vein_to_vein_p90",
    "on_time_as_first_booked",
    "doses_given",
    "patients_completed",
    "patients_treated_per_month",
    "points_lost_waiting",
    "lots_lost",
    "collections_per_patient",
    "suite_hours_per_dose",
)
_COLUMNS = ("mean", "low", "high", "unit", "about", "good", "n", "undefined")


class TablesByName(ABC):
    """The tables, each by its name: a row for each thing and replication, units in the column names."""

    __slots__ = ()

    @abstractmethod
    def table(self, name: str) -> pd.DataFrame:
        """A table by its name; do not change it."""

    @property
    def events(self) -> pd.DataFrame:
        """The event log: a row for each thing that was done."""
        return self.table("events").copy()

    @property
    def patients(self) -> pd.DataFrame:
        """A row for each patient."""
        return self.table("patients").copy()

    @property
    def lots(self) -> pd.DataFrame:
        """A row for each lot."""
        return self.table("lots").copy()

    @property
    def doses(self) -> pd.DataFrame:
        """A row for each planned dose."""
        return self.table("doses").copy()

    @property
    def tests(self) -> pd.DataFrame:
        """A row for each result of the laboratory."""
        return self.table("tests").copy()

    @property
    def resources(self) -> pd.DataFrame:
        """A row for each kind of room, staff and equipment of each place."""
        return self.table("resources").copy()


class Answers(TablesByName):
    """Figures, tables and charts of one scenario, replicated; `estimates` are its figures as values."""

    __slots__ = ()

    estimates: Sequence[Figure]

    @property
    def figures(self) -> pd.DataFrame:
        """Every figure by its name: its mean and 95 % interval, its unit and meaning, whether "high" or "low" is good.

        `n` replications define it, `undefined` ones do not.
        """
        return frame_of(self.estimates)

    def figure(self, name: str) -> Figure:
        """One figure.

        Raises:
            Refused: if there is none of that name, with the nearest ones.
        """
        return figure_in(self.estimates, name)

    @property
    def plot(self) -> Plot:
        """The charts of a report, such as ``run.plot.waiting()``; they show themselves in a notebook."""
        plot: Plot = upstairs("pictures.plot").Plot((self,))
        return plot


def check_table(name: str) -> None:
    """Refuse the *name* of a table that there is not.

    Raises:
        Refused: with the nearest names.
    """
    if not isinstance(name, str) or name not in TABLES:
        raise Refused(Parameter("name"), str(name), "is no table", nearest(str(name), TABLES))


def figure_in(estimates: Sequence[Figure], name: str) -> Figure:
    """The figure called *name*.

    Raises:
        Refused: if there is none of that name, with the nearest ones.
    """
    known = {one.name: one for one in estimates}
    if not isinstance(name, str) or name not in known:
        raise Refused(Parameter("name"), str(name), "is no figure", nearest(str(name), known))
    return known[name]


def row_of(one: Figure) -> tuple[str, str, str, str, str]:
    """A figure in words: its name, mean, interval, unit and meaning."""
    return one.name, said_number(one.mean), said_interval(one.low, one.high), one.unit, one.about


def frame_of(estimates: Sequence[Figure]) -> pd.DataFrame:
    """Figures as a table: a row for each, by its name."""
    index = pd.Index([one.name for one in estimates], name="figure")
    return pd.DataFrame([_fields(one) for one in estimates], index=index, columns=list(_COLUMNS))


def frames_of(estimates: Mapping[str, Sequence[Figure]]) -> pd.DataFrame:
    """The figures of several variants as one table: a row for each variant and figure."""
    return pd.concat({name: frame_of(own) for name, own in estimates.items()}, names=["variant", "figure"])


def _fields(one: Figure) -> dict[str, Any]:
    values = asdict(one)
    numbers = {key: float("nan") if values[key] is None else values[key] for key in ("mean", "low", "high")}
    return {**values, **numbers}
