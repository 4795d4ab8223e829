"""What a frame looks at: a run as it is stored, or one future that is kept nowhere."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from mfg.study.setting import Setting


class Looked(Protocol):
    """A setting, and the tables of so many replications of it."""

    @property
    def setting(self) -> Setting:
        """Dates, places, courses and evidence."""

    @property
    def replications(self) -> int:
        """How many replications the tables hold."""

    def table(self, name: str) -> pd.DataFrame:
        """A table of all replications, each row with its `replication`; not to be changed."""
