"""The browser that looks at pages in tests: where it is, and a line about what is left out where there is none."""

from __future__ import annotations

import os
import shutil
import sys

REQUIRED = os.environ.get("MFG_BROWSER") == "required"
LEFT_OUT = "no chromium is found, so no page is looked at in a browser; MFG_BROWSER=required asks for it"


def chromium() -> str | None:
    """The path of Debian's chromium, or of another one that is on the path."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


if __name__ == "__main__" and chromium() is None:
    sys.stderr.write(f"{LEFT_OUT}\n")
