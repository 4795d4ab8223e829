"""The page as a test client asks it, with two processes that simulate, and what a browser would send along."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import define

from mfg.app import server

with warnings.catch_warnings():  # it would rather have another client than httpx
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.simplefilter("ignore", UserWarning)
    from starlette.testclient import TestClient

PORT = 8765
HOME = f"http://127.0.0.1:{PORT}"
OURS = {"origin": HOME, "sec-fetch-site": "same-origin"}


@define
class Site:
    """The page, asked as its own forms ask it."""

    client: TestClient

    def get(self, path: str, **more: Any) -> Any:
        """The answer to a GET."""
        return self.client.get(path, **more)

    def post(self, path: str, **more: Any) -> Any:
        """The answer to a form of this page."""
        return self.client.post(path, headers=OURS, **more)

    def ended(self, job: str, base: str = "/whatif/runs") -> dict[str, Any]:
        """The last that is said of a run's progress."""
        for _ in range(6000):
            said: dict[str, Any] = self.get(f"{base}/{job}").json()
            if said["state"] in ("done", "stopped", "failed", "gone"):
                return said
            time.sleep(0.02)
        raise AssertionError(f"{job} goes on for ever: {said}")

    def run(self, **fields: str) -> str:
        """A run that is done, by its name."""
        form = {"scenario": "cl2020-phase2", "replications": "20", "seed": "1", **fields}
        said = self.post("/whatif/runs", data=form).json()
        assert "id" in said, said
        assert self.ended(said["id"])["state"] == "done"
        return str(said["id"])


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One page for the tests of a file: its processes end with them, as other tests count the processes that there are."""
    with server.opened(PORT, 2) as app:
        yield Site(TestClient(app, base_url=HOME))


def text_of(page: str) -> str:
    """What a page says, on one line, without its markup."""
    bare = re.sub(r"<[^>]*>", " ", page)
    for name, letter in (("&#39;", "'"), ("&#34;", '"'), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        bare = bare.replace(name, letter)
    return " ".join(bare.split())
