"""What decides the results of a study: its input, the code, and the versions of what computes."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict, fields, frozen

import mfg
from mfg.remember import Itself

if TYPE_CHECKING:
    from mfg.plan.plan import Plan
    from mfg.scenario import Scenario

MINUTES = (
    "hours",
    "needs",
)  # parts of a plan in which there are whole numbers alone: what is equal is written alike
_VERSIONS = ("mfg", "numpy", "pandas", "pyarrow", "simpy")


@frozen
class Environment:
    """By what a study is computed: this package's own files, and the versions of others."""

    code: str
    versions: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The same for the same code and versions, on every machine."""
        return digest_of(asdict(self))


@frozen
class Identity:
    """What decides the results of a study, and its digest: the same for the same content, on every machine."""

    content: Mapping[str, Any]
    digest: str
    environment: str


def identity_of(variants: Sequence[tuple[str, Scenario, Plan]]) -> Identity:
    """The identity of a study of *variants* with their names: the whole input of the first, digests of all."""
    _, first, _ = variants[0]
    here = environment()
    content = {
        "input": _input(first),
        "variants": [
            {"name": name, "digest": digest_of([_input(scenario), _written(plan)])}
            for name, scenario, plan in variants
        ],
        **asdict(here),
    }
    text = _canonical(content)
    return Identity(json.loads(text), _digest(text), here.digest)


@cache
def environment() -> Environment:
    """The environment of this process."""
    versions = {name: metadata.version(name) for name in _VERSIONS}
    return Environment(_code(), {**versions, "python": platform.python_version()})


def digest_of(content: object) -> str:
    """The digest of anything that JSON can hold."""
    return _digest(_canonical(content))


def differences(there: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Where the contents of two identities differ, in words; a digest is told only if nothing else differs."""
    return list(_between({**there, "variants": []}, {**now, "variants": []}, "")) or list(
        _between(there, now, "")
    )


def _between(there: Any, now: Any, path: str) -> Iterator[str]:
    if isinstance(there, dict) and isinstance(now, dict):
        for key in [*there, *(k for k in now if k not in there)]:
            yield from _between(there.get(key), now.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(there, list) and isinstance(now, list) and len(there) == len(now):
        for n, (one, other) in enumerate(zip(there, now, strict=True)):
            yield from _between(one, other, f"{path}[{n}]")
    elif isinstance(there, dict) and "is" in there:
        yield from _between(there["is"], now, path)
    elif isinstance(now, dict) and "is" in now:
        yield from _between(there, now["is"], path)
    elif there != now:
        yield f"{path}: {_short(there)} there, {_short(now)} now"


def _input(scenario: Scenario) -> dict[str, Any]:
    come = scenario.arrivals
    listed = [*map(asdict, come.patients), *map(asdict, come.in_progress), *map(asdict, come.given)]
    return {"files": scenario.documents, "patients": listed}


def _written(plan: Plan) -> dict[str, str]:
    """A plan as text, by its fields; what many variants share is written once."""
    parts = {one.name: getattr(plan, one.name) for one in fields(type(plan))}
    return {name: _alike(part) if name in MINUTES else _once(Itself(part)) for name, part in parts.items()}


@lru_cache(maxsize=32)
def _alike(part: tuple[Any, ...]) -> str:
    return _digest(repr(part))


@lru_cache(maxsize=128)
def _once(of: Itself[Any]) -> str:
    return _digest(repr(of.value))


def _code() -> str:
    package = Path(mfg.__file__).parent
    files = sorted(package.rglob("*.py"))
    content = b"\0".join(
        path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() for path in files
    )
    return hashlib.sha256(content).hexdigest()


def _canonical(content: object) -> str:
    return json.dumps(content, sort_keys=True, default=str, ensure_ascii=False, allow_nan=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."
