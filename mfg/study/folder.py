"""A study's folder: whose it is, who works in it, and how far it is.

`study.json` says what decides every result. Another study is refused, with what differs, before anything is
touched; a summary (`run.json`, `comparison.json`, `sensitivity.json`, what was printed, the tables as CSV) is there only while it is one of
everything that was asked for last.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from mfg.errors import Parameter, Refused
from mfg.files import check_path, make_folder, sweep, write_atomically
from mfg.results.columns import TABLES
from mfg.study.disk import content_of, number_of, sealed_in
from mfg.study.identity import Identity, differences, digest_of
from mfg.system import lock, unlock

RECORD, LOCK = "study.json", ".lock"
PRINTED = "summary.txt"
SENSITIVITY = "sensitivity.json"
SUMMARIES = ("run.json", "comparison.json", SENSITIVITY, PRINTED, *(f"{table}.csv" for table in TABLES))


@contextmanager
def open_folder(folder: Path, identity: Identity, replications: int, *, durable: bool) -> Iterator[None]:
    """Work in *folder* alone; the record of the study is there before any cell.

    Raises:
        Refused: if it holds something else or another study, or if somebody else works in it.
    """
    check_path(folder, Parameter("output"))
    if folder.exists() and not (folder / RECORD).exists() and any(map(_foreign, folder.iterdir())):
        raise Refused(
            Parameter("output"), str(folder), "holds files that are not a run's", "name another folder"
        )
    held = make_folder(folder, durable=durable) / LOCK
    if held.exists() and not held.is_file():
        raise Refused(Parameter("output"), str(held), "is there and is no plain file", "name another folder")
    with held.open("a") as own:
        try:
            lock(own)
        except BlockingIOError:
            advice = "wait for it, or name another folder"
            raise Refused(Parameter("output"), str(folder), "is in use by another run", advice) from None
        except OSError as error:
            problem = f"cannot be locked ({error.strerror}), as on some network disks"
            raise Refused(
                Parameter("output"), str(held), problem, "name a folder on a disk of this machine"
            ) from None
        if (folder / RECORD).exists():
            _same(folder, identity)
        sweep(folder)
        for name in SUMMARIES:
            (folder / name).unlink(missing_ok=True)
        content = {"identity": identity.content, "digest": identity.digest, "replications": replications}
        write_atomically(folder / RECORD, document(content), durable=durable)
        try:
            yield
        finally:
            sweep(folder)
            unlock(own)


def document(content: object) -> bytes:
    """*content* as a JSON file."""
    text = json.dumps(content, default=str, ensure_ascii=False, allow_nan=False, indent=1)
    return f"{text}\n".encode()


def read(folder: Path) -> dict[str, Any]:
    """The record of the study in *folder*.

    Raises:
        Refused: if there is none, or if it is not as it was written.
    """
    check_path(folder)
    path = folder / RECORD
    if not path.exists():
        raise Refused("", str(folder), "is not the folder of a run", f"one holds a {RECORD}")
    try:
        found = json.loads(content_of(path) or b"")
        if _is_whole(found):
            return dict(found)
    except (ValueError, RecursionError):
        pass
    advice = "put a copy of it back, or name another folder"
    raise Refused("", str(folder), f"holds a damaged {RECORD}", advice)


def _is_whole(found: Any) -> bool:
    """Whether what a record says has the shape, and the digest, of one that was written here."""
    if not isinstance(found, dict) or not isinstance(identity := found.get("identity"), dict):
        return False
    variants, replications = identity.get("variants"), found.get("replications")
    return (
        isinstance(variants, list)
        and len(variants) > 0
        and all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in variants)
        and type(replications) is int
        and replications > 0
        and digest_of(identity) == found.get("digest")
    )


def _foreign(path: Path) -> bool:
    """Whether a file in a folder without a record was there before any study."""
    return path.name != LOCK and not (path.name.startswith(f".{RECORD}.") and path.suffix == ".part")


def _same(folder: Path, identity: Identity) -> None:
    found = differences(read(folder)["identity"], identity.content)
    if found:
        shown = "; ".join(found[:3]) + ("; and more" if len(found) > 3 else "")
        advice = "name another folder, or remove that one"
        raise Refused(Parameter("output"), str(folder), f"holds another run ({shown})", advice)


@frozen
class Progress:
    """How far one variant of a study is: how many of its replications are kept."""

    variant: str
    done: int
    replications: int


def progress_of(folder: Path) -> list[Progress]:
    """How many cells of each variant are stored in *folder*, of those that were asked for last."""
    record = read(folder)
    wanted: int = record["replications"]

    def done(variant: int) -> int:
        return sum(number_of(path) < wanted for path in sealed_in(folder / "events" / f"variant={variant}"))

    return [
        Progress(variant["name"], done(n), wanted) for n, variant in enumerate(record["identity"]["variants"])
    ]
