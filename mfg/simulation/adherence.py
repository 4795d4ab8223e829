"""Whether every dose and visit of a finished log took place when its protocol lets it, by the log and the plan alone.

Days count from where a patient's course stands: what is bound to a dose has moved with it, by as many days as the
dose is booked later than at first. What lies outside its window must be explained by a row of the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from math import isnan
from operator import attrgetter

from attrs import evolve

from mfg.calendar import DAY
from mfg.course.network import Event
from mfg.course.pieces import FREE, Floating, Gap
from mfg.log.columns import Columns
from mfg.log.endings import MOVED, WAS_DONE
from mfg.log.notes import ALLOCATE, BOOK, DROP, END, ENROL, FAIL, OFF_WINDOW, RESUME
from mfg.plan.plan import Plan
from mfg.simulation.completeness import all_took_place, kept_apart, left_behind
from mfg.simulation.followed import Followed
from mfg.simulation.record import DoseBooking, LogRow, Rules, rows_of
from mfg.works import ADMINISTER, COLLECT, DRAW, RELEASE, VISIT


def off_course(plan: Plan, log: Columns, names: Sequence[str]) -> Iterator[str]:
    """The doses and visits that are lost, too close together, or outside their windows without a written reason."""
    rules: dict[tuple[str, int | None], Rules] = {}
    for number, each in groupby(rows_of(plan, log, READERS), key=attrgetter("patient")):
        rows = list(each)
        patient = Followed(plan, rules, {row.dose for row in rows if row.what == ADMINISTER})
        for row in rows:
            READERS[row.what](patient, row)
        for fault in patient.faults:
            yield f"{names[number]}: {fault}"


def allocate(patient: Followed, row: LogRow) -> None:
    """The arm becomes known; for a patient in progress at the start this is the only row that names it."""
    patient.arm = next(arm for arm in patient.plan.arms if arm.name == row.outcome)


def enrol(patient: Followed, row: LogRow) -> None:
    """The course begins: its arm, and its day 0."""
    allocate(patient, row)
    assert patient.arm is not None
    patient.enrolled = True
    patient.baseline = None if isnan(row.value) else int(row.value) // DAY
    patient.rules = patient.rules_from(patient.baseline)


def resume(patient: Followed, row: LogRow) -> None:
    """A course was begun before the run: each such row gives the day 0 of one dose, starting with the next dose."""
    base = None if isnan(row.value) else int(row.value) // DAY
    if base is not None:
        patient.bases[row.outcome] = base
    if patient.baseline is None:
        patient.baseline, patient.rules = base, patient.rules_from(base)


def book(patient: Followed, row: LogRow) -> None:
    """A dose is booked, or booked again."""
    dose = patient.dose_of(row)
    before = patient.booked.get(dose)
    first = row.value if before is None else before.first
    now = patient.booked[dose] = DoseBooking(first, row.value, row.at, row.started, row.lot, before)
    if before is None:
        event = patient.rules.events.get(dose)
        if event is not None and now.day is not None and not patient.within(event, now.day):
            patient.faults.append(f"{dose} was first booked for day {now.day}, outside its window")
        return
    if now.day != before.day:
        patient.reasons.setdefault(row.started, set()).add(row.outcome)


def off_window(patient: Followed, row: LogRow) -> None:
    """Why something lies outside its window."""
    patient.explained[row.outcome.rpartition(": ")[0]] = row.at


def drop(patient: Followed, row: LogRow) -> None:
    """A dose or a visit is not for this patient."""
    patient.dropped.add(row.outcome)


def collect(patient: Followed, row: LogRow) -> None:
    """The first collection for a lot must lie as many days ahead of its dose as the protocol says."""
    if row.lot in patient.collected or not patient.enrolled:
        return
    patient.collected.add(row.lot)
    ahead = [event for event in patient.rules.events.values() if event.kind == "collection"]
    served = [
        name
        for name, booking in patient.booked.items()
        if any(one.lot == row.lot for one in booking.in_force(row.started))
    ]
    if not ahead or not served:
        return
    # A lot that is given to another dose in the minute of its collection was booked for the one that it had.
    own = [(event, str(event.dose)) for event in ahead if event.dose in served]
    if not own:
        bank = ahead[0]
        own = [(bank, str(bank.dose) if bank.dose in patient.booked and not row.lot else served[0])]
    wrong = [_collected_for(patient, event, dose, row) for event, dose in own]
    if all(wrong):
        patient.faults += wrong[:1]


def _collected_for(patient: Followed, event: Event, dose: str, row: LogRow) -> str:
    """What is wrong with the day of a collection that was booked as *event*, for *dose*; empty if nothing is."""
    lead = patient.rules.leads.get(("collection", event.dose))
    if event.name in patient.explained or lead is None:
        return ""
    if row.lot > 0 and any(recipe.bank is not None for recipe in patient.plan.recipes):
        lead = evolve(lead, most=FREE)  # a second bank keeps: it may be collected as soon as it is known
    return _ahead_of(patient, dose, lead, row, "collection")


def draw(patient: Followed, row: LogRow) -> None:
    """Spinal fluid is drawn: it must lie as many days ahead of its dose as the protocol says."""
    dose = patient.dose_of(row)
    wrong = _ahead_of(patient, dose, patient.rules.leads.get(("csf-draw", dose)), row, DRAW)
    patient.faults += [wrong] if wrong else []


def visit(patient: Followed, row: LogRow) -> None:
    """A visit must lie in its window, counted from where its dose was booked when the visit took place."""
    name = row.outcome
    patient.visited[name] = row
    patient.happened[name] = row.started
    event, floats = patient.rules.events.get(name), patient.rules.floating.get(name)
    if event is not None and not patient.within(event, row.day) and not patient.is_explained(name):
        patient.faults.append(
            f"{name} took place on day {row.day}, outside its window, for no written reason"
        )
    elif floats is not None:
        _follows(patient, floats, row)
    elif event is None:
        patient.faults.append(f"{name} took place, and is no visit of arm {patient.its_arm.name}")


def administer(patient: Followed, row: LogRow) -> None:
    """A dose must be given once, on the day for which it was booked and not before its appointment."""
    dose = patient.dose_of(row)
    booking = patient.booked.get(dose)
    if dose in patient.given:
        patient.faults.append(f"{dose} was given twice")
    patient.given[dose] = patient.happened[dose] = row.started
    if booking is None:
        patient.faults.append(f"{dose} was given, and was never booked")
    elif booking.day is not None:
        if row.started < booking.now:
            patient.faults.append(f"{dose} was given before its appointment, on day {row.day}")
        elif row.day != booking.day and not patient.is_explained(dose):
            booked = f"day {row.day} and not on day {booking.day}, as booked"
            patient.faults.append(f"{dose} was given on {booked}, for no written reason")
    floats = patient.rules.floating.get(dose)
    if floats is not None:
        _follows(patient, floats, row)


def release(patient: Followed, row: LogRow) -> None:
    """A lot is released."""
    patient.released.setdefault(row.lot, []).append(row.started)


def fail(patient: Followed, row: LogRow) -> None:
    """Something is lost or spoilt; for a dose this explains why it was not given on its day."""
    if row.dose >= 0:
        patient.failed[patient.dose_of(row)] = row.at


def end(patient: Followed, row: LogRow) -> None:
    """The patient's way is over: everything took place or was left out, unless the ending came first."""
    all_took_place(patient, row)
    kept_apart(patient)
    left_behind(patient)
    for minute, reasons in patient.reasons.items():
        if reasons <= {WAS_DONE, MOVED}:
            day = minute // DAY
            patient.faults.append(f"doses were booked again on day {day}, for no written reason")


