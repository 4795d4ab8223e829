"""Steps of Python's interpreter: what a replication asks of it, the same on every machine with one Python."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOMS = {
    "clock.py": "clock",
    "core.py": "clock",
    "events.py": "clock",
    "floor.py": "grants",
    "grants.py": "grants",
    "needs.py": "grants",
    "log.py": "log",
}


def counted(call: Callable[[], object]) -> Counter[CodeType]:
    """How many instructions *call* lets the interpreter carry out, by the function that they are in."""
    return _monitored(call) if sys.version_info >= (3, 12) else _traced(call)


def _monitored(call: Callable[[], object]) -> Counter[CodeType]:
    """From Python 3.12 on, where a trace misses what a function does when it is called for the first time."""
    steps: Counter[CodeType] = Counter()
    tool, events = sys.monitoring.PROFILER_ID, sys.monitoring.events

    def count(code: CodeType, _: int) -> None:
        steps[code] += 1

    sys.monitoring.use_tool_id(tool, "steps")
    sys.monitoring.register_callback(tool, events.INSTRUCTION, count)
    sys.monitoring.set_events(tool, events.INSTRUCTION)
    try:
        call()
    finally:
        sys.monitoring.set_events(tool, events.NO_EVENTS)
        sys.monitoring.free_tool_id(tool)
    return steps


def _traced(call: Callable[[], object]) -> Counter[CodeType]:
    steps: Counter[CodeType] = Counter()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode":
            steps[frame.f_code] += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return steps


def by_room(steps: Counter[CodeType]) -> dict[str, int]:
    """Steps of our engine by what they are spent on: the clock, the grants, the log, the stories, and the rest."""
    found = dict.fromkeys(("clock", "grants", "log", "stories", "the rest"), 0)
    for code, count in steps.items():
        path = Path(code.co_filename)
        ours = path.parent.name in {"simulation", "simpy"}
        found[ROOMS.get(path.name, "stories") if ours else "the rest"] += count
    return found
