"""Whether the tables of a replication add up: patients, lots and doses, each counted in two ways."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from mfg.log.endings import COMPLETED, SPENT
from mfg.results.tables import NOT_INDICATED, RELEASED, STOPPED, Tables


def wrong_sums(tables: Tables) -> Iterator[str]:
    """What does not add up in the *tables* of one replication, in words."""
    patients, lots, doses = tables.patients, tables.lots, tables.doses
    yield from _differ("patients who arrived and endings", _noted(tables, "arrive"), _noted(tables, "end"))
    yield from _differ("patients and endings", len(patients), int((patients["ending"] != "").sum()))
    released, stopped = lots["outcome"].isin(RELEASED), lots["outcome"] == STOPPED
    unreleased = released & lots["released_day"].isna()
    for _, lot in lots[unreleased | (stopped & lots["released_day"].notna())].iterrows():
        yield f"{lot['patient']}: lot {lot['lot']} is {lot['outcome']} against its day of release"
    failed = tables.events[tables.events["activity"] == "fail"]
    of_lots = failed[(failed["lot"] > 0) & (failed["dose"] == 0)][["patient", "lot"]].astype(str)
    for _, lot in lots[~(released | stopped)].iterrows():
        if not ((of_lots["patient"] == lot["patient"]) & (of_lots["lot"] == str(lot["lot"]))).any():
            yield f"{lot['patient']}: lot {lot['lot']} is lost, and no event says so"
    yield from _lots_do_not_add_up(tables)
    given, dropped = doses["given"], doses["outcome"] == NOT_INDICATED
    stayed = patients.loc[patients["ending"] == COMPLETED, "patient"]
    missed = ~given & ~dropped & ~doses["patient"].isin(stayed)  # whose way ended before the dose
    yield from _differ(
        "doses planned, and given, missed or not indicated",
        len(doses),
        int(given.sum() + dropped.sum() + missed.sum()),
    )
    yield from _differ(
        "doses planned, by patient", int((~dropped).sum()), int(patients["doses_planned"].sum())
    )
    yield from _differ("doses given, by patient", int(given.sum()), int(patients["doses_given"].sum()))
    yield from _differ("given outcomes", int(given.sum()), int((doses["outcome"] == "given").sum()))
    yield from _differ("collections", _noted(tables, "collect"), int(patients["collections"].sum()))
    made = doses[given & (doses["lot"] > 0)]
    source = pd.MultiIndex.from_frame(made[["patient", "lot"]])
    known = pd.MultiIndex.from_frame(lots[["patient", "lot"]])
    for patient, lot in source[~source.isin(known)]:
        yield f"{patient}: a dose was given from lot {lot}, which was not begun"
    unusable = pd.MultiIndex.from_frame(lots[stopped][["patient", "lot"]])
    for patient, lot in source[source.isin(unusable)]:
        yield f"{patient}: a dose was given from lot {lot}, which was stopped before its release"


def _lots_do_not_add_up(tables: Tables) -> Iterator[str]:
    """Each lot that was begun has a row; a bank is spent if doses were made from it, and then it is not lost."""
    events, lots = tables.events, tables.lots
    begun = events[events["activity"].isin(["collect", "isolate", "incubate"]) & (events["lot"] > 0)]
    yield from _differ("lots begun", begun.groupby(["patient", "lot"], observed=True).ngroups, len(lots))
    made = events[events["activity"].isin(["thaw", "formulate", "administer"]) & (events["lot"] > 0)]
    serving = pd.MultiIndex.from_frame(made[["patient", "lot"]].astype({"patient": str}))
    served = pd.MultiIndex.from_frame(lots[["patient", "lot"]]).isin(serving)
    for _, lot in lots[(lots["outcome"] == "spent") & ~served].iterrows():
        yield f"{lot['patient']}: lot {lot['lot']} is spent, and served no dose"
    for _, lot in lots[(lots["outcome"] == SPENT) & served & lots["released_day"].notna()].iterrows():
        yield f"{lot['patient']}: lot {lot['lot']} served its doses, and counts as lost"


def _noted(tables: Tables, activity: str) -> int:
    return int((tables.events["activity"] == activity).sum())


def _differ(what: str, one: int, other: int) -> Iterator[str]:
    if one != other:
        yield f"{what}: {one} against {other}"