def _ahead_of(patient: Followed, dose: str, gap: Gap | None, row: LogRow, what: str) -> str:
    """What is wrong with the days between *what* and its *dose*; empty if nothing is."""
    booking = patient.booked.get(dose)
    if gap is None or booking is None:
        return ""
    days = [one.day - row.day for one in booking.in_force(row.started) if one.day is not None]
    if not days or any(gap.least <= ahead <= gap.most for ahead in days):
        return ""
    ahead = f"{days[0]} days ahead and not {gap.least} to {gap.most}"
    return f"the {what} for {dose} took place on day {row.day}, {ahead}"


def _follows(patient: Followed, floats: Floating, row: LogRow) -> None:
    """Hold an event without a day against what it follows."""
    since = [patient.happened[floats.follows]] if floats.follows in patient.happened else []
    if floats.follows == RELEASE:
        lot = row.lot if floats.kind == "dose" or floats.dose is None else patient.booked[floats.dose].lot
        since = patient.released.get(lot, [row.started] if lot < 0 else [])
    elif floats.follows == "":
        return
    least = floats.least * DAY if floats.least_minutes is None else floats.least_minutes
    if not since or row.started - since[0] < least:
        patient.faults.append(f"{floats.name} took place on day {row.day}, too soon after {floats.follows}")
    elif row.day - since[-1] // DAY > floats.most and not patient.is_explained(floats.name):
        patient.faults.append(f"{floats.name} took place on day {row.day}, too late, for no written reason")


READERS: Mapping[str, Callable[[Followed, LogRow], None]] = {
    ALLOCATE: allocate,
    ENROL: enrol,
    RESUME: resume,
    BOOK: book,
    OFF_WINDOW: off_window,
    DROP: drop,
    COLLECT: collect,
    DRAW: draw,
    VISIT: visit,
    ADMINISTER: administer,
    RELEASE: release,
    FAIL: fail,
    END: end,
}
