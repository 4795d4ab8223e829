"""The plan: plain values, and the same text in every process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from attrs import fields, has

from mfg.plan.compile import plan_of
from mfg.reader.library import builtin
from mfg.reader.scenarios import load_scenario


def parts(value: Any) -> Iterator[Any]:
    """A value and everything in it."""
    yield value
    if has(type(value)):
        for field in fields(type(value)):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from parts(pair)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for one in value:
            yield from parts(one)


@pytest.mark.parametrize("name", builtin("scenario"))
def test_a_plan_holds_no_sets(name: str) -> None:
    """Its text is part of the identity of a study, and the order of a set is another one in each process."""
    assert not [part for part in parts(plan_of(load_scenario(name))) if isinstance(part, (set, frozenset))]
