"""One piece of work at a time, a few that wait, and an end to each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mfg.app.jobs import PageJob, PageJobs, State
from mfg.app.workers import Workers
from mfg.errors import Refused
from mfg.study.study import Execution, Study, carry_out_study
from mfg.study.variants import AS_IT_IS, Variant


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[PageJobs]:
    """Work for one process."""
    made = PageJobs(tmp_path, Workers(1, tmp_path))
    made.open()
    yield made
    made.close()
    assert made._thread is not None
    assert not made._thread.is_alive()


def until(holds: Callable[[], bool]) -> None:
    """Wait for what must come."""
    for _ in range(6000):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it never came")


def done(job: PageJob) -> None:
    """Wait until it is."""
    until(lambda: job.state == State.DONE)


def test_one_at_a_time_and_three_wait(jobs: PageJobs) -> None:
    """Beyond that it is refused in words; what is asked for twice is one piece of work."""
    gate, order = threading.Event(), list[str]()

    def work(job: PageJob) -> str:
        gate.wait(60)
        order.append(job.id)
        return job.id

    first = jobs.ask("first", 1, work)
    until(lambda: first.state == State.RUNNING)
    waiting = [jobs.ask(f"{n}", 1, work) for n in range(3)]
    assert jobs.ask("1", 1, work) is waiting[1]
    with pytest.raises(
        Refused, match="one run is in hand and 3 wait already; wait for one of them, or stop one"
    ):
        jobs.ask("one more", 1, work)
    assert [one.state for one in waiting] == [State.WAITING] * 3
    jobs.stop(waiting[0])
    jobs.ask("one more", 1, work)
    gate.set()
    until(lambda: len(order) == 4)
    assert order == ["first", "1", "2", "one more"]
    assert waiting[0].state == State.STOPPED


def test_what_fails_is_said_and_the_next_goes_on(jobs: PageJobs) -> None:
    """A refusal in its own words, an error of ours without any of its text, and no path of this machine."""

    def refused(job: PageJob) -> None:
        raise Refused("workers", str(job.folder), "is full", "make room")

    def broken(_: PageJob) -> None:
        raise ZeroDivisionError("secret")

    one, other, third = jobs.ask("a", 1, refused), jobs.ask("b", 1, broken), jobs.ask("c", 1, lambda _: 3)
    until(lambda: third.state == State.DONE)
    assert (one.state, other.state, third.result) == (State.FAILED, State.FAILED, 3)
    assert "is full; make room" in one.problem[0]
    assert str(jobs.root) not in one.problem[0]
    assert other.problem == ["the run ended in an unexpected error; nothing of it is kept"]
    assert jobs.ask("a", 1, lambda _: 1) is not one


def test_only_the_latest_are_remembered(jobs: PageJobs) -> None:
    """The folder of what is forgotten is removed; what was looked at lately stays."""

    def work(job: PageJob) -> None:
        job.folder.mkdir()

    first = jobs.ask("first", 1, work)
    for n in range(30):
        done(jobs.ask(f"{n}", 1, work))
        assert jobs.find("first") is first
    assert jobs.find("0") is None
    assert sum(path.name.startswith("job-") for path in jobs.root.iterdir()) == 16


def studied(jobs: PageJobs, key: str, settings: dict[str, str]) -> PageJob:
    """A study of two hundred replications as work."""
    study = Study.of("cl2020-phase2", (Variant(AS_IT_IS, settings),), None)

    def work(job: PageJob) -> Path:
        return carry_out_study(
            study, 200, Execution(job.folder, executor=job.hands, told=job.told, durable=False)
        )[0]

    return jobs.ask(key, 200, work)


def test_stop_stops_between_replications(jobs: PageJobs) -> None:
    """Long before the end; the process lives and does the next piece of work."""
    job = studied(jobs, "long", {})
    until(lambda: any(job.folder.glob("events/variant=0/*.parquet")))
    jobs.stop(job)
    until(lambda: job.state == State.STOPPED)
    stored = len([*job.folder.glob("events/variant=0/*.parquet")])
    assert 0 < stored < 200
    after = jobs.ask("after", 1, lambda one: list(one.hands._workers.pool().submit(list, "ab").result()))
    until(lambda: after.state == State.DONE)
    assert after.result == ["a", "b"]


def test_a_process_that_dies_is_replaced(jobs: PageJobs) -> None:
    """The run ends in words, and the next one is carried out."""
    job = studied(jobs, "killed", {})
    until(lambda: any(job.folder.glob("events/variant=0/*.parquet")))
    jobs.workers.kill()
    until(lambda: job.state == State.FAILED)
    assert job.problem[0].startswith("the processes that simulate: gave up: ")
    after = jobs.ask("after", 1, lambda one: list(one.hands._workers.pool().submit(list, "ab").result()))
    until(lambda: after.state == State.DONE)
    assert after.result == ["a", "b"]
