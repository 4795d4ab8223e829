"""A study read back from its folder: its settings, its figures and its tables, without the files that it was made of."""

from __future__ import annotations

import json
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from attrs import define, evolve

from mfg.errors import Parameter, Refused, nearest
from mfg.kinds import another_kind
from mfg.notebook import html_of
from mfg.results.figures import Figure, figures_of
from mfg.study.answers import HEADLINES, Answers, TablesByName, check_table, frames_of, row_of
from mfg.study.dated import dated
from mfg.study.difference import Difference, difference_in, differences_frame
from mfg.study.disk import content_of, number_of, read_intact, sealed_in
from mfg.study.folder import read
from mfg.study.loading import check_replications
from mfg.study.parts import EVENTS, metadata_in, place_of, table_of
from mfg.study.setting import Setting, settings_in
from mfg.upstairs import upstairs

if TYPE_CHECKING:
    from mfg.pictures.plot import ComparedPlot

COMPARISON = "comparison.json"


@define(slots=False, eq=False)
class StoredVariant(Answers):
    """One variant of a stored study; it answers to the words of a run that was just simulated."""

    folder: Path
    study: str
    number: int
    replications: int
    setting: Setting

    def __repr__(self) -> str:
        return f"StoredVariant({self.name}, {self.replications} replications, in {str(self.folder)!r})"

    @property
    def name(self) -> str:
        """What the study calls it."""
        return self.setting.variant

    def called(self, name: str) -> StoredVariant:
        """The same under another *name*; what was read of it is not read again."""
        renamed = copy(self)
        renamed.setting = evolve(self.setting, variant=name)
        return renamed

    @cached_property
    def by_replication(self) -> pd.DataFrame:
        """The value of every figure: a row for each replication."""
        values: dict[int, dict[str, Any]] = {}
        for path in sealed_in(place_of(self.folder, EVENTS, self.number)):
            if number_of(path) < self.replications:
                content = read_intact(path)
                cell = None if content is None else metadata_in(content, "cell")
                if cell is None or cell["study"] != self.study:
                    raise Refused("", str(path), "is damaged, or not of this study", _AGAIN)
                values[cell["replication"]] = cell["figures"]
        if len(values) < self.replications:
            missing = next(n for n in range(self.replications) if n not in values)
            raise Refused("", str(self.folder), f"lacks replication {missing} of {self.name}", _AGAIN)
        frame = pd.DataFrame.from_dict(values, orient="index").sort_index().astype(float)
        return frame.rename_axis("replication")

    @cached_property
    def estimates(self) -> list[Figure]:  # type: ignore[override]
        """Every figure with its mean and interval, as values."""
        return figures_of(self.by_replication)

    def table(self, name: str) -> pd.DataFrame:
        """A table of all replications: ``patients``, ``lots``, ``doses``, ``tests``, ``resources`` or ``events``; do not change it.

        Beside each `*_day` that is a moment stands its `*_date`.

        Raises:
            Refused: if there is no such table, or if a file of it is damaged or missing.
        """
        check_table(name)
        if name not in self._tables:
            found = table_of(self.folder, self.study, name, self.number, self.replications)
            self._tables[name] = dated(found, self.setting.start)
        return self._tables[name]

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}


_AGAIN = "give the command of this study again: it puts that right"


