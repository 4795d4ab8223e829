"""A study read back from its folder: its settings, its figures and its tables, without the files that it was made of."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from attrs import define

from mfg.errors import Refused
from mfg.results.columns import TABLES
from mfg.results.figures import Figure, figures_of
from mfg.study.dated import dated
from mfg.study.disk import number_of, read_intact, sealed_in
from mfg.study.folder import read
from mfg.study.parts import EVENTS, metadata_in, place_of, table_of
from mfg.study.setting import Setting, settings_in


@define(slots=False)
class StoredVariant:
    """One variant of a stored study; tables have a row for each thing and replication, units in their column names."""

    folder: Path
    study: str
    number: int
    replications: int
    setting: Setting

    @property
    def name(self) -> str:
        """What the study calls it."""
        return self.setting.variant

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
    def figures(self) -> dict[str, Figure]:
        """Every figure with its mean and interval, by its name."""
        return {one.name: one for one in figures_of(self.by_replication)}

    def table(self, name: str) -> pd.DataFrame:
        """A table of all replications: ``patients``, ``lots``, ``doses``, ``tests``, ``resources`` or ``events``; do not change it.

        Beside each `*_day` that is a moment stands its `*_date`.

        Raises:
            Refused: if there is no such table, or if a file of it is damaged or missing.
        """
        if name not in TABLES:
            raise Refused("table", name, "is none", f"the tables are {', '.join(TABLES)}")
        if name not in self._tables:
            found = table_of(self.folder, self.study, name, self.number, self.replications)
            self._tables[name] = dated(found, self.setting.start)
        return self._tables[name]

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}


_AGAIN = "give the command of this study again: it puts that right"


@define(slots=False)
class StoredStudy:
    """A finished study in its folder: a run has one variant, a comparison several, the first of which is the base."""

    folder: Path
    digest: str
    versions: dict[str, str]
    replications: int
    variants: tuple[StoredVariant, ...]

    @property
    def base(self) -> StoredVariant:
        """The run, or what the other variants are held against."""
        return self.variants[0]


def load_run(folder: str | Path) -> StoredStudy:
    """The run or comparison that is kept in *folder*, with as many replications as were asked for last.

    Raises:
        Refused: if it is none, is not finished, or lacks a file.
    """
    where = Path(folder)
    record = read(where)
    settings = settings_in(where)
    digest, replications = record["digest"], record["replications"]
    if len(settings) != len(record["identity"]["variants"]):
        raise Refused("", str(where), "has settings of another number of variants", _AGAIN)
    variants = tuple(
        StoredVariant(where, digest, n, replications, setting) for n, setting in enumerate(settings)
    )
    return StoredStudy(where, digest, record["identity"].get("versions", {}), replications, variants)
