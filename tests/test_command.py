"""The command line: statuses, streams, start-up, and what a hurried person types."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import mfg as package
from mfg.errors import nearest
from tests.conftest import MINIMAL, ROOT, Said

COMMANDS = [
    "protocols",
    "show",
    "check",
    "dose",
    "orders",
    "audit",
    "schedule",
    "scenarios",
    "run",
    "trace",
    "today",
    "lessons",
    "examples",
]
STUDIES = ["compare", "sensitivity", "status"]  # their examples take long, or need a folder


def cpu_of(*arguments: str) -> float:
    """The CPU seconds of a whole process, the least of three."""
    code = (
        "import resource, sys, subprocess\n"
        "subprocess.run([sys.executable, '-m', 'mfg', *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(used.ru_utime + used.ru_stime)\n"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    return min(float(run.stdout) for run in runs)


def test_help_is_quick() -> None:
    """Less than 0.25 s of CPU: what is heavy is imported inside the commands."""
    assert cpu_of("--help") < 0.25


def test_a_dose_is_quick() -> None:
    """Less than 0.8 s of CPU."""
    assert cpu_of("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "72kg") < 0.8


@pytest.mark.parametrize("command", [*COMMANDS, *STUDIES])
def test_help_of_every_command_has_an_example(mfg: Callable[..., Said], command: str) -> None:
    """And the example names the command."""
    said = mfg(command, "--help")
    assert said.status == 0
    assert f"Example: mfg {command}" in " ".join(said.out.split())


def test_the_examples_in_the_help_work(
    mfg: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every example is a command line that a person can copy."""
    (tmp_path / "doses.csv").write_text("patient,weight_kg,cells\nA,70,70000000\n", encoding="utf-8")
    (tmp_path / "patients.csv").write_text("patient,weight_kg,arm\nA,70,msc\n", encoding="utf-8")
    (tmp_path / "my-protocol.toml").write_text(
        MINIMAL + '[[route]]\nname = "iv"\ncells = "1e6 cell"\n', encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        text = " ".join(mfg(command, "--help").out.split())
        found = re.search(rf"Example: mfg ({command}.*?)(?: ╭| Usage|$)", text)
        assert found is not None
        example = found[1].strip().replace("-n 30", "-n 2")
        assert mfg(*example.split()).status == 0, example


@pytest.mark.parametrize(
    "command",
    [
        "protocols",
        "scenarios",
        "show lenzumestrocel-korea",
        "schedule lenzumestrocel-korea --baseline 2026-03-12",
        "trace lenzumestrocel-phase2",
        f"check {ROOT / 'examples' / 'my-protocol.toml'}",
    ],
)
def test_json_is_one_document_and_nothing_else(mfg: Callable[..., Said], command: str) -> None:
    """On stdout; numbers as JSON has them."""
    said = mfg(*command.split(), "--json")
    assert json.loads(said.out) is not None
    assert "NaN" not in said.out


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("", ""),
        ("doze", "dose"),
        ("dose", "requires an argument"),
        ("dose lenzumestrocel-phase2 extra --weight 72kg", "extra"),
        (
            "dose lenzumestrocel-phase2 --weight 72 kg",
            "'kg' stands apart from '72'; write 72kg, or '72 kg' in quotation marks",
        ),
        ("dose lenzumestrocel-phase2 --weight 72kg --csf 25 mL", "write 25mL, or '25 mL' in quotation marks"),
        ("dose lenzumestrocel-phase2 -w 72kg", "-w is no option; write --weight or --weighed"),
        ("dose lenzumestrocel-phase2 -z 72kg", "-z is no option"),
        ("dose lenzumestrocel-phase2 --height 170cm", "is given as --given height=VALUE"),
        ("dose lenzumestrocel-phase2 --wieght 72kg", "--weight?"),
        ("dose phase2", "did you mean 'cl2020-phase2', 'lenzumestrocel-phase2' or 'nurown-phase2'"),
        ("dose lenzumestrocel", "'lenzumestrocel-korea', 'lenzumestrocel-phase2' or 'lenzumestrocel-phase3'"),
        ("run lenzumestrocel-phase2 -n 0", "-n"),
        ("run lenzumestrocel-phase2 -n -3", "-n"),
        ("run lenzumestrocel-phase2 -n 1.5", "1.5"),
        ("run lenzumestrocel-phase2 --seed -1", "--seed"),
        ("run lenzumestrocel-phase2 --seed 99999999999999999999", "--seed"),
        ("run lenzumestrocel-phase2 --workers 0", "--workers"),
        ("run lenzumestrocel-phase2 --set suites", "KEY=VALUE"),
        ("run lenzumestrocel-phase2 --set suites=2 --set suites=3", "more than once"),
        ("run lenzumestrocel-phase9", "lenzumestrocel-phase"),
        ("trace lenzumestrocel-phase2 --replication -1", "--replication"),
        ("check", "at least one file"),
        ("check none.toml", "cannot be read"),
        ("audit lenzumestrocel-phase2 none.csv", "cannot be read"),
        ("show ./none.toml", "cannot be read"),
    ],
)
def test_wrong_usage_is_one_message_and_no_traceback(mfg: Callable[..., Said], line: str, word: str) -> None:
    """Status 2 (or 1 for a checked file), the reason on one of the two streams, nothing half-done."""
    said = mfg(*line.split())
    if not line:
        assert "Commands" in said.out
        return
    assert said.status in ((1, 2) if line.startswith("check none") else (2,))
    assert word in said.err + said.out
    assert "Traceback" not in said.err + said.out


