"""Tables as plain columns: arrays of numbers, and words by their codes. `tables` makes data frames of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import fields, frozen

Numbers = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


@frozen(eq=False)
class Coded:
    """A column of words: their `codes` in the sorted `words`."""

    codes: npt.NDArray[np.integer[Any]]
    words: npt.NDArray[np.object_]

    @classmethod
    def of(cls, codes: npt.NDArray[np.integer[Any]], names: Sequence[str]) -> Coded:
        """The column with these *codes* of *names*; the same word may have several codes."""
        words, word = np.unique(np.array(names, dtype=object).astype(str), return_inverse=True)
        return cls(word.astype(np.int32)[codes], words.astype(object))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, chosen: Any) -> Coded:
        return Coded(self.codes[chosen], self.words)

    def among(self, *words: str) -> Marks:
        """Which rows have one of *words*."""
        marks: Marks = np.isin(self.words, words)[self.codes]
        return marks

    def spelled(self) -> npt.NDArray[np.object_]:
        """The words themselves."""
        spelled: npt.NDArray[np.object_] = self.words[self.codes]
        return spelled


Column = npt.NDArray[Any] | Coded
Table = dict[str, Any]  # columns by their names, all of one length


@frozen(eq=False)
class Derived:
    """The event log of one replication and everything that follows from it, as columns."""

    events: Table
    patients: Table
    lots: Table
    doses: Table
    tests: Table
    resources: Table


def stacked(tables: Mapping[int, Table]) -> Table:
    """The same table of several replications as one, each row with its replication."""
    first = next(iter(tables.values()))
    counts = [len(next(iter(table.values()), ())) for table in tables.values()]
    numbers = np.repeat(np.fromiter(tables, dtype=np.int32), counts)
    return {"replication": numbers} | {
        name: _joined([table[name] for table in tables.values()]) for name in first
    }


def together(derived: Mapping[int, Derived]) -> Derived:
    """What follows from several replications as one, each row with its replication."""
    names = [field.name for field in fields(Derived)]
    return Derived(**{name: stacked({n: getattr(one, name) for n, one in derived.items()}) for name in names})


def _joined(columns: Sequence[Any]) -> Column:
    if not isinstance(columns[0], Coded):
        joined: npt.NDArray[Any] = np.concatenate(columns)
        return joined
    words: Sequence[Coded] = columns
    begins = np.cumsum([0, *(len(column.words) for column in words)])
    codes = np.concatenate([column.codes + begin for column, begin in zip(words, begins, strict=False)])
    return Coded.of(codes, [word for column in words for word in column.words])


def chosen(table: Table, rows: Any) -> Table:
    """Some *rows* of a table."""
    return {name: column[rows] for name, column in table.items()}


def is_in(column: npt.NDArray[np.object_], *words: str) -> Marks:
    """Which rows of a *column* of words have one of *words*."""
    return np.fromiter((word in words for word in column), dtype=bool, count=len(column))
