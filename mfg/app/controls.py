"""What can be set of a scenario: its own numbers by their paths, the usual ones with a control of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from attrs import evolve, frozen

from mfg.errors import Refused, nearest
from mfg.reader.library import builtin
from mfg.reader.scenarios import load_scenario
from mfg.reader.shown import Shown, list_values

_NUMBER = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(?: ?([^0-9].*))?")
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_PLACES = {
    "suites": "Suites",
    "operators": "Operators",
    "rooms": "Rooms",
    "beds": "Beds",
    "benches": "Laboratory benches",
    "incubator": "Incubator",
    "freezers": "Freezers",
    "storage": "Storage",
    "starts": "Lots begun a day",
    "fills": "Products filled a day",
}
# What names a file or decides what is read, and what has a field of its own: no text from a browser gets there.
_KEPT = ("protocol", "site", "population", "seed", "arrivals.patients", "arrivals.in_progress")
HOW_OFTEN = ("20", "60", "200")


@frozen
class Control:
    """One number or word of the scenario: its `path`, what a form calls it, its value now, its unit, and what may stand there."""

    path: str
    label: str
    value: str
    unit: str = ""
    said: str = ""
    span: str = ""
    choices: tuple[str, ...] = ()

    def setting(self, typed: str) -> str:
        """What was *typed* as a setting: a plain number has the unit that stands beside it."""
        return f"{typed} {self.unit}".strip() if self.unit and _PLAIN.fullmatch(typed) else typed


@frozen
class Controls:
    """Everything that a form shows of one scenario; `others` are all its values by path."""

    scenario: str
    title: str
    seed: str
    groups: tuple[tuple[str, tuple[Control, ...]], ...]
    others: tuple[tuple[str, str], ...]
    in_process: bool

    @property
    def every(self) -> Iterator[Control]:
        """All controls."""
        return (one for _, controls in self.groups for one in controls)


def scenarios() -> list[str]:
    """The names that may be chosen."""
    return builtin("scenario")


def to_begin_with() -> str:
    """The scenario that a page shows first: the one to which most patients come in a month."""

    def rate(name: str) -> float:
        return next((float(one.value) for one in controls_of(name).every if one.path == "arrivals.rate"), 0)

    return max(scenarios(), key=rate)


def chosen(name: str | None, names: list[str], what: str) -> str:
    """One of *names*, which is *what*.

    Raises:
        Refused: if it is none of them.
    """
    if name not in names:
        raise Refused(what, (name or "")[:80], "is not in the list", nearest(name or "", names))
    return str(name)


@lru_cache(maxsize=32)
def controls_of(name: str) -> Controls:
    """The controls of the built-in scenario of that *name*."""
    scenario = load_scenario(name)
    found = [one for one in list_values("scenario", name) if one.path not in _KEPT]
    supplies = tuple(one.name for one in scenario.protocol.supplies)
    people = [_control(one, "Patients") for one in found if one.path == "arrivals.rate" and not one.unset]
    people += [
        _control(one, "One patient every") for one in found if one.path == "arrivals.every" and not one.unset
    ]
    if len(supplies) > 1:
        people.append(Control("supply", "Supply", scenario.supply or supplies[0], choices=supplies))
    groups = (
        ("Patients and supply", tuple(people)),
        ("Site", _named_apart(list(_site(found)))),
        ("Turnaround of tests", tuple(_tests(found))),
    )
    return Controls(
        scenario=name,
        title=scenario.title or name,
        seed=str(scenario.seed),
        groups=tuple((title, controls) for title, controls in groups if controls),
        others=tuple((one.path, one.value) for one in found),
        in_process=bool(scenario.arrivals.in_progress),
    )


def _control(one: Shown, label: str) -> Control:
    match = _NUMBER.fullmatch(one.value)
    value, unit = (match[1], match[2] or "") if match else (one.value, "")
    span = " to ".join(one.evidence.between) if one.evidence and one.evidence.between else ""
    said = str(one.evidence) if one.evidence else ""
    return Control(one.path, label, value, unit, said, span)


def _site(found: list[Shown]) -> Iterator[Control]:
    for key, label in _PLACES.items():
        for one in found:
            way = one.path.split(".")
            if (
                not one.unset
                and len(way) == 4
                and way[0] == "site"
                and way[3] == key
                and _NUMBER.fullmatch(one.value)
            ):
                yield _control(one, label)


def _named_apart(controls: list[Control]) -> tuple[Control, ...]:
    """Controls of one kind at several places, each with its place."""
    labels = [one.label for one in controls]
    return tuple(
        evolve(one, label=f"{one.label}, {one.path.split('.')[2]}") if labels.count(one.label) > 1 else one
        for one in controls
    )


def _tests(found: list[Shown]) -> Iterator[Control]:
    for one in found:
        way = one.path.split(".")
        if (
            not one.unset
            and way[:2] == ["site", "test"]
            and way[3:] == ["turnaround"]
            and _NUMBER.fullmatch(one.value)
        ):
            yield _control(one, way[2][:1].upper() + way[2][1:])


def settings_of(
    controls: Controls, typed: Mapping[str, str], others: Iterable[tuple[str, str]]
) -> tuple[dict[str, str], list[Refused]]:
    """The settings that a form asks for: what was *typed* into controls, by path, and *others*, pairs of a path and a value.

    And what of it cannot be one: a path that the scenario does not show, that has no value, or that stands twice.
    """
    found: dict[str, str] = {}
    faults: list[Refused] = []
    for one in controls.every:
        given = typed.get(one.path, one.value)
        if given != one.value:
            found[one.path] = one.setting(given)
    known = dict(controls.others)
    for ending, value in others:
        meant = [one for one in known if ending == one] or [
            one for one in known if one.endswith(f".{ending}")
        ]
        path = meant[0] if len(meant) == 1 and ending else ""
        if not path:
            faults.append(
                Refused(
                    "another number",
                    ending[:120],
                    "is no path of this scenario",
                    _near(ending, meant or list(known)),
                )
            )
        elif not value:
            faults.append(
                Refused(path, None, f"is given no value (it is {known[path]})", "type one, or empty its path")
            )
        elif path in found:
            faults.append(Refused(path, value[:120], "is set twice", "give it once"))
        else:
            found[path] = value
    return found, faults


def _near(path: str, known: list[str]) -> str:
    advice = nearest(path, known)
    return advice if len(advice) < 300 else "choose one of the list"


def in_words(controls: Controls, settings: Mapping[str, str]) -> str:
    """Settings as people say them: ``Suites 3; Sterility 14 day``."""
    labels = {one.path: one.label for one in controls.every}
    tests = {path for path in labels if path.endswith(".turnaround")}
    said = [
        f"{labels.get(path, path)}{' result' if path in tests else ''} {value}"
        for path, value in settings.items()
    ]
    return "; ".join(said) or "as it is"
