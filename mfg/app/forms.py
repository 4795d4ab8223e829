"""What the tabs of one answer say to their forms: dose, audit, calendar and evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from mfg.app import calendar, dose, evidence
from mfg.app.audit import CHECKED, Audits
from mfg.app.dose import Asks
from mfg.app.page import Form, attached, form_of, page, printed, problems_of
from mfg.errors import MfgError
from mfg.evidence import EVIDENCE_KINDS


@define
class Forms:
    """A method for each route; what is asked with GET is a form before anything is filled in."""

    audits: Audits

    # ---- dose --------------------------------------------------------------------------------------------

    async def dose(self, request: Request) -> Response:
        """The dose tab, and its answer to a form."""
        form, sheet, problem = await _answered(request, dose.answer)
        return await _page_of("dose", form, problem, sheet=sheet)

    async def worksheet(self, request: Request) -> Response:
        """The worksheet of a dose, to be printed or downloaded."""
        form = await form_of(request)
        content, problem = await _tried(dose.page_to_print, form)
        if content is None:
            return await _page_of("dose", form, problem, sheet=None)
        name = "worksheet.html" if form.get("download") is not None else None
        return printed(content, name)

    # ---- audit -------------------------------------------------------------------------------------------

    async def audit(self, request: Request) -> Response:
        """The audit tab, and what was found in a table."""
        form, found, problem = await _answered(request, self.audits.audit)
        return await _page_of("audit", form, problem, found=found)

    async def checked(self, request: Request) -> Response:
        """The table with its verdicts, to be downloaded."""
        path = self.audits.checked(request.path_params["id"])
        if path is None or not path.is_file():
            raise HTTPException(404)
        return FileResponse(path, media_type="text/csv; charset=utf-8", headers=attached(CHECKED))

    # ---- calendar ----------------------------------------------------------------------------------------

    async def calendar(self, request: Request) -> Response:
        """The calendar tab, and its answer to a form."""
        form, course, problem = await _answered(request, calendar.planned)
        return await _calendar_page(form, problem, course)

    async def calendar_file(self, request: Request) -> Response:
        """The same as a calendar file."""
        form = await form_of(request)
        content, problem = await _tried(calendar.calendar_file, form)
        if content is None:
            return await _calendar_page(form, problem, None)
        return Response(content, media_type="text/calendar; charset=utf-8", headers=attached("calendar.ics"))

    # ---- evidence ----------------------------------------------------------------------------------------

    async def evidence(self, request: Request) -> Response:
        """What a protocol or a scenario rests on."""
        form = Form(dict(request.query_params))
        found, problem = await _tried(evidence.rests, form)
        given: dict[str, Any] = {
            "files": [(one, one.replace(":", " ")) for one in evidence.files()],
            "kinds": EVIDENCE_KINDS,
            "found": found,
            "problem": problem,
            "form": form,
        }
        return await run_in_threadpool(lambda: page("evidence", tab="/evidence", **given))


def _asks(form: Form) -> Asks:
    """The form of the protocol that is named; that of the first, if it is not in the list."""
    name = form.get("protocol")
    return dose.asks_of(name if name in dose.protocols() else None)


async def _answered(request: Request, work: Callable[[Form], Any]) -> tuple[Form, Any, list[str]]:
    """The form of a tab, and what *work* makes of it once it is filled in, or why it cannot."""
    if request.method != "POST":
        return Form(dict(request.query_params)), None, []
    form = await form_of(request)
    return form, *await _tried(work, form)


async def _tried(work: Callable[[Form], Any], form: Form) -> tuple[Any, list[str]]:
    """What *work* makes of *form*, or why it cannot."""
    try:
        return await run_in_threadpool(work, form), []
    except MfgError as error:
        return None, problems_of(error)


async def _page_of(tab: str, form: Form, problem: list[str], **own: Any) -> Response:
    """The page of a *tab* whose form asks what its protocol asks for, with what is its *own*."""
    asks = await run_in_threadpool(_asks, form)
    given: dict[str, Any] = {"asks": asks, "protocols": dose.protocols(), "problem": problem, "form": form}
    return page(tab, tab=f"/{tab}", **given, **own)


async def _calendar_page(form: Form, problem: list[str], course: Any) -> Response:
    tools: dict[str, Any] = {
        "hours_of": calendar.hours_of,
        "said_of": calendar.said_of,
        "sites": calendar.sites(),
    }
    return await _page_of("calendar", form, problem, course=course, **tools)
