"""Pictures: a title from the data, a sentence where there is nothing, ids of their own, and text that stays text."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from attrs import evolve

from mfg import pictures
from mfg.errors import Refused
from mfg.frames.looked import Looked
from mfg.frames.paired import BETTER
from mfg.frames.tornado import Tornado
from mfg.pictures.endings import endings_picture, fates_picture
from mfg.pictures.evidence import evidence_picture
from mfg.pictures.occupancy import hours_picture, occupancy_pictures, weeks_picture
from mfg.pictures.paired import paired_title
from mfg.pictures.patient import patient_picture
from mfg.pictures.picture import Picture
from mfg.pictures.planner import planner_picture
from mfg.pictures.strips import strip
from mfg.pictures.style import MINUS, number, percent, signed
from mfg.pictures.time import queues_picture, time_picture, vein_picture
from mfg.pictures.tornado import tornado_title
from mfg.pictures.waiting import waiting_picture
from mfg.pictures.window import window_picture
from mfg.results.figures import describe
from tests.frames.small import DAY, setting, small, table

PICTURES: list[Callable[[Looked], Picture]] = [
    lambda run: waiting_picture([run]),
    lambda run: vein_picture([run]),
    window_picture,
    time_picture,
    queues_picture,
    patient_picture,
    hours_picture,
    planner_picture,
    weeks_picture,
    endings_picture,
    fates_picture,
    evidence_picture,
]


# of a comparison, of a sensitivity, of what limits a site, of numbers at hand: with tests of their own
OF_STUDIES = {"paired_pictures", "tornado_picture", "costs_picture", "effects_picture", "ground_picture"}


def test_every_picture_is_tried() -> None:
    """A new chart that is not in the list above has no test."""
    there = {
        name
        for module in pkgutil.iter_modules(pictures.__path__)
        for name in vars(importlib.import_module(f"mfg.pictures.{module.name}"))
        if name.endswith(("_picture", "_pictures")) and not name.startswith("_")
    }
    tried = {name for name in there if name in Path(__file__).read_text(encoding="utf-8")}
    assert there == tried | OF_STUDIES


@pytest.mark.parametrize("draw", PICTURES[:-1])
def test_of_nothing_there_is_a_sentence(draw: Callable[[Looked], Picture]) -> None:
    """An empty run: no chart, and a title that says so, also as a picture of its own."""
    picture = draw(small())
    assert picture.chart is None
    assert picture.title.endswith(".")
    assert picture.title[:20] in picture.svg()
    assert picture.png().startswith(b"\x89PNG")


def test_of_no_evidence_there_is_a_sentence() -> None:
    """A scenario without a number that carries evidence."""
    assert evidence_picture(evolve(small(), setting=setting(numbers=()))).chart is None


def one_patient(name: str = "P1") -> Looked:
    """A run of one patient, with a lot, a dose two days late, and an hour of work that waited."""
    events = table(
        "events",
        {
            "patient": name,
            "activity": "isolate",
            "place": "gmp",
            "lot": 1,
            "started_min": DAY + 540,
            "finished_min": DAY + 600,
        },
        {
            "patient": name,
            "activity": "harvest",
            "place": "gmp",
            "lot": 1,
            "started_min": 9 * DAY,
            "finished_min": 9 * DAY + 60,
        },
        {
            "patient": name,
            "activity": "administer",
            "place": "clinic",
            "lot": 1,
            "dose": 1,
            "queued_min": 9 * DAY,
            "started_min": 11 * DAY + 600,
            "finished_min": 11 * DAY + 660,
        },
    )
    return small(
        patients=table("patients", {"patient": name, "first_dose_day": 12.0}),
        lots=table("lots", {"patient": name}),
        doses=table("doses", {"patient": name, "given_day": 12.0}),
        events=events,
    )


def test_both_pictures_of_occupancy_come_of_one_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are those that are drawn one by one, and the work is gone through once."""
    run, counted = one_patient(), list[Looked]()
    alone = [hours_picture(run).svg(), weeks_picture(run).svg()]
    module = importlib.import_module("mfg.pictures.occupancy")
    count = module.occupancy
    monkeypatch.setattr(module, "occupancy", lambda one: counted.append(one) or count(one))
    assert [one.svg() for one in occupancy_pictures(run)] == alone
    assert counted == [run]


@pytest.mark.parametrize("draw", PICTURES)
def test_one_patient_and_one_replication_are_drawn(draw: Callable[[Looked], Picture]) -> None:
    """The smallest run there is has a chart or a sentence, and no band that needs several replications."""
    picture = draw(one_patient())
    assert (picture.chart is None) == picture.title.endswith(".")
    assert "middle 80%" not in picture.subtitle
    assert picture.svg().startswith("<svg")


def test_titles_say_what_the_frames_say() -> None:
    """Twelve days to the first dose; two days late; nobody left."""
    run = one_patient()
    assert waiting_picture([run]).title == "Half of the patients have their first dose within 12 days"
    assert patient_picture(run).title == "Patient P1: dose 1 is given 2 days late"
    run.table("doses")["put_off_for"] = "growth; gmp.crews"
    assert patient_picture(run).title == "Patient P1: dose 1 is given 2 days late (growth; gmp.crews)"
    assert endings_picture(run).title == "Everybody who arrived completed the course."
    assert fates_picture(run).title == "Every lot gave doses, 1 each."
    assert window_picture(run).title == "0% of the planned doses of cells are given when they should be"


