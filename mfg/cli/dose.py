"""The command that computes one patient's dose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from mfg.cli import say
from mfg.cli.options import Flag, Json, Many

Quantity = Annotated[str | None, Parameter(allow_leading_hyphen=True)]


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(dose)


def dose(
    protocol: str,
    /,
    *,
    weight: Quantity = None,
    arm: str | None = None,
    dose: str | None = None,
    supply: str | None = None,
    csf: Quantity = None,
    count: Quantity = None,
    viability: Quantity = None,
    given: Many = (),
    weighed: str | None = None,
    on: str | None = None,
    by: str | None = None,
    sheet: Path | None = None,
    patient: str | None = None,
    second_id: str | None = None,
    suspended: str | None = None,
    blinded: Flag = False,
    json: Json = False,
) -> int:
    """Compute one patient's dose: cells, volumes, containers, and what they rest on.

    The exit status is 1 if there is an error among the findings, else 0; a warning leaves it at 0.

    Example: mfg dose lenzumestrocel-phase2 --arm msc --weight 72kg --csf 25mL

    Parameters
    ----------
    protocol
        A built-in name, or the path of a TOML file.
    weight
        The body weight with its unit, such as 72kg.
    arm
        The arm, where arms differ in what a patient gets, be it a placebo or nothing.
    dose
        The dose, where the doses of an arm differ.
    supply
        The supply, where the dose depends on it.
    csf
        The volume of vehicle that was drawn, such as 25mL: is it enough?
    count
        What was counted in the lot, such as '1.2e7 viable_cell/mL': the volumes are then those of this lot.
    viability
        The viability of that lot, such as '92 %'.
    given
        Another covariate of the protocol as NAME=VALUE; may be repeated.
    weighed
        The day on which the patient was weighed, as YYYY-MM-DD: is the weight too old?
    on
        The dosing day, as YYYY-MM-DD.
    by
        Who asks: the name that is kept in the record of the answer.
    sheet
        Where to write the worksheet, an HTML page that prints on A4: calculation, containers, labels, signatures.
    patient
        The patient's name or number, for the worksheet and its labels.
    second_id
        A second identifier of the patient, such as a date of birth.
    suspended
        The end of suspension by the clock here, as 'YYYY-MM-DD HH:MM': until when may the product be used?
    blinded
        Write the clinic's copy of the worksheet, which is the same for the product and for its placebo.
    """
    from mfg.cli.asked import record_of
    from mfg.cli.given import pairs
    from mfg.cli.orders import print_order
    from mfg.cli.worksheets import moment, named, sheet_of, write_page
    from mfg.errors import Refused
    from mfg.prescription.dosing import dose as prescribed
    from mfg.reader.protocols import load_protocol

    if blinded and sheet is None:
        raise Refused("--blinded", None, "is a kind of worksheet", "name its file with --sheet")
    found = load_protocol(protocol)
    order = prescribed(
        found,
        weight=weight,
        arm=arm,
        dose=dose,
        supply=supply,
        csf=csf,
        count=count,
        viability=viability,
        given=pairs(given, "--given"),
        weighed=weighed,
        on=on,
    )
    if blinded and order.lot is not None:
        problem = "would tell the product from a placebo, which has no count"
        raise Refused("--blinded", None, problem, "leave out --count for the clinic's copy")
    record, who = record_of(found, by), (named(patient, "--patient"), named(second_id, "--second-id"))
    until = moment(suspended, "--suspended")
    if json or sheet is not None or until is not None:
        content = sheet_of(found, order, record, who, csf, until)
        if sheet is not None:
            write_page(content, sheet, blinded=blinded)
        if json:
            say.document({**say.fields(order), "record": record, "worksheet": say.fields(content, "record")})
    if not json:
        print_order(order, protocol)
        say.record(record)
    return say.status(finding.level for finding in order.findings)
