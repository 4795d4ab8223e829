"""In which arm and clinic patients are, and where lots and doses are made: by what was done for them.

A place is known from the rows of the log that name it, from the list of patients, or because a site has no other; a patient
has one clinic, and one facility makes all of the patient's lots. What none of these tells stays empty.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from mfg.log.notes import ALLOCATE
from mfg.plan.plan import Plan
from mfg.plan.site import PlannedClinic, PlannedFacility
from mfg.results.ledger import Grain, Indices, Ledger, Texts


@frozen
class Whereabouts:
    """The `arms`, `clinics` and `facilities` of all patients, and those of each lot and dose; '' where nothing tells them.

    A lot of which no dose was to be made, as the marrow that is taken in every arm, has no facility if nothing was done there.
    Nor has a dose without cells.
    """

    arms: Texts
    clinics: Texts
    facilities: Texts
    lots: Texts
    doses: Texts


def whereabouts_of(ledger: Ledger) -> Whereabouts:
    """Where everybody and everything of one replication was."""
    plan, lots, doses = ledger.plan, ledger.lots, ledger.doses
    listed = {one.name: one.clinic for one in plan.listed}
    in_progress = {one.name: one.facility for one in plan.in_progress}
    clinics = _known(_seen(ledger, ledger.people, _at_clinics(plan)), _listed(ledger, listed), plan.clinics)
    seen_at = _at_facilities(plan)
    facilities = _known(_seen(ledger, ledger.people, seen_at), _listed(ledger, in_progress), plan.facilities)
    serves = ledger.count(ledger.material, np.flatnonzero(ledger.subjects[:, 2] >= 0)) > 0
    of_lots = _seen(ledger, ledger.material, seen_at)
    of_doses = _seen(ledger, doses, seen_at)
    with_lot = ledger.last(doses, np.flatnonzero(ledger.subjects[:, 1] >= 0)) >= 0
    return Whereabouts(
        arms=ledger.word(ledger.last(ledger.patients, ledger.rows(ALLOCATE))),
        clinics=_named(clinics, plan.clinics),
        facilities=_named(facilities, plan.facilities),
        lots=_named(_or_of(of_lots, facilities[lots.patients], serves), plan.facilities),
        doses=_named(_or_of(of_doses, facilities[doses.patients], with_lot), plan.facilities),
    )


def _at_clinics(plan: Plan) -> Indices:
    """The clinic of each activity of *plan*, on its ward too; -1 for what is done elsewhere."""
    known = {clinic.name: n for n, clinic in enumerate(plan.clinics)}
    found = np.array([known.get(activity.place, -1) for activity in plan.activities], dtype=np.int64)
    for n, clinic in enumerate(plan.clinics):
        found[list(clinic.on_ward.values())] = n
    return found


def _at_facilities(plan: Plan) -> Indices:
    """The facility of each activity of *plan*; -1 for what is done elsewhere."""
    known = {facility.name: n for n, facility in enumerate(plan.facilities)}
    return np.array([known.get(activity.place, -1) for activity in plan.activities], dtype=np.int64)


def _seen(ledger: Ledger, grain: Grain, places: Indices) -> Indices:
    """The place of the last row of the log that names one, for each row of the table; -1 if none does."""
    at = places[ledger.log.activity]
    last = ledger.last(grain, np.flatnonzero(at >= 0))
    return np.where(last >= 0, np.append(at, -1)[last], -1)


def _listed(ledger: Ledger, places: dict[str, int | None] | dict[str, int]) -> Indices:
    """The place that the list of patients gives each; -1 if it gives none."""
    given = (places.get(name) for name in ledger.names)
    return np.array([-1 if place is None else place for place in given], dtype=np.int64)


def _known(
    seen: Indices, listed: Indices, places: Sequence[PlannedClinic] | Sequence[PlannedFacility]
) -> Indices:
    """What was seen, else what was listed, else the only one that there is."""
    return np.where(seen >= 0, seen, np.where(listed >= 0, listed, 0 if len(places) == 1 else -1))


def _or_of(own: Indices, of_patient: Indices, there: np.ndarray) -> Indices:
    """A place of its own, else that of the patient for what is *there*."""
    return np.where(own >= 0, own, np.where(there, of_patient, -1))


def _named(places: Indices, known: Sequence[PlannedClinic] | Sequence[PlannedFacility]) -> Texts:
    return np.array([*(place.name for place in known), ""], dtype=object)[places]
