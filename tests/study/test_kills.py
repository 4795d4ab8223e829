"""A handful of the kills of `tests.study.kills`, each at a moment that costs rows where it is not thought of."""

from __future__ import annotations

import pytest

from tests.study.kills import Campaign, Kill

KILLS = (
    Kill(
        "grown", 2, "SIGKILL", "self", "worker", "after", "unlink", 2
    ),  # the smaller part is gone: who is next?
    Kill("compared", 2, "SIGKILL", "main", "worker", "before", "cell", 4),
    Kill("until", 1, "SIGTERM", "group", "main", "before", "unlink", 60),
)


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """Undisturbed studies to compare with."""
    return Campaign(tmp_path_factory.mktemp("kills"))


@pytest.mark.parametrize("kill", KILLS, ids=str)
def test_a_kill_leaves_no_trace(campaign: Campaign, kill: Kill) -> None:
    """The same command again makes the same bytes and says the same, and no process is left."""
    assert campaign.carry_out(kill)


def test_a_trace_would_be_noticed(campaign: Campaign) -> None:
    """A folder that holds something else than an undisturbed one."""
    kill = KILLS[1]
    whole = campaign.undisturbed(kill.study, kill.workers) / "study" / "summary.txt"
    held = whole.read_bytes()
    whole.write_bytes(held + b"more\n")
    try:
        with pytest.raises(AssertionError, match=r"summary\.txt"):
            campaign.carry_out(kill)
    finally:
        whole.write_bytes(held)
