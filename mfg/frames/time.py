"""Where the time goes: from referral to the first dose of cells, stage by stage, and what work waits for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from attrs import frozen

from mfg.calendar import DAY
from mfg.frames.looked import Looked
from mfg.frames.waiting import BAND_HIGH, BAND_LOW
from mfg.study.setting import Resource, Setting
from mfg.works import ADMINISTER, CRYOPRESERVE, FORMULATE, HARVEST, ISOLATE, RELEASE, SHIP_OUT, THAW

WAITING, LOST_TIME, BY_HAND, GROWING, IN_TESTS, ON_THE_WAY = (
    "waiting",
    "lost",
    "hand work",
    "culture",
    "tests",
    "way",
)

APPOINTMENT, CULTURED, RELEASED_BY = "screening and appointment", "culture", "tests until release"
SUSPENSION, PRODUCT = "suspension", "tests of the product"
MADE = "culture and tests until release"

# What has happened when a stage is over: the activity, whether it is the dose's own or its lot's, at which end of it, the
# stage and its kind. They are put into the order in which they come.
_STAGES = (
    (ISOLATE, False, "finished_min", "way to the facility, isolation", BY_HAND),
    (HARVEST, False, "finished_min", CULTURED, GROWING),
    (CRYOPRESERVE, False, "finished_min", "freezing", BY_HAND),
    (RELEASE, False, "started_min", RELEASED_BY, IN_TESTS),
    (THAW, True, "started_min", "the bank stands until thawed", WAITING),
    (HARVEST, True, "finished_min", "recovery after thawing", GROWING),
    (FORMULATE, True, "finished_min", SUSPENSION, BY_HAND),
    (RELEASE, True, "started_min", PRODUCT, IN_TESTS),
    (SHIP_OUT, True, "finished_min", "way to the clinic", ON_THE_WAY),
    (ADMINISTER, True, "started_min", "until the dose", BY_HAND),
)


@frozen(eq=False)
class TimeToDose:
    """`stages` has a row for each stage, in order: `stage`, `kind`, mean `days`, `begin`, and `low` to `high` for 8 in 10 patients.

    They are of the `patients` who had a dose of cells; together they make the mean time from referral to the first of them.
    """

    stages: pd.DataFrame
    patients: int
    replications: int

    @property
    def total(self) -> float:
        """The mean days from referral to the first dose of cells."""
        return float(self.stages["days"].sum())

    def of_kind(self, *kinds: str) -> float:
        """The mean days of all stages of some *kinds*."""
        return float(self.stages.loc[self.stages["kind"].isin(kinds), "days"].sum())


def time_to_dose(variant: Looked) -> TimeToDose | None:
    """The stages of everybody who arrived after the start and had a dose of cells; None if nobody had.

    Who had it from a lot that was there at the start is left out; cells that are not made for a patient come from no lot.
    """
    doses, patients, lots = (variant.table(name) for name in ("doses", "patients", "lots"))
    key = ["replication", "patient"]
    given = doses[doses["given"] & (doses["prescribed_cells"] > 0)].sort_values(
        ["replication", "patient", "dose"]
    )
    first = given.drop_duplicates(key)[[*key, "lot", "dose", "given_day"]]
    first = first.merge(patients[[*key, "arrived_day", "collected_day"]], on=key)
    made = lots[[*key, "lot", "collected_day"]].rename(columns={"collected_day": "from_day"})
    first = first.merge(made, on=[*key, "lot"], how="left")
    known = first["from_day"].notna() | (first["lot"] == 0)
    first = first[(first["arrived_day"] >= 0) & known].reset_index(drop=True)
    if not len(first):
        return None
    moments = {
        APPOINTMENT: (WAITING, first["collected_day"].to_numpy()),
        "lost, collected again": (LOST_TIME, first["from_day"].to_numpy()),
        **_moments(variant.table("events"), first),
    }
    if (
        first["collected_day"].isna().all()
    ):  # nothing is collected: the appointment is that of the work for the dose
        begun = next((name for name in ("the bank stands until thawed", SUSPENSION) if name in moments), None)
        moments[APPOINTMENT] = (WAITING, moments.pop(begun)[1] if begun else first["given_day"].to_numpy())
    ordered = list(moments)[:2] + sorted(
        list(moments)[2:], key=lambda stage: float(np.nanmean(moments[stage][1]))
    )
    reached = first["arrived_day"].to_numpy()
    rows, begin = [], 0.0
    for stage in ordered:
        kind, at = moments[stage]
        then = np.fmax(reached, at)
        took = then - reached
        if took.any():
            low, high = np.quantile(took, [BAND_LOW, BAND_HIGH])
            rows.append((stage, kind, begin, took.mean(), low, high))
            begin += took.mean()
        reached = then
    columns = ["stage", "kind", "begin", "days", "low", "high"]
    return TimeToDose(pd.DataFrame(rows, columns=columns), len(first), variant.replications)


def _moments(events: pd.DataFrame, first: pd.DataFrame) -> dict[str, tuple[str, npt.NDArray[np.float64]]]:
    """When each stage of each row of *first* was over, in days; nan where it had none."""
    whose = ["replication", "patient", "lot"]
    wanted = {activity for activity, *_ in _STAGES}
    rows = events[events["activity"].isin(wanted)]
    rows = rows[[*whose, "dose", "activity", "started_min", "finished_min"]]
    rows = rows.merge(
        first[[*whose, "dose"]].rename(columns={"dose": "of"}).assign(row=first.index), on=whose
    )
    found = {}
    for activity, own, end, stage, kind in _STAGES:
        mine = rows[(rows["activity"] == activity) & (rows["dose"] == (rows["of"] if own else 0))]
        at = (mine.groupby("row")[end].max() / DAY).reindex(first.index).to_numpy(dtype=float)
        if not np.isnan(at).all():
            found[stage] = (kind, at)
    if (
        RELEASED_BY in found
        and CULTURED in found
        and np.nanmean(found[RELEASED_BY][1]) < np.nanmean(found[CULTURED][1])
    ):
        del found[RELEASED_BY]  # what is released while its cells still grow holds nothing up
    if RELEASED_BY in found and not found.keys() & {CULTURED, "way to the facility, isolation"}:
        # a site that names no work for its culture leaves no row of it: the days until release are of both
        found[MADE] = (GROWING, found.pop(RELEASED_BY)[1])
    if PRODUCT in found and np.nanmean(found[PRODUCT][1]) < np.nanmean(
        found.get(SUSPENSION, found[PRODUCT])[1]
    ):
        del found[PRODUCT]  # what is released while its cells recover holds nothing up
    return found


@frozen(eq=False)
class Queues:
    """`waits` has a row for each kind of work, the longest first: `work`, `place`, and the hours that it waited for each dose of cells given.

    `closed` while a place that it needs was closed, `taken` while all were open and something was in use.
    """

    waits: pd.DataFrame
    doses: int
    replications: int

    @property
    def closed(self) -> float:
        """Hours for each dose for which places were closed."""
        return float(self.waits["closed"].sum())

    @property
    def taken(self) -> float:
        """Hours for each dose for which something was in use."""
        return float(self.waits["taken"].sum())


def queues(variant: Looked) -> Queues | None:
    """What the work of all patients waited for; None if no dose of cells was given."""
    doses = variant.table("doses")
    given = int((doses["given"] & (doses["prescribed_cells"] > 0)).sum())
    if not given:
        return None
    events, setting = variant.table("events"), variant.setting
    late = events[
        (events["started_min"] > events["queued_min"]) & (events["finished_min"] > events["started_min"])
    ]
    resources = {one.name: one for one in setting.resources}
    rows = []
    for use in setting.uses:
        own = late[(late["activity"] == use.activity) & (late["place"] == use.place)]
        if not len(own):
            continue
        begin, end = own["queued_min"].to_numpy(), own["started_min"].to_numpy()
        opened = _open_between([resources[name] for name in use.units], setting, begin, end)
        rows.append(
            (use.activity, use.place, (end - begin - opened).sum() / 60 / given, opened.sum() / 60 / given)
        )
    waits = pd.DataFrame(rows, columns=["work", "place", "closed", "taken"])
    order = (waits["closed"] + waits["taken"]).sort_values(ascending=False, kind="stable").index
    return Queues(waits.loc[order].reset_index(drop=True), given, variant.replications)


def _open_between(
    resources: Sequence[Resource], setting: Setting, begin: npt.NDArray[np.int_], end: npt.NDArray[np.int_]
) -> npt.NDArray[np.float64]:
    """For how many minutes of each span all *resources* were open."""
    last = max(int(end.max()), setting.horizon) + 1
    changes = np.zeros(last + 1, dtype=np.int32)
    for resource in resources:
        edges = np.clip(np.array(resource.hours, dtype=np.int64).reshape(-1, 2), 0, last)
        np.add.at(changes, edges[:, 0], 1)
        np.add.at(changes, edges[:, 1], -1)
    open_until = np.concatenate([[0], np.cumsum(np.cumsum(changes[:-1]) >= len(resources))])
    spans: npt.NDArray[np.float64] = (open_until[end] - open_until[begin]).astype(np.float64)
    return spans
