"""Where it happens, in plain numbers: resources and their hours, work and its needs, legs, tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache, reduce
from math import inf, nan, nextafter

from attrs import define, field

from mfg import site as where
from mfg.calendar import DAY, WEEKDAYS, Holidays, Hours, Window, intersection, merged
from mfg.log.notes import NOTES, bench_of, clearance_after, result_of
from mfg.plan.compile.plain import minutes, monthly, part
from mfg.plan.site import Activity, PlannedClinic, PlannedFacility, PlannedLeg, PlannedWork, Test
from mfg.protocol.occurrences import occurrences
from mfg.protocol.protocol import Release
from mfg.scenario import Scenario
from mfg.spread import shape_of
from mfg.units import amount, number, unit_of
from mfg.works import (
    AT_THE_CLINIC,
    FORMULATE,
    INCUBATE,
    ISOLATE,
    JOINT,
    MEDIUM,
    OF_THE_PRODUCT,
    REVIEW,
    STAY,
    STORE,
    VISIT,
)

PLENTY = 255  # of something that is not limited in a day

NONE_CLOSED = Holidays({})


@lru_cache(maxsize=16)
def _with_those_on_call(
    windows: tuple[Window, ...], on_call: Hours, start: date, days: int, closed: Holidays
) -> tuple[Window, ...]:
    """What `Places` opens with those on call, once for all variants of a study."""
    extra = on_call.windows(start, days, NONE_CLOSED)
    for n in range(days):
        if start + timedelta(days=n) in closed.names:
            extra += [(n * DAY + opens, n * DAY + closes) for opens, closes in on_call.days[6]]
    return tuple(merged([*windows, *extra]))


@define
class Places:
    """The places of a scenario while they are numbered: what one of them needs is known to those after it.

    `days` is how long the calendar is, and `closed` its public holidays.
    """

    scenario: Scenario
    days: int
    closed: Holidays
    activities: list[Activity] = field(factory=lambda: [Activity(name, "") for name in NOTES])
    resources: list[str] = field(factory=list)
    capacities: list[int] = field(factory=list)
    hours: list[tuple[Window, ...]] = field(factory=list)
    needs: list[tuple[tuple[tuple[int, int], ...], tuple[Window, ...]]] = field(factory=list)
    lines: dict[tuple[int, int], int] = field(factory=dict)
    laboratories: dict[str, int] = field(init=False)
    clinics: tuple[PlannedClinic, ...] = field(init=False)
    facilities: tuple[PlannedFacility, ...] = field(init=False)
    tests: tuple[Test, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        site = self.scenario.site
        self.laboratories = self._laboratories()
        self.clinics = tuple(self._clinic(name, clinic) for name, clinic in site.clinics.items())
        self.facilities = tuple(self._facility(name, one) for name, one in site.facilities.items())
        self.tests = tuple(self._test(release) for release in self.scenario.release)

    @property
    def legs(self) -> dict[tuple[str, int, int], PlannedLeg]:
        """Each leg between each clinic and each facility that it serves."""
        site = self.scenario.site
        found: dict[tuple[str, int, int], PlannedLeg] = {}
        for name in dict.fromkeys(leg.name for leg in site.legs):
            for c, clinic in enumerate(site.clinics):
                for f, facility in enumerate(site.facilities):
                    leg = site.leg(name, clinic, facility)
                    if leg is not None:
                        shape = shape_of(leg.lasts, "minute")
                        found[name, c, f] = PlannedLeg(round(shape.typical), shape, part(leg.excursion))
        return found

    def _resource(self, place: str, name: str, capacity: int, windows: Iterable[Window]) -> int:
        self.resources.append(f"{place}.{name}")
        self.capacities.append(capacity)
        self.hours.append(tuple(windows))
        return len(self.resources) - 1

    def _activity(self, name: str, place: str, uses: tuple[tuple[int, int], ...] = ()) -> int:
        self.activities.append(Activity(name, place, uses))
        return len(self.activities) - 1

    def _windows(self, hours: Hours) -> list[Window]:
        return hours.windows(self.scenario.start, self.days, self.closed)

    def _need(self, parts: tuple[tuple[int, int], ...], windows: list[Window] | None = None) -> int:
        hours = (
            windows if windows is not None else reduce(intersection, (list(self.hours[r]) for r, _ in parts))
        )
        need = (parts, tuple(hours))
        if need not in self.needs:
            self.needs.append(need)
        return self.needs.index(need)

    def _line(self, bench: int, booked: int) -> int:
        """The need for a bench for so long: what is shorter stands in a line of its own, and can fill gaps."""
        if (bench, booked) not in self.lines:
            self.lines[bench, booked] = len(self.needs)
            self.needs.append((((bench, 1),), self.hours[bench]))
        return self.lines[bench, booked]

    def _work(
        self, name: str, place: str, held: Mapping[str, int], windows: list[Window] | None = None
    ) -> PlannedWork:
        """The work *name* at *place*, whose resources are *held* by name, in its hours or in these *windows*."""
        work = self.scenario.site.work[name]
        parts = tuple((held[r], units) for r, units in work.needs.items() if r in held)
        activity = self._activity(name, place, parts)
        lasts = shape_of(work.lasts, "minute")
        clearance = shape_of(work.clearance, "minute") if work.clearance else None
        cleared = round(clearance.typical) if clearance else 0
        planned = number(work.booked, "minute") if work.booked is not None else lasts.typical
        return PlannedWork(
            name=name,
            activity=activity,
            clears=self._activity(clearance_after(name), place, parts) if clearance else 0,
            need=self._need(parts, windows) if parts else None,
            lasts=lasts,
            booked=round(planned) + cleared,
            per_flask=number(work.per_flask, "minute") if work.per_flask is not None else 0.0,
            clearance=clearance,
            cleared=cleared,
            recovers=shape_of(work.recovers, "%") if work.recovers else None,
            fails=part(work.fails),
            contaminates=part(work.contaminates),
            rooms=work.needs.get("room", 0),
            beds=work.needs.get("bed", 0),
        )

    def _clinic(self, name: str, clinic: where.Clinic) -> PlannedClinic:
        windows, always = self._windows(clinic.hours), [(0, self.days * DAY)]
        held = {"room": self._resource(name, "rooms", clinic.rooms, windows)}
        if clinic.beds is not None:
            held["bed"] = self._resource(name, "beds", clinic.beds, always)
        slot = minutes(clinic.slot)
        asked = [w for w in AT_THE_CLINIC if w in self.scenario.site.work]
        # Who has an appointment waits at the door for as long as the clinic is open, so the hours are the door's.
        work = {w: self._work(w, name, held, None if slot is None else always) for w in asked}
        on_ward = {w: self._activity(w, f"{name}, ward") for w in asked}
        bed = self._need(((held["bed"], 1),), always) if "bed" in held else None
        stays_in = self._activity(STAY, name, ((held["bed"], 1),) if "bed" in held else ())
        share = part(clinic.share) if clinic.share is not None else nan
        comes = self._activity(VISIT, name)
        return PlannedClinic(
            name, tuple(windows), slot, clinic.rooms, clinic.beds, share, stays_in, comes, bed, on_ward, work
        )

    def _facility(self, name: str, facility: where.Facility) -> PlannedFacility:
        windows, always = self._windows(facility.hours), [(0, self.days * DAY)]
        held = {
            "suite": self._resource(name, "suites", facility.suites, windows),
            "operator": self._resource(name, "operators", facility.operators, windows),
        }
        if facility.freezers:
            held["freezer"] = self._resource(name, "freezers", facility.freezers, windows)
        if facility.reviewers:
            theirs = facility.review_hours if facility.review_hours is not None else facility.hours
            held["reviewer"] = self._resource(name, "reviewers", facility.reviewers, self._windows(theirs))
        places = int(amount(facility.incubator, "flask"))
        incubator = self._resource(name, "incubator", places, always)
        stores = 0
        if facility.storage is not None:
            stores = self._activity(
                STORE, name, ((self._resource(name, "storage", facility.storage, always), 1),)
            )
        longer = minutes(facility.overtime) or 0
        granted = [(opens, closes + longer) for opens, closes in windows] if longer else windows
        at_call = self._on_call(facility, granted)
        work = {
            w: self._work(w, name, held, {MEDIUM: at_call, REVIEW: None}.get(w, granted))
            for w in self.scenario.site.work
            if w not in AT_THE_CLINIC
        }
        weekdays = [WEEKDAYS.index(day) for day in facility.medium_on]
        first = self.scenario.start.weekday()
        opens = min((opens % DAY for opens, _ in windows), default=0)
        return PlannedFacility(
            name=name,
            windows=tuple(windows),
            medium=tuple(d * DAY + opens for d in range(self.days) if (first + d) % 7 in weekdays),
            incubator=places,
            incubates=self._activity(INCUBATE, name, ((incubator, 1),)),
            storage=facility.storage or 0,
            stores=stores,
            starts=facility.starts or PLENTY,
            fills=facility.fills or PLENTY,
            day_before=facility.formulate == "day before",
            side_by_side=self._side_by_side(work),
            breakdown=monthly(facility.breakdown),
            laboratory=self.laboratories.get(facility.laboratory or next(iter(self.laboratories), ""), 0),
            together={
                names: self._together([work[w] for w in names], granted)
                for names in JOINT
                if set(names) <= set(work)
            },
            work=work,
        )

    def _side_by_side(self, work: Mapping[str, PlannedWork]) -> int:
        """How often the hands and places of the longest work of a recipe are there."""
        found = [work[name] for name in (ISOLATE, FORMULATE) if name in work]
        uses = [use for one in found for use in self.activities[one.activity].uses]
        return min((self.capacities[resource] // units for resource, units in uses), default=PLENTY)

    def _together(self, works: list[PlannedWork], windows: list[Window]) -> int:
        """A need for as much of everything as any of *works* takes."""
        most: dict[int, int] = {}
        for work in works:
            for resource, units in self.activities[work.activity].uses:
                most[resource] = max(units, most.get(resource, 0))
        return self._need(tuple(most.items()), windows) if most else 0

    def _on_call(self, facility: where.Facility, windows: list[Window]) -> list[Window]:
        """Opening hours with those on call; on a public holiday the hours on call are Sunday's."""
        if facility.on_call is None:
            return windows
        return list(
            _with_those_on_call(tuple(windows), facility.on_call, self.scenario.start, self.days, self.closed)
        )

    def _laboratories(self) -> dict[str, int]:
        found = {}
        for n, (name, laboratory) in enumerate(self.scenario.site.laboratories.items()):
            self._resource(name, "benches", laboratory.benches, self._windows(laboratory.hours))
            found[name] = n
        return found

    def _test(self, release: Release) -> Test:
        work = self.scenario.site.tests[release.test]
        hands = shape_of(work.hands, "minute")
        benches = []
        for name in self.laboratories:
            bench = self.resources.index(f"{name}.benches")
            activity = self._activity(bench_of(release.test), name, ((bench, 1),))
            booked = round(hands.typical)
            benches.append(PlannedWork(release.test, activity, self._line(bench, booked), hands, booked))
        limits = dict(release.limit.bounds())
        unit = unit_of(next(iter(limits.values()))) if limits else ""
        spread = self.scenario.population.measures.get(release.test)
        ends = {name: number(limit, unit) for name, limit in limits.items()}
        lower = (ends.get("least", -inf), nextafter(ends.get("above", -inf), inf))
        upper = (ends.get("most", inf), nextafter(ends.get("below", inf), -inf))
        return Test(
            name=release.test,
            unit=unit,
            activity=self._activity(result_of(release.test), ""),
            sampled=_sampled(release),
            holds=_held(self.scenario, release.holds),
            turnaround=shape_of(work.turnaround, "minute"),
            positive=shape_of(work.positive, "minute") if work.positive else None,
            reads=work.reads,
            measured=shape_of(spread, unit) if spread is not None and unit else None,
            least=max(lower),
            most=min(upper),
            fails=part(work.fails),
            retests=work.retests,
            benches=tuple(benches),
        )


def _held(scenario: Scenario, name: str) -> str:
    """What the result of a test holds up; of a repeated visit it is the first."""
    visit = next((visit for visit in scenario.protocol.visits if visit.name == name), None)
    return name if visit is None else occurrences(visit)[0].name


def _sampled(release: Release) -> str:
    """Where the sample is taken: in the culture, early enough; of the product; or at the end of a step."""
    if release.sample.before is not None:
        return "culture"
    return "product" if release.sample.at in OF_THE_PRODUCT else str(release.sample.at)
