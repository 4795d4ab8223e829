"""The six invented therapies of `examples/protocols`, as their tests ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pandas as pd
from attrs import evolve

import mfg
from mfg.calendar import DAY
from mfg.plan.compile import plan_of
from mfg.protocol.protocol import Protocol
from mfg.results.arrays import together
from mfg.results.derived import derived_of
from mfg.results.tables import Tables, tables_of
from mfg.scenario import Arrivals, Candidate
from mfg.simulation.replicate import replicate
from tests.conftest import ROOT
from tests.small_unit import done

FILES = ROOT / "examples" / "protocols"
START = date(2026, 1, 5)  # of every scenario: a Monday
Given = Mapping[str, str]
THREE = range(3)


def therapy(name: str) -> Protocol:
    """The protocol of that name."""
    return mfg.load_protocol(str(FILES / f"{name}.toml"))


def prescribed(
    name: str, arm: str | None, dose: str | None, **given: str
) -> tuple[Decimal | None, Decimal | None, int]:
    """Cells, mL and containers of the one administration of a dose."""
    (one,) = mfg.dose(therapy(name), arm=arm, dose=dose, given=given).administrations
    return one.cells, one.volume_mL, len(one.containers)


def calendar(name: str, baseline: str, *, arm: str | None = None, **given: str) -> dict[str, int]:
    """The day of every event, counted from the *baseline*, on which everything fits."""
    found = mfg.schedule(therapy(name), baseline=baseline, arm=arm, given=given)
    assert found.fits
    return {event.name: event.day for event in found.events if event.day is not None}


def settled(name: str, *kg: float, every: int = 0, **settings: str) -> Tables:
    """A run without chance: patients A, B, C ... of so many kg, one every so many days from the start.

    *settings* are values by their path, with two underscores for a point and one for a space.
    """
    paths = {key.replace("__", ".").replace("_", " "): value for key, value in settings.items()}
    scenario = mfg.load_scenario(str(FILES / "scenarios" / f"{name}.toml"), {**paths, "chance": "false"})
    first = START.toordinal()
    come = [
        Candidate(chr(ord("A") + n), date.fromordinal(first + n * every), weight)
        for n, weight in enumerate(kg)
    ]
    plan = plan_of(evolve(scenario, arrivals=Arrivals(patients=tuple(come))))
    return tables_of(plan, *replicate(plan, 0))


def by_chance(name: str) -> Tables:
    """Three replications of the scenario as it is."""
    plan = plan_of(mfg.load_scenario(str(FILES / "scenarios" / f"{name}.toml")))
    return Tables.of(together({n: derived_of(plan, *replicate(plan, n)) for n in THREE}))


def days(tables: Tables, activity: str, outcome: str | None = None) -> list[int]:
    """The days on which something was begun, in order of time."""
    rows = done(tables, activity)
    if outcome is not None:
        rows = rows[rows["outcome"] == outcome]
    return [int(minute) // DAY for minute in rows["started_min"]]


def visits(tables: Tables) -> dict[str, int]:
    """The day of each visit; each takes place once."""
    rows = done(tables, "visit")
    assert rows["outcome"].is_unique
    return {
        str(name): int(minute) // DAY
        for name, minute in zip(rows["outcome"], rows["started_min"], strict=True)
    }


def given(tables: Tables) -> pd.DataFrame:
    """The doses that were given: day and cells, in order of time."""
    rows = tables.doses[tables.doses["given"]].sort_values("given_day")
    return rows.assign(day=rows["given_day"].astype(int))
