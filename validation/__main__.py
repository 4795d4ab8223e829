"""Write docs/validation.md: every case of validation, what it says, and what it was held against."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from validation.case import Case, Finding
from validation.cases import GROUPS
from validation.distance import Line, chance_beyond, paragraph, z_between, z_of
from validation.sources import SOURCES
from validation.twins import TWINS, Likeness, Twin

PAGE = Path(__file__).parents[1] / "docs" / "validation.md"

HEAD = """\
# Validation

Each line is a scenario whose answer is known: the expected value is computed from the formula, and the
observed one is the mean over replications, measured in the event log, with its standard error. A line agrees
if the two lie within four standard errors; these, in percent of the expected value, are the smallest error
that the line could notice, and a limit for them is declared in advance, so that no line agrees because it is
blind. What is right to the minute in every replication is exact.

The scenarios are files in `validation`, beside the formulas; their seeds follow from their names. The
same lines are tests, and `make docs` writes this page.
"""
COLUMNS = (
    "scenario",
    "what",
    "held against",
    "expected",
    "observed",
    "standard error",
    "z",
    "could notice",
    "verdict",
)
BETWEEN = """\
## A second opinion

These scenarios have no closed form. [Ciw](https://github.com/CiwPython/Ciw), a library for queueing networks,
simulates them as well, with randomness of its own; a line agrees if the two means lie within four standard
errors of their difference.
"""
TWICE = ("scenario", "what", "Ciw", "standard error", "mfg", "standard error", "z", "could notice", "verdict")
BROKEN = """\
## Inputs that should break it

`python -m tests.fuzz --cases N --seed S` puts a few things wrong in the built-in files, in tables and on command lines.
Whatever it is, the answer must be a result or a refusal in words, within half a minute and a gigabyte; what passes the
check must run. A case is what its seed and number make of it, and can be made again.

| seed | cases | date | what was found |
| --- | --- | --- | --- |
| 1 to 4 | 300, 2,500, 2,500 and 1,140 | 2026-11-30 | limits of eligibility in another unit, values of a wrong shape, work that needs \
none of something; doses, work, harvests and products of which nothing comes, which were divided by; \
a dose tried again in one minute for ever, where its making lasted beyond the day of its appointment |
| 7301 | 3,000 | 2026-11-30 | nothing |
| 8117 | 3,000 | 2026-11-30 | one false alarm of the audit of a run: a dose missed, \
where the patient had died in a harvest of weeks |
| 9203 | 1,000 | 2026-11-30 | nothing |
| 30101 and 30102 | 2,400 each | 2026-11-30 | nothing |

All of it was mended, and each has a test. What was found by a seed is not found by it again, so each run of the table
used seeds of its own.
"""


def page(lines: Callable[[Case], list[str]], second: Callable[[Twin], list[str]]) -> str:
    """The page, with the *lines* of each case and of each *second* opinion."""
    known = {case.name: lines(case) for cases in GROUPS.values() for case in cases}
    twice = {twin.case.name: second(twin) for twin in TWINS}
    every = [case for cases in GROUPS.values() for case in cases] + [twin.case for twin in TWINS]
    far = [one for case in every for one in _distances(case, {**known, **twice}[case.name])]
    parts = [HEAD, paragraph(far)]
    for title, cases in GROUPS.items():
        parts.append(
            f"## {title}\n\n" + _table(COLUMNS, [line for case in cases for line in known[case.name]])
        )
    parts.append(BETWEEN + "\n" + _table(TWICE, [line for twin in TWINS for line in twice[twin.case.name]]))
    parts.append(BROKEN)
    parts.append("## Sources\n\n" + "".join(f"- {name}. {title}.\n" for name, title in SOURCES.items()))
    return "\n".join(parts)


def _distances(case: Case, lines: list[str]) -> list[Line]:
    """How far each of the *lines* of a case is off, as it is printed."""
    cells = [line.strip("| ").split(" | ") for line in lines]
    return [
        Line(case.name, one[1], one[COLUMNS.index("z") - len(COLUMNS)], chance_beyond(case.replications))
        for one in cells
    ]


def lines_of(case: Case) -> list[str]:
    """The lines of a case, simulated now."""
    return [_row(*stub, *_found(f)) for stub, f in zip(stubs(case), case.findings(), strict=True)]


def second_lines_of(twin: Twin) -> list[str]:
    """The lines of a second opinion, simulated now."""
    return [_row(*stub, *_alike(f)) for stub, f in zip(second_stubs(twin), twin.likenesses(), strict=True)]


def stubs(case: Case) -> list[tuple[str, ...]]:
    """What the lines of a case say before anything is simulated."""
    return [(case.name, check.quantity, check.formula, shown(check.expected)) for check in case.checks]


def second_stubs(twin: Twin) -> list[tuple[str, ...]]:
    """What the lines of a second opinion say before anything is simulated."""
    return [(twin.case.name, one.quantity) for one in twin.comparisons]


def shown(value: float) -> str:
    """A number to four significant digits."""
    return f"{value:#.4g}".rstrip(".") if value else "0"


def _found(finding: Finding) -> tuple[str, ...]:
    exact = not finding.check.notices
    notices = "1 min" if exact else f"{finding.noticed:.2g} %"
    verdict = "exact" if exact and finding.verdict == "agrees" else finding.verdict
    return shown(finding.observed), _rough(finding.error), z_of(finding), notices, verdict


def _alike(found: Likeness) -> tuple[str, ...]:
    means = shown(found.theirs), _rough(found.their_error), shown(found.ours), _rough(found.our_error)
    return *means, z_between(found), f"{found.noticed:.2g} %", found.verdict


def _rough(value: float) -> str:
    return f"{value:#.2g}".rstrip(".") if value else "0"


def _table(columns: tuple[str, ...], lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in (_row(*columns), _row(*["---"] * len(columns)), *lines))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Simulate every case and write the page."""
    PAGE.write_text(page(lines_of, second_lines_of), encoding="utf-8")
    sys.stderr.write("docs/validation.md is fresh\n")


if __name__ == "__main__":
    main()
