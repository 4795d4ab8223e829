"""Cases for `tests.fuzz`: the built-in files, tables and command lines, each with a few things in it put wrong.

A case is what its seed and number make of it, and nothing else: it can be made again, with fewer of its changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from attrs import define, field, frozen

from mfg.reader.document import EVIDENCE
from mfg.reader.library import builtin, find
from mfg.reader.paths import is_value
from mfg.reader.settings import all_places
from mfg.reader.toml import read_toml
from tests.conftest import ROOT
from tests.extremes import CELLS, EXTREMES, NUMBERS, TYPED
from tests.written import inline, written

T = TypeVar("T")
PARTS = ("protocol", "site", "population")
LISTS = ("patients", "in_progress")
KINDS = ("tree",) * 9 + ("text",) * 2 + ("list",) * 3 + ("table",) * 2 + ("settings",) * 4
_CLAIMS = (*EVIDENCE, "facts", "example")  # what contradicts any other number


class Dice:
    """Choices that depend on a seed and the number of the case alone."""

    def __init__(self, *name: object) -> None:
        self._name, self._thrown = "/".join(map(str, name)), 0

    def below(self, many: int) -> int:
        """A whole number from 0 to *many* less one."""
        self._thrown += 1
        drawn = hashlib.blake2b(f"{self._name}/{self._thrown}".encode(), digest_size=8).digest()
        return int.from_bytes(drawn, "little") % many

    def one_of(self, things: Sequence[T]) -> T:
        """One of *things*."""
        return things[self.below(len(things))]


@define
class Case:
    """Files by name, the command lines that are to be tried on them, and what was changed, in words."""

    files: dict[str, bytes]
    lines: list[list[str]]
    changes: list[str] = field(factory=list)


@frozen
class _Node:
    """A place in a tree: what holds it, under which key or at which place, and how it is called."""

    holder: Any
    key: Any
    path: str


def case_of(seed: int, number: int, keep: frozenset[int] | None = None) -> Case:
    """The case *number* of *seed*, with all its changes or with those of them that are to be kept."""
    dice = Dice(seed, number)
    kind = dice.one_of(KINDS)
    return _MAKERS[kind](dice, keep)


def _changed(dice: Dice, case: Case, keep: frozenset[int] | None, change: Callable[[Dice], str]) -> None:
    """Make one to three changes, each of which throws dice of its own, so that any can be left out."""
    for n in range(1 + dice.below(3)):
        own = Dice(dice.one_of(range(10**9)), n)
        if keep is None or n in keep:
            case.changes.append(change(own))


@lru_cache(maxsize=64)
def trees_of(scenario: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The trees of a built-in scenario and of its parts, which name each other as files of one folder; and its lists."""
    path = find("scenario", scenario)
    trees = {"scenario": dict(read_toml(path))}
    for part in PARTS:
        trees[part] = dict(read_toml(find(part, trees["scenario"][part], beside=path.parent)))
        trees["scenario"][part] = f"{part}.toml"
    lists = {}
    arrivals = trees["scenario"]["arrivals"]
    for key in LISTS:
        if key in arrivals:
            lists[f"{key}.csv"] = (path.parent / arrivals[key]).read_bytes()
            arrivals[key] = f"{key}.csv"
    return trees, lists


