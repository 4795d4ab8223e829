"""The look of every chart and page: colours with a fixed meaning, fonts, sizes, and how numbers are written.

The colours are those of Okabe and Ito, extended; they differ in lightness too, and a word or a mark always says the same.
"""

from __future__ import annotations

from datetime import date
from math import floor, log10
from typing import Any

HAND_COLOUR, CULTURE_COLOUR, BANK, TESTS_COLOUR, WAY_COLOUR = (
    "#0072B2",
    "#A6CBE8",
    "#DCE6EF",
    "#B879A8",
    "#8A8A8A",
)
WAIT_COLOUR, GOOD, BAD, CLOSED_COLOUR = "#F0B23C", "#009E73", "#D55E00", "#EFEFEF"
INK, SECOND_INK, GRID, RULE = "#1F2933", "#5B6770", "#E3E7EA", "#AAB4BB"
GOOD_TEXT, WATCH_TEXT, BAD_TEXT = "#007A59", "#8A5A00", "#B84A00"  # dark enough to be read on white
VARIANT_COLOURS = (HAND_COLOUR, BAD, GOOD, "#CC79A7", "#56B4E9", "#8A5A00", "#1F2933")  # the base first
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
MINUS = "\N{MINUS SIGN}"
WIDTH = 600  # of what is plotted; with labels no chart is wider than about 780 px
ROW_HEIGHT = 24  # px for a row of a chart

THEME: dict[str, Any] = {
    "font": FONT,
    "background": "#FFFFFF",
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelColor": INK,
        "titleColor": SECOND_INK,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domainColor": RULE,
        "tickColor": RULE,
        "labelLimit": 260,
        "titlePadding": 8,
    },
    "legend": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "orient": "top",
        "direction": "horizontal",
        "title": None,
        "symbolType": "square",
        "symbolSize": 120,
        "labelLimit": 300,
        "columnPadding": 16,
        "offset": 8,
    },
    "title": {
        "anchor": "start",
        "frame": "group",
        "fontSize": 15,
        "fontWeight": "bold",
        "color": INK,
        "subtitleColor": SECOND_INK,
        "subtitleFontSize": 12,
        "offset": 12,
    },
    "header": {"labelFontSize": 12, "labelColor": SECOND_INK, "titleFontSize": 12},
    "text": {"color": INK, "fontSize": 12, "font": FONT},
}


def number(value: float, figures: int = 2) -> str:
    """*value* with so many significant figures, all that stand before its point, a thousands comma and a real minus sign."""
    if value == round(value) and figures <= 2:
        return f"{value:,.0f}".replace("-", MINUS)
    places = max(0, figures - 1 - floor(log10(abs(value)))) if value else 0
    return f"{value:,.{places}f}".replace("-", MINUS)


def percent(share: float, *, decimals: int = 0) -> str:
    """A share in per cent; one that is not 0 or 1 is not written as if it were."""
    text = f"{share:.{decimals}%}"
    if share > 0 and float(text[:-1]) == 0:
        return f"<{10.0**-decimals:g}%"
    if share < 1 and float(text[:-1]) == 100:
        return f">{100 - 10.0**-decimals:g}%"
    return text.replace("-", MINUS)


def in_unit(value: float, unit: str) -> str:
    """A value of a figure as a page has it, without its *unit*: a share in per cent, all else with three figures."""
    return percent(value, decimals=1) if unit == "share" else number(value, 3)


def with_unit(value: float, unit: str) -> str:
    """The same with the unit behind it: ``85.0%``, ``6.2 h``, ``31 days``."""
    size = in_unit(value, unit)
    return size if unit == "share" else f"{size} {word_of(unit, size)}".rstrip()


def word_of(unit: str, size: str = "") -> str:
    """A unit of a figure as it is read behind a number of this *size*; a difference of shares is in percentage points."""
    return {"share": "%-points", "hour": "h", "day": "day" if size == "1" else "days"}.get(unit, unit)


def signed(value: float, unit: str = "", *, bare: bool = False) -> str:
    """A difference with its sign, two figures and its unit, or *bare*; nought has no sign: ``+5 %-points``, ``0 h``."""
    size = number(abs(value) * 100 if unit == "share" else abs(value))
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{size}" if bare else f"{sign}{size} {word_of(unit, size)}".rstrip()


def days(value: float) -> str:
    """So many days in words."""
    return f"{number(value)} day{'' if number(value) == '1' else 's'}"


def of(count: int, word: str, plural: str = "") -> str:
    """A count with its noun: ``1 patient``, ``20 replications``."""
    return f"{count:,} {word if count == 1 else plural or f'{word}s'}"


def day_of(moment: date) -> str:
    """A date as people say it: ``Mon 6 Sep 2021``."""
    return f"{moment:%a} {moment.day} {moment:%b %Y}"


def all_of(resource: str, many: int) -> str:
    """All there are of a resource, with their verb: ``all 2 suites (gmp) are``, ``the only suite (pharmacy) is``."""
    kind, place = plain(resource).split(" ", 1) if " " in plain(resource) else (plain(resource), "")
    if many == 1:
        return f"the only {kind.removesuffix('s').replace('benche', 'bench')} {place}".rstrip() + " is"
    return f"all {many} {kind} {place}".rstrip() + " are"


def sentence(text: str) -> str:
    """*text* with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def plain(resource: str) -> str:
    """A resource as people call it: ``suites (gmp)`` for ``gmp.suites``."""
    place, _, kind = resource.rpartition(".")
    return f"{kind} ({place})" if place else kind
