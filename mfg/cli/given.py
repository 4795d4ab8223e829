"""What is given on a command line as NAME=VALUE."""

from __future__ import annotations


def pairs(given: tuple[str, ...]) -> dict[str, str]:
    """The values of *given* by their names.

    Raises:
        Refused: for what is not NAME=VALUE, or for a name that stands twice.
    """
    from mfg.errors import Refused

    found = [item.partition("=") for item in given]
    for name, equals, value in found:
        if not equals or not name or not value:
            raise Refused(
                "--given", f"{name}{equals}{value}", "is not NAME=VALUE", "write it like --given cohort=2"
            )
    names = [name for name, _, _ in found]
    for name in names:
        if names.count(name) > 1:
            raise Refused("--given", name, "stands more than once", "give each value once")
    return {name: value for name, _, value in found}


def protocol_first(protocol: str, command: str) -> None:
    """Whether what is given for a *protocol* is none of the tables that *command* reads.

    Raises:
        Refused: if its name ends as one does.
    """
    from mfg.errors import Refused

    if protocol.casefold().endswith((".csv", ".tsv", ".txt", ".xlsx", ".xls")):
        problem = "is a table, where the protocol is named"
        raise Refused(command, protocol, problem, f"write mfg {command} PROTOCOL TABLE")
