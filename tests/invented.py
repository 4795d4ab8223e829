"""Invented protocols, event by event, and their courses."""

from __future__ import annotations

from datetime import date

import pytest

from mfg import Faults
from mfg.course.network import Course
from mfg.course.template import template_of
from mfg.protocol.protocol import Protocol
from tests.conftest import protocol

BASE = """
schema = "protocol-1"
name = "invented"
donor = "autologous"
[[route]]
name = "intravenous"
cells = "1e6 cell"
"""
THURSDAY = "2026-03-12"


def read(*lines: str, doses: str = '["dose"]') -> Protocol:
    """An invented protocol whose one arm has *doses*."""
    return protocol(f'[[arm]]\nname = "all"\ndoses = {doses}\n' + "\n".join(lines) + "\n", base=BASE)


def dose(name: str, *keys: str) -> str:
    """A [[dose]] of that name."""
    return "\n".join(["[[dose]]", f'name = "{name}"', *keys])


def visit(name: str, *keys: str) -> str:
    """A [[visit]] of that name."""
    return "\n".join(["[[visit]]", f'name = "{name}"', *keys])


def course(rule: Protocol, day0: str = THURSDAY) -> Course:
    """The course of the first arm under the first supply."""
    return template_of(rule, rule.arms[0], rule.supply()).on(date.fromisoformat(day0))


def planned(rule: Protocol, day0: str = THURSDAY) -> dict[str, int]:
    """The planned day of every event."""
    return {event.name: event.planned for event in course(rule, day0).events}


def faults(*lines: str, doses: str = '["dose"]') -> list[str]:
    """What is wrong with an invented protocol."""
    with pytest.raises(Faults) as found:
        read(*lines, doses=doses)
    return [str(fault) for fault in found.value.faults]


DAY_0 = dose("dose", 'day = "0 day"')
WEEKLY = 'repeat = { every = "7 day", times = 4 }'
