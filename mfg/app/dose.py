"""The dose tab: one patient's dose, with what it rests on, and its worksheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib import metadata

from attrs import frozen

from mfg.app.controls import chosen
from mfg.app.page import Form
from mfg.dispensing.page import blinded_page_of, page_of
from mfg.dispensing.worksheet import Worksheet, check_preparable, worksheet
from mfg.errors import Refused
from mfg.prescription.dosing import dose
from mfg.protocol.protocol import Protocol
from mfg.reader.library import builtin
from mfg.reader.protocols import load_protocol
from mfg.record import Record, command_line

_OPTIONS = ("weight", "arm", "dose", "supply", "csf", "count", "viability", "weighed", "on")
_OWN = ("weight",)  # covariates that have an option of their own


@frozen
class Question:
    """Something about the patient that a protocol may ask: its unit, or the words to choose from."""

    name: str
    unit: str
    choices: tuple[str, ...]


@frozen
class Asks:
    """What a form of one protocol can ask."""

    protocol: str
    title: str
    arms: tuple[tuple[str, str], ...]
    doses: tuple[str, ...]
    supplies: tuple[str, ...]
    questions: tuple[Question, ...]
    placebo: bool


def protocols() -> list[str]:
    """The names that may be chosen."""
    return builtin("protocol")


def asks_of(name: str | None) -> Asks:
    """What can be asked of the built-in protocol of that *name*; of the first, if none is named.

    Raises:
        Refused: if it is none of them.
    """
    found = load_protocol(chosen(name or protocols()[0], protocols(), "protocol"))
    words = found.words()
    return Asks(
        protocol=found.name,
        title=found.title or found.name,
        arms=tuple((arm.name, arm.title or arm.name) for arm in found.arms),
        doses=tuple(words["dose"]),
        supplies=tuple(words["supply"]),
        questions=tuple(
            Question(covariate, one.unit or "", one.one_of)
            for covariate, one in found.patient.items()
            if covariate not in _OWN and (one.unit or one.one_of)
        ),
        placebo=any(one.kind == "placebo" for one in found.treatments),
    )


def with_unit(text: str | None, unit: str) -> str | None:
    """A plain number with the *unit* that the form says beside its field; anything else as it was typed."""
    return f"{text} {unit}" if text is not None and unit and text.replace(".", "", 1).isdecimal() else text


def given_of(protocol: Protocol, form: Form) -> dict[str, str]:
    """The covariates that *form* gives."""
    return {
        name: str(with_unit(text, protocol.units.get(name, "")))
        for name, text in form.under("given:").items()
        if name in protocol.patient
    }


def answer(form: Form) -> Worksheet:
    """The dose that *form* asks for, with everything that its worksheet says.

    Raises:
        Refused: for anything that the protocol does not allow or define.
    """
    protocol = load_protocol(chosen(form.get("protocol"), protocols(), "protocol"))
    typed = {name: form.get(name) for name in _OPTIONS}
    typed["weight"], typed["csf"] = with_unit(typed["weight"], "kg"), with_unit(typed["csf"], "mL")
    typed["viability"] = with_unit(typed["viability"], "%")
    given = given_of(protocol, form)
    order = dose(protocol, given=given, **typed)
    who = {name: _named(form.get(name), name) for name in ("patient", "second_id")}
    until = _moment(form.get("suspended"))
    said = {
        **typed,
        **who,
        "by": form.get("by"),
        "suspended": None if until is None else f"{until:%Y-%m-%d %H:%M}",
    }
    record = _record(protocol, _command(protocol.name, said, given), form.get("by"))
    return worksheet(protocol, order, record, csf=typed["csf"], suspended=until, **who)


def page_to_print(form: Form) -> str:
    """The worksheet of the dose that *form* asks for, as a page; the clinic's copy, if it is to be blinded.

    Raises:
        Refused: if nothing can be prepared from it, or as `answer` does.
    """
    sheet = answer(form)
    check_preparable(sheet)
    if form.get("blinded") is None:
        return page_of(sheet)
    if form.get("count") is not None:
        problem = "would tell the product from a placebo, which has no count"
        raise Refused("clinic's copy", None, problem, "leave the count of the lot out for it")
    return blinded_page_of(sheet)


def _named(text: str | None, field: str) -> str | None:
    if text is not None and len(text) > 80:
        raise Refused(
            field.replace("_", " "),
            f"{text[:20]}...",
            f"has {len(text)} characters",
            "a label holds at most 80",
        )
    return text


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            "end of suspension", text, "is no date and time", "write it like 2026-03-12 08:30"
        ) from None
    if not 1950 <= found.year <= 2150:
        raise Refused("end of suspension", text, "is a year out of reach", "check the date")
    return found if found.tzinfo is not None else found.astimezone()


def _record(protocol: Protocol, command: str, by: str | None) -> Record:
    return Record(
        protocol=protocol.name,
        title=protocol.title,
        version=protocol.version,
        files=protocol.files,
        software=metadata.version("mfg"),
        at=datetime.now().astimezone().replace(microsecond=0),
        command=command,
        by=by,
    )


def _command(protocol: str, texts: Mapping[str, str | None], given: Mapping[str, str]) -> str:
    """The same as a command line."""
    words = ["dose", protocol]
    words += [
        w for name, text in texts.items() if text is not None for w in (f"--{name.replace('_', '-')}", text)
    ]
    words += [w for name, text in given.items() for w in ("--given", f"{name}={text}")]
    return command_line(words)
