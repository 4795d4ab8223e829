"""One patient's way in one replication: what happened to the patient, to each lot and to each dose, from arrival to the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from attrs import frozen

from mfg.calendar import DAY
from mfg.errors import Refused
from mfg.frames.looked import Looked
from mfg.frames.time import BY_HAND, GROWING, IN_TESTS
from mfg.log.endings import NOT_INDICATED, RELEASED, STOPPED, USED_UP
from mfg.log.notes import FAIL
from mfg.works import CRYOPRESERVE, FORMULATE, HARVEST, INCUBATE, ISOLATE, PASSAGE, STORE, THAW

IN_BANK, PUT_OFF_BAR, UNDER_WAY = "frozen bank", "waiting", "on course"
GIVEN_MARK, BOOKED, EMPTY, LOST_MARK, ENDED = "given", "first booked", "bank used up", "lost", "end"
PATIENT = "the patient"
PATIENT_LANES = 12
_BY_HAND = (ISOLATE, PASSAGE, HARVEST, CRYOPRESERVE, THAW, FORMULATE)


@frozen(eq=False)
class Way:
    """`bars` has `lane`, `kind`, `begin`, `end`; `marks` has `lane`, `kind`, `at`; both with moments as ISO date and time.

    `put_off` is the dose that was given the most days after the day first booked, with the days and what it was put off for (''
    if only moved with another one); None if none was. `ending` is how
    the patient's way ended; `lost` counts the lots that failed; `given` the doses given, of those `planned`.
    """

    patient: str
    arm: str
    replication: int
    bars: pd.DataFrame
    marks: pd.DataFrame
    lanes: tuple[str, ...]
    put_off: tuple[str, int, str] | None
    ending: str
    lost: int
    given: int
    planned: int

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From the first to the last moment of a bar or a mark."""
        moments = [*self.bars["begin"], *self.bars["end"], *self.marks["at"]]
        return datetime.fromisoformat(min(moments)), datetime.fromisoformat(max(moments))


def chosen_patient(variant: Looked, replication: int = 0) -> str | None:
    """The patient whose way says most: with the dose put off for longest, else with a lost lot, else the first with doses; None if there is none."""
    doses, lots = variant.table("doses"), variant.table("lots")
    mine = doses[(doses["replication"] == replication) & (doses["prescribed_cells"] > 0)]
    if not len(mine):
        return None
    late = (mine["given_day"] - mine["booked_day"]).fillna(0)
    if late.max() >= 1:
        return str(mine["patient"].iloc[int(late.argmax())])
    failed = lots[(lots["replication"] == replication) & ~lots["outcome"].isin([RELEASED, STOPPED, USED_UP])]
    return str(failed["patient"].iloc[0] if len(failed) else mine["patient"].iloc[0])


