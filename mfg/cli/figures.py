"""The command that says what every number means: figures."""

from __future__ import annotations

from cyclopts import App

from mfg.cli.options import Json
from mfg.cli.view import Sentence, TableView, View, answer, note

RESOURCE = "RESOURCE"  # stands for the name of any


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(figures)


def figures(*, json: Json = False) -> int:
    """List every figure of a run and every column of its tables: name, plain name, unit, meaning, which direction is good.

    Example: mfg figures
    """
    from mfg.results.columns import COLUMNS, REPLICATION
    from mfg.results.figures import describe
    from mfg.results.indicators import INDICATORS, OF_A_RESOURCE, OF_AN_ARM, SIGNS

    names = [*INDICATORS, *SIGNS, *(f"{kind}_{RESOURCE}" for kind in OF_A_RESOURCE)]
    said = {name: describe(name) for name in names}
    listed = [
        {
            "name": name,
            "called": one.called,
            "unit": one.unit,
            "about": one.about,
            "good": one.good,
            "by_arm": name in OF_AN_ARM,
        }
        for name, one in said.items()
    ]
    rows = [[name, one.called, one.unit, one.good or "", one.about] for name, one in said.items()]
    view = View(
        None,
        {"figures": listed, "tables": COLUMNS, "replication": REPLICATION},
        (TableView.of(["figure", "called", "unit", "good", "what it is"], rows),),
        (
            (Sentence(f"also by arm, as in vein_to_vein_median[ARM]: {', '.join(OF_AN_ARM)}"),),
            *(
                (TableView.of([f"column of {table}", "what it says"], columns.items()),)
                for table, columns in COLUMNS.items()
            ),
            (note(f"replication: {REPLICATION}"),),
        ),
    )
    answer(view, json=json)
    return 0
