"""What a report says, in order; how it looks is the page's business."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from attrs import frozen

from mfg.frames.evidence import ASSUMPTION, EvidenceFrame, evidence
from mfg.frames.headline import KeyFigure, key_figures
from mfg.pictures.endings import endings_picture, fates_picture
from mfg.pictures.evidence import evidence_picture
from mfg.pictures.occupancy import occupancy_pictures
from mfg.pictures.paired import paired_pictures
from mfg.pictures.patient import patient_picture
from mfg.pictures.picture import Picture
from mfg.pictures.planner import planner_picture
from mfg.pictures.plot import MOST_DRAWN
from mfg.pictures.style import in_unit, of
from mfg.pictures.time import queues_picture, time_picture, vein_picture
from mfg.pictures.waiting import waiting_picture
from mfg.pictures.window import window_picture
from mfg.report.model import model_sections
from mfg.report.parts import Folded, PageTable, Section
from mfg.results.figures import Figure, too_few
from mfg.study.stored import StoredStudy, StoredVariant


@frozen
class StudyReport:
    """The whole: the finding, what was run, the key figures, and the sections."""

    finding: str
    ran: str
    keys: Sequence[KeyFigure]
    sections: Sequence[Section]


def report_of(study: StoredStudy) -> StudyReport:
    """The report of a run or a comparison; of a comparison the differences come first, and the rest is of its base."""
    waits = waiting_picture(study.variants[:MOST_DRAWN])
    compared = paired_pictures(study)
    finding = compared[0].title if len(compared) == 1 else waits.title
    return StudyReport(
        finding, _ran(study), key_figures(study.base), tuple(_sections(study, waits, compared))
    )


def _ran(study: StoredStudy) -> str:
    base = study.base.setting
    changed = ", ".join(f"{key} = {value}" for key, value in base.changed.items())
    parts = (
        base.title,
        of(len(study.variants), "variant") if len(study.variants) > 1 else changed,
        of(study.replications, "replication"),
        f"seed {base.seed}",
        f"mfg {study.versions.get('mfg', '')}",
        study.digest[:12],
        "a planning model, not a medical device",
    )
    return " · ".join(part for part in parts if part)


def _sections(study: StoredStudy, waits: Picture, compared: Sequence[Picture]) -> Iterator[Section]:
    base = study.base
    hours, weeks = occupancy_pictures(base)
    whose = f" ({base.name})" if len(study.variants) > 1 else ""
    if compared:
        yield Section("compared", "What differs?", tuple(compared))
    yield Section(
        "waiting",
        "How long do patients wait?",
        (waits, window_picture(base), vein_picture(study.variants[:MOST_DRAWN])),
    )
    yield Section(
        "time",
        f"Where does the time go?{whose}",
        (time_picture(base), queues_picture(base), patient_picture(base)),
    )
    yield Section(
        "places",
        f"Are the rooms enough?{whose}",
        (hours, planner_picture(base), weeks),
    )
    yield Section(
        "endings", f"What becomes of patients and lots?{whose}", (endings_picture(base), fates_picture(base))
    )
    yield Section("evidence", "What does this rest on?", (evidence_picture(base), _assumptions(base)))
    yield Section(
        "figures",
        f"All figures{whose}",
        (*too_few(study.replications, [one.name for one in base.estimates]), _figures(base)),
    )
    yield from model_sections(study)
    yield Section("again", "How to make this again", (_again(study),))


def _assumptions(variant: StoredVariant) -> Folded:
    return assumptions_of(evidence(variant))


def assumptions_of(ground: EvidenceFrame) -> Folded:
    """Every assumption with its reason, folded away."""
    found = ground.of_kind(ASSUMPTION)
    rows = tuple((row["path"], row["value"], row["said"]) for _, row in found.iterrows())
    return Folded(
        f"All {of(len(rows), 'assumption')}", PageTable(("number", "value", "why it is what it is"), rows)
    )


def _figures(variant: StoredVariant) -> PageTable:
    rows = tuple(
        (one.called, in_unit(one.mean, one.unit), _interval(one), one.unit, one.about, one.name)
        for one in variant.estimates
        if one.mean is not None
    )
    header = ("figure", "mean", "95 % interval", "unit", "what it is", "its name to commands and files")
    return PageTable(header, rows, frozenset({1}))


def _interval(one: Figure) -> str:
    if one.low is None or one.high is None:
        return "needs two replications"
    return f"{in_unit(one.low, one.unit)} to {in_unit(one.high, one.unit)}"


def _again(study: StoredStudy) -> str:
    base = study.base.setting
    many = ["-n", study.replications, "--seed", base.seed]
    if len(study.variants) == 1:
        settings = [word for key, value in base.changed.items() for word in ("--set", f"{key}={value}")]
        words = ["mfg", "run", base.scenario, *many, *settings]
    else:
        words = ["mfg", "compare", base.scenario, *many]
        keys = list(dict.fromkeys(key for one in study.variants for key in one.setting.changed))
        for key in keys:
            values = dict.fromkeys(one.setting.changed.get(key, "") for one in study.variants)
            words += ["--vary", f"{key}={','.join(values)}"]
    return shlex.join(map(str, words))
