"""What is asked: a protocol brought to a site, and what keeps it from running there."""

from mfg.scenario.scenario import Arrivals, Candidate, Given, InProgress, Policy, Scenario, in_bed

__all__ = ["Arrivals", "Candidate", "Given", "InProgress", "Policy", "Scenario", "in_bed"]
