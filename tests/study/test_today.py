"""Today's patients: what is said of each dose agrees with what the tables of as many replications hold."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from attrs import evolve

from mfg import Refused, today
from mfg.plan.compile import plan_of
from mfg.reader.scenarios import load_scenario
from mfg.results.tables import Tables, tables_of
from mfg.simulation.adherence import off_course
from mfg.simulation.replicate import replicate
from mfg.study.today import DoseToday, Today
from mfg.study.words import in_words
from tests.conftest import Said
from tests.small_unit import BANK, ONE_DOSE, done, scenario
from tests.test_adherence import columns_without
from tests.test_course_in_progress import FROZEN, TWO_DOSES, VISITS
from tests.test_progress import LOT, day

KOREA = "lenzumestrocel-korea-today"
FUTURES = 24
Mfg = Callable[..., Said]


@pytest.fixture(scope="module")
def found() -> Today:
    """Some futures of the Korean unit."""
    return today(KOREA, futures=FUTURES)


@pytest.fixture(scope="module")
def counted() -> list[Tables]:
    """The tables of as many replications."""
    plan = plan_of(load_scenario(KOREA))
    return [tables_of(plan, *replicate(plan, n)) for n in range(FUTURES)]


def of(found: Today, patient: str, dose: str) -> DoseToday:
    """What is said of one dose."""
    return next(one for one in found.doses if (one.patient, one.dose) == (patient, dose))


def test_the_shares_are_those_of_the_tables(found: Today, counted: list[Tables]) -> None:
    """Counted by hand: the booked day, the days given, the quantiles, and how ways without the dose ended."""
    together = pd.concat([one.doses.assign(future=n) for n, one in enumerate(counted)])
    endings = pd.concat([one.patients.assign(future=n) for n, one in enumerate(counted)])
    endings = endings.set_index(["patient", "future"])["ending"]
    listed = {(lot.patient, lot.dose): lot.dose_on for lot in load_scenario(KOREA).arrivals.in_progress}
    assert {(one.patient, one.dose) for one in found.doses} >= set(listed)
    for one in found.doses:
        own = together[(together["patient"] == one.patient) & (together["name"] == one.dose)]
        assert len(own) == one.futures == FUTURES
        assert one.booked is not None
        booked = (one.booked - found.start).days
        if (one.patient, one.dose) in listed:
            assert one.booked == listed[one.patient, one.dose]
        else:
            assert booked == (own["booked_day"] // 1).mode().iloc[0]
        given = sorted((own.loc[own["given"], "given_day"] // 1).astype(int))
        assert one.on_the_day == given.count(booked)
        for share, told in ((0.5, one.p50), (0.9, one.p90)):
            place = ceil(share * FUTURES) - 1
            assert told == (found.start + timedelta(given[place]) if place < len(given) else None)
        lacking = own.loc[~own["given"], "future"]
        ended = pd.Series([endings[one.patient, future] for future in lacking], dtype=object)
        assert dict(one.without) == ended.value_counts().to_dict()


def test_the_causes_are_those_of_the_log(found: Today, counted: list[Tables]) -> None:
    """Of a next dose: in how many futures a row says that it was put off for that."""
    for one in found.next_doses:
        causes = [
            set(
                rows[(rows["patient"] == one.patient) & (rows["dose"] == one.number) & (rows["value"] > 0)][
                    "outcome"
                ]
            )
            for rows in (done(tables, "await") for tables in counted)
        ]
        assert dict(one.hangs_on) == {
            cause: sum(cause in them for them in causes) for cause in set().union(*causes)
        }


def test_whoever_is_not_on_the_day_has_a_reason(found: Today) -> None:
    """Put off for something, or never given: no future is late for nothing."""
    for one in found.doses:
        assert one.on_the_day + sum(one.hangs_on.values()) + sum(one.without.values()) >= one.futures


def test_who_cannot_be_on_the_day_stands_first(found: Today) -> None:
    """Chuseok closes the unit on the day of the list: on time in no future, for that reason in all."""
    first = found.doses[0]
    assert (first.patient, first.booked, first.on_the_day) == ("L06", date(2026, 9, 24), 0)
    assert first.hangs_on["public holidays"] == FUTURES
    shares = [one.share for one in found.doses]
    assert shares == sorted(shares)


def test_the_next_dose_of_each_patient(found: Today) -> None:
    """One for everybody on the list, and the earliest of each."""
    names = {lot.patient for lot in load_scenario(KOREA).arrivals.in_progress}
    assert {one.patient for one in found.next_doses} == names
    assert len(found.next_doses) == len(names)
    assert all(
        one.number >= following.number
        for following in found.next_doses
        for one in found.doses
        if one.patient == following.patient
    )


def test_a_dose_that_is_never_given_is_later_than_any_day() -> None:
    """A culture that cannot grow, and nothing is collected again: no day is named, and the ending says why."""
    lost = scenario(ONE_DOSE, {"policy.recollect": 0}, lots=[evolve(LOT, cells=0.0)])
    (one,) = today(lost, futures=2).doses
    assert (one.p50, one.p90, one.on_the_day) == (None, None, 0)
    assert dict(one.without) == {"growth failure": 2}


def test_what_moves_a_dose_moves_the_later_ones_too() -> None:
    """A first dose that was to be on a Saturday: the second is counted from the day on which it is booked."""
    found = today(scenario(TWO_DOSES, lots=[evolve(LOT, dose_on=day(12))]), futures=1)
    first, second = (of(found, "W", name) for name in ("dose 1", "dose 2"))
    assert (first.booked, first.p50) == (day(12), day(15))
    assert dict(first.hangs_on) == {"days of the week": 1}
    assert (second.booked, second.p50, dict(second.hangs_on)) == (day(43), day(43), {})


def test_a_future_ends_with_the_last_dose_of_the_list() -> None:
    """Up to then the log is that of the whole replication, row by row."""
    plan = plan_of(load_scenario(KOREA))
    whole, _ = replicate(plan, 3)
    cut, names = replicate(plan, 3, only_in_progress=True)
    assert cut.finished.max() < whole.finished.max()
    given = np.isin(cut.activity, [n for n, one in enumerate(plan.activities) if one.name == "administer"])
    listed = cut.subjects[cut.subject, 0] < len(plan.in_progress)
    begun = cut.started[given & listed]
    until = begun.max()
    for column in ("started", "queued", "activity", "value"):
        ours, theirs = getattr(cut, column), getattr(whole, column)
        assert np.array_equal(
            ours[cut.finished < until], theirs[whole.finished < until], equal_nan=column == "value"
        )
    assert len(names) > len(plan.in_progress)


def test_workers_change_nothing(found: Today) -> None:
    """Two processes find what one finds."""
    assert today(KOREA, futures=FUTURES, workers=2) == found


def test_without_a_list_there_is_nothing_to_say() -> None:
    """Patients who come are not in process; and no futures are none."""
    with pytest.raises(Refused, match="names no patients in process"):
        today("lenzumestrocel-korea")
    with pytest.raises(Refused, match=r"^futures: '0' is out of reach"):
        today(KOREA, futures=0)


def test_the_command_prints_the_next_doses(mfg: Mfg, found: Today) -> None:
    """The one at risk first, with its counts in words; later doses on request."""
    text = mfg("today", KOREA, "-n", str(FUTURES), "--workers", "1").out
    rows = [line.split() for line in text.splitlines() if line.startswith(("L0", "L1"))]
    assert [row[0] for row in rows] == [one.patient for one in found.next_doses]
    assert f"public holiday: {FUTURES} of {FUTURES}" in text
    everything = mfg("today", KOREA, "-n", str(FUTURES), "--workers", "1", "--all").out
    assert sum(line.startswith(("L0", "L1")) for line in everything.splitlines()) == len(found.doses)


def test_the_document_holds_everything(mfg: Mfg, found: Today) -> None:
    """Every dose to come, with its counts."""
    document = mfg("today", KOREA, "-n", FUTURES, "--workers", 1, "--json").json
    assert [(one["patient"], one["dose"], one["on_the_day"]) for one in document["doses"]] == [
        (one.patient, one.dose, one.on_the_day) for one in found.doses
    ]
    assert document["doses"][0]["hangs_on"] == dict(found.doses[0].hangs_on)


def test_the_csv_runs_in_no_spreadsheet(mfg: Mfg, tmp_path: Path) -> None:
    """A patient whose name looks like a formula gets an apostrophe before it."""
    lots = tmp_path / "lots.csv"
    lots.write_text(
        "patient,weight_kg,collected,passage,plated,flasks,cells,dose_on\n"
        "=1+1,61.5,2026-08-05,2,2026-08-24,32,2.8e7,2026-09-02\n",
        encoding="utf-8",
    )
    out = tmp_path / "today.csv"
    mfg(
        "today",
        KOREA,
        "-n",
        "2",
        "--workers",
        "1",
        "--csv",
        str(out),
        "--set",
        f"arrivals.in_progress={lots}",
    )
    (row,) = csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    assert (row["patient"], row["booked"], row["futures"]) == ("'=1+1", "2026-09-02", "2")


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("result of sterility", "sterility not back"),
        ("lost: cold chain", "lot lost (cold chain)"),
        ("short bank", "bank too small"),
        ("growth", "growth"),
        ("gmp.suites", "gmp.suites"),
    ],
)
def test_causes_are_said_in_words(cause: str, words: str) -> None:
    """As one says it in the morning."""
    assert in_words(cause) == words


def test_a_bank_that_is_lost_moves_the_later_doses_for_that() -> None:
    """Five containers, where a dose takes six: the first dose is collected for again, and every later one moves with it."""
    bank = evolve(FROZEN, containers=5, cells=25e6)
    found = today(scenario(BANK, lots=[bank]), futures=1)
    assert {tuple(one.hangs_on) for one in found.doses} == {("lost: bank spent",)}


def test_a_course_that_was_begun_is_audited() -> None:
    """A visit that is left out of the log of such a course is missed."""
    plan = plan_of(scenario(TWO_DOSES, VISITS, lots=[LOT]))
    log, names = replicate(plan, 0)
    (visit,) = [n for n, a in enumerate(plan.activities) if a.name == "visit"]
    without = columns_without(log, np.flatnonzero(log.activity == visit))
    assert not list(off_course(plan, log, names))
    assert list(off_course(plan, without, names)) == [
        "W: between neither took place nor was left out, and nothing says why"
    ]
