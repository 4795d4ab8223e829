"""What keeps the doses of a scenario from being filled, and its supply from being made."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused
from mfg.protocol.recipe import Formulate
from mfg.protocol.route import Route
from mfg.scenario.scenario import Scenario
from mfg.works import CRYOPRESERVE, THAW


def cannot_be_supplied(scenario: Scenario) -> Iterator[Refused]:
    """Doses that nobody could count or keep alive for long enough, banks that are never frozen or never thawed."""
    supply, done = scenario.source, [step.do for step in scenario.recipe]
    for name in (CRYOPRESERVE, THAW):
        if supply is not None and supply.kind == "bank" and name not in done:
            yield Refused("protocol.step", None, f"has no {name}", f"the supply {supply.name} is a bank")
    yield from _counted(scenario)
    yield from _kept_alive(scenario)


def _counted(scenario: Scenario) -> Iterator[Refused]:
    """A dose of which one route counts all cells and another the viable ones."""
    protocol, counted = scenario.protocol, dict[str, tuple[str, str]]()
    for arm in protocol.dosed_arms():
        for dose, treatment in arm.doses.items():
            if protocol.treatment(treatment).kind != "product":
                continue
            for route in protocol.routes:
                if route.treatment not in (None, treatment):
                    continue
                first, kind = counted.setdefault(dose, (route.label, _kind(route)))
                if kind != _kind(route):
                    counted[dose] = (first, _kind(route))
                    problem = f"counts {_kind(route)}s of {dose}, and {first} counts {kind}s"
                    where = f"protocol.route.{route.label}.cells"
                    yield Refused(where, None, problem, "count those of one dose in one way")


def _kept_alive(scenario: Scenario) -> Iterator[Refused]:
    """A floor of viable cells, for a product of which nobody knows for how long it must hold it."""
    step = next((step for step in scenario.recipe if isinstance(step, Formulate)), None)
    if scenario.population.product is None or (step is not None and step.use_within is not None):
        return
    for route in scenario.protocol.routes:
        for rule in route.cells:
            aims_low = rule.most is None or scenario.policy.aim == "least"
            if rule.is_ is None and rule.least is not None and aims_low and _kind(route) == "viable_cell":
                where = "protocol.step.formulate.use_within"
                advice = f"the floor of {route.label} in viable cells must hold until the product is given"
                yield Refused(where, None, "is missing", advice)
                return


def _kind(route: Route) -> str:
    stated = [q for rule in route.cells for q in (rule.is_, rule.least, rule.most) if q is not None]
    return "viable_cell" if any("viable_cell" in str(q.units) for q in stated) else "cell"
