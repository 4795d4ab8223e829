"""Every case, in groups."""

from __future__ import annotations

from validation.case import Case
from validation.cases import beginnings, chances, distributions, networks, queues

GROUPS: dict[str, tuple[Case, ...]] = {
    "One station": queues.CASES,
    "Several stations": networks.CASES,
    "Places that begin empty": beginnings.CASES,
    "Chances": chances.CASES,
    "Distributions": distributions.CASES,
}
