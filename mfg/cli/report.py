"""The commands that make something of a stored study: report, picture, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from mfg.cli import say
from mfg.cli.options import Json
from mfg.cli.view import TableView, View, answer

NAME = "report.html"


def add_to(app: App) -> None:
    """Add these commands to *app*."""
    for command in (report, picture, export):
        app.command(command)


def report(
    folder: Path,
    /,
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    xlsx: Path | None = None,
) -> int:
    """Make one page of a finished run, comparison, sensitivity, limits or today: its finding, its charts, and what it rests on.

    The page needs no network, and prints on A4.

    Example: mfg report runs/demo

    Parameters
    ----------
    folder
        The folder of a run, a comparison, a sensitivity, limits or today's patients.
    output
        The file to write; report.html in the folder if left out.
    xlsx
        Write the figures and the tables as an Excel workbook too.
    """
    from mfg.errors import Refused
    from mfg.files import write_atomically
    from mfg.frames.kept import kind_of
    from mfg.report.kept import page_in

    if xlsx is not None and kind_of(folder) is not None:
        raise Refused(
            "--xlsx", str(xlsx), "is of a run or a comparison", "leave it out: the page holds all of this"
        )
    page = page_in(folder)
    target = output or folder / NAME
    write_atomically(target, page.encode(), durable=True)
    say.result(f"report: {target}")
    if xlsx is not None:
        from mfg.report.workbook import workbook_of
        from mfg.study.stored import load_run

        write_atomically(xlsx, workbook_of(load_run(folder)), durable=True)
        say.result(f"workbook: {xlsx}")
    return 0


def picture(
    folder: Path,
    name: str | None = None,
    /,
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    json: Json = False,
) -> int:
    """Save one picture of a report as SVG or PNG, or list them with what each has found.

    Example: mfg picture runs/demo waiting -o waiting.png

    Parameters
    ----------
    folder
        The folder of a run, a comparison, a sensitivity or limits.
    name
        Which picture; all are listed if left out.
    output
        The file to write, which ends in .svg or .png.
    """
    from mfg.errors import Refused, nearest
    from mfg.report.kept import pictures_in

    found = pictures_in(folder)
    if name is None:
        if output is not None:
            advice = "mfg picture and the folder alone lists them"
            raise Refused("-o", str(output), "is for a picture, and none is named", advice)
        rows = [(one.name, one.title) for one in found.values()]
        data = [{"name": one.name, "title": one.title, "subtitle": one.subtitle} for one in found.values()]
        answer(View(None, data, (TableView.of(["picture", "what it has found"], rows),)), json=json)
        return 0
    if name not in found:
        raise Refused("NAME", name, "is no picture of this folder", nearest(name, tuple(found)))
    if output is None:
        raise Refused("-o", None, "says nowhere to save it", f"give -o {name}.png or -o {name}.svg")
    found[name].save(output)
    say.result(f"picture: {output}")
    return 0


def export(
    folder: Path,
    /,
    *,
    output: Annotated[Path, Parameter(alias="-o")],
    form: Annotated[str, Parameter(name="--as")] = "csv",
    replication: Annotated[int, Parameter(converter=say.whole, allow_leading_hyphen=True)] = 1,
) -> int:
    """Write the event log of a run for other tools, as CSV.

    Example: mfg export runs/demo --as vidigi -o events.csv

    Parameters
    ----------
    folder
        The folder of a run; of a comparison its first variant.
    output
        The file to write.
    form
        csv (the log with dates), vidigi (one replication for an animation), or xes (the names of process mining).
    replication
        Which replication is animated, from 1; the other forms have all of them.
    """
    from mfg.errors import Refused, nearest
    from mfg.files import writing_atomically
    from mfg.frames.exports import dated, vidigi, xes
    from mfg.sheet import safe
    from mfg.study.stored import load_run

    forms = ("csv", "vidigi", "xes")
    if form not in forms:
        raise Refused("--as", form, "is no form", nearest(form, forms))
    variant = load_run(folder).base
    if not 1 <= replication <= variant.replications:
        advice = f"give a number from 1 to {variant.replications}"
        raise Refused("--replication", str(replication), "is not in this run", advice)
    frame = (
        vidigi(variant, replication - 1) if form == "vidigi" else {"csv": dated, "xes": xes}[form](variant)
    )
    words = frame.select_dtypes(exclude="number").columns
    frame = frame.assign(**{name: frame[name].astype(str).map(safe) for name in words})
    with writing_atomically(output, durable=True) as file:
        file.write(frame.to_csv(index=False, lineterminator="\n", float_format="%.12g").encode())
    say.result(f"{len(frame):,} events: {output}")
    return 0
