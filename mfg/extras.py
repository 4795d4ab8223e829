"""The libraries that only some of the work needs, and the extra of this package that installs each.

A dose, a calendar, an audit and a check of a file need none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mfg.errors import Refused

EXTRAS = {
    "simulation": ("numpy", "pandas", "pyarrow", "simpy"),
    "report": ("altair", "vl_convert", "xlsxwriter"),
    "sensitivity": ("SALib",),
    "app": ("python_multipart", "starlette", "uvicorn"),
    "lessons": ("marimo",),
    "cluster": ("distributed",),
}


def load(module: str) -> Any:
    """Import *module*.

    Raises:
        Refused: if a library that it needs is not installed; it says which extra installs it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise not_installed(error) from None


def not_installed(error: ModuleNotFoundError) -> Refused:
    """The refusal of what needs the library that is missing; any other module's absence is an error, and raised."""
    library = (error.name or "").partition(".")[0]
    for extra, libraries in EXTRAS.items():
        if library in libraries:
            return Refused(
                library, None, "is not installed, and this needs it", f"pip install 'mfg[{extra}]'"
            )
    raise error