@pytest.mark.parametrize(
    ("word", "known", "advice"),
    [
        ("volum", ["volume", "column"], "did you mean 'volume'?"),
        ("dose", ["first dose", "second dose", "visit"], "did you mean 'first dose' or 'second dose'?"),
        ("dose 7", ["dose 1", "dose 2", "visit"], "did you mean 'dose 1' or 'dose 2'?"),
        ("xyz", ["b", "a"], "use one of a, b"),
        ("day", [f"day {n}" for n in range(7)], "use one of day 0, day 1, day 2, day 3, day 4, day 5, day 6"),
        ("dose 2", ["dose 1", "dose 1"], "did you mean 'dose 1'?"),
        ("name", ["sample", "limit", "test"], "use one of limit, sample, test"),
        ("x", [], "nothing is allowed here"),
    ],
)
def test_every_near_word_is_suggested_or_none(word: str, known: list[str], advice: str) -> None:
    """One of several that are as near would be a guess."""
    assert nearest(word, known) == advice


def test_the_version_is_the_packages(mfg: Callable[..., Said]) -> None:
    """`mfg --version` and the changelog agree."""
    version = mfg("--version").out.strip()
    changelog = (Path(__file__).parent.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {version}" in changelog


def test_a_reader_that_has_enough_is_no_error() -> None:
    """`mfg show ... | head -1` ends quietly, also when more is printed than a pipe holds."""
    command = [sys.executable, "-m", "mfg", "show", "lenzumestrocel-phase3", "--kind", "scenario", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as shown:
        assert shown.stdout is not None
        assert shown.stderr is not None
        assert shown.stdout.readline() == "{\n"
        shown.stdout.close()
        assert shown.stderr.read() == ""
        assert shown.wait() == 0


def test_paths_may_hold_anything(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Spaces and letters of any script."""
    folder = tmp_path / "Ωμέγα 1"
    folder.mkdir()
    file = folder / "프로토콜.toml"
    file.write_text(MINIMAL + '[[route]]\nname = "intravenous"\ncells = "1e6 cell"\n', encoding="utf-8")
    assert mfg("dose", file).status == 0
    assert mfg("run", "lenzumestrocel-phase2", "-n", "1", "-o", folder / "a run").status == 0


def test_a_folder_with_other_files_is_left_alone(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Nothing is written among files that are not a run's."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    said = mfg("run", "lenzumestrocel-phase2", "-n", "1", "-o", tmp_path)
    assert said.status == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.skipif(
    os.name != "posix" or not Path("/dev/full").exists(), reason="needs a device that is full"
)
def test_a_full_disk_is_said() -> None:
    """Writing the answer to a full device is a message and status 2."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mfg", "protocols"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_interruption_is_status_130(monkeypatch: pytest.MonkeyPatch, mfg: Callable[..., Said]) -> None:
    """Ctrl-C is a word on stderr, not a traceback."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mfg.study.run.run_of", interrupted)
    said = mfg("run", "lenzumestrocel-phase2")
    assert said.status == 130
    assert "interrupted" in said.err


def test_python_offers_what_the_command_does() -> None:
    """The public names are there, and loading the package loads nothing heavy."""
    code = "import sys, mfg; print(sorted(set(mfg.__all__) & set(dir(mfg)) ^ set(mfg.__all__)), [m for m in ('pandas', 'pint', 'scipy', 'simpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"


def test_a_name_where_a_protocol_is_asked_for_is_refused_with_the_way_to_load_it() -> None:
    """In Python a protocol is loaded once and asked often."""
    for ask in (
        lambda name: package.dose(name, weight="72 kg"),
        lambda name: package.schedule(name, baseline="2026-03-12"),
        lambda name: package.audit(name, "doses.csv"),
    ):
        with pytest.raises(package.Refused, match=r"mfg.load_protocol\('lenzumestrocel-phase2'\)"):
            ask("lenzumestrocel-phase2")


PHASE2 = ("lenzumestrocel-phase2", "--arm", "msc")
FOUND = {
    "dose, a note": (("dose", *PHASE2, "--weight", "72kg"), "note", 0),
    "dose, a warning": (("dose", "lenzumestrocel-korea", "--weight", "72kg"), "warning", 0),
    "dose, an error": (("dose", *PHASE2, "--weight", "72kg", "--csf", "5mL"), "error", 1),
    "audit, a warning": (("audit", *PHASE2, "A,72,72e6,60"), "warning", 0),
    "audit, an error": (("audit", *PHASE2, "A,72,71e6,72"), "error", 1),
    "schedule, a warning": (("schedule", *PHASE2, "--baseline", "2026-03-07"), "warning", 0),
    "schedule, an error": (
        ("schedule", *PHASE2, "--baseline", "2026-03-12", "--site", "short.toml"),
        "error",
        1,
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_an_error_makes_the_status_1_and_a_warning_does_not(
    mfg: Callable[..., Said], tmp_path: Path, case: str
) -> None:
    """In whatever command it is found."""
    arguments, level, status = FOUND[case]
    table, site = tmp_path / "doses.csv", tmp_path / "short.toml"
    row = next((text for text in arguments if text.startswith("A,")), "")
    table.write_text(f"patient,weight_kg,cells,previous_weight_kg\n{row}\n", encoding="utf-8")
    seoul = (ROOT / "sites/seoul.toml").read_text(encoding="utf-8")
    site.write_text(seoul.replace("Mon-Fri 09:00-18:00", "Mon-Fri 09:00-15:00", 1), encoding="utf-8")
    files = {"short.toml": site, row: table}
    said = mfg(*(files.get(text, text) for text in arguments))
    assert f"{level} " in said.out, said
    assert said.status == status


@pytest.mark.parametrize(("command", "more"), [("audit", ()), ("orders", ("--out", "orders"))])
def test_a_table_in_the_place_of_the_protocol_is_told(
    mfg: Callable[..., Said], command: str, more: tuple[str, ...]
) -> None:
    """Which comes first is easily mixed up."""
    said = mfg(command, "doses.csv", "lenzumestrocel-phase2", *more)
    assert said.status == 2
    assert f"is a table, where the protocol is named; write mfg {command} PROTOCOL TABLE" in said.err