def way_of(variant: Looked, patient: str | None = None, replication: int = 0) -> Way | None:
    """The way of *patient* in a *replication*; of the one that says most, if nobody is named; None if nobody has doses of cells.

    Raises:
        Refused: if there is no such patient.
    """
    whom = chosen_patient(variant, replication) if patient is None else patient
    if whom is None:
        return None

    def own(name: str) -> pd.DataFrame:
        table = variant.table(name)
        return table[(table["replication"] == replication) & (table["patient"].astype(str) == whom)]

    patients = own("patients")
    if not len(patients):
        raise Refused(
            "patient", whom, "is nobody in this replication", "name a patient of its table of patients"
        )
    who, lots, doses, events = patients.iloc[0], own("lots"), own("doses"), own("events")
    doses = doses[(doses["outcome"] != NOT_INDICATED) & (doses["booked_day"].notna() | doses["given"])]
    lanes = [PATIENT, *(f"lot {n}" for n in lots["lot"]), *doses["name"].astype(str)]
    start = datetime.combine(variant.setting.start, datetime.min.time())
    bars = pd.DataFrame(
        [*_of_patient(who, lots), *_of_lots(lots, events), *_of_doses(doses, events)],
        columns=["lane", "kind", "begin", "end"],
    )
    marks = pd.DataFrame([*_marks(who, lots, doses, events)], columns=["lane", "kind", "at"])
    for frame, columns in ((bars, ("begin", "end")), (marks, ("at",))):
        for column in columns:
            frame[column] = [(start + timedelta(days=float(day))).isoformat() for day in frame[column]]
    shown = tuple(lanes[:PATIENT_LANES])
    late = (doses["given_day"] // 1 - doses["booked_day"] // 1).fillna(0)
    worst = None
    if len(late) and late.max() >= 1:
        dose = doses.iloc[int(late.argmax())]
        worst = (str(dose["name"]), int(late.max()), str(dose["put_off_for"]))
    return Way(
        patient=whom,
        arm=str(who["arm"]),
        replication=replication,
        bars=bars[bars["lane"].isin(shown) & (bars["end"] > bars["begin"])].reset_index(drop=True),
        marks=marks[marks["lane"].isin(shown)].reset_index(drop=True),
        lanes=shown,
        put_off=worst,
        ending=str(who["ending"]),
        lost=int((~lots["outcome"].isin([RELEASED, STOPPED, USED_UP])).sum()),
        given=int(doses["given"].sum()),
        planned=len(doses),
    )


Bar = tuple[str, str, float, float]


def _of_patient(who: pd.Series, lots: pd.DataFrame) -> Iterator[Bar]:
    first = lots["collected_day"].min() if len(lots) else who["first_dose_day"]
    begin = max(float(who["arrived_day"]), 0.0)
    yield PATIENT, UNDER_WAY, begin, float(who["ended_day"])
    if pd.notna(first) and first > begin:
        yield PATIENT, PUT_OFF_BAR, begin, float(first)


def _of_lots(lots: pd.DataFrame, events: pd.DataFrame) -> Iterator[Bar]:
    for _, lot in lots.iterrows():
        lane, mine = f"lot {lot['lot']}", events[events["lot"] == lot["lot"]]
        own = mine[mine["dose"] == 0]
        day = {name: own[own["activity"] == name] for name in (STORE, FAIL)}
        grown, tested = float(lot["culture_ended_day"]), float(lot["released_day"])
        if not np.isnan(grown):
            yield lane, GROWING, max(float(lot["culture_began_day"]), 0.0), grown
            if pd.notna(tested):
                yield lane, IN_TESTS, grown, tested
        elif not np.isnan(tested - float(lot["collected_day"])):
            # a site that names no work for its culture leaves no row of it
            yield lane, GROWING, max(float(lot["collected_day"]), 0.0), tested
        if pd.notna(lot["frozen_day"]) and pd.notna(tested):
            ends = [mine[mine["activity"] == THAW]["started_min"].max()] if lot["outcome"] == USED_UP else []
            ends += list(day[FAIL]["started_min"]) or [day[STORE]["finished_min"].max()]
            yield lane, IN_BANK, max(tested, 0.0), float(min(end for end in ends if pd.notna(end))) / DAY
        for _, work in own[own["activity"].isin(_BY_HAND)].iterrows():
            yield lane, BY_HAND, work["started_min"] / DAY, work["started_min"] / DAY + 1


def _of_doses(doses: pd.DataFrame, events: pd.DataFrame) -> Iterator[Bar]:
    for _, dose in doses.iterrows():
        lane = str(dose["name"])
        own = events[(events["dose"] == dose["dose"]) & (events["lot"] > 0)]
        grown = own[own["activity"] == INCUBATE]
        for _, culture in grown.iterrows():
            yield lane, GROWING, culture["started_min"] / DAY, culture["finished_min"] / DAY
        if pd.notna(dose["given_day"]) and dose["given_day"] // 1 > dose["booked_day"] // 1:
            yield lane, PUT_OFF_BAR, float(dose["booked_day"]), float(dose["given_day"])


def _marks(
    who: pd.Series, lots: pd.DataFrame, doses: pd.DataFrame, events: pd.DataFrame
) -> Iterator[tuple[str, str, float]]:
    yield PATIENT, ENDED, float(who["ended_day"])
    for _, lot in lots.iterrows():
        failed = events[(events["lot"] == lot["lot"]) & (events["dose"] == 0) & (events["activity"] == FAIL)]
        for _, row in failed.iterrows():
            yield (
                f"lot {lot['lot']}",
                EMPTY if USED_UP in (lot["outcome"], str(row["outcome"])[-5:]) else LOST_MARK,
                row["started_min"] / DAY,
            )
    for _, dose in doses.iterrows():
        if pd.notna(dose["booked_day"]):
            yield str(dose["name"]), BOOKED, float(dose["booked_day"])
        if dose["given"]:
            yield str(dose["name"]), GIVEN_MARK, float(dose["given_day"])
