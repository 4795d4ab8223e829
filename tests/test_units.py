"""The strict door for quantities."""

from __future__ import annotations

import contextlib
import re
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mfg import units
from mfg.errors import Refused
from mfg.units import amount, amounts, culture, times
from mfg.units.amounts import Anything, Cells, Percent, Volume, Weight
from mfg.units.culture import Temperature
from mfg.units.measure import Measure, measure_of
from mfg.units.times import Duration, Offset, PerMonth, PerWeek

# What people type, the measure that they mean, and a word that the refusal must contain.
REFUSED = [
    ("154", Weight, "no unit"),
    ("kg", Weight, "no number"),
    ("", Weight, "empty"),
    (" ", Weight, "empty"),
    ("seventy kg", Weight, "no number"),
    ("70,5 kg", Weight, "comma"),
    ("1.500,5 kg", Weight, "comma"),
    ("70 500 kg", Weight, "apart"),
    ("7 0 kg", Weight, "apart"),
    ("1'000 kg", Weight, "apart"),
    ("1.000.000 cell/kg", Cells, "two decimal points"),
    ("70.5.2 kg", Weight, "two decimal points"),
    ("070 kg", Weight, "zero"),
    ("7_0 kg", Weight, "apart"),
    ("0x46 kg", Weight, "hexadecimal"),
    ("nan kg", Weight, "finite"),
    ("NaN kg", Weight, "finite"),
    ("inf kg", Weight, "finite"),
    ("1e400 kg", Weight, "too large"),
    ("-70 kg", Weight, "negative"),
    ("\u221270 kg", Weight, "minus"),
    ("\u20135 mL", Volume, "dash"),
    ("\uff17\uff10 kg", Weight, "ASCII"),
    ("70\u00a0kg", Weight, "space"),
    ("70\u200bkg", Weight, "space"),
    ("0 kg", Weight, "zero"),
    ("70 Kg", Weight, "unit"),
    ("70 KG", Weight, "unit"),
    ("70 lb", Weight, "kg"),
    ("70 lbs", Weight, "kg"),
    ("70 stone", Weight, "unit"),
    ("70 g", Weight, "unit"),
    ("70 mg", Weight, "unit"),
    ("70 kgf", Weight, "unit"),
    ("70 kg 5 g", Weight, "two quantities"),
    ("70 \u00b1 5 kg", Weight, "tolerance"),
    ("2-8 degC", Temperature, "range"),
    ("2\u20138 degC", Temperature, "dash"),
    ("~70 kg", Weight, "mark"),
    (">=70 kg", Weight, "mark"),
    ("$70 kg", Weight, "mark"),
    ("+70 kg", Weight, "mark"),
    ("70 kg # note", Weight, "mark"),
    ("70 kg;", Weight, "mark"),
    ("'70 kg'", Weight, "quotation"),
    ("5 ML", Volume, "mL"),
    ("5 ml", Volume, "mL"),
    ("5 cc", Volume, "mL"),
    ("5 units", Volume, "unit"),
    ("5 U", Volume, "unit"),
    ("1 mcell", Cells, "unit"),
    ("1 Mcell/kg", Cells, "unit"),
    ("1 M cell", Cells, "unit"),
    ("1e6 cells/kg", Cells, "cell"),
    ("1e7 cell/mL", Cells, "unit"),
    ("125 x 106 cell", Cells, "expression"),
    ("1x10^6 cell/kg", Cells, "expression"),
    ("1.10^6 cell/kg", Cells, "expression"),
    ("1\u00d710^6 cell/kg", Cells, "ASCII"),
    ("1e6 cell / 0.5 mL", Cells, "unit"),
    ("9**9**9 mL", Volume, "expression"),
    ("2*3 mL", Volume, "expression"),
    ("(7) mL", Volume, "expression"),
    ("1 1/2 mL", Volume, "apart"),
    ("12 5 mL", Volume, "apart"),
    ("0,5 mL", Volume, "comma"),
    (".5 mL", Volume, "both sides"),
    ("5. mL", Volume, "both sides"),
    ("70:30 kg", Weight, "time of day"),
    ("24:00 h", Duration, "time of day"),
    ("1 month", Duration, "write a number of days"),
    ("2 month", Offset, 'write "2 calendar month" for a date, or a number of days'),
    ("-3 months", Offset, '"-3 calendar month"'),
    ("1 m", Duration, "unit"),
    ("28 D", Duration, "unit"),
    ("26 days", Duration, "day"),
    ("0.95", Percent, "no unit"),
    ("95", Percent, "no unit"),
    ("950 %", Percent, "above 100"),
    ("95 percent", Percent, "unit"),
    ("1.5 day", Offset, "whole"),
    ("70 kg\n", Weight, "invisible"),
    ("70\x00 kg", Weight, "invisible"),
    ("7" * 70 + " kg", Weight, "64 characters"),
    ("  70 kg", Weight, "stray space"),
    ("70 kg ", Weight, "stray space"),
    ("70  kg", Weight, "stray space"),
    ("5 'mL'", Volume, "unit"),
    ("5 mL = 5", Volume, "mark"),
    ("1 1e6 cell", Cells, "apart"),
    ("1e6 viable cell/kg", Cells, "unit"),
]


