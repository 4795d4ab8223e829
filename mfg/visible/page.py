"""Pages of HTML: how a template becomes text in which nobody's words are markup, and what every page begins and ends with."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mfg.visible import visible


def environment_of(folder: Path) -> Environment:
    """What fills in the templates of *folder*, beside which there is `whole.html` for a page to extend.

    Every value is escaped, and what cannot be seen in it written out; one that is missing is an error.
    """
    return Environment(
        loader=FileSystemLoader([folder, Path(__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _shown(value: object) -> object:
    """Text from files, options and forms with what cannot be seen written out; markup of our own as it is."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
