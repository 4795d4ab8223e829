"""What a worker loads, and that what it writes is what pandas reads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mfg.results.arrays import Coded
from mfg.study.parts import frame_in, parquet
from tests.conftest import ROOT

HEAVY = ("pandas", "pyarrow", "pint", "scipy", "cattrs", "holidays", "cyclopts", "rich")


def loaded_after(code: str) -> str:
    """Which of the heavy libraries a new process has loaded after *code*."""
    asked = f"import sys\n{code}\nprint([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_worker_begins_with_what_it_computes_by() -> None:
    """It has to start before it can work, and does so for every study: numpy and the engine are enough."""
    assert loaded_after("import mfg.study.work, mfg.study.chunk") == "[]"


def test_a_worker_writes_without_pandas(tmp_path: Path) -> None:
    """Carrying out a chunk loads what writes (pyarrow), and neither data frames nor scipy."""
    plan = tmp_path / "chunk.pickle"
    make = (
        "import pickle\nfrom pathlib import Path\nfrom mfg.study.chunk import chunks\n"
        "from mfg.study.study import Study\nfrom mfg.study.variants import AS_IT_IS, Variant\n"
        "study = Study.of('tests/study/scenario.toml', (Variant(AS_IT_IS, {}),), 1)\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "(work,) = chunks(study.plans[0], 0, 2, folder, study.identity, durable=False)\n"
        f"Path({str(plan)!r}).write_bytes(pickle.dumps(work))"
    )
    subprocess.run([sys.executable, "-c", make], cwd=ROOT, check=True)
    work = f"import pickle\nfrom pathlib import Path\ndone = pickle.loads(Path({str(plan)!r}).read_bytes()).carry_out()\nassert len(done) == 2"
    assert loaded_after(work) == "['pyarrow']"
    assert len(list((tmp_path / "patients" / "variant=0").glob("*.parquet"))) == 1


@pytest.mark.parametrize("rows", [0, 1, 9])
def test_what_is_written_is_read_back(rows: int) -> None:
    """Every kind of column there is, with letters that take several bytes, nan, and more marks than a byte holds."""
    words = np.array([("", "día", "七日", "x")[n % 4] for n in range(rows)], dtype=object)
    table = {
        "text": words,
        "fixed": words.astype(str),
        "coded": Coded(np.arange(rows, dtype=np.int32) % 2, np.array(["ab", "é"], dtype=object)),
        "mark": np.arange(rows) % 3 == 0,
        "count": np.arange(rows, dtype=np.int16),
        "minute": np.arange(rows, dtype=np.int32)[::-1],
        "share": np.array([np.nan if n == 1 else n / 3 for n in range(rows)], dtype=np.float64),
    }
    found = frame_in(parquet(table, part=[1]))
    assert list(found) == list(table)
    assert found["text"].tolist() == found["fixed"].tolist() == words.tolist()
    assert found["coded"].astype(str).tolist() == [("ab", "é")[n % 2] for n in range(rows)]
    assert isinstance(found["coded"].dtype, pd.CategoricalDtype)
    for name in ("mark", "count", "minute", "share"):
        column = table[name]
        assert isinstance(column, np.ndarray)
        assert found[name].dtype == column.dtype
        np.testing.assert_array_equal(found[name].to_numpy(), column)
