"""Copies of the package in which a key is read and obeyed by nobody; its witness notices each of them."""

from __future__ import annotations

from tests.mutants import Mutant


def _ignored(key: str, commands: str, command: str, file: str, text: str, instead: str) -> Mutant:
    """A package that reads *key* and does not obey it; the witness is that of *commands*, asked by *command*."""
    witness = f"tests/witness/test_witnesses.py::test_a_key_changes_the_answer[{key} [{commands}]-{command}]"
    return Mutant(key, file, text, instead, (witness,))


IGNORED = (
    _ignored(
        "protocol.step.expand.passages.least",
        "simulation",
        "simulation",
        "plan/compile/recipes.py",
        "least=step.passages.least,",
        "least=0,",
    ),
    _ignored(
        "protocol.allocation.stagger.subjects",
        "simulation",
        "simulation",
        "plan/compile/__init__.py",
        "return PlannedStagger(subjects, max(subjects, cohorts))",
        "return PlannedStagger(0, cohorts)",
    ),
    _ignored(
        "protocol.visit.repeats",
        "simulation",
        "simulation",
        "simulation/visits.py",
        "        if visit.event.repeats:",
        "        if visit.event is None:",
    ),
    _ignored(
        "protocol.route.share.is",
        "dose audit",
        "dose",
        "prescription/rule.py",
        "target *= share",
        "target *= 1",
    ),
    _ignored(
        "protocol.release.holds",
        "simulation",
        "simulation",
        "plan/compile/places.py",
        "holds=_held(self.scenario, release.holds),",
        'holds="formulation",',
    ),
    _ignored(
        "protocol.supply.backup",
        "simulation",
        "simulation",
        "plan/compile/recipes.py",
        "backup=_scaled(source.backup if source is not None else None),",
        "backup=_scaled(None),",
    ),
    _ignored(
        "scenario.policy.aim",
        "simulation",
        "simulation",
        "plan/portions.py",
        "cells = _aim(least, limit, terms.aim)",
        'cells = _aim(least, limit, "most")',
    ),
    _ignored(
        "protocol.dose.inpatient",
        "simulation",
        "simulation",
        "course/network.py",
        "                e.inpatient,\n",
        "                False,\n",
    ),
    _ignored(
        "protocol.patient.valid",
        "dose",
        "dose",
        "prescription/observed.py",
        'elif age > amount(covariate.valid, "day"):',
        "elif age < 0:",
    ),
    _ignored(
        "protocol.eligibility",
        "simulation",
        "simulation",
        "plan/compile/people.py",
        "for name, bounds in judged(scenario).items():",
        "for name, bounds in list(judged(scenario).items())[:0]:",
    ),
    _ignored(
        "protocol.step.observe.lying",
        "simulation",
        "simulation",
        "scenario/scenario.py",
        "(step.lying, step.stay)",
        "(step.stay,)",
    ),
    _ignored(
        "site.extends",
        "simulation",
        "simulation",
        "reader/extends.py",
        "return _merge(_parent(own, path), own)",
        "return _merge({}, own)",
    ),
    _ignored(
        "scenario.without",
        "simulation",
        "simulation",
        "reader/extends.py",
        "del place.holder[place.step]",
        "return",
    ),
)
