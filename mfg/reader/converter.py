"""How each type of a value is written in a file, and read from the tree of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from operator import eq
from typing import Any, get_args, get_origin

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, override

from mfg.calendar import Hours
from mfg.dates import read_date
from mfg.errors import Refused, nearest
from mfg.population import Categorical, CovariateDistribution
from mfg.protocol.cases import ROUNDINGS
from mfg.protocol.events import Day, VisitWindow
from mfg.protocol.recipe import STEPS, Step
from mfg.protocol.route import CellRule, ConcentrationRule, ShareRule, Sites, VolumeRule
from mfg.protocol.rules import Limits, Round, When
from mfg.protocol.supply import Before
from mfg.reader.scenario_file import Seed
from mfg.reader.written import key_of, keys_of, shown, written_form
from mfg.sizes import COUNT, SEED
from mfg.spread import KEYS, MeasuredSpread, Spread, read_spread
from mfg.units import Quantity
from mfg.units.amounts import Percent, Volume
from mfg.units.measure import Measure, measure_of


def _attrs_hook(cls: type, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    names = {
        a.name: override(omit=True) if key_of(a) is None else override(rename=key_of(a))
        for a in attrs.fields(cls)
    }
    build: Any = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **names)  # type: ignore[arg-type]

    def hook(tree: Any, _: Any) -> Any:
        if not isinstance(tree, dict):
            raise Refused(
                "",
                shown(tree),
                "is not a table",
                f"write a table, whose keys may be {', '.join(keys_of(cls))}",
            )
        return build(tree, cls)

    return hook


def _measured(annotated: Any) -> tuple[Any, Measure] | None:
    args = get_args(annotated)
    return (args[0], args[1]) if len(args) == 2 and isinstance(args[1], Measure) else None


def _quantity_hook(annotated: Any) -> Callable[[Any, Any], Quantity]:
    measure = _measured(annotated)[1]  # type: ignore[index]

    def hook(given: Any, _: Any) -> Quantity:
        if isinstance(given, dict):
            raise Refused(
                "",
                None,
                "is a table where one fixed value is asked",
                f"write {measure.name} like {measure.like}",
            )
        return measure.read(given)

    return hook


def _spread_hook(annotated: Any) -> Callable[[Any, Any], Spread]:
    measure = _measured(annotated)[1]  # type: ignore[index]

    def hook(given: Any, _: Any) -> Spread:
        spread = read_spread(given, measure.read, "")
        for fault in () if measure.signed else spread.below_nought():
            raise fault
        return spread

    return hook


def _covariate(given: Any, _: Any) -> Spread | Categorical:
    """A distribution, or the share of each word."""
    if not isinstance(given, dict) or given.keys() & KEYS:
        return read_spread(given, measure_of(MeasuredSpread).read, "")
    percent = measure_of(Percent)
    return Categorical({str(word): percent.read(share, str(word)) for word, share in given.items()})


def _is_listed(wanted: Any) -> bool:
    origin: Any = get_origin(wanted)
    return origin is tuple


def _listed_hook(wanted: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    """A list, and no text, which would be taken for a list of its letters."""
    members: Any = list[get_args(wanted)[0]]  # type: ignore[misc]
    kind, like = written_form(wanted)

    def hook(given: Any, _: Any) -> Any:
        if not isinstance(given, list):
            raise Refused("", shown(given), f"is not {kind}", f"write it like {like}")
        return tuple(converter.structure(given, members))

    return hook


def _exactly(kind: type, what: str) -> Callable[[Any, Any], Any]:
    def hook(given: Any, _: Any) -> Any:
        if not isinstance(given, kind) or (isinstance(given, bool) and kind is not bool):
            raise Refused("", shown(given), f"is not {what}", f"write {what}")
        return given

    return hook


def _count(given: Any, _: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise Refused("", shown(given), "is not a whole number", "write one like 2")
    COUNT.check(given, "", shown(given))
    return given


def _seed(given: Any, _: Any) -> Seed:
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise Refused("", shown(given), "is not a whole number", "write one like 2")
    SEED.check(given, "", shown(given))
    return Seed(given)


def _decimal(given: Any, _: Any) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, (int, Decimal)):
        raise Refused("", shown(given), "is not a plain number", "write one like 1.6")
    return Decimal(given)


def _words(given: Any, _: Any) -> tuple[str, ...]:
    items = given if isinstance(given, list) else [given]
    if not all(isinstance(item, str) for item in items):
        raise Refused("", shown(given), "is not a word or a list of words", 'write it like ["a", "b"]')
    return tuple(items)


def _volumes(given: Any, _: Any) -> tuple[Quantity, ...]:
    """One volume, or a list of at least one."""
    if isinstance(given, list) and given:
        return tuple(CONVERTER.structure(given, list[Volume]))
    return (CONVERTER.structure(given, Volume),)


def _step_of(given: Any, _: Any) -> Step:
    if not isinstance(given, dict) or "do" not in given:
        raise Refused("", None, "does not say what it does", f"give do = one of {', '.join(STEPS)}")
    if not isinstance(given["do"], str) or given["do"] not in STEPS:
        raise Refused("do", str(given["do"]), "is no step", nearest(str(given["do"]), STEPS))
    rest = {key: value for key, value in given.items() if key != "do"}
    return CONVERTER.structure(rest, STEPS[given["do"]])


def _limits(given: Any, _: Any) -> Limits:
    if isinstance(given, (str, list)) and all(isinstance(item, str) for item in given):
        return Limits(one_of=_words(given, None))
    limits: Limits = _limits_table(given, Limits)
    return limits


def _when(given: Any, _: Any) -> When:
    if not isinstance(given, dict):
        raise Refused("", shown(given), "is not a condition", 'write it like { weight = { most = "50 kg" } }')
    return When(CONVERTER.structure(given, dict[str, Limits]))


def _rows_of(cls: type, short: str) -> Callable[[Any, Any], tuple[Any, ...]]:
    """A decision table: one bare value, one row, or a list of rows."""

    def hook(given: Any, _: Any) -> tuple[Any, ...]:
        if given == []:
            raise Refused("", "[]", "is a table without a row", "write at least one")
        if isinstance(given, list):
            return tuple(CONVERTER.structure(given, list[cls]))  # type: ignore[valid-type]
        return (CONVERTER.structure(given if isinstance(given, dict) else {short: given}, cls),)

    return hook


def _round(given: Any, _: Any) -> Round:
    rounding: Round = _round_table(given, Round)
    if rounding.how not in ROUNDINGS:
        raise Refused("how", rounding.how, "is no way of rounding", nearest(rounding.how, ROUNDINGS))
    return rounding


def _window(given: Any, _: Any) -> VisitWindow:
    span = {"before": given, "after": given} if isinstance(given, str) else given
    window: VisitWindow = _window_table(span, VisitWindow)
    return window


def _either(cls: type, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    """A rule that may be written as its bare `is`."""
    table = _attrs_hook(cls, converter)
    return lambda given, _: table(given if isinstance(given, dict) else {"is": given}, cls)


def _doses(given: Any, _: Any) -> Mapping[str, str]:
    if isinstance(given, dict):
        return {str(name): _exactly(str, "text")(value, str) for name, value in given.items()}
    return dict.fromkeys(_words(given, None), "")


def _make_converter() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=True)
    converter.register_structure_hook_factory(attrs.has, _attrs_hook)
    converter.register_structure_hook_factory(_is_listed, _listed_hook)
    converter.register_structure_hook_factory(
        lambda t: (found := _measured(t)) is not None and found[0] is Quantity, _quantity_hook
    )
    converter.register_structure_hook_factory(
        lambda t: (found := _measured(t)) is not None and found[0] is Spread, _spread_hook
    )
    converter.register_structure_hook_func(lambda t: t == CovariateDistribution, _covariate)
    converter.register_structure_hook(str, _exactly(str, "text"))
    converter.register_structure_hook(bool, _exactly(bool, "true or false"))
    converter.register_structure_hook(int, _count)
    converter.register_structure_hook_func(lambda t: t is Seed, _seed)
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_structure_hook(date, lambda given, _: read_date(given))
    converter.register_structure_hook(Hours, lambda given, _: Hours.read(given))
    converter.register_structure_hook_func(lambda t: t == tuple[str, ...], _words)
    converter.register_structure_hook_func(lambda t: t == Step, _step_of)
    converter.register_structure_hook(Limits, _limits)
    converter.register_structure_hook(When, _when)
    converter.register_structure_hook(Round, _round)
    converter.register_structure_hook(VisitWindow, _window)
    for cls in (ConcentrationRule, VolumeRule):
        converter.register_structure_hook(cls, _either(cls, converter))
    converter.register_structure_hook_func(lambda t: t == Mapping[str, str], _doses)
    converter.register_structure_hook_func(lambda t: t == tuple[Volume, ...], _volumes)
    for row in (CellRule, Sites, ShareRule, Day, Before):
        rows = tuple[row, ...]  # type: ignore[valid-type]
        converter.register_structure_hook_func(partial(eq, rows), _rows_of(row, "is"))
    return converter


CONVERTER = _make_converter()
_limits_table = _attrs_hook(Limits, CONVERTER)
_round_table = _attrs_hook(Round, CONVERTER)
_window_table = _attrs_hook(VisitWindow, CONVERTER)
