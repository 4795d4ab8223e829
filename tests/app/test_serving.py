"""The command: it serves on this machine alone, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.conftest import ROOT, Said


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """The command as people give it, with its port; what it keeps for the time being is in *folder*."""
    port = free_port()
    command = [sys.executable, "-m", "mfg", "app", "--port", str(port), "--workers", "2"]
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == f"http://127.0.0.1:{port} (Ctrl-C ends it)\n"
        try:
            yield port, running
        finally:
            if running.poll() is None:
                running.kill()


def alive(group: int) -> list[str]:
    """The processes of a group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            text = path.read_text()
            state, _, pgrp = text.rpartition(")")[2].split()[:3]
            if int(pgrp) == group and state != "Z":
                found.append(text)
    return found


def test_ctrl_c_ends_it_and_leaves_nothing(tmp_path: Path) -> None:
    """Also in the middle of a run: status 0, no traceback, no folder, no process."""
    with served(tmp_path) as (port, running):
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as talk:
            talk.request("GET", "/")
            assert b"What if?" in talk.getresponse().read()
            headers = {
                "Origin": f"http://127.0.0.1:{port}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            talk.request(
                "POST", "/whatif/runs", "scenario=lenzumestrocel-korea&replications=200&seed=1", headers
            )
            assert talk.getresponse().read().startswith(b'{"id":')
        assert [one.name for one in tmp_path.iterdir() if one.name.startswith("mfg-app-")]
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the processes that simulate too
        _, said = running.communicate(timeout=60)
        assert running.returncode == 0
        assert said == ""
    assert [one.name for one in tmp_path.iterdir()] == []
    for _ in range(500):
        if not alive(running.pid):
            break
        time.sleep(0.02)
    assert alive(running.pid) == []


def test_only_this_machine_reaches_it(tmp_path: Path) -> None:
    """It listens at 127.0.0.1 and at no other address, be it of this machine; a body without an end is cut off."""
    with served(tmp_path) as (port, running):
        with pytest.raises(OSError, match=r"refused|unreachable"):
            socket.create_connection(("127.0.0.2", port), timeout=10)
        with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
            head = f"POST /audit HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            head += "Transfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
            part = '--x\r\nContent-Disposition: form-data; name="table"; filename="t.csv"\r\n\r\n'
            head += f"{len(part):x}\r\n{part}\r\n"
            line.sendall(head.encode())
            piece = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
            try:
                for _ in range(100):
                    line.sendall(piece)
            except OSError:
                pass  # it was cut off
            assert line.recv(100).startswith(b"HTTP/1.1 413")
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)


def test_a_port_that_cannot_be_had_is_refused(mfg: Callable[..., Said]) -> None:
    """In words: one that is in use, and one that nobody may have."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        taken = door.getsockname()[1]
        said = mfg("app", "--port", taken)
    assert said.status == 2
    assert said.err.startswith(f"mfg: --port: '{taken}' cannot be had: ")
    assert said.err.endswith("; give another one, or end what uses it\n")
    for port in (0, 80, 65536, -1):
        assert (
            f"--port: '{port}' is no port that can be had; give a number from 1024 to 65535"
            in mfg("app", "--port", port).err
        )
    assert "--workers: '0' is out of reach" in mfg("app", "--workers", 0).err


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "python_multipart"])
def test_what_is_missing_is_named_with_its_extra(
    mfg: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """The command says what to install."""
    for name in [
        name for name in sys.modules if name.partition(".")[0] == missing or name.startswith("mfg.app")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    said = mfg("app")
    assert said.status == 2
    assert said.err == f"mfg: {missing}: is not installed, and this needs it; pip install 'mfg[app]'\n"
