"""Whole runs: what must hold whatever the luck."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mfg import Faults, Refused, load_scenario, simulate
from mfg.study.run import Run
from tests.conftest import Said

PHASE2 = "lenzumestrocel-phase2"


@pytest.fixture(scope="module")
def run() -> Run:
    """The trial, twenty times."""
    return simulate(PHASE2, replications=20, seed=3)


def test_everybody_who_arrived_has_one_ending(run: Run) -> None:
    """No patient is lost, none is counted twice."""
    assert sum(run.endings.values()) == 20 * 64
    assert (run.patients.groupby("replication")["patient"].nunique() == 64).all()
    arms = run.patients[run.patients["replication"] == 0]["arm"].value_counts()
    assert dict(arms) == {"msc": 33, "control": 31}


def test_no_product_is_given_past_its_expiry(run: Run) -> None:
    """Twelve hours from the end of suspension, and never before it."""
    given = run.doses[run.doses["given"]]
    assert len(given) > 1000
    assert given["age_hour"].between(0, 12).all()


def test_every_dose_is_from_the_patients_own_lot(run: Run) -> None:
    """The lot of a dose is the patient's, collected before it, and serves no other dose."""
    given = run.doses[run.doses["given"]].merge(run.lots, on=["replication", "patient", "lot"], how="left")
    assert given["collected_day"].notna().all()
    assert (given["vein_to_vein_day"] > 0).all()
    assert not given.duplicated(["replication", "patient", "lot"]).any()
    assert (given["harvested_cells"] >= given["prescribed_cells"]).all()


def test_the_control_arm_is_left_alone(run: Run) -> None:
    """No collection, no draw, no dose."""
    control = run.patients[run.patients["arm"] == "control"]
    assert (control[["collections", "vehicle_draws", "doses_planned"]] == 0).all().all()


def test_doses_keep_their_interval(run: Run) -> None:
    """Where neither was put off, 26 days lie between the two doses; where one was, never fewer."""
    days = run.doses[run.doses["given"]].pivot_table(
        index=["replication", "patient"], columns="dose", values="given_day"
    )
    gaps = np.floor(days[2]) - np.floor(days[1])
    gaps = gaps.dropna()
    late = run.doses.groupby(["replication", "patient"], observed=True)["put_off"].sum()
    assert (gaps[late.reindex(gaps.index) == 0] == 26).all()
    assert (gaps >= 26).all()


def test_results_of_final_products_come_after_the_dose(run: Run) -> None:
    """The fourteen-day result is known when the dose is long given, unless something grew."""
    final = run.tables.tests[run.tables.tests["test"] == "sterility, final product"]
    final = (
        final[final["outcome"] == "passed"].groupby(["replication", "patient", "dose"]).last().reset_index()
    )
    merged = final.merge(run.doses[run.doses["given"]], on=["replication", "patient", "dose"])
    assert (merged["result_day"] > merged["given_day"] + 13).all()


def test_what_holds_up_a_formulation_is_known_before_it(run: Run) -> None:
    """Every in-process result of a lot is in when its harvest begins."""
    events = run.tables.events
    harvests = (
        events[events["activity"] == "harvest"].set_index(["replication", "patient", "lot"])["started_min"]
        / 1440
    )
    inside = run.tables.tests[run.tables.tests["test"].isin(["sterility", "mycoplasma", "VEGF", "identity"])]
    last = inside.groupby(["replication", "patient", "lot"], observed=True)["result_day"].max()
    both = pd.concat([harvests, last], axis=1, join="inner")
    assert len(both) == len(harvests)
    assert (both["result_day"] <= both["started_min"]).all()


