"""Parts that somebody wrote in Python, and samples: what they promise, and when they are refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mfg
from mfg.elementary import Floats
from mfg.errors import MfgError, Refused
from mfg.failures import Failed
from mfg.simulation import running
from tests.small_unit import HAND

PHASE2 = "lenzumestrocel-phase2"
LASTS = "isolate.lasts"


class Exponential:
    """As the shape of that name, in a unit of its own."""

    def __init__(self, mean: float, unit: str = "hour", name: Any = None, version: Any = None) -> None:
        self.mean, self.unit, self.name, self.version = mean, unit, name, version

    def inverse(self, u: Floats) -> Floats:
        """The inverse distribution function."""
        return np.asarray(-self.mean * np.log1p(-u))


class Same:
    """Everything at one rank: who is due first goes first, which is the order by due date."""

    def __init__(self, rank: float = 0.0) -> None:
        self.value = rank
        self.asked: list[Any] = []

    def rank(self, lot: Any) -> float:
        """One rank for everybody."""
        self.asked.append(lot)
        return self.value


class FirstCome(Same):
    """By the minute at which work gets in line."""

    def rank(self, lot: Any) -> float:
        """When it asks."""
        return float(lot.now)


def simulated(**given: Any) -> Any:
    """The figures of two replications, one value for each."""
    return mfg.simulate(PHASE2, replications=2, seed=1, **given).by_replication


def test_a_distribution_of_ones_own_is_drawn_as_that_of_a_file() -> None:
    """The same formula gives the same figures, in whichever unit it is written."""
    of_file = simulated(settings={LASTS: {"mean": "3 hour", "shape": "exponential"}})
    assert simulated(parts={LASTS: Exponential(3)}).equals(of_file)
    in_minutes = simulated(parts={LASTS: Exponential(180, "minute")})
    assert np.allclose(in_minutes, of_file, equal_nan=True)
    assert not simulated(parts={LASTS: Exponential(6)}).equals(of_file)


def test_a_sample_of_one_value_is_that_value() -> None:
    """And one of equal parts around it lies between."""
    fixed = simulated(settings={LASTS: "3 hour"})
    assert simulated(settings={LASTS: {"empirical": ["3 hour"]}}).equals(fixed)
    hours = "suite_hours_per_dose"
    apart = simulated(settings={LASTS: {"empirical": ["9 hour", "2 hour"]}})[hours].mean()
    ends = [simulated(settings={LASTS: f"{n} hour"})[hours].mean() for n in (2, 9)]
    assert ends[0] < apart < ends[1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "is no list of values"),
        ("3 hour", "is no list of values"),
        (["3 hour", "4"], "empirical.2: '4' has no unit"),
        (["3 hour", "-4 hour"], "empirical.2: '-4 hour' is negative"),
        (["1 hour"] * 10_001, "comes to 10,001 values of an empirical distribution"),
    ],
)
def test_a_sample_that_is_none_is_refused_where_it_stands(given: Any, said: str) -> None:
    """Value by value."""
    with pytest.raises(MfgError) as found:
        mfg.simulate(PHASE2, replications=1, settings={LASTS: {"empirical": given}})
    assert said in str(found.value)


def test_a_sample_may_be_long() -> None:
    """Thousands of values, which no single line of a file would hold."""
    many = {"empirical": ["3 hour"] * 5000}
    assert simulated(settings={LASTS: many}).equals(simulated(settings={LASTS: "3 hour"}))


def test_a_sample_is_multiplied_as_a_whole() -> None:
    """By a factor after a path, and as one input of a sensitivity."""
    base = {"empirical": ["2 hour", "4 hour"]}
    kept = mfg.simulate(PHASE2, replications=1, settings={LASTS: base}).scenario
    (text,) = [one for one in kept.numbers if one.path.endswith("isolate.lasts.empirical.2")]
    assert text.value == "4 hour"
    from mfg.reader.settings import set_values

    documents = {"site": {"work": {"isolate": {"lasts": dict(base)}}}}
    assert set_values(documents, {LASTS: "x1.5"}) == []
    assert documents["site"]["work"]["isolate"]["lasts"]["empirical"] == ["3 hour", "6 hour"]


def test_an_order_of_ones_own_decides_among_what_waits() -> None:
    """Ranked alike, work stands by its due date; by the minute at which it asks, first come first served."""
    order = Same()
    assert simulated(parts={"policy.order": order}).equals(simulated())
    assert {lot.patient for lot in order.asked} >= {"S01", "S02"}
    assert all(0 <= lot.arrived <= lot.now and lot.decline < 0 for lot in order.asked)
    tight = {"suites": 1}
    by_arrival = simulated(settings={**tight, "policy.order": "first-come"})
    assert simulated(settings=tight, parts={"policy.order": FirstCome()}).equals(by_arrival)


def test_a_rank_that_is_no_number_ends_the_run_in_words() -> None:
    """Nothing is sorted by it."""
    with pytest.raises(Failed, match="'nan' is no rank"):
        mfg.simulate(PHASE2, replications=1, parts={"order": Same(float("nan"))})


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({LASTS: Same()}, "has no method `inverse`"),
        ({LASTS: Exponential}, "has no method `inverse`; give an object"),
        ({"policy.order": Exponential(3)}, "has no method `rank`"),
        ({LASTS: Exponential(3, unit=None)}, "has no `unit`"),  # type: ignore[arg-type]
        ({LASTS: Exponential(3, unit="kg")}, "has a unit that a duration cannot have"),
        ({LASTS: Exponential(3, name=1, version="1")}, "'1' is no name; write a text"),
        ({LASTS: Exponential(-3)}, "its values must be finite and never fall"),
        ({LASTS: Exponential(float("nan"))}, "its values must be finite and never fall"),
        ({"suites": Exponential(3)}, "is not a whole number"),
        ({"isolat.lasts": Exponential(3)}, "names nothing here; did you mean"),
    ],
)
def test_a_part_that_cannot_be_used_is_refused(parts: dict[str, Any], said: str) -> None:
    """Before anything is simulated."""
    with pytest.raises(MfgError) as found:
        mfg.simulate(PHASE2, replications=1, parts=parts)
    assert said in str(found.value)


def test_a_part_is_given_once() -> None:
    """And not to a scenario that is loaded."""
    with pytest.raises(Refused, match="is set as well; give it once"):
        simulated(parts={LASTS: Exponential(3)}, settings={LASTS: "3 hour"})
    with pytest.raises(Refused, match="cannot change a scenario that is loaded"):
        mfg.simulate(mfg.load_scenario(PHASE2), replications=1, parts={LASTS: Exponential(3)})


def test_what_is_kept_or_shared_says_by_what_it_was_made(tmp_path: Path) -> None:
    """By name and version: another version is another study, and what has none is refused."""
    unnamed = {"parts": {LASTS: Exponential(3)}}
    with ThreadPoolExecutor(1) as executor:
        for means in ({"output": tmp_path / "kept"}, {"workers": 2}, {"executor": executor}):
            with pytest.raises(Refused, match="has no `name` and `version`"):
                simulated(**unnamed, **means)
    part = Exponential(3, name="mine", version="1")
    part.hidden = lambda: None  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="cannot be sent to another process"):
        simulated(parts={LASTS: part}, workers=2)
    first = simulated(parts={LASTS: Exponential(3, name="mine", version="1")}, output=tmp_path / "kept")
    again = simulated(parts={LASTS: Exponential(3, name="mine", version="1")}, output=tmp_path / "kept")
    assert again.equals(first)
    with pytest.raises(Refused, match='"mine 1" there, "mine 2" now'):
        simulated(parts={LASTS: Exponential(3, name="mine", version="2")}, output=tmp_path / "kept")
    said = [one for one in mfg.load_run(tmp_path / "kept").base.setting.numbers if one.value == "mine 1"]
    assert [one.path for one in said] == ["site.work.isolate.lasts"]


def test_an_unnamed_part_is_never_taken_for_another() -> None:
    """Two of one class, or one that was changed since: each run asks its own."""
    one, other = (mfg.Variant(name, {}, {LASTS: Exponential(n)}) for name, n in (("short", 2), ("long", 8)))
    both = mfg.compare(PHASE2, variants=[one, other], replications=2, seed=1)
    assert both.difference("suite_hours_per_dose").mean > 1  # type: ignore[operator]
    named = [simulated(parts={LASTS: Exponential(n, name="same", version="1")}) for n in (2, 8)]
    assert not named[0].equals(named[1])


OF_FILE = {"mean": "3 hour", "shape": "exponential"}


def answered(name: str, **given: Any) -> Any:
    """The answer of the function *name*, as it can be compared."""
    if name == "sensitivity":
        over = {"collect.lasts": "x0.8..x1"}
        found = mfg.sensitivity(HAND, "suite_hours_per_dose", over=over, seed=1, **given)
        return found.mean, found.frame.to_dict()
    if name == "limits":
        limited = mfg.limits(PHASE2, replications=4, seed=1, **given)
        return limited.as_it_is, [(one.words, one.gaps) for one in limited.effects]
    if name == "today":
        return mfg.today("lenzumestrocel-korea-today", futures=2, seed=1, **given).doses
    return mfg.trace(PHASE2, patient="S01", replication=1, seed=1, **given)


@pytest.mark.parametrize("name", ["sensitivity", "limits", "today", "trace"])
def test_whatever_simulates_takes_parts(name: str) -> None:
    """The same formula from a file and in Python gives the same answer, and another one another answer."""
    of_file = answered(name, settings={LASTS: OF_FILE})
    assert answered(name, parts={LASTS: Exponential(3)}) == of_file
    assert answered(name, parts={LASTS: Exponential(9)}) != of_file


@pytest.mark.parametrize("name", ["sensitivity", "limits", "today"])
def test_whatever_is_shared_says_by_what_it_is_made(name: str) -> None:
    """In the words of a run."""
    with pytest.raises(Refused, match=rf"^parts {LASTS}: 'Exponential' has no `name` and `version`"):
        answered(name, parts={LASTS: Exponential(3)}, workers=2)


def test_a_sensitivity_that_is_kept_says_by_what_it_is_made(tmp_path: Path) -> None:
    """And what is moved is no part."""
    with pytest.raises(Refused, match="has no `name` and `version`"):
        answered("sensitivity", parts={LASTS: Exponential(3)}, output=tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    with pytest.raises(
        Refused, match=r"^parts collect.lasts: .* is varied as well; leave one of the two out"
    ):
        answered("sensitivity", parts={"collect.lasts": Exponential(1)})


def test_an_order_of_ones_own_is_taken_by_all() -> None:
    """It is asked in each."""
    for name in ("sensitivity", "limits", "today", "trace"):
        order = Same()
        assert answered(name, parts={"order": order}) == answered(name), name
        assert order.asked, name


@pytest.mark.parametrize("given", [3, "isolate.lasts", [Exponential(3)], {3: Exponential(3)}])
@pytest.mark.parametrize("name", ["sensitivity", "limits", "today", "trace"])
def test_parts_that_are_no_table_are_refused(name: str, given: Any) -> None:
    """By the name of the parameter."""
    with pytest.raises(Refused, match=r"^parts: .*; give a table, such as \{"):
        answered(name, parts=given)


def test_a_failed_replication_is_repeated_with_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the call in Python, since the command knows no such parts; it is valid Python but for the parts."""
    cohort_of = running.cohort_of

    def broken(plan: object, replication: int) -> object:
        if replication == 1:
            raise ZeroDivisionError("by nought")
        return cohort_of(plan, replication)

    monkeypatch.setattr(running, "cohort_of", broken)
    with pytest.raises(Failed) as found:
        simulated(parts={LASTS: Exponential(3)}, settings={"suites": 2})
    call = (
        f"mfg.trace('{PHASE2}', replication=1, seed=1, settings={{'suites': '2'}}, parts={{'{LASTS}': ...}})"
    )
    assert str(found.value).splitlines()[1].endswith(f"; in Python, with the same parts: {call}")
    assert "mfg trace" not in str(found.value)
    with pytest.raises(ZeroDivisionError):
        eval(call.replace("...", "part"), {"mfg": mfg, "part": Exponential(3)})  # noqa: S307


def test_what_stands_in_for_an_assumption_is_not_moved() -> None:
    """A part of one's own is chosen and no longer assumed."""
    found = mfg.sensitivity(HAND, "suite_hours_per_dose", parts={LASTS: Exponential(3)}, seed=1)
    names = {one.name for one in found.inputs}
    assert names
    assert not any("isolate.lasts" in name for name in names)
