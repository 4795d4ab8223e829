"""The evidence tab: what the numbers of a protocol or a scenario rest on."""

from __future__ import annotations

from attrs import frozen

from mfg.app.controls import chosen
from mfg.app.page import Form
from mfg.evidence import EVIDENCE_KINDS
from mfg.frames.evidence import evidence_of
from mfg.pictures.evidence import ground_picture
from mfg.pictures.picture import Picture
from mfg.reader.library import builtin
from mfg.reader.shown import Shown, list_values
from mfg.study.setting import Ground


@frozen
class Rests:
    """The picture of all numbers of a file, and those that were asked for."""

    name: str
    kind: str
    picture: Picture
    numbers: tuple[Ground, ...]
    total: int


def files() -> list[str]:
    """Every file that may be chosen, as its kind and name: ``protocol:cl2020-phase2``."""
    return [f"{kind}:{name}" for kind in ("protocol", "scenario") for name in builtin(kind)]


def rests(form: Form) -> Rests | None:
    """What the file that *form* names rests on; None if it names none.

    Raises:
        Refused: if the file or the kind of evidence is not in its list.
    """
    if form.get("of") is None:
        return None
    kind, _, name = chosen(form.get("of"), files(), "file").partition(":")
    only = form.get("kind")
    if only is not None:
        chosen(only, list(EVIDENCE_KINDS), "kind of evidence")
    like = (form.get("like") or "").casefold()
    every = [_ground(one) for one in list_values(kind, name) if one.evidence is not None]
    asked = [
        one
        for one in every
        if (only is None or one.kind == only) and like in f"{one.path} {one.value} {one.said}".casefold()
    ]
    return Rests(name, kind, ground_picture(evidence_of(every)), tuple(asked), len(every))


def _ground(one: Shown) -> Ground:
    assert one.evidence is not None
    kind = one.evidence.kind
    return Ground(one.path, one.value, kind, str(one.evidence).removeprefix(f"{kind}: "))
