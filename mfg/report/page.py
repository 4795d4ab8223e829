"""A report as one HTML page: static SVG, no script, nothing that is asked of anybody."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Template
from markupsafe import Markup

from mfg.frames.headline import KeyFigure
from mfg.pictures.picture import Picture
from mfg.pictures.style import in_unit, with_unit
from mfg.report.parts import Folded, PageTable
from mfg.report.report import StudyReport
from mfg.visible.page import environment_of

STYLE = Path(__file__).parent / "page.css"


def page_of(report: StudyReport) -> str:
    """The page; whatever came from a file is text in it and nothing else."""
    return template_of("page.html").render(report=report, title=report.finding)


@cache
def template_of(name: str) -> Template:
    """A template of this room, with the style sheet in it and every value escaped."""
    environment = environment_of(STYLE.parent)
    environment.filters |= {"drawn": _drawn, "value": _value, "interval": _interval}
    environment.tests |= {
        "picture": lambda one: isinstance(one, Picture),
        "table": lambda one: isinstance(one, PageTable),
        "folded": lambda one: isinstance(one, Folded),
    }
    environment.globals["style"] = Markup(STYLE.read_text(encoding="utf-8"))  # noqa: S704  our own file
    return environment.get_template(name)


def _drawn(picture: Picture) -> Markup:
    return Markup(picture.svg(titled=False))  # noqa: S704  drawn by us, with text escaped where it is drawn


def _value(figure: KeyFigure) -> str:
    assert figure.mean is not None
    return with_unit(figure.mean, figure.unit)


def _interval(figure: KeyFigure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{in_unit(figure.low, figure.unit)} to {in_unit(figure.high, figure.unit)}"
