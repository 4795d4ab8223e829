"""The tables of a run or a comparison as CSV files, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mfg.files import writing_atomically
from mfg.results.columns import TABLES
from mfg.sheet import safe
from mfg.study.comparison import Comparison
from mfg.study.dated import dated
from mfg.study.parts import frames_of
from mfg.study.run import Run


def write_sheets(done: Run | Comparison) -> None:
    """Write each table into the folder as NAME.csv, a part at a time; its README says what columns hold.

    Of a comparison each row begins with the name of its variant. Beside each day that is a moment stands its date.
    """
    for name in TABLES:
        with writing_atomically(done.folder / f"{name}.csv", durable=True) as file:
            for n, part in enumerate(_parts(done, name)):
                text = _safe(part).to_csv(
                    index=False,
                    header=n == 0,
                    lineterminator="\n",
                    float_format="%.12g",
                    date_format="%Y-%m-%dT%H:%M",
                )
                file.write(text.encode())


def _parts(done: Run | Comparison, name: str) -> Iterator[pd.DataFrame]:
    for n, variant in enumerate(done.study.variants):
        for stored in frames_of(done.folder, done.study.identity.digest, name, n, done.replications):
            part = dated(stored, done.study.plans[n].start)
            if isinstance(done, Comparison):
                part.insert(0, "variant", variant.name)
            yield part


def _safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with words that no spreadsheet will run."""
    words = frame.select_dtypes(exclude=[np.number, "bool", "datetime"]).columns
    return frame.assign(**{name: frame[name].astype(str).map(safe) for name in words})
