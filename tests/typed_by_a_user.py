"""What somebody writes whose own types are checked: every public name, with the kinds of values that it takes and gives.

It is not run: `tests/test_typed.py` has it read by mypy.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

import mfg


class Weibull:
    """A distribution of one's own."""

    name, version, unit = "Weibull", "1", "hour"

    def inverse(self, u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Its inverse distribution function."""
        return np.asarray(4.0 * np.sqrt(-np.log1p(-u)))


def of_files(name: str, path: Path) -> Sequence[str]:
    """Whatever is read."""
    loaded = mfg.load({"schema": "site-1", "name": "mine"}, "site")
    site, run = mfg.load_site(name), mfg.load_run(path)
    listed = [*mfg.protocols(), *mfg.scenarios(), *mfg.sites(), *mfg.populations(), mfg.__version__]
    return [*listed, repr(loaded), site.name, run.digest]


def of_doses(name: str, people: pd.DataFrame) -> pd.DataFrame:
    """Doses, dates, and an audit."""
    protocol = mfg.load_protocol(name)
    order = mfg.dose(protocol, arm="msc", weight="72 kg", weighed=date(2026, 3, 1), on="2026-03-02")
    schedule = mfg.schedule(protocol, baseline=date(2026, 3, 2), arm=order.arm, given={"weight": "72 kg"})
    orders: pd.DataFrame = mfg.doses(protocol, people, arm="msc")
    judged: pd.DataFrame = mfg.audit(protocol, orders, round="0.1mL").frame
    return pd.concat([judged, schedule.frame, mfg.doses(protocol, Path("people.csv"))])


def of_runs(name: str, folder: Path) -> float | None:
    """Everything that simulates, with values of Python and with parts of one's own."""
    own = {"isolate.lasts": Weibull()}
    settings = {"suites": 3, "chance": False, "start": date(2026, 3, 2), "isolate.lasts": {"mean": "3 hour"}}
    scenario = mfg.load_scenario(name, settings)
    run = mfg.simulate(scenario, replications=2, seed=1, output=folder)
    plans = [mfg.Variant("one", {"suites": 1}), mfg.Variant("two", {"suites": 2}, own)]
    compared = mfg.compare(name, variants=plans, figures=["doses_given"], settings={"chance": True})
    swept = mfg.compare(name, vary={"suites": [1, 2], "operators": range(2, 4)})
    found = mfg.sensitivity(
        name, "doses_given", over={"suites": (1, 4), "collect.lasts": "x0.5..x2"}, parts=own
    )
    limited = mfg.limits(name, late="60 day", parts=own)
    told = mfg.today(name, futures=20, parts=own)
    story = mfg.trace(name, patient="S01", parts=own)
    texts = [
        repr(one) for one in (limited, told, story, swept.figures, found.frame, run.plot.waiting().title)
    ]
    try:
        return compared.difference("doses_given", "two").mean or run.figure("doses_given").mean
    except mfg.Failed as failed:
        raise SystemExit(str(failed)) from failed
    except (mfg.Refused, mfg.Faults) as refused:
        texts.append(str(refused))
    except mfg.MfgError:
        raise
    return None
