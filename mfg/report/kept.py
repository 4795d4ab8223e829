"""The report of whatever a folder holds: a run, a comparison, a sensitivity, limits, or today's patients."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mfg.errors import Refused
from mfg.frames.evidence import evidence_of
from mfg.frames.kept import LIMITS_KIND, TODAY, damaged, document_in, grounds_in, kind_of
from mfg.frames.limits import LimitsFound, limits_in
from mfg.frames.morning import today_in
from mfg.frames.tornado import tornado
from mfg.pictures.evidence import ground_picture
from mfg.pictures.limits import costs_picture, effects_picture, effects_title
from mfg.pictures.picture import Picture
from mfg.pictures.style import in_unit, number, of, percent
from mfg.pictures.tornado import tornado_picture
from mfg.report.page import page_of
from mfg.report.parts import Folded, PageTable, Part, Section
from mfg.report.report import StudyReport, assumptions_of, report_of
from mfg.report.today import today_page
from mfg.results.figures import describe
from mfg.study.folder import RECORD, SENSITIVITY
from mfg.study.limits import ON_TIME, WAIT
from mfg.study.stored import load_run
from mfg.study.words import in_words


def page_in(folder: Path) -> str:
    """The page of what *folder* holds.

    Raises:
        Refused: if it holds none of these, or if what it holds is damaged.
    """
    if kind_of(folder) == TODAY:
        return today_page(*today_in(folder), None)
    return page_of(report_in(folder))


def pictures_in(folder: Path) -> dict[str, Picture]:
    """Every picture of the report of *folder*, by its name, in the order of the page.

    Raises:
        Refused: if there is none, or as for the page.
    """
    if kind_of(folder) == TODAY:
        advice = "mfg today --html draws the wall planner on its page"
        raise Refused("", str(folder), "keeps no picture", advice)
    parts = [part for section in report_in(folder).sections for part in section.parts]
    return {part.name: part for part in parts if isinstance(part, Picture)}


def report_in(folder: Path) -> StudyReport:
    """The report of a run, a comparison, a sensitivity or limits."""
    kind = kind_of(folder)
    if kind == SENSITIVITY:
        return sensitivity_report(folder)
    if kind == LIMITS_KIND:
        return limits_report(folder)
    if folder.is_dir() and not (folder / RECORD).exists():
        problem = "is not the folder of a run, a comparison, a sensitivity, limits or today's patients"
        raise Refused(
            "", str(folder), problem, f"one holds {RECORD}, {SENSITIVITY}, {LIMITS_KIND} or {TODAY}"
        )
    return report_of(load_run(folder))


def sensitivity_report(folder: Path) -> StudyReport:
    """The tornado or the shares, every input that was moved or could not be, and what the base rests on."""
    document = document_in(folder, SENSITIVITY)
    try:
        found = tornado(folder)
        parts: tuple[Part, ...]
        if found is None:
            finding, parts = _shares_title(document), (_shares(document),)
        else:
            picture = tornado_picture(found)
            finding, parts = picture.title, (picture, _inputs(document))
        ran = (document["title"], document["figure"], document["method"], _many(document), _MODEL)
        sections = [
            Section("inputs", "Which inputs carry it?", parts),
            *_not_moved(document),
            *_ground(document),
        ]
        return StudyReport(finding, " · ".join(ran), (), sections)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise damaged(folder, SENSITIVITY) from None


def limits_report(folder: Path) -> StudyReport:
    """What cost days, what was tried against it, what doses were put off for, and what the scenario rests on."""
    found, document = limits_in(folder), document_in(folder, LIMITS_KIND)
    try:
        costs = costs_picture(found)
        others = [one for one in found.as_it_is if one != WAIT]
        ran = (found.scenario, of(found.replications, "replication"), f"seed {found.seed}", _MODEL)
        sections = [
            Section("waiting", "What keeps patients waiting?", (costs, effects_picture(found, WAIT, 1))),
            Section("on-time", "What puts doses off?", (_put_off(found), effects_picture(found, ON_TIME, 2))),
            *(
                Section(f"figure-{n}", one.replace("_", " "), (effects_picture(found, one, n),))
                for n, one in enumerate((one for one in others if one != ON_TIME), 3)
            ),
            Section("tried", "All that was tried", (_tried(found),)),
            *_ground(document),
        ]
        finding = costs.title if found.first.get(WAIT) is None else effects_title(found, WAIT)
        return StudyReport(finding, " · ".join(ran), (), sections)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise damaged(folder, LIMITS_KIND) from None


_MODEL = "a planning model, not a medical device"


def _many(document: dict[str, Any]) -> str:
    screening = document["method"] == "screening"
    return (
        of(document["pairs"], "pair") + " of simulations" if screening else of(document["samples"], "sample")
    )


def _inputs(document: dict[str, Any]) -> PageTable:
    unit = document["unit"]
    rows = tuple(
        (
            one["name"],
            one["range"],
            in_unit(one["effect"], unit),
            f"{in_unit(one['low'], unit)} to {in_unit(one['high'], unit)}",
            "told apart" if one["told_apart"] else "not told apart",
        )
        for one in document["inputs"]
    )
    caption = f"All inputs that were moved; the effect is the change of the figure ({unit}) from the low to the high end."
    return PageTable(("input", "range", "effect", "interval", ""), rows, frozenset({2, 3}), caption)


def _shares_title(document: dict[str, Any]) -> str:
    called = document["figure"].replace("_", " ")
    first = max(document["inputs"], key=lambda one: one["share"], default=None)
    if first is None or first["share"] <= 0:
        return f"No input is shown to move {called}"
    return f"{first['name']} carries {percent(min(1.0, first['share']))} of the variance of {called}"


def _shares(document: dict[str, Any]) -> PageTable:
    rows = tuple(
        (
            one["name"],
            one["range"],
            number(one["share"], 3),
            number(one["bound"], 2),
            number(one["interaction"], 2),
        )
        for one in document["inputs"]
    )
    about = describe(document["figure"])
    caption = f"Shares of the variance of {document['figure']}: {about.about} ({about.unit})."
    header = ("input", "range", "share, with interactions", "95 % half-width", "interaction")
    return PageTable(header, rows, frozenset({2, 3, 4}), caption)


def _not_moved(document: dict[str, Any]) -> Sequence[Section]:
    stay = document.get("unmoved", {})
    sided = {name: "; ".join(why.values()) for name, why in document.get("one_sided", {}).items()}
    parts = [
        PageTable(("input", "why"), tuple(reasons.items()), caption=caption)
        for caption, reasons in (("Moved to one side only", sided), ("Not moved", stay))
        if reasons
    ]
    return [Section("still", "What could not be moved freely?", tuple(parts))] if parts else []


def _ground(document: dict[str, Any]) -> Sequence[Section]:
    ground = evidence_of(grounds_in(document))
    return [
        Section("evidence", "What does this rest on?", (ground_picture(ground), assumptions_of(ground))),
        Section("again", "How to make this again", (document["command"],)),
    ]


def _put_off(found: LimitsFound) -> PageTable | str:
    times = found.put_off["times"].sum()
    if not times:
        return "No dose was put off."
    rows = tuple(
        (in_words(reason), number(count, 2), percent(count / times))
        for reason, count in found.put_off.astype(object).to_numpy()
    )
    return PageTable(("doses waited for", "times in a replication", "of all times"), rows, frozenset({1, 2}))


def _tried(found: LimitsFound) -> Folded:
    rows = tuple(
        (one.change, in_words(one.limit), one.figure.replace("_", " "), *_gap(one))
        for one in _rows(found.effects)
    )
    header = ("change", "of", "figure", "difference", "interval", "")
    many = found.effects["change"].nunique()
    return Folded(
        f"All {of(many, 'change')} with their paired differences", PageTable(header, rows, frozenset({3, 4}))
    )


def _gap(one: Any) -> tuple[str, str, str]:
    said = "told apart" if one.told_apart else "no effect shown"
    many = said if one.proven else "promised less, and was not tried further"
    return number(one.mean, 2), f"{number(one.low, 2)} to {number(one.high, 2)}", many


def _rows(frame: Any) -> Any:
    """The rows of a frame, each with its columns as attributes."""
    return frame.itertuples(index=False)
