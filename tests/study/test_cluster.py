"""A cluster does the work: the bytes are those of this machine alone, whatever becomes of its workers."""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from mfg import Refused, simulate
from mfg.study import chunk, identity, work
from mfg.study.work import executor_at
from tests.conftest import Said
from tests.study.conftest import Finished
from tests.study.folders import SMALL, content

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two processes of dask.distributed."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


def address(cluster: Any) -> str:
    """Where its scheduler is, as it is typed."""
    return str(cluster.scheduler_address).replace("tcp://", "dask://")


def test_a_cluster_gives_the_same_bytes(
    mfg: Callable[..., Said],
    cluster: Any,
    finished: Finished,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the command, with a path that only means something here."""
    monkeypatch.chdir(tmp_path)
    said = mfg("run", SMALL, "-n", 21, "--executor", address(cluster), "-o", "run")
    assert said.status == 0
    assert [line.partition(",")[0] for line in said.err.splitlines()] == ["not judged at screening"]
    assert content(tmp_path / "run") == content(finished(21))


def test_a_worker_of_a_cluster_may_be_killed(cluster: Any, finished: Finished, tmp_path: Path) -> None:
    """Its work is done by the others."""
    executor = executor_at(address(cluster))
    killed: list[int] = []

    def told(*_: int) -> None:
        if not killed:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    try:
        simulate(SMALL, replications=60, executor=executor, output=tmp_path / "run", told=told)
    finally:
        executor.let_go()
    assert killed
    assert content(tmp_path / "run") == content(finished(60))


@pytest.mark.parametrize(
    "given",
    ["dask", "dask://", "dask://host", "dask://host:x", "dask://host:99999", "ray://host:1", "tcp://a:1"],
)
def test_an_address_of_no_known_kind_is_refused(mfg: Callable[..., Said], given: str) -> None:
    """With what one looks like, and without a library being loaded."""
    said = mfg("run", SMALL, "-n", 1, "--executor", given)
    assert said.status == 2
    assert f"'{given}' is no executor; write it like dask://127.0.0.1:8786" in said.err


def test_an_address_where_nobody_answers_is_refused(mfg: Callable[..., Said]) -> None:
    """At once."""
    pytest.importorskip("distributed")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    said = mfg("run", SMALL, "-n", 1, "--executor", f"dask://127.0.0.1:{port}")
    assert said.status == 2
    assert "does not answer; start the scheduler, or mend the address" in said.err


class Elsewhere(Executor):
    """An executor whose processes write to a disk of their own."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def submit(self, carry_out: Any, one: Any, /) -> Future[Any]:  # type: ignore[override]
        """Do it at once, in the other place."""
        future: Future[Any] = Future()
        try:
            future.set_result(carry_out(evolve(one, folder=self.place)))
        except Exception as error:  # noqa: BLE001  as an executor does
            future.set_exception(error)
        return future


def test_a_cluster_that_does_not_share_the_folder_is_noticed(tmp_path: Path) -> None:
    """No summary of cells that are not there; nor does anybody begin where there is no such folder at all."""
    with pytest.raises(Refused, match=r"workers: do not find the folder .*there; they must share it"):
        simulate(SMALL, replications=2, executor=Elsewhere(tmp_path / "there"), output=tmp_path / "here")
    (tmp_path / "there").mkdir()
    with pytest.raises(Refused, match=r"left 0 of 2 replications .* share this folder"):
        simulate(SMALL, replications=2, executor=Elsewhere(tmp_path / "there"), output=tmp_path / "here")
    assert not (tmp_path / "here" / "run.json").exists()


def test_a_cluster_that_gives_up_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own error in one line; what was finished is kept."""

    def broken(*_: object) -> object:
        raise RuntimeError("the scheduler is gone")

    monkeypatch.setattr(chunk, "_known", broken)
    with pytest.raises(
        Refused, match="gave up: RuntimeError: the scheduler is gone; what was finished is kept"
    ):
        simulate(SMALL, replications=2, executor=Elsewhere(tmp_path / "run"), output=tmp_path / "run")


def test_work_that_is_taken_back_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a cluster does whose scheduler has ended."""

    def cancelled(*_: object) -> object:
        raise CancelledError

    monkeypatch.setattr(chunk, "_known", cancelled)
    with pytest.raises(Refused, match="took its work back, as it does when its scheduler ends; what was"):
        simulate(SMALL, replications=2, executor=Elsewhere(tmp_path / "run"), output=tmp_path / "run")


@pytest.fixture
def empty() -> Iterator[Any]:
    """A scheduler without workers."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=0, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=None
    ) as cluster:
        yield cluster


def test_workers_that_do_not_come_are_given_up(
    mfg: Callable[..., Said], empty: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said at once that there are none, and after a while that nobody waits any longer."""
    monkeypatch.setattr(work, "LOOKS", 0.1)
    monkeypatch.setattr(work, "PATIENCE", 0.3)
    said = mfg("run", SMALL, "-n", 2, "--executor", address(empty), "-o", tmp_path / "run")
    assert said.status == 2
    waits, gives_up = said.err.splitlines()
    assert waits.startswith(f"{address(empty)} has no workers; they are waited for")
    assert gives_up.startswith(f"mfg: --executor: '{address(empty)}' has had no workers for")


def test_workers_that_come_late_do_the_work(
    finished: Finished, empty: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are waited for."""
    monkeypatch.setattr(work, "LOOKS", 0.1)
    heard: list[str] = []

    def said(text: str) -> None:
        heard.append(text)
        empty.scale(1)

    executor = executor_at(address(empty), said)
    try:
        simulate(SMALL, replications=12, executor=executor, output=tmp_path / "run")
    finally:
        executor.let_go()
    assert len(heard) == 1
    assert content(tmp_path / "run") == content(finished(12))


def test_a_cluster_prints_nothing_of_its_own(empty: Any) -> None:
    """Neither its warnings nor its tracebacks: what they mean is said in words."""
    executor_at(address(empty)).let_go()
    assert logging.getLogger("distributed.client").level > logging.CRITICAL


def pretending(code: str | None) -> None:
    """Let this process compute by other code, or by its own again."""
    now = identity.environment() if code is None else evolve(identity.environment(), code=code)
    chunk.environment = lambda: now  # type: ignore[assignment]


def test_a_worker_with_other_code_is_refused_in_words(
    mfg: Callable[..., Said], cluster: Any, tmp_path: Path
) -> None:
    """Its refusal arrives as it was raised there."""
    distributed = pytest.importorskip("distributed")
    with distributed.Client(cluster) as client:
        client.run(pretending, "0123")
        try:
            said = mfg("run", SMALL, "-n", 2, "--executor", address(cluster), "-o", tmp_path / "run")
        finally:
            client.run(pretending, None)
    assert said.status == 2
    assert said.err == (
        "mfg: workers: compute by other code than the study was begun with; "
        "install the same packages wherever it is carried out, and begin again\n"
    )
