"""How answers become pages: templates in which every text is escaped, refusals in words, and forms as they were sent."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from attrs import evolve, frozen
from jinja2 import Environment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mfg.app.guard import PRINT_POLICY
from mfg.errors import Faults, MfgError, Parameter, Refused
from mfg.pictures.picture import Picture
from mfg.report.page import STYLE
from mfg.visible.page import environment_of

TABS = (
    ("/", "What if"),
    ("/today", "Today"),
    ("/dose", "Dose"),
    ("/audit", "Audit"),
    ("/calendar", "Calendar"),
    ("/evidence", "Evidence"),
)
_FIELDS = 400  # of a form


@frozen
class Form:
    """What was sent, as text by name; a name that was sent twice counts once."""

    values: dict[str, str]
    file: bytes | None = None
    file_name: str = ""

    def get(self, name: str) -> str | None:
        """The text of a field without blanks around it; None where nothing was given."""
        return self.values.get(name, "").strip() or None

    def under(self, prefix: str) -> dict[str, str]:
        """The fields whose names begin so, by the rest of their names; without those that are empty."""
        found = {
            name.removeprefix(prefix): text.strip()
            for name, text in self.values.items()
            if name.startswith(prefix)
        }
        return {name: text for name, text in found.items() if text}


async def form_of(request: Request) -> Form:
    """The form that was sent with *request*, and its first file.

    Raises:
        HTTPException: if it is none that can be read, or has too many fields.
    """
    values, content, name = dict[str, str](), None, ""
    async with request.form(max_files=1, max_fields=_FIELDS, max_part_size=64 * 1024) as sent:
        for key, value in sent.multi_items():
            if isinstance(value, str):
                values.setdefault(_text(key), _text(value))
            elif content is None:
                content, name = await value.read(), _text(value.filename or "")[:200]
    return Form(values, content, name)


def _text(given: str) -> str:
    """What is no letter, written so that it can be shown."""
    return given.encode("utf-8", "replace").decode("utf-8")


def problems_of(error: MfgError) -> list[str]:
    """The sentences of a refusal, with what a form calls its fields in the place of parameters."""
    if isinstance(error, Faults):
        return [sentence for fault in error.faults for sentence in problems_of(fault)]
    if isinstance(error, Refused):
        where = _field(error.where) if isinstance(error.where, Parameter) else error.where
        problem, remedy = (text.replace("`", "") for text in (error.problem, error.remedy))
        return [str(evolve(error, where=where, problem=problem, remedy=remedy))]
    return str(error).splitlines()


def _field(parameter: str) -> str:
    kind, _, rest = parameter.partition(" ")
    return rest if kind in ("settings", "given") and rest else kind.replace("_", " ")


def page(name: str, status: int = 200, **given: Any) -> Response:
    """A whole page of one tab."""
    return HTMLResponse(part(name, **given), status)


def part(name: str, **given: Any) -> str:
    """What a template makes of what is *given*."""
    return _environment().get_template(f"{name}.html").render(**given)


def printed(content: str, file_name: str | None = None) -> Response:
    """A page that stands for itself, to be looked at and printed, or downloaded under a name of ours."""
    headers = {"Content-Security-Policy": PRINT_POLICY}
    if file_name is not None:
        headers |= attached(file_name)
    return HTMLResponse(content, headers=headers)


def attached(file_name: str) -> dict[str, str]:
    """The header of a download."""
    return {"Content-Disposition": f'attachment; filename="{file_name}"'}


def style_sheet() -> str:
    """The report's style sheet, and what the app adds to it."""
    own = Path(__file__).parent / "static" / "app.css"
    return f"{STYLE.read_text(encoding='utf-8')}\n{own.read_text(encoding='utf-8')}"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = environment_of(Path(__file__).parent / "templates")
    made.filters["drawn"] = drawn
    made.globals |= {"tabs": TABS, "problem": [], "form": Form({})}
    return made


def drawn(picture: Picture) -> Markup:
    """The SVG of a picture without its title, which a page has as text."""
    return Markup(picture.svg(titled=False))  # noqa: S704  drawn by us, with text escaped where it is drawn