@define(slots=False, eq=False)
class StoredStudy(TablesByName):
    """A finished study in its folder: a run has one variant, a comparison several, the first of which is the base.

    It answers to the words of a run or of a comparison: `figures`, `figure`, `differences`, `difference`, `plot` and the
    tables, which have a column `variant` where there are several.
    """

    folder: Path
    digest: str
    versions: dict[str, str]
    replications: int
    variants: tuple[StoredVariant, ...]

    @property
    def base(self) -> StoredVariant:
        """The run, or what the other variants are held against."""
        return self.variants[0]

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self.variants)
        return f"StoredStudy({names}; {self.replications} replications, in {str(self.folder)!r})"

    def _repr_html_(self) -> str:
        names = ", ".join(one.name for one in self.variants)
        said = f"{names}; {self.replications} replications, seed {self.base.setting.seed}; the first in this table"
        shown = [row_of(one) for one in self.base.estimates if one.name in HEADLINES and one.n]
        header = ("figure", "mean", "95 % interval", "unit", "what it is")
        return html_of(self.base.setting.title, said, header, shown)

    def variant(self, name: str) -> StoredVariant:
        """One variant.

        Raises:
            Refused: if there is none of that name.
        """
        known = {one.name: one for one in self.variants}
        if not isinstance(name, str) or name not in known:
            raise Refused(Parameter("name"), str(name), "is no variant", nearest(str(name), known))
        return known[name]

    @property
    def figures(self) -> pd.DataFrame:
        """Every figure: a row for each, of a comparison for each variant and figure."""
        if len(self.variants) == 1:
            return self.base.figures
        return frames_of({one.name: one.estimates for one in self.variants})

    def figure(self, name: str, variant: str | None = None) -> Figure:
        """One figure of a *variant*, of the first one if none is named.

        Raises:
            Refused: if there is no such figure or variant.
        """
        return (self.base if variant is None else self.variant(variant)).figure(name)

    @cached_property
    def judged(self) -> list[Difference]:
        """The differences of a comparison from its first variant, as values; none of a run.

        Raises:
            Refused: if the summary of the comparison is missing, damaged or of another study.
        """
        if len(self.variants) < 2:
            return []
        path = self.folder / COMPARISON
        try:
            content = json.loads(content_of(path) or b"")
            if content["digest"] == self.digest:
                return [Difference(**one) for one in content["differences"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
        advice = "give the command of this comparison again: it writes it"
        raise Refused("", str(path), "is missing, damaged, or of another study", advice)

    @property
    def differences(self) -> pd.DataFrame:
        """What was judged: a row for each figure and variant, the variant less the first, and whether it is told apart."""
        return differences_frame(self.judged)

    def difference(self, figure: str, variant: str | None = None) -> Difference:
        """The difference in one *figure* of one *variant*, which may be left out if there are two in all.

        Raises:
            Refused: if there is no such variant, or if the figure was not compared.
        """
        return difference_in(self.judged, figure, variant)

    def table(self, name: str) -> pd.DataFrame:
        """A table of all replications, with a column `variant` where there are several; do not change it.

        Raises:
            Refused: if there is no such table, or if a file of it is damaged or missing.
        """
        if len(self.variants) == 1:
            return self.base.table(name)
        frames = {one.name: one.table(name) for one in self.variants}
        return pd.concat(frames, names=["variant", "row"]).reset_index(level="variant").reset_index(drop=True)

    @property
    def plot(self) -> ComparedPlot:
        """The charts of a report, such as ``plot.waiting()``; they show themselves in a notebook."""
        return self.plot_for(None)

    def plot_for(self, owner: object) -> ComparedPlot:
        """The same for an *owner* whose temporary folder must stay while somebody has them."""
        plot: ComparedPlot = upstairs("pictures.plot").ComparedPlot(self.variants, owner, study=self)
        return plot


def load_run(folder: str | Path, replications: int | None = None) -> StoredStudy:
    """The run or comparison that is kept in *folder*, with so many replications; as many as were asked for last, if left out.

    Raises:
        Refused: if it is none, is not finished, or lacks a file.
    """
    if not isinstance(folder, (str, Path)):
        raise another_kind(folder, "folder", "give the path of a folder")
    wanted = None if replications is None else check_replications(replications)
    where = Path(folder)
    record = read(where)
    settings = settings_in(where)
    digest, kept = record["digest"], record["replications"]
    replications = kept if wanted is None else wanted
    if replications > kept:
        problem = f"are more than the {kept} that are kept in {where}"
        raise Refused(Parameter("replications"), str(replications), problem, "give fewer, or leave it out")
    if len(settings) != len(record["identity"]["variants"]):
        raise Refused("", str(where), "has settings of another number of variants", _AGAIN)
    variants = tuple(
        StoredVariant(where, digest, n, replications, setting) for n, setting in enumerate(settings)
    )
    return StoredStudy(where, digest, record["identity"].get("versions", {}), replications, variants)
