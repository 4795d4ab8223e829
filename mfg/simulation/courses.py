"""The courses of the arms, each with its days counted from a baseline; months differ in length, so baselines differ."""

from __future__ import annotations

from datetime import timedelta

from mfg.course.anchors import anchors_of
from mfg.course.network import Course
from mfg.plan.plan import Plan
from mfg.plan.prescription import PlannedArm


class Courses:
    """The courses of one plan; each is worked out once."""

    def __init__(self, plan: Plan) -> None:
        self._start = plan.start
        self._anchors: dict[str, dict[str, str]] = {}
        self._courses: dict[tuple[str, int], Course] = {}

    def on(self, arm: PlannedArm, baseline: int) -> Course:
        """The course of *arm* with its baseline on day *baseline* of the run."""
        key = (arm.name, baseline)
        if key not in self._courses:
            self._courses[key] = arm.course.on(self._start + timedelta(days=baseline))
        return self._courses[key]

    def anchors(self, arm: PlannedArm) -> dict[str, str]:
        """The dose that each visit of *arm* moves with."""
        if arm.name not in self._anchors:
            self._anchors[arm.name] = anchors_of(self.on(arm, 0))
        return self._anchors[arm.name]

    def lead(self, arm: PlannedArm, name: str) -> int:
        """The planned days from the collection *name* to the dose that it serves."""
        events = self.on(arm, 0).events
        collection = next(e for e in events if e.name == name)
        dose = next(e for e in events if e.kind == "dose" and e.dose == collection.dose)
        return dose.planned - collection.planned
