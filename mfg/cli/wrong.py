"""A command line that cannot be used, in words that say what to type instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from attrs import evolve
from cyclopts import CycloptsError, UnknownOptionError, UnusedCliTokensError

from mfg.errors import Faults, MfgError, Parameter, Refused

_NUMBER = re.compile(r"-?[0-9][0-9.eE+-]*")
_OF_A_PATIENT = ("age", "area", "bmi", "bsa", "height", "sex")  # near to an option of another meaning
# What is not called like its parameter.
_OPTIONS = {"replications": "-n", "output": "-o", "settings": "--set"}


def as_typed(error: MfgError) -> MfgError:
    """The same error with options in the place of parameters."""
    if isinstance(error, Faults):
        return evolve(error, faults=tuple(_as_typed(fault) for fault in error.faults))
    return _as_typed(error) if isinstance(error, Refused) else error


@contextmanager
def called(parameter: str, word: str) -> Iterator[None]:
    """Let what is refused of a *parameter* that is no option be refused under the *word* that the command has for it."""
    try:
        yield
    except Refused as fault:
        if isinstance(fault.where, Parameter) and fault.where == parameter:
            raise evolve(fault, where=word) from None
        raise


def with_options(text: str) -> str:
    """*text* with options in the place of the parameters that stand between backquotes."""
    return re.sub(r"`([a-z][^`]*)`", lambda name: _option(name[1]), text)


def _as_typed(fault: Refused) -> Refused:
    where = _option(fault.where) if isinstance(fault.where, Parameter) else fault.where
    return evolve(fault, where=where, problem=with_options(fault.problem), remedy=with_options(fault.remedy))


def _option(parameter: str) -> str:
    name, space, rest = parameter.partition(" ")
    option = _OPTIONS.get(name, f"--{name.replace('_', '-')}")
    return f"{option}{space}{rest}"


def in_words(error: CycloptsError, arguments: Sequence[str]) -> str:
    """What is wrong with the *arguments* that led to *error*, on one line."""
    shows = f"(mfg {' '.join(arguments[:1])} --help shows how)"
    if isinstance(error, UnusedCliTokensError):
        apart = _apart(error.unused_tokens or [], arguments)
        if apart:
            return apart
    if isinstance(error, UnknownOptionError):
        return f"{_unknown(error)} {shows}"
    return f"{' '.join(str(error).split())} {shows}"


def _apart(unused: Sequence[str], arguments: Sequence[str]) -> str:
    """A unit that stands apart from its number, if the first unused word is one."""
    for number, unit in pairwise(arguments):
        if unused and unit == unused[0] and _NUMBER.fullmatch(number) and re.match(r"[A-Za-z%]", unit):
            return f"{unit!r} stands apart from {number!r}; write {number}{unit}, or '{number} {unit}' in quotation marks"
    return ""


def _unknown(error: UnknownOptionError) -> str:
    option = (error.token.keyword or error.token.value).partition("=")[0]
    name = option.lstrip("-")
    options = [
        each for argument in error.argument_collection for each in argument.names if each.startswith("--")
    ]
    if name in _OF_A_PATIENT and "--given" in options:
        return f"{option} is no option; what a protocol asks of a patient is given as --given {name}=VALUE"
    if not option.startswith("--") and len(name) == 1:
        long = [each for each in options if each[2:].startswith(name)]
        return f"{option} is no option; " + (
            f"write {' or '.join(long)}" if long else "options have long names"
        )
    return " ".join(str(error).split())
