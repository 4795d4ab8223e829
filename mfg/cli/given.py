"""What is given on a command line as KEY=VALUE."""

from __future__ import annotations

from collections.abc import Sequence


def pairs(given: Sequence[str], option: str = "--set") -> dict[str, str]:
    """The values that were *given* after *option*, by their keys; those of a patient by their names.

    Raises:
        Refused: for what is not KEY=VALUE, for blanks around either, or for a key that stands twice.
    """
    from mfg.errors import Refused

    form, like = ("NAME=VALUE", "cohort=2") if option == "--given" else ("KEY=VALUE", "suites=3")
    found: dict[str, str] = {}
    for item in given:
        key, equals, value = item.partition("=")
        if not equals or not key or not value:
            raise Refused(option, item, f"is not {form}", f"write it like {option} {like}")
        if (key, value) != (key.strip(), value.strip()):
            name, of = form.lower().split("=")
            advice = f"write {option} {key.strip()}={value.strip()}"
            raise Refused(option, item, f"has blanks around its {name} or its {of}", advice)
        if key in found:
            raise Refused(option, key, "stands more than once", "give each value once")
        found[key] = value
    return found


def protocol_first(protocol: str, command: str) -> None:
    """Whether what is given for a *protocol* is none of the tables that *command* reads.

    Raises:
        Refused: if its name ends as one does.
    """
    from mfg.errors import Refused

    if protocol.casefold().endswith((".csv", ".tsv", ".txt", ".xlsx", ".xls")):
        problem = "is a table, where the protocol is named"
        raise Refused(command, protocol, problem, f"write mfg {command} PROTOCOL TABLE")
