"""The tables of a run as CSV files, for a spreadsheet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mfg.columns import TABLES
from mfg.sheet import safe
from mfg.study.disk import written
from mfg.study.run import Run, parts_of


def write_sheets(run: Run) -> None:
    """Write each table of *run* into its folder as NAME.csv, a part at a time; its README says what columns hold."""
    for name in TABLES:
        with written(run.folder / f"{name}.csv", durable=True) as file:
            for n, part in enumerate(parts_of(run.folder, name, 0, run.replications)):
                text = _safe(part).to_csv(
                    index=False, header=n == 0, lineterminator="\n", float_format="%.12g"
                )
                file.write(text.encode())


def _safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with words that no spreadsheet will run."""
    words = frame.select_dtypes(exclude=[np.number, "bool"]).columns
    return frame.assign(**{name: frame[name].astype(str).map(safe) for name in words})
