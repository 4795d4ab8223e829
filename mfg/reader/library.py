"""Where the built-in files are, in a checkout and in an installed package."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from mfg.errors import Faults, Refused, nearest
from mfg.reader.document import Tree
from mfg.reader.toml import read_file
from mfg.record import FileRead
from mfg.sources import Contradiction, Fact, Source

_PACKAGE = Path(__file__).resolve().parent.parent
_SHELVES = {
    "protocol": "protocols",
    "scenario": "scenarios",
    "site": "sites",
    "population": "populations",
    "source": "seeds",
    "example": "examples",
    "lesson": "lessons",
}


def shelf(kind: str) -> Path:
    """The folder of the files of one kind: protocol, scenario, site, population or source; or example or lesson."""
    installed = _PACKAGE / "data" / _SHELVES[kind]
    return installed if installed.is_dir() else _PACKAGE.parent / _SHELVES[kind]


def builtin(kind: str) -> list[str]:
    """The names of the built-in files of one kind."""
    return sorted(path.stem for path in shelf(kind).glob("*.toml"))


def is_path(name: str) -> bool:
    """Whether a name means a file of one's own and no built-in one."""
    return name.endswith(".toml") or "/" in name or "\\" in name


def find(kind: str, name: str, beside: Path | None = None) -> Path:
    """The file that *name* means: a built-in name, or a path (from the folder *beside*, if given).

    Raises:
        Faults: if there is neither.
    """
    if is_path(name):
        return (beside / name) if beside is not None else Path(name)
    if name in builtin(kind):
        return shelf(kind) / f"{name}.toml"
    advice = f"{nearest(name, builtin(kind)).rstrip('?')}. A file of your own is named by its path, ending in .toml"
    raise Faults(name, (Refused("", name, f"is not a built-in {kind}", advice),))


@lru_cache(maxsize=1)
def sources() -> dict[str, Source]:
    """Every source in ``seeds/``, by its key: the name of its file."""
    return {
        path.stem: source_of(path.stem, *read_file(path)) for path in sorted(shelf("source").glob("*.toml"))
    }


def source_of(key: str, tree: Tree, read: FileRead | None = None) -> Source:
    """One source from its file."""
    facts = {
        name: Fact(name, fact["value"], fact["about"], tuple(fact["where"]))
        for name, fact in tree.get("fact", {}).items()
    }
    contradictions = tuple(
        Contradiction(f"{key}.{name}", tuple(c["between"]), c["about"])
        for name, c in tree.get("contradiction", {}).items()
    )
    return Source(key, tree["source"]["file"], tree["source"]["cite"], facts, contradictions, read)
