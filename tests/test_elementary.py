"""The bytes of an event log do not depend on the vector units of a processor."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from mfg.elementary import exp, log
from tests.conftest import ROOT

LOGS = """
import hashlib, sys
from mfg.plan.compile import plan_of
from mfg.reader.scenarios import load_scenario
from mfg.simulation.replicate import replicate
whole = hashlib.sha256()
for name in ("lenzumestrocel-phase2", "cl2020-phase2"):
    log, _ = replicate(plan_of(load_scenario(name)), 0)
    for column in ("started", "finished", "value"):
        whole.update(getattr(log, column).tobytes())
print(whole.hexdigest())
"""
WIDE = ("AVX512", "X86_V4", "AVX10")


def wide_features() -> list[str]:
    """What numpy would use of this processor and an older one does not have."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if name.startswith(WIDE) and __cpu_features__.get(name)]


def digest_of_logs(**environment: str) -> str:
    """A digest of two event logs, from a process of its own."""
    command = [sys.executable, "-c", LOGS]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_log_is_the_same_without_wide_vector_units() -> None:
    """Run both ways; on a processor that has none the two ways are one."""
    narrow = {"NPY_DISABLE_CPU_FEATURES": " ".join(wide_features())} if wide_features() else {}
    assert digest_of_logs() == digest_of_logs(**narrow)


def test_they_are_the_functions_of_the_c_library() -> None:
    """To the last bit for scalars, within rounding of numpy's for arrays, in any shape."""
    values = np.linspace(0.01, 30, 60).reshape(3, 20)
    assert exp(values).shape == (3, 20)
    assert exp(np.array([1.0]))[0] == 2.718281828459045
    for ours, numpys in ((exp, np.exp), (log, np.log)):
        assert ours(values) == pytest.approx(numpys(values), rel=1e-15)
