"""The reference workload in Ciw, as near as a network of queues comes to it. Times are hours.

Ciw's customers hold one server at a time and do not split. So a suite is had without its operator, the
incubator has no limit, the culture is a wait that alternates with an operator, and the three tests are one
stage of four hours, which is how long two benches take for them.
"""

from __future__ import annotations

from typing import Any

import ciw

from benchmarks import workload as w

CLINIC, COURIER, SUITE, CULTURE, OPERATOR, LAST_DAYS, BENCHES, RESULT = range(1, 9)
MANY = float("inf")


class AtTheClinic(ciw.dists.Distribution):  # type: ignore[misc]
    """An hour for the collection, two for the dose."""

    def sample(self, t: float | None = None, ind: Any = None) -> float:  # noqa: ARG002
        """By whether the patient was there before."""
        return 2.0 if ind.data_records else 1.0


def simulate(cohort: w.Cohort, factor: int = 1) -> list[float]:
    """The minutes that each patient spent in the system; *factor* multiplies every capacity."""
    lot = [SUITE, *[CULTURE, OPERATOR] * 7, LAST_DAYS, SUITE, BENCHES, RESULT]

    def way(patient: Any, _: Any) -> list[int]:
        return [COURIER, *lot * cohort.lots[patient.id_number - 1], CLINIC]

    moments = [moment / 60 for moment in cohort.arrived]
    gaps = [then - before for before, then in zip([0.0, *moments], moments, strict=False)]
    hours = [
        AtTheClinic(),
        *[ciw.dists.Deterministic(each) for each in (6.0, 4.0, 84.0, 0.5, 36.0, 4.0, 24.0)],
    ]
    servers = [w.ROOMS, MANY, w.SUITES, MANY, w.OPERATORS, MANY, w.BENCHES, MANY]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*gaps, MANY]), *[None] * 7],
        service_distributions=hours,
        number_of_servers=[n if n == MANY else n * factor for n in servers],
        routing=ciw.routing.ProcessBased(way),
    )
    run = ciw.Simulation(network)
    run.simulate_until_max_customers(len(gaps), method="Finish")
    spent = [0.0] * len(gaps)
    for record in run.get_all_records():
        index = record.id_number - 1
        spent[index] = max(spent[index], record.exit_date * 60 - cohort.arrived[index])
    return spent
