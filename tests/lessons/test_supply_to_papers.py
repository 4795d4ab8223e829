"""The ideas of the lessons from supply to papers: what each says is so in what it computed."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pytest

from mfg.frames.paired import SAME, paired
from tests.lessons.conftest import ran


def test_a_bank_spares_collections_and_its_loss_costs_more() -> None:
    """The gap is the mean of the gaps of the replications; a fresh lot serves one dose, a bank several."""
    _, lesson = ran("07_fresh_or_frozen")
    fresh, bank = lesson["fresh"], lesson["bank"]
    found = paired(lesson["study"])
    assert found is not None
    gap = found.gaps.set_index("figure").loc["collections_per_patient"]
    each = bank.by_replication["collections_per_patient"] - fresh.by_replication["collections_per_patient"]
    assert gap["gap"] == pytest.approx(each.mean())
    assert gap["verdict"] == "better"
    assert found.gaps.set_index("figure").loc["doses_given", "verdict"] == SAME
    assert lesson["most"][fresh.name] == 1 < lesson["most"][bank.name] <= lesson["doses"]
    assert set(lesson["lots"]["lot"]) == {1}
    assert len(lesson["again"]) == (lesson["treated"]["collections"] > 1).sum()


def test_what_is_short_is_the_pair_of_a_suite_and_a_crew() -> None:
    """A queue grows where more is asked of a suite than it is open for; hands without a room change nothing at all."""
    _, lesson = ran("08_how_many_cleanrooms")
    one_less, more_staff, both = lesson["one_less"], lesson["more_staff"], lesson["both"]
    assert lesson["load"][one_less] > 1
    assert lesson["load"][lesson["as_it_is"].name] < 1
    staff = lesson["shown"][more_staff]
    assert (staff.mean, staff.low, staff.high) == (0, 0, 0)
    assert lesson["better"] == [both]
    assert lesson["kind"](one_less) == "longer"
    assert lesson["opened"]["full"].max() > lesson["opened"]["mean"].mean()


def test_points_fall_and_the_untreated_rise_where_a_limit_turns_patients_away() -> None:
    """Shares of all who were to be treated add up to one; the same share is never treated in the bars and in the curves."""
    _, lesson = ran("09_waiting_with_als")
    overrun, limited, larger = (lesson[name].name for name in ("overrun", "limited", "larger"))
    assert lesson["lost"][limited] < lesson["lost"][overrun]
    assert lesson["untreated"][limited] > lesson["untreated"][overrun]
    assert lesson["lost"][larger] < lesson["lost"][limited]
    assert lesson["untreated"][larger] < lesson["untreated"][overrun]
    assert lesson["fates"][limited]["turned away"] > 0
    assert lesson["fates"][overrun]["turned away"] == 0
    for name, shares in lesson["fates"].items():
        assert shares.sum() == pytest.approx(1)
        assert lesson["untreated"][name] == pytest.approx(lesson["never"][name], abs=0.02)
    patients = lesson["limited"].table("patients").query("waiting == 'treated'")
    assert patients["waited_day"].max() < 1.2 * float(lesson["longest"].split()[0])


def test_a_paired_interval_is_that_of_the_differences() -> None:
    """Var(b - a) = Var a + Var b - 2 Cov(a, b): what pairing takes off is the covariance."""
    _, lesson = ran("10_how_sure_are_we")
    one, two, gap = lesson["one"], lesson["two"], lesson["gap"]
    n = len(gap)
    variance = one.var() + two.var() - 2 * one.cov(two)
    student = lesson["half_width"](np.arange(n)) / (np.std(np.arange(n), ddof=1) / np.sqrt(n))
    assert lesson["ends"][lesson["paired"]] == pytest.approx(student * np.sqrt(variance / n))
    apart = lesson["half_width_apart"](one, two)
    assert lesson["ends"][lesson["apart"]] == pytest.approx(apart)
    assert apart > student * np.sqrt((one.var() + two.var()) / n) * 0.95
    assert lesson["times"] > 3
    assert lesson["strongest"].startswith("Moving `population.growth.doubling`")
    assert 100 * abs(lesson["told"]["effect"].iloc[0]) > 100 * lesson["lucky"]


def test_the_files_of_the_page_lead_from_faults_to_a_run() -> None:
    """Each check says what its step is about, the last that all is sound; and the incubator is what is short in the end."""
    _, lesson = ran("11_your_own_therapy")
    assert "donor: is missing" in lesson["nothing"]
    assert "my-protocol.toml: 4 faults" in lesson["faults"]
    assert "'60 mL' does not hold: 6 was computed" in lesson["last_fault"]
    assert lesson["sound"].startswith("my-protocol.toml: sound; 1 worked example holds")
    assert lesson["whole"].startswith("my-protocol.toml: sound")
    assert "work.formulate: is missing; the recipe has a step 'formulate'" in lesson["missing"]
    assert lesson["complete"].startswith("my-scenario.toml: sound")
    assert "72,000,000 cells" in lesson["dose"]
    assert lesson["first"].figure("doses_given").mean > 0.9
    assert lesson["limit"] == "cells.incubator"
    assert lesson["lots"] * lesson["kept_days"] > 12 > lesson["lots"] * 21
    assert lesson["use"]["utilisation_cells.incubator"] > 5 * lesson["use"]["utilisation_cells.suites"]
    assert "what limits it: " in lesson["ran"]
    assert lesson["accepted"].startswith("my-frozen.toml: sound")


def test_what_is_tried_on_a_therapy_comes_out_as_the_lesson_says() -> None:
    """Twice the places are enough, the thirtieth day is a Saturday, and of three slips the check names two."""
    _, lesson = ran("11_your_own_therapy")
    assert lesson["roomy"].waits.first is None
    assert lesson["roomy"].waits.later == pytest.approx(lesson["calm"].waits.later, abs=0.3)
    assert "dose 2: falls on a Saturday" in lesson["falls"]
    assert lesson["later"].startswith("my-later.toml: sound")
    assert lesson["without"].startswith("my-slip.toml: sound")
    assert "did you mean 'use_within'?" in lesson["misspelt"]
    assert "'dose 1' stands more than once" in lesson["alike"]


def test_what_the_page_shows_is_what_was_checked() -> None:
    """Who copies the files from the page alone has those that run."""
    outputs, lesson = ran("11_your_own_therapy")
    shown = unescape(re.sub(r"<[^>]+>", "", "".join(str(one.text) for one in outputs if one is not None)))
    for name in ("draft", "making", "site", "patients", "scenario", "other", "there"):
        for line in filter(None, (one.partition("#")[0].strip() for one in lesson[name].splitlines())):
            assert line in shown


def test_each_reading_of_a_paper_is_computed() -> None:
    """0.1 mL a kilogram fill 5 mL at 50 kg; a flattened power is 125 x 106; a flask of 175 cm2 divides what is plated."""
    _, lesson = ran("12_reading_a_paper")
    assert lesson["heaviest"] == 50
    assert (lesson["doses"]["by weight"] * 10).to_numpy() == pytest.approx(lesson["doses"]["kg"].to_numpy())
    assert lesson["at_72"]["one syringe"] == 5
    assert lesson["fold"] == pytest.approx(125e6 / (125 * 106))
    assert lesson["literal"] == f"{2e5 / 175:.0f} cell/cm**2"
    assert not lesson["change"].told_apart
    assert "past 12 h" in lesson["refused"]
    assert lesson["stated"] != pytest.approx(lesson["first"] - lesson["last"])
    assert len(lesson["contradictions"]) == lesson["count"]
