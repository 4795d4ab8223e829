"""The two stories that everything else serves: a patient's way, and a lot's."""

from __future__ import annotations

from math import ceil, inf

from simpy import Interrupt

from mfg.calendar import DAY
from mfg.simulation.booking import Booked
from mfg.simulation.cohort import Patient
from mfg.simulation.floor import Process
from mfg.simulation.lots import Dosing, Lot
from mfg.simulation.unit import Unit

# ---- the patient ---------------------------------------------------------------------------------


def life(unit: Unit, patient: Patient) -> Process:
    """A patient's way to an ending, whatever it is."""
    try:
        unit.ends(patient, (yield from treat(unit, patient)))
    except Interrupt as left:
        give_up_appointments(unit, patient)
        unit.ends(patient, str(left.cause))


def treat(unit: Unit, patient: Patient) -> Process:
    """One patient, from arrival to the last visit; returns the ending."""
    yield unit.until(patient.arrived)
    unit.writes(patient.subject, "arrive", value=patient.weight)
    unit.writes(patient.subject, "allocate", patient.arm.name)
    if not enrol(unit, patient):
        return "no appointment"
    for lot in patient.lots:
        unit.begin(patient, make(unit, lot))
    visits = unit.begin(patient, attend(unit, patient))
    for dosing in patient.doses:
        ending = yield from give(unit, dosing)
        if ending is not None:
            return ending
    yield visits
    return "completed"


def attend(unit: Unit, patient: Patient) -> Process:
    """The visits, one after the other."""
    try:
        for start, name in patient.visits:
            yield unit.until(start)
            unit.writes(patient.subject, "visit", name)
    except Interrupt:
        return


# ---- the lot ---------------------------------------------------------------------------------------


def make(unit: Unit, lot: Lot) -> Process:
    """One lot, from the collection to cells that wait for their formulation."""
    try:
        yield from collect(unit, lot)
        if not lot.target:
            return  # marrow is taken in every arm, and nothing is made for this one
        yield from unit.ships(unit.plan.inbound, lot, "ship in")
        for step in unit.plan.making:
            yield from MAKE[step](unit, lot)
        if not lot.failed:
            yield from release(unit, lot)
        lot.ready.succeed()
        while not (lot.taken or lot.failed):
            yield unit.until(unit.next_medium(lot))
            yield from feed(unit, lot)
    except Interrupt:
        pass
    if not lot.taken:
        unit.frees(lot)


def collect(unit: Unit, lot: Lot) -> Process:
    """Take the marrow, at its appointment."""
    if lot.collection is not None:
        yield from unit.reach(lot.collection)
    lot.collected_at = unit.now
    lot.marrow = unit.biology.volume(lot.patient, lot.number)
    yield from unit.procedure("collect", lot, lot.collection, lot.marrow)


def isolate(unit: Unit, lot: Lot) -> Process:
    """Reserve the places that the lot will need at its largest, then separate and plate its cells."""
    yield unit.reserves(lot)
    mononuclear, founders = unit.biology.marrow(lot.patient, lot.number, lot.marrow)
    yield unit.does(unit.work_of(lot, "isolate"), lot, value=mononuclear)
    if unit.plan.expansion is not None and unit.plan.expansion.cultivation is not None:
        assert lot.hold is not None
        lot.culture = unit.biology.culture(lot.patient, lot.number, lot.hold.units)
        lot.culture.plate(mononuclear, founders, unit.now)


def expand(unit: Unit, lot: Lot) -> Process:
    """Culture until the lot holds what it must serve: fed on fixed weekdays, passaged when it is dense."""
    culture = lot.culture
    if culture is None:
        yield from incubate(unit, lot)
        return
    while True:
        dense = culture.harvestable_at()
        if dense == inf:
            lot.failed = "growth failure"
            unit.writes(lot.subject, "fail", lot.failed)
            return
        if unit.next_medium(lot) // DAY < dense // DAY:
            yield unit.until(unit.next_medium(lot))
            yield from feed(unit, lot)
            continue
        yield unit.until(dense)
        if culture.is_last:
            lot.grown = True
            return
        passage = unit.does(unit.work_of(lot, "passage"), lot, culture.flasks, value=None)
        yield passage
        cells = culture.cells(passage.started) * unit.recovery("passage", lot)
        unit.wrote(passage, cells)
        culture.replate(cells, unit.now)
        unit.samples_now(lot)


