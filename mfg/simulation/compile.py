"""From a scenario to the plan that the event loop reads: units come off, names become indices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from math import nan

from attrs import define, field

from mfg import site as where
from mfg.calendar import DAY, WEEKDAYS, Holidays, Hours, Window, holidays_of, intersection, merged
from mfg.course.template import template_of
from mfg.errors import Refused
from mfg.growth import Cultivation
from mfg.prescription import Prescriber
from mfg.protocol.protocol import Arm as ProtocolArm
from mfg.protocol.protocol import Protocol
from mfg.protocol.recipe import Collect, Expand, Formulate, Ship
from mfg.scenario import Scenario, stays
from mfg.shape import Shape
from mfg.simulation import plan as p
from mfg.spread import shape_of
from mfg.units import Quantity, amount, number

TAIL = 3 * 365  # days after the horizon in which everybody who arrived is followed to an ending
HEAVIEST = 3000  # tenths of a kilogram
MAKING = ("isolate", "expand", "induce", "cryopreserve")


def plan_of(scenario: Scenario) -> p.Plan:
    """The plan of *scenario*, which has no faults."""
    return _Compiler(scenario).plan()


@define
class _Compiler:
    scenario: Scenario
    activities: list[p.Activity] = field(factory=list)
    resources: list[str] = field(factory=list)
    capacities: list[int] = field(factory=list)
    hours: list[tuple[Window, ...]] = field(factory=list)
    needs: list[tuple[tuple[tuple[int, int], ...], tuple[Window, ...]]] = field(factory=list)
    horizon: int = field(init=False)
    days: int = field(init=False)
    closed: Holidays = field(init=False)

    def __attrs_post_init__(self) -> None:
        start = self.scenario.start
        self.horizon = int(number(self.scenario.horizon, "minute"))
        self.days = -(-self.horizon // DAY) + TAIL
        years = range(start.year - 1, (start + timedelta(days=self.days)).year + 2)
        self.closed = holidays_of(self.scenario.site.holidays, years)

    def plan(self) -> p.Plan:
        scenario, protocol = self.scenario, self.scenario.protocol
        self.activities = [p.Activity(name, "") for name in p.NOTES]
        laboratories = self._laboratories()
        clinics = tuple(self._clinic(name, clinic) for name, clinic in scenario.site.clinics.items())
        facilities = tuple(self._facility(n, f, laboratories) for n, f in scenario.site.facilities.items())
        recipe = scenario.recipe
        formulate = next((s for s in recipe if isinstance(s, Formulate)), None)
        collect = next((s for s in recipe if isinstance(s, Collect)), None)
        expand = next((s for s in recipe if isinstance(s, Expand)), None)
        ships = [(n, s) for n, s in enumerate(recipe) if isinstance(s, Ship)]
        turn = recipe.index(formulate) if formulate in recipe else len(recipe)
        inbound = next((s for n, s in ships if n < turn), None)
        outbound = next((s for n, s in ships if n > turn), None)
        lying, stay = stays(recipe)
        source, rate = scenario.source, scenario.arrivals.rate
        return p.Plan(
            name=scenario.name,
            seed=scenario.seed,
            start=scenario.start,
            horizon=self.horizon,
            warm_up=0 if scenario.warm_up is None else int(number(scenario.warm_up, "minute")),
            days=self.days,
            chance=scenario.chance,
            order=scenario.policy.order,
            gives_short=scenario.policy.short_dose == "give",
            clinics=clinics,
            facilities=facilities,
            laboratories=tuple(laboratories),
            tests=tuple(self._tests(laboratories)),
            activities=tuple(self.activities),
            resources=tuple(self.resources),
            capacities=tuple(self.capacities),
            hours=tuple(self.hours),
            needs=tuple(self.needs),
            legs=self._legs(),
            arms=tuple(self._arm(arm) for arm in protocol.arms),
            block=protocol.allocation.block if protocol.allocation else None,
            open_days=tuple(
                self.closed.closed(scenario.start + timedelta(days=n)) is None for n in range(self.days)
            ),
            making=tuple(step.do for step in recipe if step.do in MAKING),
            collected=shape_of(collect.volume, "mL") if collect and collect.volume else None,
            inbound=inbound.leg if inbound else None,
            outbound=outbound.leg if outbound else None,
            marrow_within=_minutes(inbound.within) if inbound and inbound.within is not None else None,
            expansion=self._expansion(expand) if expand else None,
            drawn_days=int(amount(formulate.drawn, "day"))
            if formulate and formulate.drawn is not None
            else 0,
            use_within=_minutes(formulate.use_within)
            if formulate and formulate.use_within is not None
            else None,
            lying=lying,
            stay=stay,
            supply=source.kind if source else "fresh",
            people=self._people(),
            arrivals=tuple(self._candidates()),
            rate=number(rate, "/day") / DAY if rate is not None else 0.0,
        )

    # ---- places ------------------------------------------------------------------------------------

    def _resource(self, place: str, name: str, capacity: int, windows: Iterable[Window]) -> int:
        self.resources.append(f"{place}.{name}" if place else name)
        self.capacities.append(capacity)
        self.hours.append(tuple(windows))
        return len(self.resources) - 1

    def _activity(self, name: str, place: str, uses: tuple[tuple[int, int], ...]) -> int:
        self.activities.append(p.Activity(name, place, uses))
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

    def _work(
        self,
        name: str,
        place: str,
        held: Mapping[str, int],
        *,
        granted: bool,
        windows: list[Window] | None = None,
    ) -> p.Work:
        """The work *name* at *place*, whose resources are *held* by name; appointments are not *granted*."""
        work = self.scenario.site.work[name]
        parts = tuple((held[r], units) for r, units in work.needs.items() if r in held)
        activity = self._activity(name, place, parts)
        lasts = shape_of(work.lasts, "minute")
        cleared = round(shape_of(work.clearance, "minute").typical) if work.clearance else 0
        planned = number(work.booked, "minute") if work.booked is not None else lasts.typical
        return p.Work(
            name=name,
            activity=activity,
            clears=self._activity("line clearance", place, parts) if work.clearance else 0,
            need=self._need(parts, windows) if granted and parts else None,
            lasts=lasts,
            booked=round(planned) + cleared,
            per_flask=number(work.per_flask, "minute") if work.per_flask is not None else 0.0,
            clearance=shape_of(work.clearance, "minute") if work.clearance else None,
            cleared=cleared,
            recovers=shape_of(work.recovers, "%") if work.recovers else None,
        )

    def _clinic(self, name: str, clinic: where.Clinic) -> p.Clinic:
        windows = self._windows(clinic.hours)
        held = {"room": self._resource(name, "rooms", clinic.rooms, windows)}
        if clinic.beds is not None:
            held["bed"] = self._resource(name, "beds", clinic.beds, [(0, self.days * DAY)])
        slot = None if clinic.slot is None else _minutes(clinic.slot)
        asked = [w for w in ("collect", "draw", "administer") if w in self.scenario.site.work]
        work = {w: self._work(w, name, held, granted=slot is None) for w in asked}
        stays = self._activity("stay", name, ((held["bed"], 1),) if "bed" in held else ())
        return p.Clinic(name, tuple(windows), slot, clinic.rooms, clinic.beds, stays, work)

    def _facility(self, name: str, facility: where.Facility, laboratories: Mapping[str, int]) -> p.Facility:
        windows = self._windows(facility.hours)
        held = {
            "suite": self._resource(name, "suites", facility.suites, windows),
            "operator": self._resource(name, "operators", facility.operators, windows),
        }
        if facility.freezers:
            held["freezer"] = self._resource(name, "freezers", facility.freezers, windows)
        places = int(amount(facility.incubator, "flask"))
        incubator = self._resource(name, "incubator", places, [(0, self.days * DAY)])
        at_call = self._on_call(facility, windows)
        elsewhere = {"collect", "draw", "administer"}
        work = {
            w: self._work(w, name, held, granted=True, windows=at_call if w == "medium" else None)
            for w in self.scenario.site.work
            if w not in elsewhere
        }
        together: dict[int, int] = {}
        for name_ in ("harvest", "formulate"):
            for resource, units in self.activities[work[name_].activity].uses if name_ in work else ():
                together[resource] = max(units, together.get(resource, 0))
        weekdays = [WEEKDAYS.index(day) for day in facility.medium_on]
        first = self.scenario.start.weekday()
        return p.Facility(
            name=name,
            windows=tuple(windows),
            opens=min((opens % DAY for opens, _ in windows), default=0),
            medium_days=frozenset(d for d in range(self.days) if (first + d) % 7 in weekdays),
            incubator=places,
            incubates=self._activity("incubate", name, ((incubator, 1),)),
            starts=facility.starts or 255,
            fills=facility.fills or 255,
            day_before=facility.formulate == "day before",
            fills_with=self._need(tuple(together.items())) if together else 0,
            laboratory=laboratories.get(facility.laboratory or next(iter(laboratories), ""), 0),
            work=work,
        )

    def _on_call(self, facility: where.Facility, windows: list[Window]) -> list[Window] | None:
        """Opening hours with those on call; on a public holiday the hours on call are Sunday's."""
        if facility.on_call is None:
            return None
        extra = facility.on_call.windows(self.scenario.start, self.days, Holidays({}))
        first = self.scenario.start
        for n in range(self.days):
            if first + timedelta(days=n) in self.closed.names:
                extra += [(n * DAY + opens, n * DAY + closes) for opens, closes in facility.on_call.days[6]]
        return merged([*windows, *extra])

    def _laboratories(self) -> dict[str, int]:
        found = {}
        for n, (name, laboratory) in enumerate(self.scenario.site.laboratories.items()):
            self._resource(name, "benches", laboratory.benches, self._windows(laboratory.hours))
            found[name] = n
        return found

    def _tests(self, laboratories: Mapping[str, int]) -> Iterable[p.Test]:
        site = self.scenario.site
        for release in self.scenario.protocol.release:
            if release.test not in site.tests:
                continue
            work = site.tests[release.test]
            hands = shape_of(work.hands, "minute")
            benches = []
            for name in laboratories:
                bench = self.resources.index(f"{name}.benches")
                activity = self._activity(f"test {release.test}", name, ((bench, 1),))
                need = self._need(((bench, 1),))
                benches.append(p.Work(release.test, activity, need, hands, round(hands.typical)))
            yield p.Test(
                name=release.test,
                activity=self._activity(f"result {release.test}", "", ()),
                sampled="culture" if release.sample.before else release.sample.at or "formulate",
                holds=release.holds,
                each=release.each,
                turnaround=shape_of(work.turnaround, "minute"),
                fails=number(work.fails, "%") / 100 if work.fails is not None else 0.0,
                benches=tuple(benches),
            )

    def _legs(self) -> dict[tuple[str, int, int], tuple[int, Shape]]:
        """Each leg between each clinic and each facility that it serves; the most specific one wins."""
        site = self.scenario.site
        found: dict[tuple[str, int, int], tuple[int, Shape]] = {}
        for leg in sorted(site.legs, key=lambda leg: (leg.of is not None) + (leg.to is not None)):
            for c, clinic in enumerate(site.clinics):
                for f, facility in enumerate(site.facilities):
                    ends = {clinic, facility}
                    if {leg.of, leg.to} - {None} <= ends:
                        shape = shape_of(leg.lasts, "minute")
                        found[leg.name, c, f] = (round(shape.typical), shape)
        return found

    # ---- what is prescribed ----------------------------------------------------------------------------

    def _arm(self, arm: ProtocolArm) -> p.Arm:
        protocol = self.scenario.protocol
        course = template_of(protocol, arm, self.scenario.source)
        doses = tuple(_dose(protocol, arm, name) for name in arm.doses)
        return p.Arm(arm.name, arm.ratio or arm.size or 1, doses, course)

    def _expansion(self, step: Expand) -> p.Expansion:
        growth = self.scenario.population.growth
        cultivation = None
        if step.lasts is None and growth is not None and step.passages is not None:
            vessel, seeding, reseeding, harvest_at = (
                step.vessel,
                step.seeding,
                step.reseeding,
                step.harvest_at,
            )
            assert vessel is not None
            assert seeding is not None
            assert reseeding is not None
            assert harvest_at is not None
            cultivation = Cultivation(
                vessel_cm2=number(vessel, "cm**2"),
                seeding=number(seeding, "cell/cm**2"),
                reseeding=number(reseeding, "cell/cm**2"),
                harvest_at=number(harvest_at, "%") / 100,
                confluent=number(growth.confluent, "cell/cm**2"),
                passages=step.passages.most,
                samples=number(step.samples, "cell") if step.samples is not None else 0.0,
            )
        return p.Expansion(
            lasts=_minutes(step.lasts) if step.lasts is not None else None,
            cultivation=cultivation,
            medium_every=_minutes(step.medium_every) if step.medium_every is not None else None,
            medium=step.medium is not None,
        )

    # ---- who comes ------------------------------------------------------------------------------------

    def _people(self) -> p.People:
        people = self.scenario.population
        marrow, growth, product, leaving = people.marrow, people.growth, people.product, people.leaving

        def monthly(hazard: Quantity | None) -> float:
            """A share per month as a hazard per minute; a month is a twelfth of 365.25 days."""
            return 0.0 if hazard is None else number(hazard, "%/month") / 100 / (30.4375 * DAY)

        return p.People(
            weight=shape_of(people.weight, "kg"),
            score=shape_of(people.alsfrs_r, "point") if people.alsfrs_r else None,
            decline=shape_of(people.decline, "point/month") if people.decline else None,
            withdraw=monthly(leaving.withdraw),
            withdraw_later=monthly(leaving.withdraw_later),
            die=monthly(leaving.die),
            mononuclear=shape_of(marrow.mononuclear, "cell/mL") if marrow else None,
            colonies=shape_of(marrow.colonies, "colony/cell") if marrow else None,
            alike=number(marrow.alike, "%") / 100 if marrow else 0.0,
            first_lag=shape_of(growth.first_lag, "minute") if growth else None,
            lag=shape_of(growth.lag, "minute") if growth else None,
            primary=number(growth.primary, "%") / 100 if growth else 1.0,
            doubling=shape_of(growth.doubling, "minute") if growth else None,
            slowing=number(growth.slowing, "%") / 100 if growth else 0.0,
            limit=shape_of(growth.limit, "doubling") if growth else None,
            viability=shape_of(product.viability, "%") if product else None,
            loss=shape_of(product.loss, "%/hour") if product else None,
        )

    def _candidates(self) -> Iterable[p.Candidate]:
        scenario = self.scenario
        arms = {arm.name: n for n, arm in enumerate(scenario.protocol.arms)}
        for one in scenario.arrivals.patients:
            arrived = (one.arrived - scenario.start).days * DAY
            yield p.Candidate(one.patient, arrived, one.weight_kg, arms[one.arm] if one.arm else None)


