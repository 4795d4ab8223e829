"""The charts of a report, each by its name, for whoever has a result in Python."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attrs import field, frozen

from mfg.errors import Parameter, Refused, nearest
from mfg.frames.looked import Looked
from mfg.pictures.endings import endings_picture, fates_picture
from mfg.pictures.evidence import evidence_picture
from mfg.pictures.occupancy import hours_picture, weeks_picture
from mfg.pictures.paired import paired_pictures
from mfg.pictures.patient import patient_picture
from mfg.pictures.picture import Picture
from mfg.pictures.planner import planner_picture
from mfg.pictures.time import queues_picture, time_picture, vein_picture
from mfg.pictures.waiting import waiting_picture
from mfg.pictures.window import window_picture
from mfg.study.stored import StoredStudy

MOST_DRAWN = 6  # variants up to which curves of all are drawn together


@frozen(eq=False, repr=False)
class Plot:
    """The charts of one run; of a comparison those that show several variants show all, the others its first.

    Each is a picture that shows itself in a notebook, with ``save`` for an SVG or PNG file.
    """

    _variants: Sequence[Looked]
    _kept: object = field(default=None)  # in whose temporary folder the tables are

    def __repr__(self) -> str:
        names = [name for name in dir(type(self)) if not name.startswith("_")]
        return f"{type(self).__name__}: {', '.join(names)}"

    @property
    def _base(self) -> Looked:
        return self._variants[0]

    def waiting(self) -> Picture:
        """How long patients wait for their first dose."""
        return waiting_picture(self._variants[:MOST_DRAWN])

    def vein(self) -> Picture:
        """How long it takes from vein to vein: from a collection to the dose that is made of it."""
        return vein_picture(self._variants[:MOST_DRAWN])

    def window(self) -> Picture:
        """How far doses are from their planned days, and from the windows around these."""
        return window_picture(self._base)

    def time(self) -> Picture:
        """Where the time goes between collection and dose."""
        return time_picture(self._base)

    def queues(self) -> Picture:
        """What is waited for, and how long."""
        return queues_picture(self._base)

    def patient(self, patient: str | None = None, replication: int = 0) -> Picture:
        """One patient's way, with everything that was made; without a name that of one who had a typical one."""
        return patient_picture(self._base, patient, replication)

    def hours(self) -> Picture:
        """How busy each place is over the hours of a week."""
        return hours_picture(self._base)

    def planner(self, first: date | None = None) -> Picture:
        """Who works where on each day: the busiest weeks, or those from the day *first* on."""
        return planner_picture(self._base, first)

    def weeks(self) -> Picture:
        """How busy each place is from week to week."""
        return weeks_picture(self._base)

    def endings(self) -> Picture:
        """How many patients are left at each step of the course, and where the others went."""
        return endings_picture(self._base)

    def fates(self) -> Picture:
        """What becomes of the lots."""
        return fates_picture(self._base)

    def evidence(self) -> Picture:
        """What the numbers of the files rest on."""
        return evidence_picture(self._base)


@frozen(eq=False, repr=False)
class ComparedPlot(Plot):
    """The charts of a comparison."""

    _study: StoredStudy = field(kw_only=True)

    def paired(self, variant: str | None = None) -> Picture:
        """Every figure of a *variant* against the first one, pair by pair; of the second one if none is named.

        Raises:
            Refused: if there is no such variant.
        """
        names = [one.name for one in self._study.variants[1:]]
        if variant is not None and variant not in names:
            raise Refused(
                Parameter("variant"), variant, "is none to hold against the first", nearest(variant, names)
            )
        pictures = paired_pictures(self._study)
        return pictures[0 if variant is None else names.index(variant)]