def _whole(dice: Dice, *, claims: bool = True) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The trees and lists of a scenario; without *claims* nothing in them is said to be a fact, and may be another number."""
    trees, lists = trees_of(dice.one_of(builtin("scenario")))
    return deepcopy(trees) if claims else {name: without_claims(tree) for name, tree in trees.items()}, dict(
        lists
    )


def without_claims(node: Any) -> Any:
    """The same tree with bare values: nothing in it is said to be a fact, and examples are left out."""
    if isinstance(node, dict):
        bare = {key: without_claims(value) for key, value in node.items() if key not in _CLAIMS}
        return bare["is"] if set(bare) == {"is"} and len(node) > 1 else bare
    return [without_claims(one) for one in node] if isinstance(node, list) else node


def files_of(trees: dict[str, Any], lists: dict[str, bytes]) -> dict[str, bytes]:
    """The files that the trees and lists of a scenario are written in."""
    return {**{f"{name}.toml": written(tree).encode() for name, tree in trees.items()}, **lists}


def _lines(dice: Dice) -> list[list[str]]:
    """The check, a run, and one of the others."""
    more = [
        ["dose", "protocol.toml", "--weight", dice.one_of(["70kg", "1kg", "250kg", "299.9kg", "0.001kg"])],
        ["schedule", "protocol.toml", "--baseline", dice.one_of(["2026-03-02", "2150-12-31", "1950-01-01"])],
        ["schedule", "protocol.toml", "--baseline", "2026-01-31", "--site", "site.toml"],
        ["trace", "scenario.toml"],
        ["today", "scenario.toml", "-n", "2", "--workers", "1"],
        ["show", dice.one_of(["scenario.toml", "protocol.toml", "site.toml", "population.toml"])],
    ]
    return [["check", "scenario.toml"], _RUN, dice.one_of(more)]


_RUN = ["run", "scenario.toml", "-n", "1", "--workers", "1", "-o", "out"]


def _tree(dice: Dice, keep: frozenset[int] | None) -> Case:
    trees, lists = _whole(dice, claims=not dice.below(10))
    case = Case({}, _lines(dice))
    name = dice.one_of(["protocol", "protocol", "site", "population", "scenario"])

    def change(own: Dice) -> str:
        return f"{name}.toml: {_put_wrong(own, trees[name])}"

    _changed(dice, case, keep, change)
    case.files = files_of(trees, lists)
    return case


def _put_wrong(dice: Dice, tree: dict[str, Any]) -> str:
    """Drop, double, exchange or replace one thing of *tree*; what was done, in words."""
    nodes = list(_nodes(tree, ""))
    if not nodes:
        return "nothing is left"
    at = dice.one_of(nodes)
    how = dice.one_of(["drop", "double", "replace", *["scale"] * 8, "exchange", "add"])
    old = at.holder[at.key]
    if how == "drop":
        del at.holder[at.key]
        return f"without {at.path}"
    if how == "double" and isinstance(at.holder, list):
        at.holder.insert(at.key, deepcopy(old))
        return f"{at.path} twice"
    if how == "exchange":
        other = dice.one_of(nodes)
        at.holder[at.key] = deepcopy(_value(other))
        return f"{at.path} = that of {other.path}"
    if how == "add" and isinstance(old, dict):
        other = dice.one_of(nodes)
        old[str(other.key)] = deepcopy(_value(other))
        return f"{at.path}.{other.key} = that of {other.path}"
    new = _scaled(dice, old) if how == "scale" else None
    if new is not None:
        at.holder[at.key] = new
    else:
        new = at.holder[at.key] = deepcopy(dice.one_of(EXTREMES))
    return f"{at.path} = {new!r}"


def _scaled(dice: Dice, old: Any) -> Any:
    """A value of the kind of *old*: another number in its unit, another day, the other of two; None if it is no such thing."""
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return dice.one_of([old + 1, old * 10, max(0, old - 1), old * 1000, 0, 1, 100])
    if isinstance(old, Decimal):
        return Decimal(dice.one_of(NUMBERS))
    if isinstance(old, str) and old.lstrip("-")[:1].isdigit() and ":" not in old:
        number, _, unit = old.partition(" ")
        return f"{dice.one_of([*NUMBERS, number + '0', number + '00', number + 'e-2'])} {unit}".rstrip()
    return None


def _value(node: _Node) -> Any:
    try:
        return node.holder[node.key]
    except (KeyError, IndexError):
        return 1


def _nodes(tree: Any, path: str) -> Iterator[_Node]:
    members = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in members:
        here = f"{path}.{key}".strip(".")
        yield _Node(tree, key, here)
        yield from _nodes(value, here)


def _text(dice: Dice, keep: frozenset[int] | None) -> Case:
    trees, lists = _whole(dice)
    case = Case(files_of(trees, lists), _lines(dice))
    name = dice.one_of(sorted(case.files))

    def change(own: Dice) -> str:
        raw = case.files[name]
        at, length = own.below(len(raw) + 1), own.below(own.one_of([2, 8, 200, 5000]))
        piece = raw[at : at + length]
        junk = own.one_of(
            [b"\0", b"\xff", b'"""', b"'''", b"[", b"{", b"= ", b"\n", b"#", b"\r", b"\xc3\xa9", b"1_0"]
        )
        new = own.one_of([b"", piece * 2, junk, junk * 300, piece[::-1]])
        case.files[name] = raw[:at] + new + raw[at + length :]
        return f"{name}: bytes {at} to {at + length} become {new[:20]!r}, {len(new)} bytes"

    _changed(dice, case, keep, change)
    return case


def _rows(case: Case, name: str, own: Dice) -> str:
    """Put one cell, line or column of a CSV file wrong."""
    rows = [line.split(",") for line in case.files[name].decode(errors="replace").splitlines()] or [[""]]
    row, column = own.below(len(rows)), own.below(len(rows[0]))
    how = own.one_of(["cell", "cell", "cell", "double", "drop", "longer", "column", "many"])
    if how == "cell":
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = own.one_of(CELLS)
    elif how in ("double", "many"):
        rows[row:row] = [list(rows[row])] * (1 if how == "double" else 200)
    elif how == "drop":
        del rows[row]
    elif how == "longer":
        rows[row].append(own.one_of(CELLS))
    else:
        rows = [[cell for n, cell in enumerate(one) if n != column] for one in rows]
    case.files[name] = "\n".join(",".join(one) for one in rows).encode(errors="surrogatepass")
    return f"{name}: {how} at line {row + 1}, column {column + 1}"


def _list(dice: Dice, keep: frozenset[int] | None) -> Case:
    listing = [name for name in builtin("scenario") if trees_of(name)[1]]
    trees, lists = trees_of(dice.one_of(listing))
    case = Case(
        files_of(trees, lists), [["check", "scenario.toml"], _RUN, ["today", "scenario.toml", "-n", "1"]]
    )
    name = dice.one_of(sorted(lists))
    _changed(dice, case, keep, lambda own: _rows(case, name, own))
    return case


def _table(dice: Dice, keep: frozenset[int] | None) -> Case:
    raw = (ROOT / "examples" / "doses.csv").read_bytes()
    name = dice.one_of(builtin("protocol"))
    case = Case(
        {"doses.csv": raw},
        [["audit", name, "doses.csv"], ["audit", name, "doses.csv", "--out", "judged.csv"]],
    )
    _changed(dice, case, keep, lambda own: _rows(case, "doses.csv", own))
    return case


@lru_cache(maxsize=64)
def _paths(scenario: str) -> tuple[tuple[str, str], ...]:
    """Every path that can be set, with what stands there."""
    trees = deepcopy(trees_of(scenario)[0])
    places = all_places(trees["scenario"] | {part: trees[part] for part in PARTS})
    return tuple((path, place.shown if is_value(place.value) else "") for path, place in places.items())


def _settings(dice: Dice, keep: frozenset[int] | None) -> Case:
    name = dice.one_of(builtin("scenario"))
    settings: list[str] = []
    case = Case({}, [])

    def change(own: Dice) -> str:
        path, held = own.one_of(_paths(name))
        path += own.one_of(["", "", "", "", "", "", "", "", ".x", ".is"])
        _, _, unit = held.partition(" ")
        text = own.one_of(
            [own.one_of(TYPED), _typed(own.one_of(EXTREMES)), *[f"{own.one_of(NUMBERS)} {unit}".rstrip()] * 4]
        )
        settings.extend(["--set", f"{path}={text}"])
        return f"--set {path}={text!r}"

    _changed(dice, case, keep, change)
    case.lines = [
        ["run", name, "-n", "1", "--workers", "1", "-o", "out", *settings],
        ["trace", name, *settings],
    ]
    return case


def _typed(value: Any) -> str:
    return value if isinstance(value, str) else inline(value)


_MAKERS: dict[str, Callable[[Dice, frozenset[int] | None], Case]] = {
    "tree": _tree,
    "text": _text,
    "list": _list,
    "table": _table,
    "settings": _settings,
}


def stored(case: Case, folder: Path) -> None:
    """Write the files of *case* into *folder*."""
    for name, raw in case.files.items():
        (folder / name).write_bytes(raw)