def test_hands_work_in_opening_hours(run: Run) -> None:
    """Nothing at the facility starts outside Monday to Friday 8 to 20, overtime included, but medium on call from 9 to 12."""
    events = run.tables.events
    work = events[
        (events["place"] == "gmp") & events["activity"].isin(["isolate", "passage", "harvest", "formulate"])
    ]
    hour = work["started_min"] % 1440
    weekday = work["started_min"] // 1440 % 7  # the trial starts on a Monday
    assert hour.between(480, 1200).all()
    assert (weekday < 5).all()
    medium = events[events["activity"] == "medium"]
    on_call = medium[medium["started_min"] // 1440 % 7 >= 5]
    assert (on_call["started_min"] % 1440).between(540, 720).all()
    assert len(on_call) < len(medium) / 100


def test_utilisation_is_a_share(run: Run) -> None:
    """Busy over open time lies between 0 and 1 for every resource."""
    assert run.tables.resources["utilisation"].between(0, 1).all()
    assert (run.tables.resources["overtime_hour"] >= -1e-9).all()


def test_waiting_is_not_work(run: Run) -> None:
    """Work lasts as long as drawn, however long it waited: isolation between 2 and 4.5 hours."""
    isolation = run.tables.events[run.tables.events["activity"] == "isolate"]
    lasted = isolation["finished_min"] - isolation["started_min"]
    assert lasted.between(120, 270).all()
    assert (isolation["queued_min"] <= isolation["started_min"]).all()


@pytest.mark.parametrize(
    ("activity", "mean"),
    [
        ("isolate", (2 + 3 + 4.5) / 3 * 60),
        ("harvest", (2.5 + 3.5 + 5) / 3 * 60),
        ("draw", (30 + 45 + 75) / 3),
        ("collect", (20 + 40 + 60) / 3),
    ],
)
def test_the_mean_of_every_activity_is_the_one_written_in_the_site(
    run: Run, activity: str, mean: float
) -> None:
    """Taken from the log, within four standard errors."""
    rows = run.tables.events[run.tables.events["activity"] == activity]
    lasted = rows["finished_min"] - rows["started_min"]
    assert abs(lasted.mean() - mean) < 4 * lasted.std() / np.sqrt(len(lasted)) + 0.5


def test_attrition_is_the_hazard(run: Run) -> None:
    """Withdrawal until baseline and death throughout, as the population says: within four standard errors."""
    died = (run.patients["ending"] == "died").mean()
    days = (run.patients["ended_day"] - run.patients["arrived_day"]).sum()
    expected = 0.0073 * days / 30.4375 / len(run.patients)
    assert abs(died - expected) < 4 * np.sqrt(expected / len(run.patients))


def test_more_of_everything_puts_nobody_off_for_hands() -> None:
    """With ample places the same lots wait for nothing but hours, and no wait is longer than before."""
    ample = {"suites": "20", "operators": "80", "incubator": "9000 flask", "benches": "40"}
    tight, rich = (
        simulate(PHASE2, replications=4, seed=3),
        simulate(PHASE2, replications=4, seed=3, settings=ample),
    )
    of = {f.name: f.mean for f in tight.estimates}
    more = {f.name: f.mean for f in rich.estimates}
    assert (more["wait_gmp.suites"] or 0) < (of["wait_gmp.suites"] or 0)
    assert (more["wait_gmp.incubator"] or 0) == 0


def test_a_patient_keeps_luck_in_every_scenario() -> None:
    """Marrow, growth and the dates of leaving are the patient's own, whatever the site is like."""
    one = simulate(PHASE2, replications=2, seed=3)
    other = simulate(
        PHASE2,
        replications=2,
        seed=3,
        settings={"suites": "1", "operators": "2", "site.laboratory.qc.benches": "1"},
    )
    key = ["replication", "patient", "lot"]
    both = one.lots.merge(other.lots, on=key, suffixes=("", "_other"))
    assert len(both) > 100
    assert (both["marrow_mL"] == both["marrow_mL_other"]).all()
    isolated = both[both["mononuclear_cells"].notna() & both["mononuclear_cells_other"].notna()]
    assert len(isolated) > 100
    assert (isolated["mononuclear_cells"] == isolated["mononuclear_cells_other"]).all()


def test_what_changes_downstream_leaves_upstream_alone() -> None:
    """A longer way to the clinic changes nothing that happened before it."""
    ample = {
        "suites": "20",
        "operators": "80",
        "incubator": "9000 flask",
        "benches": "40",
        "rooms": "40",
        "beds": "200",
    }
    near = simulate(PHASE2, replications=2, seed=5, settings=ample)
    far = simulate(
        PHASE2, replications=2, seed=5, settings={**ample, "site.work.administer.lasts": "55 minute"}
    )
    columns = ["replication", "patient", "lot", "activity", "started_min", "finished_min", "value"]

    def upstream(run: Run) -> pd.DataFrame:
        events = run.tables.events
        found = events[events["activity"].astype(str).isin(["collect", "isolate", "passage", "harvest"])][
            columns
        ]
        return found.astype({"activity": str, "patient": str}).sort_values(columns[:5]).reset_index(drop=True)

    pd.testing.assert_frame_equal(upstream(near), upstream(far))


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"formulate": "day before", "policy.order": "due-date"}, "overnight"),
        ({"site.facility.gmp.formulate": "day before"}, "overnight"),
        ({"suites": "0"}, "more than gmp has"),
        ({"site.work.isolate.needs.operator": "9"}, "more than gmp has"),
        ({"site.work.isolate.lasts": "13 hour"}, "never open longer"),
        ({"suite": "3"}, "could mean"),
        ({"suits": "3"}, "suites"),
        ({"supply": "bank"}, "fresh"),
        ({"policy.order": "random"}, "due-date"),
        ({"site.work.isolate.lasts": "3 hours"}, "hour"),
        ({"site": "soul"}, "seoul"),
        ({"horizon": "1 year"}, "week"),
        ({"suites": "2.5"}, "whole"),
        ({"population.weight.sd": "0.1 lb"}, "kg"),
    ],
)
def test_a_scenario_that_cannot_run_is_refused_before_the_clock(settings: dict[str, str], word: str) -> None:
    """With the place of the fault and the arithmetic."""
    with pytest.raises((Faults, Refused), match=word):
        simulate(PHASE2, replications=1, settings=settings)


