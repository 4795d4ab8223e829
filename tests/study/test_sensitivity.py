"""Which inputs carry a figure: exact on straight lines and on a unit without variance, right in sign, and honest."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from mfg.errors import Faults, MfgError, Refused
from mfg.reader.library import builtin
from mfg.reader.scenarios import load_scenario
from mfg.study.corners import SPARE, corners, design
from mfg.study.inputs import Input, assumed_in, over
from mfg.study.screening import Pairs, effects_of, screen, simulate_in_pairs
from mfg.study.shares import analyse
from mfg.study.shares import design as sobol_design
from mfg.study.study import Execution
from mfg.study.variants import SettingRange
from tests.conftest import ROOT, Said
from tests.study.folders import SMALL, stamped

HAND = ROOT / "tests" / "hand" / "scenario.toml"
PHASE2 = "lenzumestrocel-phase2"
ISOLATE, COLLECT = "work.isolate.lasts", "work.collect.lasts"
INPUTS = over([SettingRange.read(ISOLATE, "2hour..3hour"), SettingRange.read(COLLECT, "30minute..50minute")])


def somebodys(count: int) -> list[Input]:
    """So many inputs of no scenario."""
    return [Input(f"input {n}", (SettingRange(f"input {n}", Decimal(0), Decimal(1)),)) for n in range(count)]


# ---- the design and its arithmetic ---------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 7, 30, 98, 140])
def test_columns_stand_at_right_angles(count: int) -> None:
    """No input's column holds a part of another's; there are rows to spare, and no more than a few too many."""
    rows = design(count)
    assert set(np.unique(rows)) == {-1, 1}
    assert (rows.T @ rows == len(rows) * np.eye(count)).all()
    assert count + SPARE <= len(rows) <= count + SPARE + 20


def test_a_straight_line_gives_its_slopes_with_no_width() -> None:
    """Of 3 a - 2 b + 0 c: from end to end 3 and -2 exactly, and what does nothing is not told apart; strongest first."""
    rows = design(3)
    effects = effects_of(somebodys(3), rows, rows @ [-2.0, 3.0, 0.0])
    assert [(one.name, one.told_apart) for one in effects] == [
        ("input 1", True),
        ("input 0", True),
        ("input 2", False),
    ]
    assert [(one.effect, one.low, one.high) for one in effects] == [
        pytest.approx((3, 3, 3)),
        pytest.approx((-2, -2, -2)),
        (0, 0, 0),
    ]


def test_what_two_inputs_do_only_together_is_nobodys_effect() -> None:
    """Of a b alone, and of a b + c, every corner minus its mirror is left with c."""
    rows = design(3)

    def figure(corner: np.ndarray) -> np.ndarray:
        return corner[:, 0] * corner[:, 1] + corner[:, 2] / 2

    found = {one.name: one for one in effects_of(somebodys(3), rows, figure(rows) - figure(-rows))}
    assert found["input 2"].effect == pytest.approx(1)
    assert found["input 0"].effect == found["input 1"].effect == 0


def test_intervals_hold_what_they_are_to_hold() -> None:
    """Of luck alone hardly ever one of ten inputs is told apart; a slope of five times the luck always is."""
    rows = design(10)
    luck = np.random.default_rng(1).normal(size=(200, len(rows)))  # noqa: TID251  what the tests draw has no name
    alone = [any(one.told_apart for one in effects_of(somebodys(10), rows, some)) for some in luck]
    assert np.mean(alone) < 0.1
    slope = [effects_of(somebodys(10), rows, some + 5 * rows[:, 0])[0] for some in luck]
    assert all(one.told_apart and one.name == "input 0" for one in slope)
    assert np.mean([one.low <= 5 <= one.high for one in slope]) > 0.9


def test_sobols_shares_of_a_straight_line() -> None:
    """Of 3 a - 2 b over the unit square: 9/13 and 4/13 of the variance, and no interaction."""
    points = sobol_design(2, 512, seed=1)
    shares = analyse(somebodys(2), 3 * points[:, 0] - 2 * points[:, 1])
    assert [one.share for one in shares] == pytest.approx([9 / 13, 4 / 13], rel=0.02)
    assert [one.interaction for one in shares] == pytest.approx([0, 0], abs=0.02)


def test_sobols_bounds_are_the_same_each_time() -> None:
    """Luck decides about them as about everything: by a seed."""
    points = sobol_design(2, 4, 1)
    values = 3 * points[:, 0] - 2 * points[:, 1]
    first, second = (analyse(somebodys(2), values) for _ in range(2))
    assert [one.bound for one in first] == [one.bound for one in second]
    assert first[0].bound > 0


# ---- inputs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", builtin("scenario"))
def test_what_is_moved_is_assumed_and_within_its_range(name: str) -> None:
    """No stated or cited number, nothing twice, no choice; the value is between its ends, and whole numbers stay whole."""
    scenario = load_scenario(name)
    numbers = {number.path.removesuffix(".is"): number for number in scenario.numbers}
    inputs = assumed_in(scenario).inputs
    moved = [one.key for single in inputs for one in single.ranges]
    assert len(moved) == len(set(moved)) > 10
    assert not [path for path in moved if path.endswith((".medium", ".drawn", ".booked", ".slot"))]
    changes_medium = "site.work.medium.lasts" in numbers
    assert ("site.work.medium.lasts" in moved) == changes_medium
    for one in (one for single in inputs for one in single.ranges):
        evidence = numbers[one.key].evidence
        assert evidence is not None
        assert evidence.kind in ("assumed", "calibrated")
        value = Decimal(numbers[one.key].value.removesuffix(one.unit).strip())
        assert min(one.low, one.high) <= value <= max(one.low, one.high)
        if one.unit == "flask":
            assert [end % 1 for end in (one.low, one.high)] == [0, 0]
            assert float(one.at(0.37).removesuffix(" flask")).is_integer()


def test_zero_stays_zero_and_stays_possible(tmp_path: Path) -> None:
    """A zero keeps no distribution from being moved; a count goes down to none; a lone zero says why it is not moved."""
    inputs = {one.name: one for one in assumed_in(load_scenario("cl2020-phase2")).inputs}
    assert "population.decline" in inputs
    korea = assumed_in(load_scenario("lenzumestrocel-korea"))
    (retests,) = next(one.ranges for one in korea.inputs if one.name == "site.test.identity.retests")
    assert (retests.at(0), retests.at(1)) == ("0", "2")
    assert "zero" in korea.unmoved["population.leaves.withdraw_later"]
    text = (ROOT / "tests" / "hand" / "site.toml").read_text(encoding="utf-8")
    lasts = '{ least = "0 minute", likely = "40 minute", most = "60 minute", assumed = "a guess" }'
    text = text.replace(
        '[work.collect]\nneeds = { room = 1 }\nlasts = "40 minute"',
        f"[work.collect]\nneeds = {{ room = 1 }}\nlasts = {lasts}",
    )
    for file in HAND.parent.iterdir():
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    moved = assumed_in(load_scenario(tmp_path / "scenario.toml")).inputs
    collect = next(one for one in moved if one.name == "site.work.collect.lasts")
    assert [one.at(1) for one in collect.ranges] == ["0 minute", "50 minute", "75 minute"]


def test_what_is_set_for_this_run_is_not_moved() -> None:
    """Whoever says what a value is asks nothing about it."""
    path = "site.facility.gmp.suites"
    assert path in {one.name for one in assumed_in(load_scenario(PHASE2)).inputs}
    assert path not in {one.name for one in assumed_in(load_scenario(PHASE2, {path: "2"})).inputs}


def test_factors_and_stars_are_ranges() -> None:
    """All values of a name are one input, from half to twice what each is."""
    (one,) = over([SettingRange.read("*.contaminates", "x0.5..x2")])
    assert (one.at(0), one.at(1), one.span) == (
        {"*.contaminates": "x0.5"},
        {"*.contaminates": "x2"},
        "x0.5 to x2",
    )
    assert load_scenario(PHASE2, one.at(1)).site.work["isolate"].contaminates


def test_a_whole_number_is_whole_between_its_ends() -> None:
    """And the ends are typed as they are; what is divided is divided."""
    flasks, days = SettingRange.read("a", "3flask..9flask"), SettingRange.read("b", "1 day..2 day")
    assert {flasks.at(n / 50) for n in range(51)} == {f"{n} flask" for n in range(3, 10)}
    assert [days.at(share) for share in (0, 0.5, 1)] == ["1 day", "1.5 day", "2 day"]


# ---- corners that cannot be --------------------------------------------------------------------------------


def made(
    inputs: list[Input], load: Callable[[dict[str, str]], object]
) -> tuple[list[dict[str, str]], list[Input]]:
    """The settings of the corners of small inputs whose scenarios are only *load*-ed, and the inputs as moved."""
    scenario = load_scenario(HAND)

    def loaded(settings: dict[str, str], _: int) -> object:
        load(settings)
        return scenario

    rows = design(len(inputs))
    found, moved = corners(loaded, inputs, rows, range(len(rows)), lambda _: None)  # type: ignore[arg-type]
    return [dict(one.settings) for one in found], moved


def assumptions(*names: str) -> list[Input]:
    """Counts of 2 that are moved from 1 to 3."""
    return [Input(name, (SettingRange(name, Decimal(1), Decimal(3)),), Decimal(2)) for name in names]


def refused_if(*members: tuple[str, str]) -> Callable[[dict[str, str]], None]:
    """A reader that refuses these settings together."""

    def load(settings: dict[str, str]) -> None:
        if all(settings.get(path) == value for path, value in members):
            raise Faults("a file", (Refused("a", "1", "is too few", "give more"),))

    return load


def test_an_end_that_is_refused_leaves_the_other() -> None:
    """There the input stays as it is; it says so in its range, and why."""
    settings, (a, b) = made(assumptions("a", "b"), refused_if(("a", "1")))
    assert {one.get("a") for one in settings} == {None, "3"}
    assert {one.get("b") for one in settings} == {"1", "3"}
    assert (a.span, b.span) == ("2 to 3", "1 to 3")
    assert "is too few" in a.refused["low"]


def test_an_input_without_an_end_is_not_moved() -> None:
    """Both ends are refused, each with its reason."""

    def load(settings: dict[str, str]) -> None:
        for value in ("1", "3"):
            refused_if(("b", value))(settings)

    _, (a, b) = made(assumptions("a", "b"), load)
    assert (a.still, b.still) == (False, True)
    assert set(b.refused) == {"low", "high"}


def test_ends_that_exclude_each_other_are_narrowed() -> None:
    """One of the two stays as it is where only both together are refused; all others are moved as they were."""
    settings, moved = made(assumptions("a", "b", "c", "d"), refused_if(("a", "1"), ("c", "3")))
    assert not any(one.get("a") == "1" and one.get("c") == "3" for one in settings)
    narrowed = [one for one in moved if one.refused]
    assert [(one.name, set(one.refused)) for one in narrowed] == [("c", {"high"})]
    assert "(with a low)" in narrowed[0].refused["high"]


def test_a_range_that_somebody_gave_is_obeyed_or_refused() -> None:
    """It is never narrowed in silence."""
    given = over([SettingRange.read("a", "1..3"), SettingRange.read("b", "1..3")])
    with pytest.raises(Faults, match="is too few"):
        made(given, refused_if(("a", "1")))


# ---- whole studies -----------------------------------------------------------------------------------------


def test_an_hour_of_isolation_is_an_hour_of_suite() -> None:
    """A unit by hand: every dose has one isolation, and a collection takes no suite. The strongest comes first.

    A result that takes days longer makes release later, and takes no suite either. Progress counts
    every corner that is loaded and every one that is simulated, from the first on.
    """
    heard: list[tuple[int, int]] = []
    execution = Execution(told=lambda done, total: heard.append((done, total)))
    identity = over([SettingRange.read("test.identity.turnaround", "1day..6day")])
    pairs = simulate_in_pairs(HAND, inputs=[*INPUTS[::-1], *identity], execution=execution)
    found = pairs.screen("suite_hours_per_dose")
    first, *others = found.effects
    assert (first.name, first.range) == (ISOLATE, "2 to 3 hour")
    assert (first.effect, first.low, first.high) == pytest.approx((1, 1, 1))
    assert first.told_apart
    assert [(one.told_apart, one.effect) for one in others] == [(False, 0), (False, 0)]
    slowest = pairs.screen("turnaround_median").effects[0]
    assert (slowest.name, slowest.told_apart) == ("test.identity.turnaround", True)
    assert slowest.low > 0
    assert heard == [(n, 2 * 2 * found.pairs) for n in range(1, 2 * 2 * found.pairs + 1)]


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"inputs": []}, "nothing to move"),
        (
            {"inputs": over([SettingRange.read("site.work.isolate.last", "2hour..3hour")])},
            "site.work.isolate.lasts",
        ),
        ({"replications": 0}, "is out of reach"),
        ({"settings": {"site.work.isolate.lasts": "2 hour"}}, "is varied as well"),
    ],
)
def test_what_cannot_be_screened_is_refused(asked: dict[str, object], problem: str) -> None:
    """With what would be right."""
    with pytest.raises(MfgError, match=problem):
        screen(HAND, "lots_started", **{"inputs": INPUTS, **asked})  # type: ignore[arg-type]


def test_pairs_in_which_the_figure_is_undefined_are_left_out() -> None:
    """And counted, with the reason. Both sides of a pair have one luck, and no two pairs have: the one patient dies in both, or lives."""
    seldom = {"leaves.die": "20 %/month", "chance": "true"}
    pairs = simulate_in_pairs(HAND, inputs=INPUTS, settings=seldom)
    found = pairs.screen("suite_hours_per_dose")
    undefined = [bool(one.figures["suite_hours_per_dose"].isna().all()) for one in pairs.counts]
    assert undefined[::2] == undefined[1::2]
    assert found.left_out == sum(undefined[::2]) > 0
    assert found.pairs + found.left_out == len(design(2))
    assert found.because == "died"
    assert found.effects[0].name == ISOLATE


def test_where_hardly_a_pair_defines_the_figure_nothing_is_said() -> None:
    """With how most patients end there."""
    inputs = over([SettingRange.read("growth.limit", "6doubling..40doubling")])
    with pytest.raises(
        Refused, match="0 of 20 pairs only; on the others most patients end with: growth failure"
    ):
        screen(HAND, "suite_hours_per_dose", inputs=inputs)


OBVIOUS = [
    ("work.isolate.lasts", "2hour..6hour", "suite_hours_per_dose", 1),
    ("work.collect.fails", "0%..50%", "collections_per_patient", 1),
    ("growth.doubling", "18hour..44hour", "turnaround_median", 1),
    ("leaves.withdraw", "0%/month..10%/month", "patients_completed", -1),
    ("leaves.die", "0%/month..10%/month", "doses_given", -1),
    ("work.medium.lasts", "15minute..45minute", "suite_hours_per_dose", 1),
    ("facility to clinic.lasts", "30minute..180minute", "product_age_median", 1),
    ("arrivals.every", "3day..14day", "referral_to_dose_median", -1),
    ("product.loss", "0.5%/hour..4%/hour", "viable_delivered", -1),
]


@pytest.fixture(scope="module")
def obvious() -> Pairs:
    """One design that moves nine inputs of the small unit, with one suite, far enough."""
    inputs = over([SettingRange.read(path, text) for path, text, _, _ in OBVIOUS])
    return simulate_in_pairs(SMALL, inputs=inputs, settings={"horizon": "20 week", "suites": "1"})


@pytest.mark.parametrize(
    ("path", "figure", "sign"), [(path, figure, sign) for path, _, figure, sign in OBVIOUS]
)
def test_signs_are_right_where_they_are_obvious(obvious: Pairs, path: str, figure: str, sign: int) -> None:
    """Longer isolation is more hours of suites, who come less often wait less, and so on: told apart, and so directed."""
    (effect,) = (one for one in obvious.screen(figure).effects if one.name == path)
    assert effect.told_apart, effect
    assert np.sign(effect.low) == np.sign(effect.high) == sign


def test_more_failures_of_sterility_are_fewer_doses() -> None:
    """The tenth, apart from the others, since nothing is collected again: of a lot in two that fails there is no dose."""
    fails = over([SettingRange.read("test.sterility.fails", "0%..50%")])
    pairs = simulate_in_pairs(SMALL, inputs=fails, settings={"horizon": "12 week", "policy.recollect": "0"})
    (effect,) = pairs.screen("doses_given").effects
    assert effect.told_apart
    assert effect.high < 0


def test_every_assumption_is_one_command(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """As printed, on the smallest scenario: unit and good direction, the table, and in words what does nothing."""
    said = mfg("sensitivity", "cl2020-phase2", "product_age_median", "--workers", 1, "-o", tmp_path / "s")
    assert said.status == 0, said.err
    count = len(assumed_in(load_scenario("cl2020-phase2")).inputs)
    assert f"{count} inputs, all moved at once in" in said.out
    assert "(hour; low is good)" in said.out
    assert "from low to high, hour" in said.out
    assert re.search(rf"told apart: [1-9] of {count} inputs", said.out)
    assert re.search(r"none of the other [0-9]+ moves it by more than [0-9.]+ hour", said.out)
    assert "moved to one side only" in said.out


def test_the_document_has_all_of_it(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Every input with its effect and interval, in the figure's unit; the same command goes on where it was stopped."""
    words = ("sensitivity", HAND, "suite_hours_per_dose", "--workers", 1, "-o", tmp_path / "s", "--json")
    ranges = ("--over", f"{ISOLATE}=2hour..3hour", "--over", f"{COLLECT}=x0.5..x1.25")
    answer = mfg(*words, *ranges).json
    assert [(one["name"], one["range"], one["told_apart"]) for one in answer["inputs"]] == [
        (ISOLATE, "2 to 3 hour", True),
        (COLLECT, "x0.5 to x1.25", False),
    ]
    assert (answer["unit"], answer["good"], answer["bound"]) == ("hour", "low", 0)
    assert answer["inputs"][0]["effect"] == pytest.approx(1)
    before = stamped(tmp_path / "s" / "events")
    assert mfg(*words, *ranges).json == answer
    assert stamped(tmp_path / "s" / "events") == before


