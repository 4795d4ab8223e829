"""A data scientist's question: what does a notebook need to work with doses and simulations, in ten steps?"""

import math
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import mfg

SCENARIO = "lenzumestrocel-phase2"


class Weibull:
    """A distribution of one's own: the inverse of its distribution function, in hours."""

    name, version, unit = "Weibull", "1", "hour"

    def __init__(self, shape, scale):
        self.shape, self.scale = shape, scale

    def inverse(self, u):
        return self.scale * (-np.log1p(-u)) ** (1 / self.shape)


class LongestWaiting:
    """An order of one's own: whose patient came first goes first."""

    name, version = "longest waiting", "1"

    def rank(self, lot):
        return lot.arrived


print("1. load")
protocol = mfg.load(SCENARIO, "protocol")
print(protocol, mfg.load(SCENARIO, "scenario"), sep="\n")

print("2. dose and audit thirty people")
people = pd.DataFrame({"patient": [f"P{n:02}" for n in range(30)], "weight_kg": [50 + n for n in range(30)]})
orders = mfg.doses(protocol, people, arm="msc")
orders.loc[7, "cells"] *= 10
verdicts = mfg.audit(protocol, orders).frame
print(verdicts.loc[verdicts["verdict"] != "ok", ["patient", "weight_kg", "verdict", "likely"]].to_string())

print("3. simulate")
run = mfg.simulate(SCENARIO, replications=5, seed=1, settings={"suites": 2})
print(run.figures.loc[["doses_given", "on_time_as_first_booked"], ["mean", "low", "high", "unit"]].round(3))

print("4. draw")
picture = run.plot.waiting()
print(picture.title)

print("5. compare")
plans = [mfg.Variant("one suite", {"suites": 1}), mfg.Variant("two suites", {"suites": 2})]
comparison = mfg.compare(SCENARIO, variants=plans, replications=5, seed=1)
print(comparison.difference("referral_to_dose_median").words)

print("6. sweep")
sweep = mfg.compare(SCENARIO, vary={"suites": [1, 2], "operators": range(2, 4)}, replications=2, seed=1)
print(sweep.figures["mean"].xs("referral_to_dose_median", level="figure").round(1))

print("7. sensitivity")
short = {"horizon": "12 week", "warm_up": "1 day"}
hours, moved = "suite_hours_per_dose", {"isolate.lasts": "x0.5..x2"}
found = mfg.sensitivity("lenzumestrocel-korea", hours, over=moved, settings=short, seed=1)
print(found.frame[["name", "effect", "told_apart"]].round(2).to_string(index=False))

print("8. keep, and read back")
with tempfile.TemporaryDirectory() as folder:
    mfg.simulate(SCENARIO, replications=2, seed=1, output=Path(folder) / "kept")
    stored = mfg.load_run(Path(folder) / "kept")
    print(f"{stored.figure('doses_given').mean:.3f} of the doses; {len(stored.patients)} patients")

print("9. an order of one's own")
by_waiting = mfg.Variant("longest waiting", {}, {"policy.order": LongestWaiting()})
ordered = mfg.compare(SCENARIO, variants=[mfg.Variant("due date", {}), by_waiting], replications=3, seed=1)
print(ordered.difference("vein_to_vein_median").words)

print("10. a distribution of one's own, and a sample")
own = mfg.simulate(SCENARIO, replications=2, seed=1, parts={"isolate.lasts": Weibull(2.0, 4.0)})
observed = [f"{time} hour" for time in (2.5, 3, 3.5, 4, 9)]
sample = mfg.simulate(SCENARIO, replications=2, seed=1, settings={"isolate.lasts": {"empirical": observed}})
for name, one in (("Weibull", own), ("sample", sample)):
    print(f"{name}: {one.figure(hours).mean:.2f} suite hours for each dose")
print(f"the mean of the Weibull: {4.0 * math.gamma(1.5):.2f} hour")

# Five times were observed. What would fifty have changed, and how would you find out?
