"""Where the built-in files are, in a checkout and in an installed package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from mfg.errors import Faults, Parameter, Refused, nearest
from mfg.reader.document import Tree
from mfg.reader.toml import read_file
from mfg.record import FileRead
from mfg.sources import Contradiction, Fact, Source, spelled_out

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


def find(kind: str, name: object, beside: Path | None = None) -> Path:
    """The file that *name* means: a built-in name, or a path (from the folder *beside*, if given).

    Raises:
        Faults: if there is neither.
        Refused: if *name* is no text.
    """
    if not isinstance(name, str):
        problem, advice = f"is a {type(name).__name__}", "give a name or a path; `load` takes a table too"
        raise Refused(Parameter(kind), repr(name)[:60], problem, advice)
    if is_path(name):
        return (beside / name) if beside is not None else Path(name)
    if name in builtin(kind):
        return shelf(kind) / f"{name}.toml"
    advice = f"{nearest(name, builtin(kind)).rstrip('?')}. A file of your own is named by its path, ending in .toml"
    raise Faults(name, (Refused("", name, f"is not a built-in {kind}", advice),))


@lru_cache(maxsize=1)
def sources() -> dict[str, Source]:
    """Every source in ``seeds/``, by its key: the name of its file."""
    files = {path.stem: read_file(path) for path in sorted(shelf("source").glob("*.toml"))}
    cited = {key: tree["source"]["short"] for key, (tree, _) in files.items()}
    return {key: source_of(key, tree, read, cited) for key, (tree, read) in files.items()}


def source_of(key: str, tree: Tree, read: FileRead | None, cited: Mapping[str, str]) -> Source:
    """One source from its file; where its contradictions name a source by its key, it is *cited*."""
    facts = {
        name: Fact(name, fact["value"], fact["about"], tuple(fact["where"]))
        for name, fact in tree.get("fact", {}).items()
    }
    contradictions = tuple(
        Contradiction(
            f"{key}.{name}", tuple(spelled_out(side, cited) for side in c["between"]), c["about"], cited[key]
        )
        for name, c in tree.get("contradiction", {}).items()
    )
    head = tree["source"]
    return Source(key, head["file"], head["short"], head["cite"], facts, contradictions, read)
