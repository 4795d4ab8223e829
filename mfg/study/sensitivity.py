"""Which inputs carry a figure, and what limits a site: the two questions whose simulations are chosen by the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from mfg.errors import Parameter, Refused
from mfg.kinds import check_mapping
from mfg.reader.typed import as_text
from mfg.results.figures import asked_for
from mfg.scenario import Scenario
from mfg.study.inputs import assumed_in
from mfg.study.inputs import over as moved_over
from mfg.study.limits import LEAST, Bottlenecks, limits_of
from mfg.study.loading import check_replications, check_seed, load
from mfg.study.means import means_of
from mfg.study.screening import Screening, screen
from mfg.study.study import Study, Told
from mfg.study.variants import AS_IT_IS, SettingRange, Variant
from mfg.units import Quantity, number
from mfg.units.measure import accept, measure_of
from mfg.units.times import Delay


def sensitivity(
    scenario: str | Path,
    figure: str,
    *,
    over: Mapping[str, str | Sequence[Any]] | None = None,
    replications: int = 1,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    parts: Mapping[str, object] | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    output: str | Path | None = None,
    told: Told | None = None,
) -> Screening:
    """What each input of *scenario* does to *figure* when it goes from its low to its high end, in pairs of simulations.

    *over* gives ranges by path, as two ends or as a text: ``{"suites": (1, 4), "collect.lasts": "x0.5..x2"}``; without it
    every assumed input is moved within the range that its evidence states, or a quarter up and down. *replications* is how
    often the whole design is simulated. The others are as for `simulate`.

    Raises:
        Faults: if the scenario has any, also at an end that was given.
        Refused: for a figure, a range or means that cannot be, or if too few pairs define the figure.
        Failed: if a replication ended in an error.
    """
    seed, base = check_seed(seed), Variant(AS_IT_IS, settings, parts)
    check_mapping(over, "over", '{"suites": (1, 4)}')
    execution = means_of([base], workers=workers, executor=executor, output=output, told=told)
    ranges = [SettingRange.read(key, _range(key, given), "over") for key, given in (over or {}).items()]
    inputs = (
        moved_over(ranges) if ranges else assumed_in(load(scenario, base.settings, seed, base.parts)).inputs
    )
    return screen(
        scenario,
        figure,
        inputs=inputs,
        replications=replications,
        settings=base.settings,
        parts=base.parts,
        seed=seed,
        execution=execution,
    )


def limits(
    scenario: str | Path | Scenario,
    *,
    late: str | Quantity | None = None,
    figure: str | None = None,
    replications: int = 8,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    parts: Mapping[str, object] | None = None,
    workers: int = 1,
    executor: Executor | None = None,
) -> Bottlenecks:
    """What limits the site of *scenario*: what keeps patients waiting and puts doses off, and what one more of each does.

    *late* is a wait for the first dose that is too long, such as ``"60 day"``; a *figure* is ranked beside the wait. There
    must be 4 *replications* or more. The others are as for `simulate`.

    Raises:
        Faults: if the scenario has any.
        Refused: for a figure, a wait or means that cannot be.
        Failed: if a replication ended in an error.
    """
    seed = check_seed(seed)
    if check_replications(replications) < LEAST:
        problem, advice = "is too few to tell anything apart", f"give {LEAST} or more"
        raise Refused(Parameter("replications"), str(replications), problem, advice)
    day = None if late is None else float(number(accept(late, measure_of(Delay), Parameter("late")), "day"))
    variant = Variant(AS_IT_IS, settings, parts)
    execution = means_of([variant], workers=workers, executor=executor)
    study = Study.of(scenario, (variant,), seed)
    if figure is not None:
        asked_for(study.plans[0], figure, Parameter("figure"))
    return limits_of(study, replications=replications, late_day=day, figure=figure, execution=execution)


def _range(key: str, given: object) -> str:
    """A range as it is typed."""
    where = Parameter(f"over {key}")
    if isinstance(given, str):
        return given
    if not isinstance(given, Sequence) or len(given) != 2:
        raise Refused(
            where, str(given)[:60], "is no range", "give two ends, or a text like '20 hour..30 hour'"
        )
    return "..".join(as_text(end, where) for end in given)
