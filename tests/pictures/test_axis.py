"""The axis over dates: short stories have days, long ones months, and no label stands twice."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from mfg.pictures.axis import date_ticks
from mfg.pictures.occupancy import weeks_picture
from mfg.pictures.patient import patient_picture
from mfg.pictures.picture import Picture
from tests.frames.small import DAY, setting
from tests.pictures.test_pictures import one_patient

MONDAY = datetime.fromisoformat("2027-06-07")


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (0, "7 Jun 2027"),
        (6, "7 Jun 2027, 8 Jun 2027, 9 Jun 2027, 10 Jun 2027, 11 Jun 2027, 12 Jun 2027, 13 Jun 2027"),
        (7, "7 Jun 2027, 9 Jun 2027, 11 Jun 2027, 13 Jun 2027"),
        (35, "7 Jun 2027, 14 Jun 2027, 21 Jun 2027, 28 Jun 2027, 5 Jul 2027, 12 Jul 2027"),
        (183, "Jul 2027, Aug 2027, Sep 2027, Oct 2027, Nov 2027, Dec 2027"),
        (3 * 365, "Jul 2027, Jan 2028, Jul 2028, Jan 2029, Jul 2029, Jan 2030"),
    ],
)
def test_ticks_go_by_how_long_the_axis_is(days: int, labels: str) -> None:
    """A week has days, five weeks Mondays, half a year months, three years half-years: counted in a calendar."""
    ticks, form = date_ticks(MONDAY, MONDAY + timedelta(days=days))
    assert ", ".join(f"{one.day} {one:%b %Y}" if "d" in form else f"{one:%b %Y}" for one in ticks) == labels


@given(
    st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2080-01-01")),
    st.timedeltas(timedelta(0), timedelta(days=36525)),
)
def test_no_label_stands_twice(first: datetime, length: timedelta) -> None:
    """Any axis has from one to seven ticks, on it, each with a label of its own; two if it is two days long."""
    ticks, form = date_ticks(first, first + length)
    labels = [one.strftime(form.replace("%-d", "%d")) for one in ticks]
    assert len(set(labels)) == len(labels)
    assert 1 + (length >= timedelta(days=2)) <= len(labels) <= 7
    assert first.date() <= ticks[0]
    assert ticks[-1] <= (first + length).date()


def labels_of(picture: Picture) -> list[str]:
    """The dates that a drawing has as text."""
    return re.findall(r">((?:\d+ )?[A-Z][a-z]{2} \d{4})</text>", picture.svg())


@pytest.mark.parametrize("days", [14, 35, 182, 1096])
def test_no_date_is_drawn_twice(days: int) -> None:
    """The way of a patient, and the weeks of a unit, whether they last for weeks or for years."""
    run = one_patient()
    run.table("patients")["ended_day"] = float(days)
    run = evolve(run, setting=setting(horizon=days * DAY))
    for picture in (patient_picture(run), weeks_picture(run)):
        labels = labels_of(picture)
        assert labels, picture.name
        assert len(set(labels)) == len(labels)
