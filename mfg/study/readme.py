"""The page in a study's folder that says what each file, table and column holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mfg.results.columns import COLUMNS, TABLES, unit_of
from mfg.results.indicators import INDICATORS
from mfg.scenario import Scenario

README = "README.md"
_SHOWN = 20  # variants that are listed

HEAD = """\
# {title}

This folder is a study of `mfg`: the scenario `{name}`, simulated {many}. The command
that made it goes on with it, and `mfg status` says how far it is. All the rest follows from `{record}` and `events/`.

| file | what it holds |
|---|---|
| `summary.txt` | what the command printed |
| `PATIENTS.csv` and so on | the tables below for a spreadsheet, if they were asked for: `mfg run ... --csv`; of a comparison with the name of the variant on each line |
| `run.json` | of a run: every figure with its mean, its interval and its values, how patients and lots ended |
| `comparison.json` | of a comparison: every difference from the first variant, with its interval |
| `sensitivity.json` | of a sensitivity: what each input does to the figure, what could not be moved, and what the base rests on |
| `study.json` | what decides the results: all input, the code and the versions that computed it |
| `setting.json` | of each variant: dates, places with their opening hours, courses, and every number that went in with its evidence |
| `events/`, `patients/`, ... | the tables in Parquet: a folder for each variant, in it files whose names vouch for what they hold |
| `quarantine/` | files that were not what their names say, and were computed again |

Summaries and CSV files are there only if the study came to its end; they are those of what was asked for last. In CSV a
word that a spreadsheet would run as a formula has an apostrophe before it.
In Python `pandas.read_parquet("doses")` opens a table from this folder, with all replications that it holds.
"""


def explain(scenarios: Sequence[Scenario], names: Sequence[str]) -> str:
    """The page for a study of *scenarios* under the *names* of their variants."""
    first = scenarios[0]
    many = f"in {len(names)} variants" if len(names) > 1 else "many times with other luck"
    head = HEAD.format(title=first.title or first.name, name=first.name, many=many, record="study.json")
    return "\n".join(
        [head.replace("PATIENTS", "patients"), *_variants(scenarios, names), *_tables(), *_figures()]
    )


def _variants(scenarios: Sequence[Scenario], names: Sequence[str]) -> Iterator[str]:
    yield "## Variants\n"
    rows = [
        (f"`variant={n}`", name, str(scenario.start))
        for n, (name, scenario) in enumerate(zip(names, scenarios, strict=True))
    ]
    yield from _table(("in folders called", "variant", "start"), rows[:_SHOWN])
    if len(rows) > _SHOWN:
        yield f"The other {len(rows) - _SHOWN} stand in `study.json`.\n"


def _tables() -> Iterator[str]:
    yield "## Tables\n"
    yield (
        "Days and minutes at which something happens count from 00:00 on the day of the start. Every table says in\n"
        "`replication` to which one a row belongs, counted from 0. In CSV, and in the tables that `mfg` gives to Python and to\n"
        "workbooks, each column of such days has its dates beside it: `arrived_date`, on the site's clock, beside `arrived_day`.\n"
    )
    for table, about in TABLES.items():
        yield f"### {table}\n\n{about[0].upper()}{about[1:]}.\n"
        yield from _table(
            ("column", "unit", "what it says"),
            ((f"`{name}`", unit_of(name), said) for name, said in COLUMNS[table].items()),
        )


def _figures() -> Iterator[str]:
    yield "## Figures\n"
    yield from _table(
        ("figure", "called", "unit", "what it is"),
        (
            (f"`{name}`", one.meaning.called, one.meaning.unit, one.meaning.about)
            for name, one in INDICATORS.items()
        ),
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for cells in (header, ["---"] * len(header), *rows):
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
    yield ""
