"""What a command costs in a process of its own: CPU seconds, and its own peak of memory."""

from __future__ import annotations

import subprocess
import sys

_MEASURED = """
import resource, sys
from pathlib import Path
from mfg.cli import run
status = run(sys.argv[1:])
used, told = resource.getrusage(resource.RUSAGE_SELF), Path("/proc/self/status")
lines = told.read_text().splitlines() if told.exists() else []
own = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]  # maxrss is also its parent's
peak = own[0] if own else used.ru_maxrss
sys.stderr.write(f"{used.ru_utime + used.ru_stime} {peak / 1024}\\n")
raise SystemExit(status)
"""


def cost_of(*arguments: object) -> tuple[subprocess.CompletedProcess[str], float, float]:
    """The finished command ``mfg`` with these *arguments*, its CPU seconds and its peak in MB."""
    command = [sys.executable, "-c", _MEASURED, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    cpu, megabytes = map(float, done.stderr.splitlines()[-1].split())
    return done, cpu, megabytes
