"""How patients, lots and doses end, as the event log has it: each word in one place."""

from __future__ import annotations

COMPLETED = "completed"  # of a patient: everything planned took place
NO_APPOINTMENT = "no appointment"  # of a patient for whom the calendar has no place
TOO_LONG = "waited too long"  # of who is not treated within what the policy allows
SPENT = "bank spent"  # of a bank in which nothing is left for a dose
LEFT = "patient left"  # of a dose that was under way beyond its day when its patient's way ended
LATER = "dosed, later positive"  # of a lot whose test failed after its dose was given
