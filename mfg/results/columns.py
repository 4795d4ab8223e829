"""What every column of every table says, and in which unit; the unit ends its name, or stands here."""

from __future__ import annotations

REPLICATION = "replication, counted from 0; in the tables of several"

TABLES = {
    "patients": "a row for each patient",
    "lots": "a row for each lot: what was made from a collection",
    "doses": "a row for each planned dose",
    "tests": "a row for each result of the laboratory",
    "resources": "a row for each kind of room, staff and equipment of each place",
    "events": "the event log: a row for each thing that was done, from which everything else follows",
}

_ENDINGS = {"min": "minute", "day": "day", "hour": "hour", "kg": "kg", "mL": "mL", "cells": "cell"}
_UNITS = {
    "flasks": "flask",
    "points_lost_waiting": "point",
    "utilisation": "share",
    "load": "share",
    "backlog": "week",
    "doses_of_cells": "",  # which counts doses
}


def unit_of(column: str) -> str:
    """The unit of a column; nothing for words, counts, and what has the unit of another column."""
    last = column.rpartition("_")[2]
    return _UNITS.get(column, _ENDINGS.get(last, "") if last != column else "")


_LASTING = frozenset({"turnaround_day", "vein_to_vein_day", "waited_day"})  # days that something took


def is_moment(column: str) -> bool:
    """Whether a column holds days at which something happens, counted from the start of the run."""
    return column.endswith("_day") and column not in _LASTING and not column.startswith("on_")


def date_of(column: str) -> str:
    """The column with the dates of a *column* of moments, where tables are dated."""
    return f"{column.removesuffix('_day')}_date"


def with_dates(table: str) -> dict[str, str]:
    """What each column of a dated *table* says."""
    said = {}
    for column, about in COLUMNS[table].items():
        said[column] = about
        if is_moment(column):
            said[date_of(column)] = f"{column} as date and time of the site's clock"
    return said


_WHOSE = {
    "patient": "whose",
    "lot": "which of the patient's lots, from 1; 0 for none",
    "dose": "which of the patient's doses, from 1; 0 for none",
}

COLUMNS: dict[str, dict[str, str]] = {
    "events": {
        **_WHOSE,
        "activity": "what was done",
        "place": "where",
        "queued_min": "when it was asked for, in minutes since the start",
        "started_min": "when it began; of incubate and store the moment at which the places were reserved (the lot says when its cells came)",
        "finished_min": "when it ended",
        "outcome": "how it came out; done where nothing else is to be said",
        "value": "what was measured or made, by the activity; of incubate and store how many places were held",
        "attempt": "how often the same had been done on the same before",
    },
    "patients": {
        "patient": "the name",
        "arm": "the arm; empty until it is allocated",
        "clinic": "the clinic; empty where there are several and nothing says which",
        "weight_kg": "body weight",
        "arrived_day": "arrival, in days since the start",
        "ended_day": "the day of the ending",
        "ending": "how the patient's way ended",
        "ineligible_for": "what spoke against the patient at screening",
        "collections": "how often was collected",
        "vehicle_draws": "how often vehicle was drawn",
        "doses_planned": "doses planned, without those that were not indicated",
        "doses_of_cells": "of these, doses with cells",
        "doses_given": "of these, doses given",
        "first_dose_day": "the day of the first dose; none if that was given before the start",
        "points_lost_waiting": "ALSFRS-R points lost from arrival to the first dose; none for who was in progress at the start",
        "collected_day": "the day of the first collection",
        "waiting": "how the wait for the first dose ended: treated, left (died, withdrew, fell below eligibility), never (any other ending); empty for who was to have no dose or was in progress at the start",
        "waited_day": "days from arrival to the first dose, or to the ending without one",
    },
    "lots": {
        "patient": "whose",
        "lot": "which of the patient's lots, from 1",
        "arm": "the arm of the patient; empty until it is allocated",
        "clinic": "the clinic of the patient; empty where there are several and nothing says which",
        "facility": "where it is made; empty where nothing is made of it, or where there are several and nothing says which",
        "collected_day": "the day of the collection",
        "marrow_mL": "volume collected, where it is not counted",
        "collected_cells": "cells collected, where they are counted",
        "mononuclear_cells": "cells after separation",
        "passages": "how often it was passaged",
        "flasks": "incubator places that it had",
        "harvested_cells": "cells harvested",
        "frozen_cells": "cells frozen",
        "culture_began_day": "when its cells were plated, which ends the isolation; the row incubate of the log begins earlier, with the reservation of its flasks; none if it never grew",
        "culture_ended_day": "when its flasks were given back: as its harvest began, or when it was lost or stopped",
        "frozen_day": "when its freezing ended; the row store of the log begins earlier, with the reservation of its places",
        "released_day": "the day of the release",
        "turnaround_day": "days from collection to release; none for what was released before the start",
        "outcome": "released; spent (a bank that served doses until nothing was left); stopped (its patient left); or why it was lost",
        "later_positive": "a sample was found positive when it was too late",
    },
    "doses": {
        "patient": "whose",
        "dose": "which of the patient's doses, from 1",
        "lot": "the lot that it is made from; 0 for none",
        "name": "its name in the protocol",
        "arm": "the arm of the patient; empty until it is allocated",
        "clinic": "the clinic of the patient; empty where there are several and nothing says which",
        "facility": "where it is made; empty without cells, or where there are several and nothing says which",
        "prescribed_cells": "cells prescribed",
        "counted": "what is counted: cells, or viable cells",
        "wanted_day": "the first day that the course allows for it: the day first booked less those that refusals cost; looked into for one patient in four, none for others and without an appointment",
        "booked_day": "the day and hour first booked; none where a dose has no appointment",
        "last_booked_day": "the day and hour last booked",
        "put_off": "how often it was booked again on account of its own cells",
        "put_off_for": "what it was put off for, each reason once and in order, with a semicolon between; empty if for nothing that is known; of who was in progress at the start and of a dose without an appointment, from the day that the list gives",
        "suspended_day": "the end of its suspension",
        "given_day": "when it was given",
        "given_cells": "viable cells given",
        "given": "whether it was given",
        "on_first_day": "whether it was given on the day first booked",
        "on_last_day": "whether it was given on the day last booked",
        "vein_to_vein_day": "days from the collection of its lot to the dose",
        "age_hour": "hours from the end of suspension to the dose",
        "outcome": "given, not indicated, or why it was not given",
        "later_positive": "it was given and found positive later",
    },
    "tests": {
        **_WHOSE,
        "test": "the test",
        "sampled_day": "when the sample was taken",
        "result_day": "when the result was there",
        "outcome": "the result",
        "value": "what was measured",
        "unit": "the unit of the value, which is that of the limit",
    },
    "resources": {
        "resource": "the resource, by its place",
        "capacity": "how many there are",
        "open_hour": "hours open between warm-up and horizon, of all of them",
        "busy_hour": "of these, hours at work",
        "overtime_hour": "hours at work outside the opening hours",
        "wait_hour": "mean wait of the work that needs it and takes time",
        "utilisation": "busy over open time",
        "load": "work asked for over open time",
        "backlog": "weeks of its work that wait at the horizon",
        "used_hour": "hours at work in the whole run",
    },
}
