"""One possible future of a scenario with all its tables, kept nowhere: to be looked at as if it were a stored run."""

from __future__ import annotations

import pandas as pd
from attrs import define, field

from mfg.results.tables import Tables, tables_of
from mfg.simulation.replicate import replicate
from mfg.study.dated import dated
from mfg.study.setting import Setting, setting_of
from mfg.study.study import Study


@define
class Future:
    """One replication, simulated when it is made."""

    setting: Setting
    tables: Tables
    replications: int = field(default=1, init=False)

    def table(self, name: str) -> pd.DataFrame:
        """A table with dates; its only replication is number 0."""
        found: pd.DataFrame = getattr(self.tables, name)
        return dated(found, self.setting.start).assign(replication=0)


def future_of(study: Study, number: int) -> Future:
    """The future with this *number* of the first variant of *study*."""
    variant, scenario, plan = study.variants[0], study.scenarios[0], study.plans[0]
    log, names = replicate(plan, number)
    return Future(setting_of(variant.name, variant.settings, scenario, plan), tables_of(plan, log, names))