def test_two_variants_are_told_by_their_names() -> None:
    """The sooner one is named first, with both numbers."""
    slow, fast = one_patient(), one_patient()
    fast.tables["patients"]["first_dose_day"] = 5.0
    fast = evolve(fast, setting=evolve(fast.setting, variant="suites=3"))
    picture = waiting_picture([slow, fast])
    assert picture.title.startswith(
        "With suites=3 half of the patients have their first dose within 5 days, with as it is"
    )
    assert (
        waiting_picture([slow, slow]).title
        == "Half of the patients have their first dose within 12 days in every variant"
    )


def test_figures_have_their_plain_names() -> None:
    """In the titles over differences and over inputs; nobody reads the name of a column."""
    gaps = pd.DataFrame(
        {
            "figure": ["doses_given"],
            "called": [describe("doses_given").called],
            "unit": ["share"],
            "gap": [0.05],
            "verdict": [BETTER],
            "small": [False],
        }
    )
    better = "three suites against two: 1 figure better, first doses given of those planned (+5 %-points)"
    assert paired_title(gaps, "three suites", "two") == better
    effects = pd.DataFrame(
        {"name": ["suites"], "range": ["1 to 3"], "effect": [-4.0], "low": [-5.0], "high": [-3.0]}
    )
    meaning = describe("vein_to_vein_median")
    found = Tornado("a", "vein_to_vein_median", meaning, effects, (), 0.1, 30.0, 20)
    least = f"suites matters most for median vein-to-vein time: {MINUS}4 days over its range (1 to 3)"
    assert tornado_title(found) == least


def test_what_comes_from_a_file_is_text() -> None:
    """A patient who is called like markup is drawn as letters, in the picture and in its label."""
    svg = patient_picture(one_patient("<b>&\u202eX")).svg()
    assert "<b>" not in svg
    assert "\u202e" not in svg
    assert "&lt;b&gt;" in svg
    assert "<i" not in strip([0.5], 0, [], '<i a="b">')


def ids(svg: str) -> list[str]:
    """The ids of a drawing."""
    return re.findall(r'\bid="([^"]+)"', svg)


def test_ids_are_the_picture_s_own() -> None:
    """Two pictures on one page share no id, and what refers to an id finds it."""
    run = one_patient()
    drawn = [draw(run).svg(titled=False) for draw in PICTURES]
    every = [name for svg in drawn for name in ids(svg)]
    assert len(every) == len(set(every))
    for svg in drawn:
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(ids(svg))


def test_a_picture_is_saved_by_its_ending(tmp_path: Path) -> None:
    """SVG and PNG; anything else is refused."""
    picture = waiting_picture([one_patient()])
    assert picture.save(tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<svg")
    assert picture.save(tmp_path / "a.PNG").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(Refused, match=r"let it end in \.svg or \.png"):
        picture.save(tmp_path / "a.pdf")


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.05, "share", "+5 %-points"),
        (-0.0123, "share", f"{MINUS}1.2 %-points"),
        (0.0, "share", "0 %-points"),
        (-0.0, "hour", "0 h"),
        (1.234, "hour", "+1.2 h"),
        (-12.34, "day", f"{MINUS}12 days"),
        (1.0, "day", "+1 day"),
        (3.0, "point", "+3 point"),
        (-2.0, "", f"{MINUS}2"),
    ],
)
def test_a_difference_has_its_sign_and_nought_has_none(value: float, unit: str, said: str) -> None:
    """Two figures, a plus or a real minus sign, and the unit; bare it is the number alone."""
    assert signed(value, unit) == said
    assert signed(value, unit, bare=True) == said.split(" ", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("value", "figures", "said"),
    [
        (0, 2, "0"),
        (0.0123, 2, "0.012"),
        (1.26, 2, "1.3"),
        (12.34, 2, "12"),
        (12.34, 3, "12.3"),
        (1234.5, 2, "1,234"),
        (-2.5, 2, f"{MINUS}2.5"),
        (85, 2, "85"),
    ],
)
def test_numbers_are_short(value: float, figures: int, said: str) -> None:
    """So many figures, and all that stand before the point."""
    assert number(value, figures) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (0.001, "<1%"), (0.5, "50%"), (0.9999, ">99%"), (1, "100%")]
)
def test_a_share_that_is_not_all_is_not_called_all(share: float, said: str) -> None:
    """Rounding makes no certainty."""
    assert percent(share) == said


def widths(pictures: Sequence[Picture]) -> list[float]:
    """How wide drawings are, in px."""
    return [
        float(found[1])
        for one in pictures
        if (found := re.search(r'<svg [^>]*\bwidth="([\d.]+)"', one.svg(titled=False)))
    ]


def test_no_picture_is_wider_than_a_page() -> None:
    """At most 800 px with all labels."""
    assert max(widths([draw(one_patient()) for draw in PICTURES])) <= 800
