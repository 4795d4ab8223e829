"""A file that extends another says only what differs, and is judged whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mfg.errors import Faults
from mfg.evidence import Number
from mfg.reader.library import find
from mfg.reader.scenarios import load_population, load_scenario, load_site
from mfg.units import text
from tests.conftest import Said

HEAD = 'schema = "site-1"\nname = "mine"\nextends = "seoul"\n'


def site(folder: Path, own: str) -> Path:
    """A site file that extends seoul."""
    path = folder / "mine.toml"
    path.write_text(HEAD + own, encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    """Why a site cannot be read."""
    with pytest.raises(Faults) as refused:
        load_site(path)
    return str(refused.value)


def test_what_is_not_said_is_the_other_file_s(tmp_path: Path) -> None:
    """And what is said replaces it, key by key."""
    seoul, mine = load_site(find("site", "seoul")), load_site(site(tmp_path, "[facility.gmp]\nsuites = 3\n"))
    assert mine.name == "mine"
    assert mine.facilities["gmp"].suites == 3
    assert mine.facilities["gmp"].operators == seoul.facilities["gmp"].operators
    assert mine.work == seoul.work
    assert mine.legs == seoul.legs


def test_a_distribution_is_replaced_whole(tmp_path: Path) -> None:
    """Two shapes do not mix."""
    mine = load_site(
        site(
            tmp_path, '[work.passage]\nlasts = { median = "40 minute", spread = 1.2, shape = "lognormal" }\n'
        )
    )
    assert mine.work["passage"].lasts.shape == "lognormal"
    assert mine.work["passage"].lasts.likely is None
    assert text(mine.work["passage"].per_flask) == "6 minute"


def test_a_member_of_a_list_is_changed_by_its_name(tmp_path: Path) -> None:
    """A table where the other file has a list; a list replaces the list."""
    one = load_site(site(tmp_path, '[leg."clinic to facility"]\nlasts = { is = "3 hour" }\n'))
    assert [leg.lasts.shape for leg in one.legs] == ["fixed", "lognormal"]
    assert one.legs[0].excursion == one.legs[1].excursion
    all_new = load_site(
        site(tmp_path, 'leg = [{ name = "clinic to facility", lasts = { is = "3 hour" } }]\n')
    )
    assert [leg.name for leg in all_new.legs] == ["clinic to facility"]


def test_what_is_left_out_is_not_there(tmp_path: Path) -> None:
    """A clinic of the other file, for one of its own."""
    own = 'without = ["clinic.hospital"]\n[clinic.ward]\nhours = "Mon-Fri 8-17"\nslot = "30 minute"\nrooms = 1\n'
    assert list(load_site(site(tmp_path, own)).clinics) == ["ward"]


def test_every_number_keeps_the_evidence_of_its_own_file(tmp_path: Path) -> None:
    """What stands on a whole table or file counts for the numbers of that file alone."""
    mine = load_site(site(tmp_path, 'assumed = "our own count"\n[facility.gmp]\nsuites = 3\n'))
    reasons = {n.path.removesuffix(".is"): n.evidence.reason for n in mine.numbers if n.evidence is not None}
    assert reasons["facility.gmp.suites"] == "our own count"
    assert reasons["facility.gmp.operators"].startswith("no source describes the rooms")
    assert reasons["work.collect.fails"].startswith("dry taps")


def test_facts_keep_their_source(tmp_path: Path) -> None:
    """A fact that the other file names by its short name is found from here too."""
    for name in ("als-korea", "als-us", "als-japan"):
        path = tmp_path / f"{name}.toml"
        path.write_text(f'schema = "population-1"\nname = "mine"\nextends = "{name}"\n', encoding="utf-8")
        ours, theirs = load_population(path), load_population(find("population", name))
        assert supported(ours.numbers) == supported(theirs.numbers)


def supported(numbers: tuple[Number, ...]) -> dict[str, object]:
    """What supports each number; a formula names its facts with or without their source."""
    claims = {number.path.removesuffix(".is"): number.evidence for number in numbers}
    return {path: e and (e.kind, e.source, e.where, e.facts, e.between) for path, e in claims.items()}


def test_a_scenario_finds_the_lists_of_the_file_that_it_extends(tmp_path: Path) -> None:
    """Wherever it lies itself; and a list that is left out gives way to a rate."""
    path = tmp_path / "mine.toml"
    head = 'schema = "scenario-1"\nname = "mine"\nextends = "lenzumestrocel-phase2"\n'
    path.write_text(head, encoding="utf-8")
    assert len(load_scenario(path).arrivals.patients) == len(
        load_scenario("lenzumestrocel-phase2").arrivals.patients
    )
    path.write_text(
        f'{head}without = ["arrivals.patients"]\narrivals = {{ rate = "2 / month" }}\n', encoding="utf-8"
    )
    assert load_scenario(path).arrivals.patients == ()


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ('without = ["clinic.hospitl"]\n', "did you mean 'clinic.hospital'"),
        ('without = "clinic.hospital"\n', "is no list of paths"),
        ('[leg."clinic to town"]\nlasts = { is = "3 hour" }\n', "is not in the file that this one extends"),
        ("[facility.gmp]\nsuits = 3\n", "unknown key 'suits'"),
        ("[facility.gmp]\nsuites = -3\n", "facility.gmp.suites"),
    ],
)
def test_what_does_not_fit_the_other_file_is_refused(tmp_path: Path, own: str, said: str) -> None:
    """At its place in this file."""
    assert said in refusal(site(tmp_path, own))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace("seoul", "soul"), "did you mean 'seoul'"),
        (HEAD.replace("seoul", "als-korea"), "is not a built-in site"),
        (HEAD.replace('name = "mine"\n', ""), "give the file a name of its own"),
        (HEAD.replace('"seoul"', "3"), "does not name a site"),
        (HEAD.replace('"seoul"', '"other.toml"'), "one step is all there is"),
        ('schema = "protocol-1"\nname = "mine"\nextends = "cl2020-phase2"\n', "write the whole file"),
        ('schema = "site-1"\nname = "mine"\nwithout = ["work"]\n', "does not name a site"),
    ],
)
def test_what_cannot_be_extended_is_refused(
    tmp_path: Path, mfg: Callable[..., Said], text: str, said: str
) -> None:
    """A name that there is not, another kind of file, a file that extends one itself, a protocol."""
    (tmp_path / "other.toml").write_text(HEAD, encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    answer = mfg("check", path)
    assert answer.status in (1, 2)
    assert said in answer.out + answer.err


def test_show_says_which_file_a_value_is_from(tmp_path: Path, mfg: Callable[..., Said]) -> None:
    """Its own, or the one that it extends."""
    answer = mfg("show", site(tmp_path, "[facility.gmp]\nsuites = 3\n"), "--json").json
    files = {one["path"]: one["file"] for one in answer["numbers"]}
    assert files["facility.gmp.suites"] is None
    assert files["facility.gmp.operators"] == "seoul"


@pytest.mark.parametrize(
    ("kind", "like"),
    [("site", "united-states"), ("site", "seoul"), ("population", "als-us"), ("scenario", "nurown-phase2")],
)
def test_a_new_file_changes_nothing_until_it_is_edited(
    tmp_path: Path, mfg: Callable[..., Said], kind: str, like: str
) -> None:
    """It is sound as written, and it is sound and the same with all its comments taken away."""
    path = tmp_path / "mine.toml"
    assert mfg("new", kind, "--like", like, "-o", path).status == 0
    assert mfg("check", path).status == 0
    whole = tmp_path / "whole.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    head = next(n for n, line in enumerate(lines) if line.startswith("# without"))
    body = [line.removeprefix("# ") for line in lines[head + 1 :]]
    whole.write_text("\n".join([*lines[3:head], *body]), encoding="utf-8")
    shown = [mfg("show", each, "--json").json["numbers"] for each in (path, whole)]
    one, other = ({value["path"]: value["value"] for value in each} for each in shown)
    assert other == one
    assert mfg("new", kind, "--like", like, "-o", path).status == 2
