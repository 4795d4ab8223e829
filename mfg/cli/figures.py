"""The command that says what every number means: figures."""

from __future__ import annotations

from cyclopts import App

from mfg.cli import say
from mfg.cli.runs import Flag

RESOURCE = "RESOURCE"  # stands for the name of any


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(figures)


def figures(*, json: Flag = False) -> int:
    """List every figure of a run and every column of its tables: name, unit, meaning, which direction is good.

    Example: mfg figures

    Parameters
    ----------
    json
        Print one JSON document.
    """
    from mfg.results.columns import COLUMNS, REPLICATION
    from mfg.results.figures import describe
    from mfg.results.indicators import INDICATORS, OF_A_RESOURCE, OF_AN_ARM, SIGNS

    names = [*INDICATORS, *SIGNS, *(f"{kind}_{RESOURCE}" for kind in OF_A_RESOURCE)]
    said = {name: describe(name) for name in names}
    if json:
        listed = [
            {
                "name": name,
                "unit": one.unit,
                "about": one.about,
                "good": one.good,
                "by_arm": name in OF_AN_ARM,
            }
            for name, one in said.items()
        ]
        say.document({"figures": listed, "tables": COLUMNS, "replication": REPLICATION})
        return 0
    say.table(
        ["figure", "unit", "good", "what it is"],
        [[name, one.unit, one.good or "", one.about] for name, one in said.items()],
    )
    say.result(f"\nalso by arm, as in vein_to_vein_median[ARM]: {', '.join(OF_AN_ARM)}")
    for table, columns in COLUMNS.items():
        say.result()
        say.table([f"column of {table}", "what it says"], [[name, about] for name, about in columns.items()])
    say.result(f"\nreplication: {REPLICATION}")
    return 0