def _dose(protocol: Protocol, arm: ProtocolArm, name: str) -> p.Dose:
    """A dose as the prescriber gives it, for every weight that a patient may have."""
    treatment = protocol.treatment(arm.doses[name])
    if treatment.kind != "product":
        return p.Dose(name, product=False, drawn=treatment.drawn, cells=(0.0,), least=(0.0,))
    prescriber = Prescriber.of(protocol, arm=arm.name, dose=name)
    weights = range(HEAVIEST) if "weight" in prescriber.needs else range(1)
    ends = [_prescribed(prescriber, tenths) for tenths in weights]
    return p.Dose(
        name,
        product=True,
        drawn=treatment.drawn,
        cells=tuple(target for target, _ in ends),
        least=tuple(least for _, least in ends),
    )


def _prescribed(prescriber: Prescriber, tenths: int) -> tuple[float, float]:
    """Cells to aim for and cells that must be reached, at a weight of so many tenths of a kilogram."""
    case = prescriber.words()
    try:
        if "weight" in prescriber.needs:
            case["weight"] = prescriber.checked("weight", Decimal(tenths) / 10, "weight")
        given = prescriber.order(case).administrations
    except Refused:
        return nan, nan
    target = sum(float(a.cells if a.cells is not None else a.cells_most or a.cells_least or 0) for a in given)
    return target, sum(float(a.cells_least or a.cells or 0) for a in given)


def _minutes(quantity: Quantity) -> int:
    return round(number(quantity, "minute"))
