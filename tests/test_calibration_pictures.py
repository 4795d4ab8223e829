"""The pictures of the calibration say what was found, whatever it is."""

from __future__ import annotations

import numpy as np
import pytest

from validation.calibration.grid import COLONIES, DOUBLINGS, Grid
from validation.calibration.line import Line
from validation.calibration.pictures import FACTOR, beside_picture, grid_picture, viability_picture


def grid(*ready: tuple[float, float]) -> Grid:
    """A grid in which only these pairs meet the target."""
    pairs = [(float(doubling), float(colonies)) for doubling in DOUBLINGS for colonies in COLONIES]
    return Grid((26.0, 60.0), {pair: 0.97 if pair in ready else 0.5 for pair in pairs})


@pytest.mark.parametrize(
    ("ready", "title"),
    [
        ((), "No pair of 42 meets the target"),
        (((26.0, 60.0),), "One pair of 42 meets the target"),
        (
            ((26.0, 60.0), (22.0, 20.0)),
            "2 of 42 pairs of growth and colonies meet the target, so that it picks none",
        ),
    ],
)
def test_the_grid_counts_what_meets_the_target(ready: tuple[tuple[float, float], ...], title: str) -> None:
    """And shows every share."""
    picture = grid_picture(grid(*ready))
    assert picture.title == title
    drawn = picture.svg(titled=False)
    assert drawn.count(">97</text>") == len(ready)
    assert drawn.count(">50</text>") == 42 - len(ready)


def line(published: float, model: list[float], what: str = "a figure") -> Line:
    """A published figure beside values of the model."""
    return Line(what, published, "Somebody 2001", np.array(model))


def test_published_figures_are_counted_where_they_lie() -> None:
    """Three are drawn, of which two agree; what is nought has no place on a scale of factors."""
    lines = [
        line(1.0, [0.5, 1.5]),
        line(9.0, [0.5, 1.5], "another, if it is so"),
        line(1.2, [1.0, 1.4]),
        line(0.0, [0.0, 1.0]),
    ]
    picture = beside_picture(lines)
    assert picture.title == "2 of 3 published figures lie where the model says such samples would"
    assert "1 with a published or modelled figure of nought are left out" in picture.subtitle
    assert ">another (Somebody 2001)</text>" in picture.svg(titled=False)
    assert beside_picture([]).title == "No published figure can be drawn beside the model"


def test_what_lies_beyond_the_scale_is_drawn_at_its_edge() -> None:
    """A hundred times the model's mean lies where the largest factor lies."""
    far, edge = (
        beside_picture([line(published, [1.0, 1.0])]).svg(titled=False) for published in (100.0, FACTOR)
    )
    assert far == edge


def test_the_largest_difference_of_viability_is_named() -> None:
    """With its direction."""
    lines = [
        line(90.0, [89.0, 91.0], "saline, % viable after 2 h"),
        line(70.0, [80.0, 84.0], "saline, % viable after 8 h"),
    ]
    assert viability_picture(lines).title == (
        "Viability differs most from what is published in saline after 8 h: 12 points higher in the model"
    )
    assert viability_picture(lines[:1]).title == "Viability is within a point of all that is published"
