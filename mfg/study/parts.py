"""The files of a study's tables: which are whole and whose they are, so that every row is read exactly once.

The event log has a file for each replication, every other table one for each chunk. What a file holds is written
in it, and its name vouches for that. pyarrow is loaded when a file is written or read, and pandas only when one is
read: most workers write.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfg.errors import Refused
from mfg.results.arrays import Coded, Table
from mfg.study.disk import number_of, read_intact, sealed_in

if TYPE_CHECKING:
    import pandas as pd

EVENTS = "events"
QUARANTINE = "quarantine"


def parquet(table: Table, **about: Any) -> bytes:
    """A table as the content of a Parquet file, straight from its columns, with what is said *about* it as JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    said = {key.encode(): json.dumps(value, allow_nan=False).encode() for key, value in about.items()}
    columns = pa.Table.from_arrays([_arrow(column) for column in table.values()], names=list(table))
    buffer = pa.BufferOutputStream()
    pq.write_table(columns.replace_schema_metadata(said), buffer, compression="zstd")
    content: bytes = buffer.getvalue().to_pybytes()
    return content


def _arrow(column: Any) -> Any:
    """A column as pyarrow holds it, from its own memory: `pyarrow.array` would load pandas to ask whether it is one of its."""
    import pyarrow as pa

    if isinstance(column, Coded):
        return pa.DictionaryArray.from_arrays(_arrow(column.codes), _arrow(column.words))
    if column.dtype.kind in "OU":
        words = [word.encode() for word in column]
        ends = np.cumsum([0, *map(len, words)], dtype=np.int64)
        buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(words))]
        return pa.Array.from_buffers(pa.large_string(), len(words), buffers)
    bits = np.packbits(column, bitorder="little") if column.dtype == bool else np.ascontiguousarray(column)
    return pa.Array.from_buffers(pa.from_numpy_dtype(column.dtype), len(column), [None, pa.py_buffer(bits)])


def metadata_in(content: bytes, key: str) -> Any:
    """What `parquet` was told under *key*; None if this is nothing of the kind."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return json.loads((pq.read_metadata(pa.BufferReader(content)).metadata or {})[key.encode()])
    except (pa.ArrowException, KeyError, ValueError):
        return None


def read(path: Path) -> Table:
    """The table in a Parquet file that `parquet` made, as its columns."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        stored = file.read().unify_dictionaries()
    return {name: _plain(stored.column(name).combine_chunks()) for name in stored.column_names}


def _plain(column: Any) -> Any:
    """A column from its own memory: pyarrow's way to numpy would load pandas."""
    import pyarrow as pa

    kind = str(column.type)
    if pa.types.is_dictionary(column.type):
        return Coded(_plain(column.indices), _plain(column.dictionary))
    if len(column) and pa.types.is_primitive(column.type) and kind != "bool":
        return np.frombuffer(column.buffers()[1], kind, len(column), column.offset * np.dtype(kind).itemsize)
    return np.array(column.to_pylist(), dtype=kind if pa.types.is_primitive(column.type) else object)


def place_of(folder: Path, table: str, variant: int) -> Path:
    """Where the files of one *table* of one *variant* are."""
    return folder / table / f"variant={variant}"


def rows_in(content: bytes | None, study: str, table: str, variant: int) -> range:
    """The replications whose rows a file with that *content* holds; none if it is not of this table and *study*."""
    if content is None:
        return range(0)
    if table == EVENTS:
        said = metadata_in(content, "cell") or {}
        if (said.get("study"), said.get("variant")) == (study, variant):
            return range(said["replication"], said["replication"] + 1)
        return range(0)
    whose = metadata_in(content, "part") or []
    return range(whose[3], whose[4]) if whose[:3] == [study, table, variant] else range(0)


def whose(study: str, table: str, variant: int, rows: range) -> list[str | int]:
    """What a file of a table other than the log says of itself: of which study and table, and of which replications."""
    return [study, table, variant, rows.start, rows.stop]


def frames_of(
    folder: Path, study: str, table: str, variant: int, replications: int
) -> Iterator[pd.DataFrame]:
    """The rows of the first so many *replications*, a file at a time, each row once.

    Raises:
        Refused: if a file is damaged, missing, of another study, or holds what another one holds.
    """
    covered = 0
    for path in sealed_in(place_of(folder, table, variant)):
        if number_of(path) >= replications:
            break
        content = read_intact(path)
        rows = rows_in(content, study, table, variant)
        if content is None or rows.start != number_of(path) or not rows:
            raise _unread(path, "is damaged, or not of this study")
        if rows.start < covered:
            raise _unread(path, "holds replications that another file holds too")
        if rows.start > covered:
            break
        covered = rows.stop
        frame = frame_in(content)
        yield frame[frame["replication"] < replications].reset_index(drop=True)
    if covered < replications:
        raise _unread(place_of(folder, table, variant), f"lacks replication {covered}")


def frame_in(content: bytes) -> pd.DataFrame:
    """The rows of a Parquet file with that *content*."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame: pd.DataFrame = pq.read_table(pa.BufferReader(content)).to_pandas()
    return frame


def table_of(folder: Path, study: str, table: str, variant: int, replications: int) -> pd.DataFrame:
    """The same in one frame."""
    import pandas as pd

    frames = list(frames_of(folder, study, table, variant, replications))
    together = pd.concat(frames, ignore_index=True)
    for column in frames[0].select_dtypes("category"):
        together[column] = together[column].astype("category")
    return together


def put_aside(paths: Iterable[Path], folder: Path) -> None:
    """Put files that are not what their names say into the quarantine of a study's *folder*, named after where they were."""
    for path in paths:
        aside = folder / QUARANTINE
        aside.mkdir(exist_ok=True)
        table, variant = path.parent.parent.name, path.parent.name.removeprefix("variant=")
        name = path.name if table == EVENTS else f"{table}-{path.name}"
        path.replace(aside / f"{variant}-{name}")


def _unread(path: Path, problem: str) -> Refused:
    return Refused("", str(path), problem, "give the command of this study again: it puts that right")
