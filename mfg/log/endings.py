"""How patients, lots, doses and rows of the event log end, and why a dose is booked again: each word in one place."""

from __future__ import annotations

WAS_DONE = "done"  # of a row where nothing else is to be said

COMPLETED = "completed"  # of a patient: everything planned took place
DIED, WITHDREW, BELOW = "died", "withdrew", "fell below eligibility"  # of a patient: not the site's doing
NO_APPOINTMENT = "no appointment"  # of a patient for whom the calendar has no place
TOO_LONG = "waited too long"  # of who is not treated within what the policy allows

RELEASED = "released"  # of a lot that may be used
USED_UP = "spent"  # of a bank that served doses until nothing was left
RELEASES = (RELEASED, USED_UP)
STOPPED = "stopped"  # of a lot whose patient left before its release
SPENT = "bank spent"  # of a bank in which nothing is left for a dose
TOO_OLD = "marrow too old"  # of a lot that was isolated too late
LATER = "dosed, later positive"  # of a lot whose test failed after its dose was given

GIVEN, MISSED = "given", "not given"  # of a dose
NOT_INDICATED = "not indicated"  # of a dose that turned out not to be for its patient
EXPIRED = "expired"  # of a product that kept no longer
LEFT = "patient left"  # of a dose that was under way beyond its day when its patient's way ended

# why a dose is booked again: on account of itself, and of another one
PUT_OFF, LOT_LOST, SHORT_BANK = "put off", "lot lost", "short bank"
DOORS = "clinic closed"  # of a product that came when nobody was there
QUEUED = "waited in line"  # of one that waited for a room until another day
MOVED = "moved"  # with an earlier dose
DELAYED = (PUT_OFF, LOT_LOST, SHORT_BANK, DOORS, QUEUED)
