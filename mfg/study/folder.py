"""A study's folder: whose it is, who works in it, and how far it is.

`study.json` says what decides every result: the whole input of each variant, the code and the versions of
what computes. Another study is refused, with what differs.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

import mfg
from mfg.errors import Refused
from mfg.scenario import Scenario
from mfg.study.cell import whole

RECORD = "study.json"
_VERSIONS = ("mfg", "numpy", "pandas", "pyarrow", "scipy", "simpy")


@frozen
class Identity:
    """What decides the results of a study, and its digest."""

    content: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The same for the same content, on every machine."""
        return hashlib.sha256(_canonical(self.content).encode()).hexdigest()


def identity_of(variants: Mapping[str, Scenario]) -> Identity:
    """The identity of a study of *variants*, by their names."""
    versions = {name: metadata.version(name) for name in _VERSIONS}
    content = {
        "variants": {name: _input(scenario) for name, scenario in variants.items()},
        "versions": {**versions, "python": platform.python_version()},
        "code": code(),
    }
    return Identity(json.loads(_canonical(content)))


def _input(scenario: Scenario) -> dict[str, Any]:
    come = scenario.arrivals
    listed = [*map(asdict, come.patients), *map(asdict, come.in_progress)]
    return {"files": scenario.documents, "patients": listed}


def code() -> str:
    """A digest of this package's own files."""
    package = Path(mfg.__file__).parent
    files = sorted(package.rglob("*.py"))
    content = b"\0".join(
        path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() for path in files
    )
    return hashlib.sha256(content).hexdigest()


def _canonical(content: object) -> str:
    return json.dumps(content, sort_keys=True, default=str, ensure_ascii=False, allow_nan=False)


@contextmanager
def opened(folder: Path, identity: Identity, replications: int, *, durable: bool) -> Iterator[None]:
    """Work in *folder* alone; the record of the study is there before any cell.

    Raises:
        Refused: if it holds something else or another study, or if somebody else works in it.
    """
    record = folder / RECORD
    if folder.exists() and not record.exists() and any(p.name != ".lock" for p in folder.iterdir()):
        raise Refused("-o", str(folder), "holds files that are not a run's", "name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            advice = "wait for it, or name another folder"
            raise Refused("-o", str(folder), "is in use by another run", advice) from None
        if record.exists():
            differences = list(_differences(read(folder)["identity"], identity.content, ""))
            if differences:
                shown = "; ".join(differences[:3]) + ("; and more" if len(differences) > 3 else "")
                raise Refused(
                    "-o",
                    str(folder),
                    f"holds another run ({shown})",
                    "name another folder, or remove that one",
                )
        content = {"identity": identity.content, "digest": identity.digest, "replications": replications}
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
        whole(record, lambda part: part.write_text(text + "\n", encoding="utf-8"), durable=durable)
        yield


def read(folder: Path) -> dict[str, Any]:
    """The record of the study in *folder*.

    Raises:
        Refused: if there is none.
    """
    try:
        found: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        raise Refused("", str(folder), "is not the folder of a run", f"one holds a whole {RECORD}") from None
    return found


def _differences(there: Any, now: Any, path: str) -> Iterator[str]:
    """Where two records differ, in words."""
    if isinstance(there, dict) and isinstance(now, dict):
        for key in [*there, *(k for k in now if k not in there)]:
            yield from _differences(there.get(key), now.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(there, list) and isinstance(now, list) and len(there) == len(now):
        for n, (one, other) in enumerate(zip(there, now, strict=True)):
            yield from _differences(one, other, f"{path}[{n}]")
    elif there != now:
        yield f"{path}: {_short(there)} there, {_short(now)} now"


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."


@frozen
class Progress:
    """How far one variant of a study is."""

    variant: str
    done: int
    replications: int


def progress_of(folder: Path) -> list[Progress]:
    """How many cells of each variant are stored in *folder*."""
    record = read(folder)
    names: Sequence[str] = list(record["identity"]["variants"])
    return [
        Progress(
            name,
            len({p.name.split(".")[0] for p in (folder / "events" / f"variant={n}").glob("[0-9]*.parquet")}),
            record["replications"],
        )
        for n, name in enumerate(names)
    ]
