"""What computes no simulation runs where only light libraries are installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mfg.extras import EXTRAS
from tests.conftest import ROOT

HEAVY = ("scipy", *(library for libraries in EXTRAS.values() for library in libraries))
RUN = (
    f"import sys\nfor name in {HEAVY}:\n    sys.modules[name] = None\n"
    "from mfg.cli import run\nsys.exit(run(sys.argv[1:]))"
)
PHASE2, PHASE3 = "lenzumestrocel-phase2", "lenzumestrocel-phase3"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("protocols",), "Lenzumestrocel as marketed in Korea"),
        (("scenarios",), "The phase 2 trial of lenzumestrocel"),
        (("dose", PHASE2, "--arm", "msc", "--weight", "72kg"), "72,000,000"),
        (("schedule", PHASE2, "--arm", "msc", "--baseline", "2026-03-12"), "everything fits"),
        (("audit", PHASE2, "examples/doses.csv", "--arm", "msc"), "verdict"),
        (("orders", PHASE3, "examples/dosing-list.csv", "--out", "{folder}/orders"), "3 ordered, 1 refused"),
        (("show", PHASE2), "randomised: 33 in the MSC arm"),
        (("show", PHASE2, "--kind", "scenario"), "site.work.isolate.lasts"),
        (("new", "scenario", "--like", PHASE2), f'extends = "{PHASE2}"'),
        (("check", "protocols/lenzumestrocel-phase2.toml"), "sound"),
        *((("check", f"scenarios/{path.name}"), "sound") for path in sorted(ROOT.glob("scenarios/*.toml"))),
        (("check", "{folder}/drawn.toml"), "lasts longer than 110 min"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_it_needs_no_heavy_library(command: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """Each command that reads files and computes doses, with every library refused that only a simulation needs.

    A check asks for the median of work that is booked: half of a gamma distribution of shape 4 lies below 3.672 of its
    scales, here 30 minutes.
    """
    lasts = 'booked = "1 hour"\nlasts = { mean = "2 hour", sd = "1 hour", shape = "gamma" }\nassumed = "an example"'
    text = f'schema = "site-1"\nname = "drawn"\nextends = "seoul"\n[work.isolate]\n{lasts}\n'
    (tmp_path / "drawn.toml").write_text(text, encoding="utf-8")
    asked = [part.format(folder=tmp_path) for part in command]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *asked], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said in done.stdout, done.stderr
    assert "Error" not in done.stderr


def test_a_simulation_needs_them() -> None:
    """So the libraries above are indeed out of reach."""
    run = "import mfg\nmfg.simulate('lenzumestrocel-phase2', replications=1)"
    blocked = RUN.partition("from mfg")[0] + run
    done = subprocess.run(
        [sys.executable, "-c", blocked], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
