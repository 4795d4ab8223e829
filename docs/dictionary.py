"""The pages that are made from the package: figures, columns, words, and what the built-in scenarios assume."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docs.words import GROUPS
from mfg.evidence import EVIDENCE_KINDS, Number, count_kinds
from mfg.reader.library import builtin, sources
from mfg.reader.scenarios import load_scenario
from mfg.results.columns import COLUMNS, REPLICATION, TABLES, unit_of
from mfg.results.indicators import INDICATORS, OF_A_RESOURCE, OF_AN_ARM, SIGNS, Indicator

_GOOD = {"high": "high", "low": "low", None: ""}
_NONE = "None.\n"
_Row = tuple[str, str, str, str, str]
_SHOWN = ("assumed", "calibrated")

FIGURES = """# Every figure

What each figure of `mfg run`, `mfg compare` and `summary.json` estimates, in which unit, and which way is good. The table is made from
`mfg.results.indicators`. In a run each figure is a mean over replications with a 95 % interval by Student's t; a comparison has the mean
of paired differences. A *tail* is a high quantile or a maximum, whose mean needs more replications than others. Shares are printed as
parts of one or in per cent; a figure is undefined, and left out, where nothing happened that it could be taken from.

"""
COLUMNS_HEAD = """# Every column

What each column of the tables of a run holds, and its unit; made from `mfg.results.columns`. They are the data frames of
`mfg.simulate(...)`, the `.parquet` files of a study's folder, and the `.csv` files that `--csv` writes. The unit ends the name of a column, so
that it cannot be lost; where it does not, it stands here. Days count from the start of the scenario and have a fraction for the hour.

"""
WORDS = """# Every word that is printed

Endings, outcomes, limits, activities, kinds of evidence, verdicts and findings, as they stand in tables, on the terminal and in JSON. `…`
stands for a name: of a work, a test, or another word of this page. A limit is printed with its place (`hospital.rooms`), and two that only
together cost days are joined by *and*. A patient, or a dose, for whom nothing more is collected ends by what the last lot was lost by. Names of arms, doses, visits, tests and places are those of your own files. Terms of the field are in
the [glossary](glossary.md).

"""
EVIDENCE = """---
hide-toc: true
---

# Evidence and assumptions

Every number of a built-in file is *stated* by one of five sources, *cited* from another publication, *derived* from such numbers by a
formula, *calibrated*, which is an assumption tuned to something that was observed, or *assumed* with a reason. This page is made from the
files: it lists all that are assumed or calibrated in the built-in scenarios. `mfg show NAME` prints the others too, with their places, and
`mfg sensitivity NAME FIGURE` says which of the assumptions a result depends on. A number that claims a source is held against it whenever
the file is read.

"""


def figures_page() -> str:
    """Every figure, with what it is of, its unit and its direction."""
    parts = [
        FIGURES,
        "## Of a run\n\n",
        _indicators(INDICATORS),
        "\n## Signs that a run is not in a steady state\n\n",
        _indicators(SIGNS),
        "\n## Of each place\n\nFor each kind of room, staff and equipment, as `utilisation of gmp.suites`.\n\n",
        _table(
            ("figure", "unit", "good", "what it is"),
            (
                (f"`{name}`", one.unit, _GOOD[one.good], one.about.format("…"))
                for name, (_, one) in OF_A_RESOURCE.items()
            ),
        ),
        f"\n## Of each arm\n\nThese are told for each arm too, where there are several: {', '.join(f'`{name}`' for name in OF_AN_ARM)}.\n",
    ]
    return "".join(parts)


def _indicators(found: dict[str, Indicator]) -> str:
    rows = (
        (
            f"`{name}`",
            one.meaning.unit,
            _GOOD[one.meaning.good],
            "yes" if one.tail else "",
            one.meaning.about,
        )
        for name, one in found.items()
    )
    return _table(("figure", "unit", "good", "tail", "what it is"), rows)


def columns_page() -> str:
    """Every column of every table, with its unit and meaning."""
    parts = [
        COLUMNS_HEAD,
        f"A study of several replications has one column more in each: `replication`, {REPLICATION}.\n",
    ]
    for table, about in TABLES.items():
        rows = ((f"`{name}`", unit_of(name), said) for name, said in COLUMNS[table].items())
        parts.append(
            f"\n## {table}\n\n{about[:1].upper()}{about[1:]}.\n\n{_table(('column', 'unit', 'what it holds'), rows)}"
        )
    return "".join(parts)


def words_page() -> str:
    """Every word that outputs print, by what it is said of."""
    parts = [WORDS.rstrip("\n")]
    for title, words in GROUPS.items():
        rows = ((f"`{word}`", said) for word, said in words.items())
        parts.append(f"\n\n## {title}\n\n{_table(('word', 'what it means'), rows).rstrip()}")
    return "".join(parts) + "\n"


def evidence_page() -> str:
    """How many numbers each built-in scenario has of each kind, every assumption, and the sources."""
    numbers = {name: load_scenario(name).numbers for name in builtin("scenario")}
    heads = ("scenario", *EVIDENCE_KINDS, "without evidence")
    counts = {name: count_kinds(found) for name, found in numbers.items()}
    parts = [
        EVIDENCE,
        "## How many of which\n\n",
        _table(heads, ((f"`{name}`", *map(str, count.values())) for name, count in counts.items())),
        "\n## The sources\n\n",
        _table(
            ("source", "reference", "facts", "contradictions"),
            (
                (one.short, one.cite, str(len(one.facts)), str(len(one.contradictions)))
                for one in sources().values()
            ),
        ),
        "\n## Assumptions that several scenarios share\n\n",
    ]
    shared, own = _parted({name: _assumed(found) for name, found in numbers.items()})
    where = sorted({tuple(names) for names in shared.values()}, key=lambda names: (-len(names), names))
    for names in where:
        parts.append(f"\n### {', '.join(names[:-1])} and {names[-1]}\n\n")
        parts.append(_assumptions([row for row in shared if tuple(shared[row]) == names]))
    for name, rows in own.items():
        parts.append(f"\n## Assumptions of {name} alone\n\n{_assumptions(rows) if rows else _NONE}")
    return "".join(parts)


def _assumptions(rows: Sequence[_Row]) -> str:
    return _table(("number", "value", "range", "kind", "why"), rows)


def _assumed(numbers: Iterable[Number]) -> list[_Row]:
    found = []
    for one in numbers:
        if one.evidence is not None and one.evidence.kind in _SHOWN:
            span = " to ".join(one.evidence.between or ())
            found.append((f"`{one.path}`", one.value, span, one.evidence.kind, one.evidence.reason))
    return found


def _parted(assumed: dict[str, list[_Row]]) -> tuple[dict[_Row, list[str]], dict[str, list[_Row]]]:
    """The rows that stand in several scenarios, with their names, and those that stand in one."""
    where: dict[_Row, list[str]] = {}
    for name, rows in assumed.items():
        for row in rows:
            where.setdefault(row, []).append(name)
    shared = {row: names for row, names in where.items() if len(names) > 1}
    return shared, {name: [row for row in rows if row not in shared] for name, rows in assumed.items()}


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (columns, ["---"] * len(columns), *([_cell(one) for one in row] for row in rows))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("*", r"\*").replace("<", "&lt;")


PAGES = {
    "docs/figures.md": figures_page,
    "docs/columns.md": columns_page,
    "docs/words.md": words_page,
    "docs/evidence.md": evidence_page,
}
