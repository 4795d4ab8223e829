"""The site of documents: Sphinx reads the pages of this folder, and what it builds asks nobody for anything."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from sphinx.application import Sphinx

project = "mfg"
author = copyright = "the authors of mfg"  # noqa: A001 - what Sphinx calls it
version = release = metadata.version("mfg")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_site"]
html_theme = "furo"
html_title = "mfg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_search_summary = False  # a page from a disk may not read others
pygments_style = "default"
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#00588A",
        "color-brand-content": "#00588A",
        "font-stack": "Liberation Sans, Arial, Helvetica, sans-serif",
    },
}

myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]

autodoc_typehints = "description"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
python_use_unqualified_type_names = True
nitpicky = True
nitpick_ignore_regex = [  # types of libraries, and what functions return that nobody makes by hand
    ("py:.*", r"(?!mfg\.).*"),
    ("py:.*", r"mfg\.[a-z].*"),
]

# Pages of what a checkout may lack: they come with the app, the report and the guide to Python.
_BROUGHT = ("app", "report", "python")


def setup(app: Sphinx) -> None:
    """Leave what is not there out of the table of contents."""
    app.connect("source-read", _leave_out)


def _leave_out(_: Sphinx, page: str, source: list[str]) -> None:
    if page == "index":
        for name in _BROUGHT:
            if not (Path(__file__).parent / f"{name}.md").exists():
                source[0] = source[0].replace(f"\n{name}\n", "\n")
