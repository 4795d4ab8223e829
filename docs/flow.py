"""Draw docs/model.svg: who waits where. Patients, lots, doses and samples, and the queues before their places."""

from __future__ import annotations

from html import escape

from attrs import frozen

from mfg.pictures.style import (
    BAD,
    BANK,
    FONT,
    GOOD,
    HAND_COLOUR,
    INK,
    RULE,
    SECOND_INK,
    TESTS_COLOUR,
    WAIT_COLOUR,
    WATCH_TEXT,
)

WIDE, HIGH, _GROUND = 980, 560, "#F7F8F9"
BOX = (118, 52)
LANES = (
    ("HOSPITAL: rooms, beds, staff", 40, 150),
    ("ROAD", 200, 60),
    ("FACILITY: suites, operators, incubator, freezer", 270, 130),
    ("LABORATORY: benches", 410, 100),
)
WHO = {"patient": INK, "lot": HAND_COLOUR, "dose": GOOD, "sample": TESTS_COLOUR}
_COLOURS = {**WHO, "lost": BAD}


@frozen
class Place:
    """A place in the picture: its name, what stands below it, where its middle is, its colour, and who waits before it for what."""

    name: str
    about: str
    x: int
    y: int
    fill: str
    waits: str = ""
    wide: int = BOX[0]

    @property
    def left(self) -> int:
        """Where its left edge is."""
        return self.x - self.wide // 2

    @property
    def right(self) -> int:
        """Where its right edge is."""
        return self.x + self.wide // 2


PLACES = (
    Place("screening", "eligible?", 80, 110, "#FFFFFF", "for a visit"),
    Place("collection", "bed, room", 245, 110, "#FFFFFF", "for a day on which all the rest fits"),
    Place("draw vehicle", "spinal fluid", 690, 110, "#FFFFFF", ""),
    Place("dose", "room, then bed", 895, 110, "#DDF1EA", "for a room"),
    Place("way in", "within its limit", 245, 230, "#FFFFFF", "", 118),
    Place("way out", "2-8 degC", 830, 230, "#FFFFFF", "", 118),
    Place("isolation", "suite, operators", 245, 345, "#E6F1FA", "for a suite"),
    Place("culture", "flasks, feeds, passages", 430, 345, "#E6F1FA", "for the incubator"),
    Place("harvest, suspension", "suite, operators", 650, 345, "#E6F1FA", "for a suite"),
    Place("bank", "frozen, thawed", 540, 290, BANK, "", 92),
    Place("release", "review", 830, 345, "#E6F1FA", "for results, reviewers"),
    Place("tests of the lot", "sterility, identity, ...", 430, 462, "#F4E8F1", "for a bench", 150),
    Place("tests of the product", "viability, late sterility", 800, 462, "#F4E8F1", "for a bench", 160),
)
AT = {place.name: place for place in PLACES}


