"""All witnesses, and the table of keys and commands that they make."""

from __future__ import annotations

from tests.witness import doses, files, patients, people, places, routes, steps, supplies, visits
from tests.witness.keys import keys
from tests.witness.rows import COMMANDS, Witness

ROWS: tuple[Witness, ...] = (
    *files.ROWS,
    *patients.ROWS,
    *routes.ROWS,
    *doses.ROWS,
    *visits.ROWS,
    *steps.ROWS,
    *supplies.ROWS,
    *places.ROWS,
    *people.ROWS,
)


def claims() -> dict[str, list[str]]:
    """The commands that obey each key, in the order of the files."""
    found = {key: {each for row in ROWS if row.key == key for each in row.commands.split()} for key in keys()}
    return {key: [command for command in COMMANDS if command in obeyed] for key, obeyed in found.items()}
