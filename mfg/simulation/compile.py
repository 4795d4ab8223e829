"""From a scenario to the plan that the event loop reads: units come off, names become indices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from math import inf, nan, nextafter
from typing import TypeVar

from attrs import define, field

from mfg import site as where
from mfg.calendar import DAY, WEEKDAYS, Holidays, Hours, Window, holidays_of, intersection, merged
from mfg.course.template import template_of
from mfg.errors import Refused
from mfg.growth import Cultivation
from mfg.prescription import Prescriber
from mfg.protocol.protocol import Arm as ProtocolArm
from mfg.protocol.protocol import Protocol, Release
from mfg.protocol.recipe import Collect, Cryopreserve, Expand, Formulate, Induce, Ship, Step, Thaw
from mfg.scenario import Scenario, stays
from mfg.simulation import plan as p
from mfg.spread import shape_of
from mfg.units import Quantity, amount, number

TAIL = 3 * 365  # days after the horizon in which everybody who arrived is followed to an ending
HEAVIEST = 3000  # tenths of a kilogram
_S = TypeVar("_S", bound=Step)
MAKING = ("isolate", "expand", "induce")
JOINT = (("harvest", "formulate"), ("thaw", "formulate"), ("formulate",), ("harvest", "cryopreserve"))
OF_THE_PRODUCT = ("harvest", "thaw", "formulate")
AT_THE_CLINIC = ("collect", "draw", "administer")
MONTH = 30.4375 * DAY  # minutes, a twelfth of 365.25 days
PLENTY = 255  # of something that is not limited in a day


def plan_of(scenario: Scenario) -> p.Plan:
    """The plan of *scenario*, which has no faults."""
    return _Compiler(scenario).plan()


@define
class _Compiler:
    scenario: Scenario
    activities: list[p.Activity] = field(factory=lambda: [p.Activity(name, "") for name in p.NOTES])
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
        laboratories = self._laboratories()
        clinics = tuple(self._clinic(name, clinic) for name, clinic in scenario.site.clinics.items())
        facilities = tuple(self._facility(n, f, laboratories) for n, f in scenario.site.facilities.items())
        tests = tuple(self._test(release, laboratories) for release in scenario.release)
        come, allocation = scenario.arrivals, protocol.allocation
        return p.Plan(
            name=scenario.name,
            seed=scenario.seed,
            start=scenario.start,
            horizon=self.horizon,
            warm_up=_minutes(scenario.warm_up) or 0,
            days=self.days,
            chance=scenario.chance,
            policy=self._policy(),
            activities=tuple(self.activities),
            resources=tuple(self.resources),
            capacities=tuple(self.capacities),
            hours=tuple(self.hours),
            needs=tuple(self.needs),
            clinics=clinics,
            facilities=facilities,
            laboratories=tuple(laboratories),
            legs=self._legs(),
            arms=tuple(self._arm(arm) for arm in protocol.arms),
            block=allocation.block if allocation else None,
            strata=bool(allocation and allocation.strata),
            allocated_at=allocation.at if allocation else None,
            open_days=tuple(
                self.closed.closed(scenario.start + timedelta(days=n)) is None for n in range(self.days)
            ),
            recipe=self._recipe(),
            tests=tests,
            people=self._people(),
            candidates=tuple(self._candidates()),
            in_progress=tuple(self._in_progress()),
            rate=number(come.rate, "/day") / DAY if come.rate is not None else 0.0,
            every=_minutes(come.every) or 0,
        )

    def _policy(self) -> p.Policy:
        policy, score = self.scenario.policy, self.scenario.protocol.eligibility.get("alsfrs_r")
        least = number(score.least, "point") if score is not None and score.least is not None else -inf
        return p.Policy(
            order=policy.order,
            gives_short=policy.short_dose == "give",
            recollect=policy.recollect,
            again=policy.again,
            facility=policy.facility,
            score_least=least if policy.loses_eligibility else -inf,
        )

    # ---- places ------------------------------------------------------------------------------------

    def _resource(self, place: str, name: str, capacity: int, windows: Iterable[Window]) -> int:
        self.resources.append(f"{place}.{name}")
        self.capacities.append(capacity)
        self.hours.append(tuple(windows))
        return len(self.resources) - 1

    def _activity(self, name: str, place: str, uses: tuple[tuple[int, int], ...] = ()) -> int:
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
        clearance = shape_of(work.clearance, "minute") if work.clearance else None
        cleared = round(clearance.typical) if clearance else 0
        planned = number(work.booked, "minute") if work.booked is not None else lasts.typical
        return p.Work(
            name=name,
            activity=activity,
            clears=self._activity(f"line clearance after {name}", place, parts) if clearance else 0,
            need=self._need(parts, windows) if granted and parts else None,
            lasts=lasts,
            booked=round(planned) + cleared,
            per_flask=number(work.per_flask, "minute") if work.per_flask is not None else 0.0,
            clearance=clearance,
            cleared=cleared,
            recovers=shape_of(work.recovers, "%") if work.recovers else None,
            fails=_part(work.fails),
            contaminates=_part(work.contaminates),
        )

    def _clinic(self, name: str, clinic: where.Clinic) -> p.Clinic:
        windows = self._windows(clinic.hours)
        held = {"room": self._resource(name, "rooms", clinic.rooms, windows)}
        if clinic.beds is not None:
            held["bed"] = self._resource(name, "beds", clinic.beds, [(0, self.days * DAY)])
        slot = _minutes(clinic.slot)
        asked = [w for w in AT_THE_CLINIC if w in self.scenario.site.work]
        work = {w: self._work(w, name, held, granted=slot is None) for w in asked}
        stays_in = self._activity("stay", name, ((held["bed"], 1),) if "bed" in held else ())
        share = _part(clinic.share) if clinic.share is not None else nan
        return p.Clinic(name, tuple(windows), slot, clinic.rooms, clinic.beds, share, stays_in, work)

    def _facility(self, name: str, facility: where.Facility, laboratories: Mapping[str, int]) -> p.Facility:
        windows, always = self._windows(facility.hours), [(0, self.days * DAY)]
        held = {
            "suite": self._resource(name, "suites", facility.suites, windows),
            "operator": self._resource(name, "operators", facility.operators, windows),
        }
        if facility.freezers:
            held["freezer"] = self._resource(name, "freezers", facility.freezers, windows)
        places = int(amount(facility.incubator, "flask"))
        incubator = self._resource(name, "incubator", places, always)
        stores = 0
        if facility.storage is not None:
            stores = self._activity(
                "store", name, ((self._resource(name, "storage", facility.storage, always), 1),)
            )
        longer = _minutes(facility.overtime) or 0
        granted = [(opens, closes + longer) for opens, closes in windows]
        at_call = self._on_call(facility, granted)
        work = {
            w: self._work(w, name, held, granted=True, windows=at_call if w == "medium" else granted)
            for w in self.scenario.site.work
            if w not in AT_THE_CLINIC
        }
        weekdays = [WEEKDAYS.index(day) for day in facility.medium_on]
        first = self.scenario.start.weekday()
        opens = min((opens % DAY for opens, _ in windows), default=0)
        return p.Facility(
            name=name,
            windows=tuple(windows),
            medium=tuple(d * DAY + opens for d in range(self.days) if (first + d) % 7 in weekdays),
            incubator=places,
            incubates=self._activity("incubate", name, ((incubator, 1),)),
            storage=facility.storage or 0,
            stores=stores,
            starts=facility.starts or PLENTY,
            fills=facility.fills or PLENTY,
            day_before=facility.formulate == "day before",
            side_by_side=self._side_by_side(work),
            breakdown=_monthly(facility.breakdown),
            laboratory=laboratories.get(facility.laboratory or next(iter(laboratories), ""), 0),
            together={
                names: self._together([work[w] for w in names], granted)
                for names in JOINT
                if set(names) <= set(work)
            },
            work=work,
        )

    def _side_by_side(self, work: Mapping[str, p.Work]) -> int:
        """How often the hands and places of the longest work of a recipe are there."""
        found = [work[name] for name in ("isolate", "formulate") if name in work]
        uses = [use for one in found for use in self.activities[one.activity].uses]
        return min((self.capacities[resource] // units for resource, units in uses), default=PLENTY)

    def _together(self, works: list[p.Work], windows: list[Window]) -> int:
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
        first = self.scenario.start
        extra = facility.on_call.windows(first, self.days, Holidays({}))
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

    def _test(self, release: Release, laboratories: Mapping[str, int]) -> p.Test:
        work = self.scenario.site.tests[release.test]
        hands = shape_of(work.hands, "minute")
        benches = []
        for name in laboratories:
            bench = self.resources.index(f"{name}.benches")
            activity = self._activity(f"test {release.test}", name, ((bench, 1),))
            benches.append(
                p.Work(release.test, activity, self._need(((bench, 1),)), hands, round(hands.typical))
            )
        limits = dict(release.limit.bounds())
        unit = str(next(iter(limits.values())).units) if limits else ""
        spread = self.scenario.population.measures.get(release.test)
        ends = {name: number(limit, unit) for name, limit in limits.items()}
        lower = (ends.get("least", -inf), nextafter(ends.get("above", -inf), inf))
        upper = (ends.get("most", inf), nextafter(ends.get("below", inf), -inf))
        return p.Test(
            name=release.test,
            unit=unit,
            activity=self._activity(f"result {release.test}", ""),
            sampled=_sampled(release),
            holds=release.holds,
            turnaround=shape_of(work.turnaround, "minute"),
            positive=shape_of(work.positive, "minute") if work.positive else None,
            reads=work.reads,
            measured=shape_of(spread, unit) if spread is not None and unit else None,
            least=max(lower),
            most=min(upper),
            fails=_part(work.fails),
            retests=work.retests,
            benches=tuple(benches),
        )

    def _legs(self) -> dict[tuple[str, int, int], p.Leg]:
        """Each leg between each clinic and each facility that it serves; the most specific one wins."""
        site = self.scenario.site
        found: dict[tuple[str, int, int], p.Leg] = {}
        for leg in sorted(site.legs, key=lambda leg: (leg.of is not None) + (leg.to is not None)):
            shape = shape_of(leg.lasts, "minute")
            for c, clinic in enumerate(site.clinics):
                for f, facility in enumerate(site.facilities):
                    if {leg.of, leg.to} - {None} <= {clinic, facility}:
                        found[leg.name, c, f] = p.Leg(round(shape.typical), shape, _part(leg.excursion))
        return found

    # ---- what is prescribed ----------------------------------------------------------------------------

    def _arm(self, arm: ProtocolArm) -> p.Arm:
        protocol = self.scenario.protocol
        course = template_of(protocol, arm, self.scenario.source)
        doses = tuple(_dose(protocol, arm, name, self._weights()) for name in arm.doses)
        return p.Arm(arm.name, arm.ratio or arm.size or 1, doses, course)

    def _weights(self) -> range:
        """The weights that a patient may have, in tenths of a kilogram."""
        spread, come = self.scenario.population.weight, self.scenario.arrivals
        ends = [end for end in (spread.is_, spread.least, spread.most) if end is not None]
        if len(ends) < 2 and spread.is_ is None:
            return range(HEAVIEST)
        known = [number(end, "kg") for end in ends]
        known += [one.weight_kg for one in come.patients] + [one.weight_kg for one in come.in_progress]
        return range(int(min(known) * 10), int(max(known) * 10) + 2)

    def _recipe(self) -> p.Recipe:
        steps, source = self.scenario.recipe, self.scenario.source
        collect, formulate = _first(steps, Collect), _first(steps, Formulate)
        freeze, thaw, induce = _first(steps, Cryopreserve), _first(steps, Thaw), _first(steps, Induce)
        expand = _first(steps, Expand)
        done = [step.do for step in steps]
        turn = done.index("formulate") if "formulate" in done else len(done)
        ships = [(n, step) for n, step in enumerate(steps) if isinstance(step, Ship)]
        inbound = next((step for n, step in ships if n < turn), None)
        outbound = next((step for n, step in ships if n > turn), None)
        bank = None
        if freeze is not None and source is not None and source.kind == "bank":
            bank = p.Bank(
                after_passage=freeze.after_passage,
                contains=number(freeze.contains, "cell"),
                spare=source.spare,
                recovers=_minutes(thaw.recovers) if thaw is not None else None,
            )
        return p.Recipe(
            collects=collect is not None,
            collected=shape_of(collect.volume, "mL") if collect is not None and collect.volume else None,
            inbound=inbound.leg if inbound is not None else None,
            within=_minutes(inbound.within) if inbound is not None else None,
            making=tuple(step for step in done if step in MAKING),
            expansion=self._expansion(expand) if expand is not None else None,
            induces=(_minutes(induce.lasts) or 0) if induce is not None else 0,
            bank=bank,
            supply=source.kind if source is not None else "fresh",
            prepares=self._prepares(done, source.kind if source is not None else "fresh", bank),
            use_within=_minutes(formulate.use_within) if formulate is not None else None,
            outbound=outbound.leg if outbound is not None else None,
            administers="administer" in done,
            stay=stays(steps)[1],
        )

    def _prepares(self, done: list[str], supply: str, bank: p.Bank | None) -> tuple[str, ...]:
        """The works that turn cultured or frozen cells into a product, held together."""
        if "formulate" not in done:
            return ()
        thawed = supply == "stock" or (bank is not None and bank.recovers is None)
        grown = "expand" in done and "harvest" in self.scenario.site.work and not thawed
        first = ("thaw",) if thawed and "thaw" in self.scenario.site.work else ("harvest",) if grown else ()
        return (*first, "formulate")

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
                harvest_at=_part(harvest_at),
                confluent=number(growth.confluent, "cell/cm**2"),
                passages=step.passages.most,
                samples=number(step.samples, "cell") if step.samples is not None else 0.0,
            )
        return p.Expansion(_minutes(step.lasts), cultivation, _minutes(step.medium_every))

    # ---- who comes ------------------------------------------------------------------------------------

    def _people(self) -> p.People:
        people = self.scenario.population
        marrow, growth, product, leaving = people.marrow, people.growth, people.product, people.leaving
        return p.People(
            weight=shape_of(people.weight, "kg"),
            score=shape_of(people.alsfrs_r, "point") if people.alsfrs_r else None,
            decline=shape_of(people.decline, "point/month") if people.decline else None,
            ineligible=_part(leaving.ineligible),
            withdraw=_monthly(leaving.withdraw),
            withdraw_later=_monthly(leaving.withdraw_later),
            die=_monthly(leaving.die),
            mononuclear=shape_of(marrow.mononuclear, "cell/mL") if marrow else None,
            colonies=shape_of(marrow.colonies, "colony/cell") if marrow else None,
            alike=_part(marrow.alike) if marrow else 0.0,
            contaminated=_part(marrow.contaminated) if marrow else 0.0,
            first_lag=shape_of(growth.first_lag, "minute") if growth else None,
            lag=shape_of(growth.lag, "minute") if growth else None,
            doubling=shape_of(growth.doubling, "minute") if growth else None,
            primary=_part(growth.primary) if growth else 1.0,
            slowing=_part(growth.slowing) if growth else 0.0,
            limit=shape_of(growth.limit, "doubling") if growth else None,
            viability=shape_of(product.viability, "%") if product else None,
            loss=shape_of(product.loss, "%/hour") if product else None,
        )

    def _candidates(self) -> Iterable[p.Candidate]:
        scenario = self.scenario
        arms = {arm.name: n for n, arm in enumerate(scenario.protocol.arms)}
        clinics = {name: n for n, name in enumerate(scenario.site.clinics)}
        for one in scenario.arrivals.patients:
            arrived = (one.arrived - scenario.start).days * DAY
            arm = arms[one.arm] if one.arm else None
            yield p.Candidate(
                one.patient, arrived, one.weight_kg, arm, clinics[one.site] if one.site else None
            )

    def _in_progress(self) -> Iterable[p.InProgress]:
        scenario, site = self.scenario, self.scenario.site
        arms = [arm.name for arm in scenario.protocol.arms]
        default = scenario.protocol.dosed_arms()[0]
        for one in scenario.arrivals.in_progress:
            arm = scenario.protocol.arms[arms.index(one.arm or default.name)]
            products = [d for d, t in arm.doses.items() if scenario.protocol.treatment(t).kind == "product"]
            yield p.InProgress(
                name=one.patient,
                weight=one.weight_kg,
                arm=arms.index(arm.name),
                dose=list(arm.doses).index(one.dose or products[0]),
                clinic=list(site.clinics).index(one.site) if one.site else 0,
                facility=list(site.facilities).index(one.facility) if one.facility else 0,
                collected=(one.collected - scenario.start).days * DAY,
                passage=one.passage,
                plated=(one.plated - scenario.start).days * DAY,
                flasks=one.flasks,
                cells=one.cells,
                dose_day=(one.dose_on - scenario.start).days,
            )


def _dose(protocol: Protocol, arm: ProtocolArm, name: str, weights: range) -> p.Dose:
    """A dose as the prescriber gives it, for each of *weights* in tenths of a kilogram."""
    treatment = protocol.treatment(arm.doses[name])
    drawn = treatment.drawn
    if treatment.kind != "product":
        return p.Dose(name, product=False, drawn=drawn, cells=(0.0,), least=(0.0,))
    prescriber = Prescriber.of(protocol, arm=arm.name, dose=name)
    weighed = "weight" in prescriber.needs
    ends = [_prescribed(prescriber, tenths) for tenths in (weights if weighed else range(1))]
    cells, least = (tuple(column) for column in zip(*ends, strict=True))
    first = weights.start if weighed else 0
    return p.Dose(name, product=True, drawn=drawn, cells=cells, least=least, first=first)


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


def _sampled(release: Release) -> str:
    """Where the sample is taken: in the culture, early enough; of the product; or at the end of a step."""
    if release.sample.before is not None:
        return "culture"
    return "product" if release.sample.at in OF_THE_PRODUCT else str(release.sample.at)


def _first(steps: tuple[Step, ...], kind: type[_S]) -> _S | None:
    return next((step for step in steps if isinstance(step, kind)), None)


def _minutes(quantity: Quantity | None) -> int | None:
    return None if quantity is None else round(number(quantity, "minute"))


def _part(percent: Quantity | None) -> float:
    """A percentage as a fraction."""
    return 0.0 if percent is None else number(percent, "%") / 100


def _monthly(hazard: Quantity | None) -> float:
    """A share per month as a hazard per minute."""
    return 0.0 if hazard is None else number(hazard, "%/month") / 100 / MONTH