def model_picture() -> str:
    """The picture as SVG."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" font-family="{FONT}" font-size="12" role="img" aria-labelledby="t">',
        '<title id="t">Who waits where: patients, lots, doses and samples, and the queues before their places</title>',
        f'<rect width="{WIDE}" height="{HIGH}" fill="#FFFFFF"/>',
        _tips(),
        *(_lane(top, high) for _, top, high in LANES),
        *_ways(),
        *(_place(place) for place in PLACES),
        *(_over(10, top + 18, name, SECOND_INK) for name, top, _ in LANES),
        *_legend(),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _tips() -> str:
    markers = (
        f'<marker id="tip-{who}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{colour}"/></marker>'
        for who, colour in _COLOURS.items()
    )
    return f"<defs>{''.join(markers)}</defs>"


def _lane(top: int, high: int) -> str:
    return f'<rect x="0" y="{top}" width="{WIDE}" height="{high}" fill="{_GROUND}"/>'


def _over(x: int, y: int, text: str, colour: str, *, anchor: str = "start") -> str:
    """Text that may lie over an arrow: what is behind it is covered."""
    return (
        f'<text x="{x}" y="{y}" fill="{colour}" font-size="11" text-anchor="{anchor}" stroke="{_GROUND}" stroke-width="5" '
        f'paint-order="stroke" stroke-linejoin="round">{escape(text)}</text>'
    )


def _ways() -> list[str]:
    """Every arrow: who goes from where to where."""
    screening, collection, draw, dose = AT["screening"], AT["collection"], AT["draw vehicle"], AT["dose"]
    isolation, culture, harvest, release = (
        AT["isolation"],
        AT["culture"],
        AT["harvest, suspension"],
        AT["release"],
    )
    half = BOX[1] // 2
    return [
        _arrow("patient", f"M0 110H{screening.left - 2}"),
        _arrow("patient", f"M{screening.right} 110H{collection.left - 2}"),
        _arrow("patient", f"M{collection.right} 110H{draw.left - 2}"),
        _arrow("patient", f"M{draw.right} 110H{dose.left - 2}"),
        _arrow("patient", f"M940 {110 - half}V58H168V96H{collection.left - 2}", dashed=True),
        _arrow("lot", f"M245 {110 + half}V{230 - half - 2}"),
        _arrow("lot", f"M292 {230 + half}V{345 - half - 2}"),
        _arrow("lot", f"M{isolation.right} 345H{culture.left - 2}"),
        _arrow("lot", f"M{culture.right} 345H{harvest.left - 2}"),
        _arrow("lot", f"M{culture.right - 20} {345 - half}V290H{AT['bank'].left - 2}", dashed=True),
        _arrow("lot", f"M540 {290 + half}V331H{harvest.left - 2}", dashed=True),
        _arrow("dose", f"M696 {110 + half}V{345 - half - 2}", dashed=True),
        _arrow("dose", f"M{harvest.right} 345H{release.left - 2}"),
        _arrow("dose", f"M875 {345 - half}V{230 + half + 2}"),
        _arrow("dose", f"M875 {230 - half}V{110 + half + 2}"),
        _arrow("sample", f"M470 {345 + half}V{462 - half - 2}"),
        _arrow("sample", f"M505 462H565V{345 + half + 18}H610V{345 + half + 2}", dashed=True),
        _arrow("sample", f"M690 {345 + half}V462H{AT['tests of the product'].left - 2}"),
        _arrow("sample", f"M850 {462 - half}V{345 + half + 2}", dashed=True),
        _arrow("lost", f"M{isolation.left} 345H150V124H{collection.left - 2}", dashed=True),
        _over(143, 330, "lost: collected", BAD, anchor="end"),
        _over(143, 345, "or made again", BAD, anchor="end"),
        _over(560, 62, "the next dose of the course", INK, anchor="middle"),
    ]


def _arrow(who: str, path: str, *, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="{_COLOURS[who]}" stroke-width="1.6" marker-end="url(#tip-{who})"{dashes}/>'


def _place(place: Place) -> str:
    top = place.y - BOX[1] // 2
    text = (
        f'<rect x="{place.left}" y="{top}" width="{place.wide}" height="{BOX[1]}" rx="5" fill="{place.fill}" stroke="{RULE}"/>'
        f'<text x="{place.x}" y="{place.y - 3}" text-anchor="middle" fill="{INK}" font-weight="bold">{escape(place.name)}</text>'
        f'<text x="{place.x}" y="{place.y + 14}" text-anchor="middle" fill="{SECOND_INK}" font-size="11">{escape(place.about)}</text>'
    )
    if not place.waits:
        return text
    dots = "".join(
        f'<circle cx="{place.left + 7 + 11 * n}" cy="{top - 1}" r="4.5" fill="{WAIT_COLOUR}" stroke="#FFFFFF"/>'
        for n in range(3)
    )
    return text + dots + _over(place.left + 36, top - 5, place.waits, WATCH_TEXT)


def _legend() -> list[str]:
    y, x, parts = 540, 20, []
    for who, colour in WHO.items():
        parts.append(
            f'<line x1="{x}" y1="{y - 4}" x2="{x + 26}" y2="{y - 4}" stroke="{colour}" stroke-width="2.4"/>'
        )
        parts.append(f'<text x="{x + 32}" y="{y}" fill="{INK}">{who}</text>')
        x += 110
    parts.append(
        f'<g fill="{WAIT_COLOUR}"><circle cx="{x}" cy="{y - 4}" r="4.5"/><circle cx="{x + 11}" cy="{y - 4}" r="4.5"/><circle cx="{x + 22}" cy="{y - 4}" r="4.5"/></g>'
    )
    parts.append(f'<text x="{x + 34}" y="{y}" fill="{INK}">a queue, and what is waited for</text>')
    parts.append(f'<text x="{x + 250}" y="{y}" fill="{SECOND_INK}">dashed: not on every way</text>')
    return parts
