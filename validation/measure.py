"""What is measured of one replication: times in hours, shares of one, numbers as averages over time."""

from __future__ import annotations

import numpy as np

from validation.run import Measure, Run, Wholes

HOUR = 60


# ---- of what was done ----------------------------------------------------------------------------------


def mean_wait(*activities: str) -> Measure:
    """The mean wait for work."""
    return lambda run: float(run.rows(*activities).waits.mean()) / HOUR


def mean_wait_of_the_first(count: int, activity: str) -> Measure:
    """The mean wait of the first *count* who ask in an empty place."""

    def measure(run: Run) -> float:
        waits = run.rows(activity, whole=True).waits
        assert len(waits) >= count
        return float(waits[:count].mean()) / HOUR

    return measure


def mean_wait_by_decline(activity: str, least: float, most: float) -> Measure:
    """The mean wait of those who decline by *least* to *most* points a month."""

    def measure(run: Run) -> float:
        rows, known = run.rows(activity), run.rows("allocate", whole=True)
        decline = np.empty(len(known.patient))
        decline[known.patient] = known.value
        chosen = (decline[rows.patient] >= least) & (decline[rows.patient] <= most)
        return float(rows.waits[chosen].mean()) / HOUR

    return measure


def share_waiting(activity: str, longer_than: float = 0.0) -> Measure:
    """The share that waits longer than so many hours."""
    return lambda run: float((run.rows(activity).waits > longer_than * HOUR).mean())


def mean_duration(activity: str) -> Measure:
    """The mean duration of work."""
    return lambda run: float(run.rows(activity).durations.mean()) / HOUR


def variance_of_duration(activity: str) -> Measure:
    """The variance of the duration of work, hours squared."""
    return lambda run: float(run.rows(activity).durations.var(ddof=1)) / HOUR**2


def mean_value(activity: str, unit: float) -> Measure:
    """The mean of the number that goes with work, in *unit*."""
    return lambda run: float(run.rows(activity).value.mean()) / unit


def variance_of_value(activity: str, unit: float) -> Measure:
    """The variance of the number that goes with work, in *unit* squared."""
    return lambda run: float(run.rows(activity).value.var(ddof=1)) / unit**2


# ---- of who comes and how it ends ----------------------------------------------------------------------


def mean_gap(run: Run) -> float:
    """The mean time between two arrivals."""
    return float(np.diff(run.rows("arrive").queued).mean()) / HOUR


def variance_of_gaps(run: Run) -> float:
    """The variance of the time between two arrivals, hours squared."""
    return float(np.diff(run.rows("arrive").queued).var(ddof=1)) / HOUR**2


def mean_arrivals(days: int) -> Measure:
    """The mean number of arrivals in so many days."""
    return lambda run: float(_arrivals(run, days).mean())


def variance_of_arrivals(days: int) -> Measure:
    """The variance of the number of arrivals in so many days."""
    return lambda run: float(_arrivals(run, days).var(ddof=1))


def share_ending(*endings: str) -> Measure:
    """The share of patients whose way ends so."""
    return lambda run: float(np.isin(run.rows("end", whole=True).outcome, endings).mean())


def share_never(activity: str) -> Measure:
    """The share of the patients for whom *activity* was never begun."""
    return lambda run: 1 - per_patient(activity)(run)


def per_patient(activity: str) -> Measure:
    """How often *activity* was done for a patient."""

    def measure(run: Run) -> float:
        came, rows = run.rows("arrive").patient, run.rows(activity, whole=True).patient
        return float(np.isin(rows, came).sum() / len(came))

    return measure


def between(first: str, last: str) -> Measure:
    """The mean time from the end of *first* to *last*, patient by patient."""
    return lambda run: float(_between(run, first, last).mean()) / HOUR


def variance_between(first: str, last: str) -> Measure:
    """The variance of the time from the end of *first* to *last*, hours squared."""
    return lambda run: float(_between(run, first, last).var(ddof=1)) / HOUR**2


# ---- of what is there ----------------------------------------------------------------------------------


def mean_waiting(activity: str) -> Measure:
    """How many wait for work, on average over time."""

    def measure(run: Run) -> float:
        rows = run.rows(activity, whole=True)
        return _overlap(rows.queued, rows.started, run.window)

    return measure


def mean_at_work(activity: str) -> Measure:
    """How many are at work or under way, on average over time."""

    def measure(run: Run) -> float:
        rows = run.rows(activity, whole=True)
        return _overlap(rows.started, rows.finished, run.window)

    return measure


def square_at_work(activity: str, about: float) -> Measure:
    """The squared distance of the number at work from *about*, on average over time."""

    def measure(run: Run) -> float:
        rows, (since, until) = run.rows(activity, whole=True), run.window
        moments, there = numbers(rows.started, rows.finished)
        lasting = np.diff(np.append(moments, until).clip(since, until))
        return float(((there - about) ** 2 * lasting).sum() / (until - since))

    return measure


def at_work(activity: str, hour: float) -> Measure:
    """How many are at work or under way at one moment."""

    def measure(run: Run) -> float:
        rows, moment = run.rows(activity, whole=True), hour * HOUR
        return float(((rows.started <= moment) & (rows.finished > moment)).sum())

    return measure


def utilisation(resource: str) -> Measure:
    """The busy part of a resource, of its capacity, on average over time."""

    def measure(run: Run) -> float:
        plan = run.plan
        number = plan.resources.index(resource)
        busy = 0.0
        for activity in plan.activities:
            units = dict(activity.uses).get(number, 0)
            if units:
                busy += units * mean_at_work(activity.name)(run)
        return busy / plan.capacities[number]

    return measure


def numbers(begins: Wholes, ends: Wholes) -> tuple[Wholes, Wholes]:
    """The moments at which somebody comes or goes, and how many are there from each of them on."""
    moments = np.concatenate([begins, ends])
    order = np.argsort(moments, kind="stable")
    return moments[order], np.cumsum(np.repeat([1, -1], len(begins))[order])


def _overlap(starts: Wholes, ends: Wholes, window: tuple[int, int]) -> float:
    since, until = window
    return float((ends.clip(since, until) - starts.clip(since, until)).sum() / (until - since))


def _arrivals(run: Run, days: int) -> Wholes:
    since, until = run.window
    edges = np.arange(since, until + 1, days * 24 * HOUR)
    return np.histogram(run.rows("arrive").queued, edges)[0]


def _between(run: Run, first: str, last: str) -> Wholes:
    begins, ends = run.rows(first), run.rows(last, whole=True)
    reached = dict(zip(ends.patient.tolist(), ends.started.tolist(), strict=True))
    return np.array([reached[patient] for patient in begins.patient.tolist()]) - begins.finished
