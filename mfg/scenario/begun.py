"""Who had the first dose before the start: what counts for those who follow where arms are filled in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mfg.errors import Refused
from mfg.log.endings import GIVEN
from mfg.protocol.protocol import Arm
from mfg.scenario.scenario import Given, Scenario
from mfg.scenario.standing import arm_of, dose_of, known_faults


def begun_faults(scenario: Scenario) -> Iterator[Refused]:
    """First doses that were given and that nobody would count, or that contradict the lots of the same list."""
    come, protocol = scenario.arrivals, scenario.protocol
    allocation = protocol.allocation
    if allocation is None or allocation.how != "in order":
        for one in come.given:
            problem = "says nothing here: the protocol fills no arms in order"
            yield Refused(f"arrivals.in_progress.{one.patient}.stands", GIVEN, problem, "leave the line out")
        return
    arms = {arm.name: arm for arm in protocol.arms if arm.doses}
    sound: dict[str, Given] = {}
    for one in come.given:
        faults = list(_of_one(scenario, one, arms))
        yield from faults
        if not faults:
            sound[one.patient] = one
    for name, own in _lots(scenario).items():
        arm, first = own
        if first and allocation.stagger is not None and name not in {one.patient for one in come.given}:
            advice = f"write a line for it that stands {GIVEN}: the first doses of others wait for it"
            yield Refused(
                f"arrivals.in_progress.{name}", None, f"does not say when {first} was given", advice
            )
        elif not first and name in sound:
            where = f"arrivals.in_progress.{name}.stands"
            yield Refused(
                where, GIVEN, f"and a lot for {next(iter(arm.doses))} contradict each other", "keep one"
            )
        elif name in sound and arm_of_given(scenario, sound[name]) != arm:
            said = f"{arm.name} and {arm_of_given(scenario, sound[name]).name}"
            advice = "it is one patient: write the same on each line"
            yield Refused(f"arrivals.in_progress.{name}.arm", said, "contradict each other", advice)
    yield from _too_many(scenario, sound)


def arm_of_given(scenario: Scenario, one: Given) -> Arm:
    """The arm of a patient who had the first dose: the first with cells, or else with doses, if nobody says."""
    protocol = scenario.protocol
    if one.arm is not None:
        return protocol.arm(one.arm)
    return [*protocol.dosed_arms(), *(arm for arm in protocol.arms if arm.doses)][0]


def _of_one(scenario: Scenario, one: Given, arms: dict[str, Arm]) -> Iterator[Refused]:
    where = f"arrivals.in_progress.{one.patient}"
    if not arms:
        yield Refused(f"{where}.stands", GIVEN, "says nothing here: no arm has doses", "leave the line out")
        return
    if one.arm is not None and one.arm not in arms:
        yield from known_faults(f"{where}.arm", one.arm, "arm with doses", arms)
        return
    first = next(iter(arm_of_given(scenario, one).doses))
    if one.dose not in (None, first):
        advice = f"only the first dose of a patient counts for others: {first}"
        yield Refused(f"{where}.dose", one.dose, "says nothing here", advice)
    if not one.dose_on < scenario.start:
        advice = f"the scenario starts on {scenario.start}: list the lot for it"
        yield Refused(f"{where}.dose_on", str(one.dose_on), "is not before the start", advice)


def _lots(scenario: Scenario) -> dict[str, tuple[Arm, str]]:
    """Whose lots are listed: the arm, and the first dose if it must have been given; empty if it is to come."""
    protocol, found = scenario.protocol, dict[str, tuple[Arm, str]]()
    known = {arm.name for arm in protocol.dosed_arms()}
    for lot in scenario.arrivals.in_progress:
        if lot.arm is not None and lot.arm not in known:
            continue
        arm = arm_of(protocol, lot)
        first = next(iter(arm.doses))
        had = first if dose_of(protocol, lot) != first and found.get(lot.patient, (arm, first))[1] else ""
        found[lot.patient] = arm, had
    return found


def _too_many(scenario: Scenario, given: dict[str, Given]) -> Iterator[Refused]:
    """More in an arm than it takes."""
    whose = {name: arm.name for name, (arm, _) in _lots(scenario).items()}
    whose |= {name: arm_of_given(scenario, one).name for name, one in given.items()}
    count = Counter(whose.values())
    for arm in scenario.protocol.arms:
        if arm.size is not None and count[arm.name] > arm.size:
            problem = f"are more than arm {arm.name} takes"
            yield Refused(
                "arrivals.in_progress", f"{count[arm.name]} patients", problem, f"its size is {arm.size}"
            )