@pytest.mark.parametrize("name", builtin("scenario"))
def test_three_assumptions_of_every_scenario_are_screened(
    mfg: Callable[..., Said], tmp_path: Path, name: str
) -> None:
    """Within their own ranges, over sixteen weeks or with the first six of its list: a line each, in one command."""
    scenario = load_scenario(name)
    single = [
        one.ranges[0] for one in assumed_in(scenario).inputs if len(one.ranges) == 1 and one.ranges[0].low > 0
    ]
    chosen = single[:: len(single) // 3][:3]
    words = [("--over", f"{one.key}={one.at(0)}..{one.at(1)}".replace(" / ", "/")) for one in chosen]
    short = ["horizon=16 week", "warm_up=0 week"]
    if scenario.arrivals.patients:
        first = scenario.arrivals.patients[:6]
        table = ["patient,arrived,weight_kg", *(f"{o.patient},{o.arrived},{o.weight_kg}" for o in first)]
        (tmp_path / "first.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
        short = [f"arrivals.patients={tmp_path / 'first.csv'}"]
    asked = [word for pair in (*words, *(("--set", one) for one in short)) for word in pair]
    said = mfg("sensitivity", name, "patients_completed", *asked, "--workers", 1, "-o", tmp_path / "s")
    assert said.status == 0, said.err
    assert re.search("3 inputs, all moved at once in (1[5-9]|20) pairs", said.out)
    for one in chosen:
        assert one.key.rpartition(".")[0] in said.out
    assert re.search("told apart: [0-3] of 3 inputs", said.out)


@pytest.mark.long
@pytest.mark.parametrize("name", builtin("scenario"))
def test_every_scenario_is_screened_as_printed(mfg: Callable[..., Said], tmp_path: Path, name: str) -> None:
    """All assumptions of every built-in scenario, with nothing but a figure."""
    said = mfg("sensitivity", name, "on_time_as_first_booked", "-o", tmp_path / "s", "--json")
    assert said.status == 0, said.err
    assert len(said.json["inputs"]) + len(said.json["unmoved"]) > 20


def test_shares_are_one_command_too(mfg: Callable[..., Said]) -> None:
    """Whole numbers stay whole between their ends; samples are of Sobol's method alone."""
    words = ("sensitivity", HAND, "suite_hours_per_dose", "--over", f"{ISOLATE}=2hour..3hour", "--workers", 1)
    flasks = ("--over", "gmp.incubator=200flask..401flask")
    answer = mfg(*words, *flasks, "--method", "sobol", "-n", 1, "--json")
    assert answer.status == 0, answer.err
    assert answer.json["inputs"][0]["name"] == ISOLATE
    assert "--method sobol" in mfg(*words, "--samples", 4).err
    assert "did you mean 'sobol'" in mfg(*words, "--method", "sobel").err
