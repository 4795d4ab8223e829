"""Tracing: one replication of a scenario, and the story of one of its patients."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mfg.errors import Parameter, Refused, nearest
from mfg.kinds import check_text
from mfg.plan.compile import plan_of
from mfg.results.story import Story, first_treated, story_of
from mfg.scenario import Scenario
from mfg.simulation.replicate import replicate
from mfg.study.loading import check_seed, is_whole
from mfg.study.study import load_variant
from mfg.study.variants import AS_IT_IS, Variant


def trace(
    scenario: str | Path | Scenario,
    *,
    patient: str | None = None,
    replication: int = 0,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    parts: Mapping[str, object] | None = None,
) -> Story:
    """The story of *patient* (the first who received a dose, if none is named) in one replication of *scenario*.

    *settings* and *parts* are as in `simulate`.

    Raises:
        Faults: if the scenario has any.
        Refused: if there is no such patient or replication, or for a seed that cannot be.
    """
    if not is_whole(replication) or replication < 0:
        raise Refused(
            Parameter("replication"), str(replication), "is no replication", "they are counted from 0"
        )
    check_text(patient, "patient", "S01")
    seed = check_seed(seed)
    loaded = load_variant(scenario, Variant(AS_IT_IS, settings, parts), seed)
    plan = plan_of(loaded)
    log, names = replicate(plan, replication)
    if not names:
        raise Refused(
            Parameter("replication"), str(replication), "has no patients: nobody came", "tell another one"
        )
    chosen = patient if patient is not None else names[first_treated(plan, log) or 0]
    if chosen not in names:
        raise Refused(Parameter("patient"), chosen, "did not come", nearest(chosen, names))
    return story_of(plan, log, names, chosen, loaded.protocol.units)
