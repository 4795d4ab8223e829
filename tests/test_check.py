"""`mfg check` is the whole truth at once: of every file, of those that it names, and of what nobody checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mfg.errors import Faults
from mfg.reader.checks import check_file
from mfg.reader.library import builtin
from mfg.reader.scenarios import load_scenario
from tests.conftest import MINIMAL, ROOT, Said, protocol
from tests.small_unit import scenario

ROUTE = '[[route]]\nname = "intravenous"\ncells = "1e6 cell"\n'
BROKEN = ROOT / "tests" / "broken"
TEMPERATURE = "site: leg.facility to clinic: keeps no stated temperature, and the protocol asks for one"


@pytest.mark.parametrize("kind", ["protocol", "scenario", "site", "population"])
def test_built_in_files_are_sound_and_checked_by_name(mfg: Callable[..., Said], kind: str) -> None:
    """Every built-in file of every kind; where two kinds share a name, both are checked."""
    for name in builtin(kind):
        said = mfg("check", name, "--json")
        assert said.status == 0
        assert f"{name} ({kind})" in [file["file"] for file in said.json["files"]]


def test_json_is_one_document_whatever_the_files(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Also for files that are missing, are folders, or hold anything but TOML."""
    (tmp_path / "bytes.toml").write_bytes(b"\xff\x00")
    (tmp_path / "empty.toml").write_text("", encoding="utf-8")
    said = mfg(
        "check", tmp_path, tmp_path / "bytes.toml", tmp_path / "empty.toml", "none.toml", "nobody", "--json"
    )
    assert said.status == 1
    assert [file["sound"] for file in said.json["files"]] == [False] * 5
    assert all(
        fault["problem"] and fault["remedy"] for file in said.json["files"] for fault in file["faults"]
    )


def test_every_fault_has_the_name_of_its_file(mfg: Callable[..., Said]) -> None:
    """Of a scenario, its protocol, its site and its population, in one run."""
    (report,) = mfg("check", BROKEN / "scenario-faults-in-every-file.toml", "--json").json["files"]
    files = {Path(fault["file"]).name for fault in report["faults"]}
    parts = {f"{part}-two-faults.toml" for part in ("protocol", "site", "population")}
    assert files == {"scenario-faults-in-every-file.toml", *parts}