@pytest.mark.parametrize(("text", "measured", "word"), REFUSED)
def test_a_slip_is_refused_with_its_reason_and_a_remedy(text: str, measured: object, word: str) -> None:
    """Nothing that is not one plain number and one of the field's own units is taken, and the message says why."""
    with pytest.raises(Refused) as refusal:
        measure_of(measured).read(text, "--weight")
    assert word in str(refusal.value)
    assert refusal.value.where == "--weight"
    assert refusal.value.remedy


def test_a_number_without_its_unit_is_told_of_a_unit() -> None:
    """Where any unit may stand, as at a limit of a covariate, no unit is offered that may not be meant."""
    with pytest.raises(
        Refused, match=r"^'20' is not a quantity with its unit; write a quantity with its unit$"
    ):
        measure_of(Anything).read(20)


@pytest.mark.parametrize("given", [72, Decimal("7.2"), True, None, ["72 kg"], {"is": "72 kg"}])
def test_a_bare_number_is_not_a_quantity(given: object) -> None:
    """A number without its unit is refused, however it is typed."""
    with pytest.raises(Refused):
        measure_of(Weight).read(given, "weight")


@pytest.mark.parametrize(
    ("text", "measured", "unit", "value"),
    [
        ("72kg", Weight, "kg", "72"),
        ("72.50 kg", Weight, "kg", "72.5"),
        ("1e6 cell/kg", Cells, "cell/kg", "1000000"),
        ("1e6 cell / kg", Cells, "cell/kg", "1000000"),
        ("170 pg / 1e4 cell", Anything, "pg/1e4 cell", "170"),
        ("2 per week", PerWeek, "per week", "2"),
        ("-3 calendar month", Offset, "calendar month", "-3"),
        ("1 week", Duration, "day", "7"),
        ("0.3 L", Volume, "mL", "300"),
        ("1.6 %/month", PerMonth, "%/month", "1.6"),
    ],
)
def test_what_is_meant_is_read_exactly(text: str, measured: object, unit: str, value: str) -> None:
    """Magnitudes are decimals: what is typed is what is kept."""
    assert amount(measure_of(measured).read(text), unit) == Decimal(value)


@given(st.text(max_size=80))
@example("9" * 63)
@example("1e99 kg")
@example("1e-99 kg")
def test_any_text_is_a_quantity_or_a_refusal(text: str) -> None:
    """No text raises anything else, and none hangs."""
    for measure in (measure_of(Weight), measure_of(Anything)):
        with contextlib.suppress(Refused):
            assert measure.read(text).magnitude.is_finite()


@given(st.decimals(min_value="0.001", max_value="99999", places=3))
def test_a_written_quantity_reads_back(value: Decimal) -> None:
    """`text` writes what `read` reads, to the last digit."""
    quantity = units.quantity_of(value, "mL")
    assert measure_of(Volume).read(units.text(quantity)) == quantity


def test_cells_are_a_dimension_of_their_own() -> None:
    """A count of cells is no pure number, and viable cells are not cells."""
    cells, viable = units.quantity_of(Decimal(7), "cell"), units.quantity_of(Decimal(7), "viable_cell")
    assert not units.alike(cells, "viable_cell")
    assert cells != viable
    assert cells != 7
    with pytest.raises(Exception, match=r"[Cc]annot convert"):
        _ = cells + viable


SLIPS = (
    "lb",
    "lbs",
    "kgs",
    "cc",
    "ml",
    "cells",
    "cells/kg",
    "month",
    "months",
    "min",
    "h",
    "days",
    "years",
    "wk",
)


@pytest.mark.parametrize("number", ["7", "0.3", "-1", "150"])
def test_an_advice_names_what_may_be_written(number: str) -> None:
    """A unit that is known to be a slip: whatever unit or measure is offered instead can be read by the same measure."""
    listed = [value for module in (amounts, times, culture) for value in vars(module).values()]
    for kind in (value for value in listed if any(isinstance(a, Measure) for a in get_args(value))):
        measure = measure_of(kind)
        for slip in set(SLIPS) - set(measure.units):
            with pytest.raises(Refused) as refusal:
                measure.read(f"{number} {slip}")
            for offered in re.findall(r"-?[\d.]+ week", refusal.value.remedy):
                measure.read(offered)
            units = re.findall(r"(?:use|write) ([^ \"]+)$", refusal.value.remedy)
            assert set(units) <= set(measure.units), (measure, refusal.value.remedy)


def test_every_measure_reads_its_own_advice() -> None:
    """What a refusal recommends is accepted."""
    listed = [value for module in (amounts, times, culture) for value in vars(module).values()]
    kinds = [value for value in listed if any(isinstance(a, Measure) for a in get_args(value))]
    assert len(kinds) > 20
    for kind in kinds:
        measure = measure_of(kind)
        if kind is not Anything:  # which measures nothing in particular, and so has no example
            measure.read(measure.like)