def feed(unit: Unit, lot: Lot) -> Process:
    """Change the medium, unless the cells are to be taken today."""
    if lot.taken or lot.culture is None or (lot.grown and unit.harvest_day(lot) == unit.now // DAY):
        return
    yield unit.does(unit.work_of(lot, "medium"), lot, lot.culture.flasks)
    unit.samples_now(lot)


def incubate(unit: Unit, lot: Lot) -> Process:
    """A culture of a stated length, with medium changed every so often."""
    expansion = unit.plan.expansion
    assert expansion is not None
    assert expansion.lasts is not None
    left, every = expansion.lasts, expansion.medium_every
    while every is not None and left > every:
        yield unit.until(unit.now + every)
        yield unit.does(unit.work_of(lot, "medium"), lot)
        left -= every
    yield unit.until(unit.now + left)
    lot.grown = True


def release(unit: Unit, lot: Lot) -> Process:
    """Wait for the results that hold up the formulation, and go on feeding meanwhile."""
    unit.samples_now(lot, last=lot.culture is None)
    results = lot.results["formulation"]
    while not results.triggered:
        if lot.culture is None:
            yield results
        else:
            yield results | unit.until(unit.next_medium(lot))
            if not results.triggered:
                yield from feed(unit, lot)
    unit.writes(lot.subject, "release")


MAKE = {"isolate": isolate, "expand": expand}

# ---- the dose --------------------------------------------------------------------------------------


def give(unit: Unit, dosing: Dosing) -> Process:
    """One dose, put off while its lot is not ready; returns an ending if there is no way to it."""
    lot = dosing.lot
    while True:
        if dosing.draw is not None:
            yield from unit.reach(dosing.draw)
            if lot is not None and lot.failed:
                return lot.failed
            if lot is not None and expected(unit, lot) > unit.formulation(dosing)[1]:
                if not put_off(unit, dosing, expected(unit, lot)):
                    return "no appointment"
                continue
            yield from unit.procedure("draw", dosing, dosing.draw)
        if lot is None:
            break
        if dosing.booked is None:
            yield lot.ready
        else:
            start, latest = unit.formulation(dosing)
            yield unit.until(start)
            if not lot.ready.triggered:
                yield lot.ready | unit.until(latest)
        if lot.failed:
            return lot.failed
        if lot.ready.triggered and (yield from formulate(unit, dosing, lot)):
            yield from unit.ships(unit.plan.outbound, dosing, "ship out")
            yield dosing.results["administration"]
            break
        if not put_off(unit, dosing, expected(unit, lot)):
            return "no appointment"
    if dosing.booked is not None:
        yield from unit.reach(dosing.booked)
    yield from administer(unit, dosing)
    return None


def formulate(unit: Unit, dosing: Dosing, lot: Lot) -> Process:
    """Harvest, wash, suspend and fill; the expiry clock starts when this ends. False if there was no time for it."""
    filling = unit.fills(dosing, lot)
    begun = filling.begun = unit.floor.event()
    if dosing.booked is not None:
        yield begun | unit.until(unit.formulation(dosing)[1])
        if not begun.triggered:
            unit.floor.withdraw(filling)
            return False
    else:
        yield begun
    lot.taken = True
    unit.frees(lot)
    yield filling
    harvested = inf
    if lot.culture is not None:
        harvested = lot.culture.cells(filling.started) * unit.recovery("harvest", lot)
        dosing.cells = min(
            dosing.cells, (harvested - lot.culture.terms.samples) * unit.recovery("formulate", dosing)
        )
    unit.filled(filling, dosing, lot, harvested)
    dosing.suspended_at = unit.now
    for test in unit.plan.tests:
        if test.sampled == "formulate":
            unit.samples(dosing, test)
    return True


def administer(unit: Unit, dosing: Dosing) -> Process:
    """Give the dose if it is whole and has not expired, and watch over the patient."""
    plan, patient, age = unit.plan, dosing.patient, unit.now - dosing.suspended_at
    alive = 1.0
    if dosing.lot is not None:
        least, prescribed = dosing.dose.least_for(patient.weight), dosing.dose.cells_for(patient.weight)
        if dosing.cells < (least if plan.gives_short else prescribed):
            unit.writes(dosing.subject, "fail", "too few cells", dosing.cells)
            return
        if plan.use_within is not None and age > plan.use_within:
            unit.writes(dosing.subject, "fail", "expired", float(age))
            return
        alive = unit.biology.viability(patient, dosing.number, age)
    yield from unit.procedure("administer", dosing, dosing.booked, dosing.cells * alive)
    if plan.stay:
        start = unit.now
        yield unit.until(start + plan.stay)
        unit.log.note(dosing.subject, plan.clinics[patient.clinic].stays, start, start, unit.now)


# ---- the course ------------------------------------------------------------------------------------


def enrol(unit: Unit, patient: Patient) -> bool:
    """Book the patient's course and prepare its lots and doses; False if nothing fits."""
    plan, arm = unit.plan, patient.arm
    booked: list[Booked] = []
    if not arm.course.planned:
        unit.will_leave(patient, unit.now)
    else:
        screened = next(day for day in range(unit.now // DAY, plan.days) if plan.open_days[day])
        found = unit.booking.book(patient, screened)
        if found is None:
            return False
        baseline, booked = found
        unit.will_leave(patient, baseline * DAY)
        names = [e.name for e in unit.booking.course(arm, baseline).events if e.kind == "screening"]
        patient.visits += [(unit.booking.opening(patient, screened), name) for name in names]
    patient.visits += [(b.start, b.event.name) for b in booked if b.event.kind == "visit"]
    patient.visits.sort()
    of_dose = {(b.event.kind, b.event.dose): b for b in booked}
    for number, dose in enumerate(arm.doses):
        appointment, collection = of_dose.get(("dose", dose.name)), of_dose.get(("collection", dose.name))
        due = appointment.start if appointment is not None else unit.now
        cells = dose.cells_for(patient.weight)
        lot = None
        if dose.product or collection is not None:
            target = unit.target(cells, patient.facility) if dose.product else 0.0
            subject = unit.log.subject(patient.index, number)
            tested = unit.awaits("culture")
            lot = Lot(patient, number, subject, due, tested, target, collection, unit.floor.event())
            patient.lots.append(lot)
        subject = unit.log.subject(patient.index, number if dose.product else -1, number)
        draw = of_dose.get(("csf-draw", dose.name))
        made_from = lot if dose.product else None
        tested = unit.awaits("formulate")
        patient.doses.append(
            Dosing(patient, number, subject, due, tested, dose, made_from, appointment, draw, cells)
        )
        unit.writes(subject, "prescribe", dose.name, cells)
        unit.writes(subject, "book", value=float(due))
    return True


def put_off(unit: Unit, dosing: Dosing, ready: float) -> bool:
    """Book this dose again for when its lot will be ready; later doses keep their distance from it."""
    assert dosing.booked is not None
    patient = dosing.patient
    later = [d for d in patient.doses[dosing.number :] if d.booked is not None]
    moving = [b for d in later for b in (d.draw, d.booked)]
    moving += [d.lot.collection for d in later if d.lot is not None and d.lot.collected_at < 0]
    earliest = {dosing.booked.event.name: ceil(ready / DAY)}
    if unit.booking.move(patient, [b for b in moving if b is not None], earliest, unit.now // DAY) is None:
        return False
    for one in later:
        assert one.booked is not None
        one.due = one.booked.start
        if one.lot is not None:
            one.lot.due = one.due
        unit.writes(one.subject, "book", "put off" if one is dosing else "moved", float(one.due))
    return True


def expected(unit: Unit, lot: Lot) -> float:
    """When a lot will be grown, as its culture shows; results that are still out are not foreseen."""
    if lot.grown or lot.culture is None:
        return unit.now
    return lot.culture.forecast(1.0)


def give_up_appointments(unit: Unit, patient: Patient) -> None:
    """Return everything that was booked for a patient who has left."""
    booked = [b for d in patient.doses for b in (d.booked, d.draw)] + [lot.collection for lot in patient.lots]
    unit.booking.cancel(patient, [b for b in booked if b is not None])
