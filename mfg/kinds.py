"""Of what kind a parameter is: what is of another one is refused under its name, before anything is done with it."""

from __future__ import annotations

from collections.abc import Mapping

from mfg.errors import Parameter, Refused


def check_text(given: object, name: str, like: str) -> None:
    """Refuse what is *given* for the parameter *name* and is no text such as *like*, unless it is left out."""
    if given is not None and not isinstance(given, str):
        raise another_kind(given, name, f"give a text, such as {like!r}")


def check_mapping(given: object, name: str, like: str) -> None:
    """Refuse what is *given* for the parameter *name* and is no table (`dict`) by text such as *like*, unless it is left out."""
    if given is not None and not isinstance(given, Mapping):
        raise another_kind(given, name, f"give a table, such as {like}")
    for key in given or ():
        if not isinstance(key, str):
            raise Refused(Parameter(name), repr(key)[:60], "is no name", f"give a table, such as {like}")


def another_kind(given: object, name: str, remedy: str) -> Refused:
    """The refusal of what is *given* for the parameter *name* and is of a kind that says nothing there."""
    return Refused(Parameter(name), str(given)[:60], f"is a {type(given).__name__}", remedy)