def test_a_way_longer_than_the_expiry_is_refused() -> None:
    """By plan; and where only luck makes it long, the product expires and is not given."""
    with pytest.raises(Faults, match="780 min by plan"):
        simulate(PHASE2, settings={"leg.facility to clinic.lasts": "13 hour"})


def test_luck_that_is_too_long_lets_a_product_expire() -> None:
    """An expired product is counted and never given."""
    run = simulate(PHASE2, replications=2, settings={"use_within": "70 minute"})
    expired = run.doses[run.doses["outcome"] == "expired"]
    assert len(expired) > 5
    assert expired["given_day"].isna().all()
    assert run.doses[run.doses["given"]]["age_hour"].max() <= 70 / 60 + 1e-9


def test_medians_without_chance() -> None:
    """With chance off every replication is the same, and nothing leaves."""
    run = simulate(PHASE2, replications=2, settings={"chance": "false"})
    assert run.by_replication.nunique().max() == 1


def digests(folder: Path) -> dict[str, bytes]:
    """Every file of a run."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """One worker or two, any time zone, locale and hash seed: every file is the same, byte for byte."""
    worlds = [
        (1, {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
        (2, {"TZ": "America/New_York", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "2"}),
        (2, {"TZ": "Asia/Kolkata", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "3"}),
    ]
    for n, (workers, world) in enumerate(worlds):
        command = [
            sys.executable,
            "-m",
            "mfg",
            "run",
            PHASE2,
            "-n",
            "5",
            "--workers",
            str(workers),
            "-o",
            str(tmp_path / str(n)),
        ]
        subprocess.run(command, env={**os.environ, **world}, check=True, capture_output=True)
    first = digests(tmp_path / "0")
    kinds = {Path(name).parts[0] for name in first}
    assert kinds == {
        ".lock",
        "README.md",
        "doses",
        "events",
        "lots",
        "patients",
        "resources",
        "setting.json",
        "run.json",
        "study.json",
        "summary.txt",
        "tests",
    }
    assert sum(name.startswith("events/") for name in first) == 5
    assert digests(tmp_path / "1") == first
    assert digests(tmp_path / "2") == first


def test_another_seed_gives_another_run(tmp_path: Path) -> None:
    """And the folder of one run is not written over by another."""
    one = simulate(PHASE2, replications=2, seed=1, output=tmp_path / "run")
    other = simulate(PHASE2, replications=2, seed=2)
    assert not one.doses["given_day"].equals(other.doses["given_day"])
    with pytest.raises(Refused, match=r"another run .*seed"):
        simulate(PHASE2, replications=2, seed=2, output=tmp_path / "run")


def test_figures_can_be_recomputed_from_the_log(run: Run) -> None:
    """The median of the first replication, by hand from the event log."""
    events = run.tables.events[run.tables.events["replication"] == 0]
    given = events[events["activity"] == "administer"].set_index(["patient", "lot"])["started_min"]
    taken = events[events["activity"] == "collect"].set_index(["patient", "lot"])["started_min"]
    by_hand = ((given - taken).dropna() / 1440).median()
    assert run.by_replication.loc[0, "vein_to_vein_median"] == pytest.approx(by_hand)
    figure = run.figure("vein_to_vein_median")
    assert figure.mean == pytest.approx(run.by_replication["vein_to_vein_median"].mean())


def test_a_scenario_has_its_own_evidence() -> None:
    """Every input of the run is listed with its path and its kind."""
    numbers = load_scenario(PHASE2).numbers
    paths = {number.path for number in numbers}
    assert {
        "protocol.route.intrathecal.cells",
        "site.facility.gmp.suites",
        "population.growth.doubling.median",
    } <= paths
    assert all(number.evidence for number in numbers)


def test_a_setting_is_an_assumption() -> None:
    """What is set for a run is marked so."""
    numbers = load_scenario(PHASE2, {"suites": "3"}).numbers
    (suites,) = [number for number in numbers if number.path == "site.facility.gmp.suites"]
    assert suites.value == "3"
    assert suites.evidence is not None
    assert suites.evidence.reason == "set for this run"


def test_run_as_json(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """One document: figures with intervals, endings that add up, where the tables are."""
    said = mfg("run", PHASE2, "-n", "3", "--seed", "4", "-o", tmp_path / "out", "--json")
    assert said.status == 0
    document = said.json
    assert (document["scenario"], document["replications"], document["seed"], document["unstable"]) == (
        PHASE2,
        3,
        4,
        [],
    )
    assert sum(document["endings"].values()) == 3 * 64
    figures = {f["name"]: f for f in document["figures"]}
    vein = figures["vein_to_vein_median"]
    assert vein["unit"] == "day"
    assert vein["low"] <= vein["mean"] <= vein["high"]
    assert vein["n"] == 3
    assert (tmp_path / "out" / "run.json").exists()


def test_one_replication_has_no_interval(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """And says so."""
    said = mfg("run", PHASE2, "-n", "1", "-o", tmp_path / "out")
    assert "needs two replications" in said.out


def test_trace_tells_one_patient(mfg: Callable[..., Said]) -> None:
    """In order of time, from arrival to the last visit."""
    said = mfg("trace", PHASE2, "--patient", "S01", "--json")
    events = said.json["events"]
    assert [e["begun"] for e in events] == sorted(e["begun"] for e in events)
    assert {"arrive", "collect (lot 1)", "administer (dose 1)", "end"} <= {e["what"] for e in events}
    assert mfg("trace", PHASE2, "--patient", "S99").status == 2