def test_what_is_not_checked_is_said(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Numbers without an example, limits that nobody can judge, covariates without limits, untold temperatures."""
    file = tmp_path / "mine.toml"
    more = '[patient.weight]\nunit = "kg"\n[eligibility]\nmood = { least = "3 point" }\nage = { least = "18 year" }\n'
    file.write_text(MINIMAL + ROUTE + more, encoding="utf-8")
    said = mfg("check", file)
    assert said.status == 0
    assert "mine.toml: sound, with a warning; numbers: " in said.out
    assert "  warning: no worked example: nothing proves its numbers" in said.out
    assert "not checked: eligibility.mood" in said.out
    assert "not checked: eligibility.age" not in said.out
    assert "not checked: patient.weight: no limits" in said.out
    assert TEMPERATURE in mfg("check", ROOT / "tests" / "hand" / "scenario.toml").out


def test_an_example_is_computed_although_something_else_is_wrong(tmp_path: Path) -> None:
    """And not where what it is computed from is wrong itself."""
    wrong = '[[example]]\ngiven = {}\nexpect = { cells = "2e6 cell" }\n'
    file = tmp_path / "mine.toml"
    text = MINIMAL.replace("[[arm]]", 'tolerance = "100 %"\n[[arm]]') + ROUTE + wrong
    file.write_text(text, encoding="utf-8")
    said = str(check_file(file))
    assert "tolerance: '100 %' lets doses pass that are off by more than 10 %" in said
    assert "example.1.expect.cells: '2e6 cell' does not hold" in said
    file.write_text(text.replace('"1e6 cell"', '{ least = "2e6 cell", most = "1e6 cell" }'), encoding="utf-8")
    assert "example.1" not in str(check_file(file))


def test_a_fault_of_shape_hides_none_of_meaning_and_makes_none_up() -> None:
    """What cannot be read is left out; what merely follows from that is not said."""
    with pytest.raises(Faults) as refusal:
        protocol('[[visit]]\nname = "week 1"\nday = "7 days"\n' + ROUTE + 'sites = 0\nvolum = "5 mL"\n')
    assert [fault.where for fault in refusal.value.faults] == [
        "visit.week 1.day",
        "route.intravenous",
        "route.intravenous.sites",
    ]


def test_a_bare_value_is_named_by_the_key_that_was_written() -> None:
    """And by the key in its table where there is one; a word for a table, or a table for a value, is told what may stand."""
    lines = (
        '[[release]]\ntest = "sterility"\nlimit = "no growth"\nsample = "product"\nholds = "formulation"\n'
    )
    lines += '[[step]]\ndo = "expand"\nlasts = { least = "7 day", most = "9 day" }\n'
    with pytest.raises(Faults) as refusal:
        protocol(f'[[visit]]\nname = "A"\nday = "7 days"\n{lines}' + ROUTE + 'sites = [{ is = "two" }]\n')
    said = {fault.where: fault.remedy for fault in refusal.value.faults}
    assert {"visit.A.day", "release.sterility.sample", "route.intravenous.sites.1.is"} <= said.keys()
    assert "step.expand.lasts: is a table where one fixed value is asked" in str(refusal.value)
    assert said["release.sterility.sample"] == "write a table, whose keys may be at, before"


@pytest.mark.parametrize(
    ("keeps", "sound"),
    [
        (("2 degC", "8 degC"), True),
        (("3 degC", "7 degC"), True),
        (("2 degC", "8.1 degC"), False),
        (("1 degC", "8 degC"), False),
    ],
)
def test_a_leg_keeps_within_what_the_protocol_asks(keeps: tuple[str, str], *, sound: bool) -> None:
    """At the limits, and a tenth of a degree beyond them."""
    change = {"site.leg.facility to clinic.keeps": {"least": keeps[0], "most": keeps[1]}}
    if sound:
        assert scenario(change).site.legs[1].keeps is not None
        return
    with pytest.raises(
        Faults, match=r"site.leg.facility to clinic.keeps: .* is not within the protocol's 2 degC to 8 degC"
    ):
        scenario(change)


@pytest.mark.parametrize(("turnaround", "sound"), [("11.5 hour", True), ("11.6 hour", False)])
def test_a_product_keeps_until_the_result_that_it_waits_for(turnaround: str, *, sound: bool) -> None:
    """Twelve hours with half an hour of hands: eleven and a half are left, on an evening shift."""
    change = {
        "site.test.count and viability.turnaround": turnaround,
        "site.clinic.hospital.hours": "always",
    }
    if sound:
        scenario(change)
        return
    with pytest.raises(Faults, match=r"takes at least 12\.1 h, and the product keeps 12 h"):
        scenario(change)


@pytest.mark.parametrize(("closes", "sound"), [("15:40", True), ("15:39", False)])
def test_a_clinic_is_open_when_a_product_can_be_there(closes: str, *, sound: bool) -> None:
    """Harvest 3.5 h, formulation 2.5 h, an hour on its way while it is tested, 40 min to give it; from eight o'clock on."""
    change = {"site.clinic.hospital.hours": f"Mon-Fri 09:00-{closes}"}
    if sound:
        scenario(change)
        return
    with pytest.raises(
        Faults, match=r"site.clinic.hospital.hours: have passed before a product can be given"
    ):
        scenario(change)


@pytest.mark.parametrize(("lasts", "sound"), [("40 minute", True), ("41 minute", False)])
def test_a_dose_is_given_within_its_appointment(lasts: str, *, sound: bool) -> None:
    """Forty minutes are booked."""
    change = {"protocol.route.intrathecal.lasts": lasts}
    if sound:
        scenario(change)
        return
    with pytest.raises(Faults, match="is booked for 40 min, and the routes last 41 min"):
        scenario(change)


def test_a_supply_is_set_where_the_scenario_says_none() -> None:
    """`--set supply` names the scenario's own key, not the supplies of its protocol."""
    assert load_scenario(ROOT / "tests" / "hand" / "scenario.toml", {"supply": "fresh"}).supply == "fresh"
