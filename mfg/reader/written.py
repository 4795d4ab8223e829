"""What a file writes for a type: the keys of its table, or an example of its form."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

import attrs

from mfg.protocol.recipe import Step


def key_of(attribute: attrs.Attribute[Any]) -> str | None:
    """How an attribute is written in a file; None for one that is not written."""
    if "key" in attribute.metadata:
        key: str | None = attribute.metadata["key"]
        return key
    return attribute.name.rstrip("_")


def keys_of(cls: type) -> list[str]:
    """The keys of a table that becomes a *cls*."""
    return [key for attribute in attrs.fields(cls) if (key := key_of(attribute)) is not None]


def written_form(wanted: Any) -> tuple[str, str]:
    """What is written for a value of the type *wanted*, in words and in an example."""
    options = [each for each in get_args(wanted) if each is not type(None)]
    origin = get_origin(wanted)
    if origin in (Union, UnionType) and options:
        return written_form(options[0])
    if origin is not None and issubclass(origin, Mapping):
        return "a table of names and their values", "{ name = ... }"
    if origin is not None and issubclass(origin, (tuple, list)):
        if any(attrs.has(each) for each in options if isinstance(each, type)) or Step in options:
            return "a list of tables", "[{ ... }, { ... }], or one heading in double brackets for each"
        return "a list", "[..., ...]"
    return "what belongs there", "the example of its key in docs/"


def is_of_tables(wanted: Any) -> bool:
    """Whether the type *wanted* is a table of tables, each under a name."""
    origin, options = get_origin(wanted), get_args(wanted)
    return isinstance(origin, type) and issubclass(origin, Mapping) and attrs.has(options[-1])


def shown(given: object) -> str:
    """What was given, as a file writes it and cut short."""
    return (
        {True: "true", False: "false"}.get(given, str(given)[:60])
        if isinstance(given, bool)
        else str(given)[:60]
    )
