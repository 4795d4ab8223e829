"""Published trials and throughput, and the same in whole runs of the built-in scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from attrs import frozen

from mfg.calendar import DAY, DAYS_A_MONTH
from mfg.plan.compile import plan_of
from mfg.plan.plan import Plan
from mfg.reader.scenarios import load_scenario
from mfg.results.arrays import together
from mfg.results.derived import derived_of
from mfg.results.tables import Tables
from mfg.simulation.replicate import replicate
from validation.calibration.line import Line, counted

FINAL = "sterility, final product"
PATIENTS, MONTHS = 256, 49  # commercial ones, from February 2015 to March 2019

Cases = npt.NDArray[np.bool_]


@frozen
class Trial:
    """A scenario replicated so often, and its tables with a row for each thing and replication."""

    plan: Plan
    replications: int
    tables: Tables

    @classmethod
    def of(cls, scenario: str, replications: int, settings: Mapping[str, str] | None = None) -> Trial:
        """Run it, with *settings* of its values."""
        plan = plan_of(load_scenario(scenario, settings))
        runs = {n: derived_of(plan, *replicate(plan, n)) for n in range(replications)}
        return cls(plan, replications, Tables.of(together(runs)))

    def events(self, activity: str, outcome: str) -> pd.DataFrame:
        """The rows of the event log in which *activity* came out so."""
        events = self.tables.events
        return events[(events["activity"] == activity) & (events["outcome"] == outcome)]

    def visited(self, visit: str) -> Cases:
        """Which patients came to a visit."""
        return _named(self.tables.patients).isin(_named(self.events("visit", visit)))


def in_time(trial: Trial) -> list[tuple[int, int]]:
    """Doses whose cells were not late, and all that were given from the first lot made for them, by replication."""
    doses = trial.tables.doses
    names = _named(doses, "dose")
    kept = doses["given"].to_numpy() & ~names.isin(_named(trial.events("book", "lot lost"), "dose"))
    early = kept & ~names.isin(_named(trial.events("book", "put off"), "dose"))
    counts = pd.DataFrame({"early": early, "kept": kept}).groupby(doses["replication"].to_numpy()).sum()
    return list(counts.itertuples(index=False, name=None))


def _named(table: pd.DataFrame, *columns: str) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays(
        [table["replication"], table["patient"].astype(str), *(table[column] for column in columns)]
    )


def _counted(what: str, published: int, source: str, cases: Cases, size: int, why: str = "") -> Line:
    model = counted(what, int(cases.sum()), len(cases), size)
    return Line(what, float(published), source, model, why=why)


# ---- who stays -----------------------------------------------------------------------------------------------


def leaving(phase2: Trial, nurown: Trial) -> list[Line]:
    """Who came to the baseline and who died in one trial; from screening to the end of follow-up in the other."""
    patients = phase2.tables.patients
    cells, died = ((patients[key] == word).to_numpy() for key, word in (("arm", "msc"), ("ending", "died")))
    reached = phase2.visited("V5")
    ending = nurown.tables.patients["ending"]
    eligible, completed = (ending != "not eligible").to_numpy(), (ending == "completed").to_numpy()
    randomised = nurown.visited("randomisation")
    return [
        _counted("reached the baseline, of 33 allocated to cells", 32, "Oh 2018", reached[cells], 33),
        _counted("left before the baseline, of 64 allocated", 5, "Oh 2018", ~reached, 64),
        _counted("died in nine months, of 64 allocated", 4, "Oh 2018", died, 64),
        _counted("eligible, of 59 screened", 51, "Berry 2019", eligible, 59),
        _counted("randomised, of 51 eligible", 48, "Berry 2019", randomised[eligible], 51),
        _counted("completed, of 48 randomised", 43, "Berry 2019", completed[randomised], 48),
        _counted("died, of 48 randomised", 0, "Berry 2019", (ending == "died").to_numpy()[randomised], 48),
    ]


# ---- how much is under way -------------------------------------------------------------------------------------


def throughput(korea: Trial) -> list[Line]:
    """Patients a month, and lots in culture at a time."""
    rate = PATIENTS / MONTHS
    since, until = korea.plan.warm_up / DAY, korea.plan.horizon / DAY
    patients = korea.tables.patients
    begun = patients[patients["first_dose_day"].between(since, until, inclusive="left")]
    a_month = begun.groupby("replication").size().to_numpy(dtype=np.float64) / (
        (until - since) / DAYS_A_MONTH
    )
    there = np.array([there for there, _ in little(korea)])
    lots = "lots in culture at a time, if two a patient for 28 days each"
    return [
        Line("patients a month", rate, "Corestem 2019", a_month),
        Line(lots, 2 * rate * 28 / DAYS_A_MONTH, "Corestem 2019", there),
    ]


def little(trial: Trial) -> list[tuple[float, float]]:
    """Lots in culture on average over time, and the rate at which they begin times their mean stay.

    The two sides of Little's law for the incubator, between warm-up and horizon, in each replication.
    """
    events = trial.tables.events
    since, until = trial.plan.warm_up, trial.plan.horizon
    sides = []
    for _, held in events[events["activity"] == "incubate"].groupby("replication"):
        begins, ends = held["started_min"], held["finished_min"]
        there = (ends.clip(since, until) - begins.clip(since, until)).sum() / (until - since)
        within = begins.between(since, until, inclusive="left")
        rate, stay = within.sum() / (until - since), (ends - begins)[within].mean()
        sides.append((float(there), float(rate * stay)))
    return sides


# ---- what gets in ------------------------------------------------------------------------------------------------


def contamination(trials: Iterable[Trial]) -> list[Line]:
    """Micro-organisms in what comes in, by the sample of the culture, and in what goes out."""
    tests = pd.concat([trial.tables.tests for trial in trials])
    found = (tests["outcome"] == "contamination").to_numpy()
    culture, product = (found[(tests["test"] == name).to_numpy()] for name in ("sterility", FINAL))
    half = "the model takes half of this for a single puncture, an assumption"
    grafts = "a graft is not cultured first, so that what comes in goes out; the model's products were sampled before"
    return [
        _counted("contaminated, of 317 collections", 19, "Padley 1996", culture, 317, half),
        _counted("contaminated, of 34 collections", 2, "Transfusion 2013", culture, 34, half),
        _counted("contaminated, of 11743 products", 35, "Ko 2023", product, 11743, grafts),
        _counted("contaminated, of 118 products", 0, "Transfusion 2013", product, 118),
        _counted("contaminated, of 25 products", 0, "GMP batches", product, 25),
    ]
