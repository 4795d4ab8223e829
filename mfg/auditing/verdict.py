"""The verdict on one row of a table, and its wording."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from mfg.digits import near


@frozen
class Verdict:
    """What is to be said of one row; `row` is its number in a spreadsheet, where the header usually is row 1.

    `verdict` is ok, warning or error; `likely` names the slips that explain it, the nearest first.
    """

    row: int
    patient: str
    verdict: str
    likely: tuple[str, ...] = ()
    reason: str = ""
    prescribed_cells: Decimal | None = None
    deviation_percent: Decimal | None = None


def against(given: Decimal, least: Decimal, most: Decimal, deviation: Decimal, counted: str) -> str:
    """A sentence that compares what was given with what is prescribed."""
    shown = near(least) if least == most else f"{near(least)} to {near(most)}"
    return f"{near(given)} {counted} against {shown} prescribed ({deviation:+.1f} %)"


def join_verdicts(row: int, patient: str, parts: list[tuple[str, Verdict]]) -> Verdict:
    """One verdict on a row that says several doses, each under its own name."""
    worst = max((one.verdict for _, one in parts), key=("ok", "warning", "error").index)
    wrong = next((one for _, one in parts if one.verdict == worst), parts[0][1])
    likely = tuple(dict.fromkeys(name for _, one in parts for name in one.likely))
    reason = "; ".join(f"{name}: {one.reason}" for name, one in parts if one.reason)
    return Verdict(row, patient, worst, likely, reason, wrong.prescribed_cells, wrong.deviation_percent)
