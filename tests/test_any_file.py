"""Files from anybody: whatever is wrong with one, it is read or refused, never a traceback."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mfg.errors import MfgError
from mfg.reader.library import builtin, find
from mfg.reader.protocols import protocol_of
from mfg.reader.scenarios import PARTS, part_file, population_in, scenario_in, site_in
from mfg.reader.toml import read_toml

NASTY: tuple[Any, ...] = (
    *(
        "",
        " ",
        "0 day",
        "1 day",
        "-1 day",
        "1e99 day",
        "12 hour",
        "1 calendar month",
        "nan",
        "60 kg",
        "1e6 cell",
    ),
    *(
        "1e6 cell/kg",
        "1e6 viable_cell",
        "50 %",
        "0 %",
        "100 %",
        "1 mL",
        "0 mL",
        "31 point",
        "4 degC",
        "1 flask",
    ),
    *(
        "previous",
        "release",
        "baseline",
        "stock",
        "bank",
        "in order",
        "formulate",
        "always",
        "name",
        "a.b",
        "x" * 300,
    ),
    *(0, 1, -1, 10**30, Decimal("0.5"), Decimal("1e-30"), True, False, date(1, 1, 1), date(9999, 12, 31)),
    *([], {}, [[]], [{}], {"": ""}, {"is": 1}, {"least": "2 day", "most": "1 day"}, {"when": {"arm": "x"}}),
    *({"fact": 1}, {"is": "1 day", "fact": "x"}, {"derived": "{x}", "is": 1}, {"shape": "gamma"}, ["a", 1]),
    *(
        {"unknown": "why"},
        {"supply": "bank"},
        {"is": "1 day", "assumed": "x", "departs_from": 3},
        {"range": 1},
    ),
)


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every key of every table and every place of every list below *node*, with what holds it."""
    members = (
        list(node.items())
        if isinstance(node, dict)
        else list(enumerate(node))
        if isinstance(node, list)
        else []
    )
    for step, value in members:
        yield node, step
        yield from places(value)


def mutated(document: Any, choose: Callable[[int], int]) -> Any:
    """A copy of *document* with one value left out, doubled, put elsewhere, or exchanged for a nasty one.

    The parts of a scenario stay what a file always is: tables.
    """
    copy = deepcopy(document)
    found = [(holder, step) for holder, step in places(copy) if holder is not copy or step not in PARTS]
    holder, step = found[choose(len(found))]
    other, at = found[choose(len(found))]
    way = choose(6)
    if way == 0:
        del holder[step]
    elif way == 1 and isinstance(holder, list):
        holder.append(deepcopy(holder[step]))
    elif way == 1:
        holder[f"{step}x"] = deepcopy(holder[step])
    elif way == 2:
        holder[step] = deepcopy(other[at])
    elif way == 3:
        holder[step] = [deepcopy(holder[step])]
    else:
        holder[step] = deepcopy(NASTY[choose(len(NASTY))])
    return copy


def whole(name: str) -> tuple[Any, Path]:
    """A scenario with all its parts, and its file."""
    path = find("scenario", name)
    documents = dict(read_toml(path))
    return documents | {part: dict(read_toml(part_file(part, documents[part], path))) for part in PARTS}, path


FILES = [(kind, name) for kind in ("protocol", "site", "population", "scenario") for name in builtin(kind)]


@pytest.mark.parametrize(("kind", "name"), FILES, ids=lambda given: given)
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_a_spoiled_file_is_read_or_refused(kind: str, name: str, data: st.DataObject) -> None:
    """One to three values of a built-in file are left out, doubled, exchanged or of another kind."""
    path = find(kind, name)
    document, where = whole(name) if kind == "scenario" else (dict(read_toml(path)), path)
    for _ in range(data.draw(st.integers(1, 3))):
        document = mutated(document, lambda many: data.draw(st.integers(0, many - 1)))
    with contextlib.suppress(MfgError):
        if kind == "protocol":
            protocol_of(document, name)
        elif kind == "scenario":
            found = scenario_in(document, where)
            assert found.value is not None or found.faults
        else:
            (site_in if kind == "site" else population_in)(document)
