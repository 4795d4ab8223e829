"""The event log for other tools: who came and left, what was used when, in the tools' own names."""

from __future__ import annotations

from mfg.frames.exports import dated, vidigi, xes
from tests.frames.small import DAY, small, table


def worked() -> dict[str, object]:
    """An isolation that waited an hour."""
    return {
        "activity": "isolate",
        "place": "gmp",
        "lot": 1,
        "queued_min": DAY + 480,
        "started_min": DAY + 540,
        "finished_min": DAY + 600,
    }


def test_an_animation_has_arrival_queue_use_and_departure() -> None:
    """In order, with the number of the suite at the use and at its end."""
    run = small(
        patients=table("patients", {"arrived_day": 0.5, "ended_day": 3.0}), events=table("events", worked())
    )
    found = vidigi(run)
    assert found[["event_type", "event", "time"]].to_numpy().tolist() == [
        ["arrival_departure", "arrival", 720],
        ["queue", "waits for: isolate, gmp", DAY + 480],
        ["resource_use", "isolate, gmp", DAY + 540],
        ["resource_use_end", "isolate, gmp", DAY + 600],
        ["arrival_departure", "depart", 3 * DAY],
    ]
    assert found["resource_id"].tolist()[2:4] == [1, 1]
    assert set(found.columns) >= {"entity_id", "pathway", "run_number"}


def test_every_use_of_an_animation_ends_in_its_place() -> None:
    """Two at once have two suites."""
    run = small(
        patients=table("patients", {}, {"patient": "P2"}),
        events=table("events", worked(), {**worked(), "patient": "P2"}),
    )
    uses = vidigi(run).query("event_type == 'resource_use'")
    assert sorted(uses["resource_id"]) == [1, 2]


def test_process_mining_has_a_start_and_an_end_on_the_clock() -> None:
    """The start is Monday 7 June 2027; a note has one moment, work has two."""
    run = small(events=table("events", {"activity": "release"}, worked()))
    found = xes(run)
    assert found[["concept:name", "lifecycle:transition", "time:timestamp"]].to_numpy().tolist() == [
        ["release", "complete", "2027-06-07T00:00"],
        ["isolate", "start", "2027-06-08T09:00"],
        ["isolate", "complete", "2027-06-08T10:00"],
    ]
    assert set(found["case:concept:name"]) == {"1/P1"}


def test_dates_stand_beside_minutes() -> None:
    """Each minute of the log as a moment."""
    row = dated(small(events=table("events", worked()))).iloc[0]
    assert (row["queued"], row["started"], row["finished"]) == (
        "2027-06-08T08:00",
        "2027-06-08T09:00",
        "2027-06-08T10:00",
    )
