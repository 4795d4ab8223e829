"""The page's routes, and how it is served: on this machine, to whoever sits at it."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from attrs import define
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from mfg.app import calendar, dose, evidence, today, whatif
from mfg.app.audit import CHECKED, Audits
from mfg.app.controls import REPLICATIONS, chosen, controls_of, scenarios, to_begin_with
from mfg.app.dose import Asks
from mfg.app.guard import ADDRESS, UNEXPECTED, Guard
from mfg.app.jobs import DONE, Job, Jobs
from mfg.app.page import Form, attached, form_of, page, part, printed, problems_of, style_sheet
from mfg.app.workers import Workers
from mfg.errors import MfgError, Parameter, Refused
from mfg.evidence import KINDS

_STATIC = Path(__file__).parent / "static"
_PORTS = range(1024, 65536)
_LIMIT = 40  # requests at once
GONE = "gone"
_GONE = "There is nothing here: it never was, or was asked for too long ago."


@define
class Tabs:
    """What answers requests: a method for each route. Work that takes more than a moment goes to `jobs`."""

    jobs: Jobs
    audits: Audits

    # ---- what if -----------------------------------------------------------------------------------------

    async def what_if(self, request: Request) -> Response:
        """The first page; of a scenario, if one is named."""
        name = request.query_params.get("scenario") or await run_in_threadpool(to_begin_with)
        controls = await run_in_threadpool(lambda: controls_of(chosen(name, scenarios(), "scenario")))
        given: dict[str, Any] = {
            "controls": controls,
            "scenarios": scenarios(),
            "replications": REPLICATIONS,
            "rows": whatif.OTHERS,
        }
        if request.query_params.get("part") == "controls":
            return HTMLResponse(part("controls", **given))
        return page("whatif", tab="/", **given)

    async def run(self, request: Request) -> Response:
        """Begin a run."""
        form = await form_of(request)
        job = await run_in_threadpool(whatif.ask, self.jobs, form)
        return JSONResponse({"id": job.id}, 202)

    async def progress(self, request: Request) -> Response:
        """How far a run is."""
        job = self.jobs.find(request.path_params["id"])
        if job is None:
            return JSONResponse(
                {
                    "state": GONE,
                    "done": 0,
                    "of": 1,
                    "first": False,
                    "problem": part("problem", problem=[_GONE]),
                }
            )
        done = await run_in_threadpool(job.so_far)
        problem = part("problem", problem=job.problem) if job.problem else ""
        first = job.first is not None
        return JSONResponse(
            {"state": job.state, "done": done, "of": job.of, "first": first, "problem": problem}
        )

    async def stop(self, request: Request) -> Response:
        """Stop a run."""
        job = self._job(request)
        await run_in_threadpool(self.jobs.stop, job)
        return JSONResponse({"state": job.state})

    async def result(self, request: Request) -> Response:
        """What came of a run, beside the pins; a first look while it goes on."""
        job = self._job(request)
        looked = job.result if job.state == DONE else job.first
        if not isinstance(looked, whatif.Looked):
            raise HTTPException(404)
        pins = [
            (letter, pin)
            for letter, pin in whatif.pins_of(self.jobs, request.query_params.get("pins", ""))
            if pin is not looked
        ]
        result = await run_in_threadpool(whatif.result_of, looked, pins)
        content = await run_in_threadpool(
            part, "result", result=result, id=job.id, pins=pins, colour_of=whatif.colour_of
        )
        return HTMLResponse(content)

    async def charts(self, request: Request) -> Response:
        """The further charts of a run that is done."""
        job = self._job(request)
        if job.state != DONE or not isinstance(job.result, whatif.Looked):
            raise HTTPException(404)
        looked = job.result
        return HTMLResponse(
            await run_in_threadpool(lambda: part("charts", pictures=list(whatif.charts_of(looked))))
        )

    async def pins(self, request: Request) -> Response:
        """The pins in words."""
        found = whatif.pins_of(self.jobs, request.query_params.get("pins", ""))
        return HTMLResponse(part("pins", pins=found, colour_of=whatif.colour_of))

    def _job(self, request: Request) -> Job:
        job = self.jobs.find(request.path_params["id"])
        if job is None:
            raise HTTPException(404)
        return job

    # ---- today -------------------------------------------------------------------------------------------

    async def today(self, _: Request) -> Response:
        """Today's tab before anything is asked."""
        names = await run_in_threadpool(today.with_patients)
        return page("today", tab="/today", names=names, futures=today.FUTURES)

    async def look(self, request: Request) -> Response:
        """Begin to look at today."""
        form = await form_of(request)
        job = await run_in_threadpool(today.ask, self.jobs, form)
        return JSONResponse({"id": job.id}, 202)

    async def looked(self, request: Request) -> Response:
        """Today's page as it came out."""
        job = self._job(request)
        if job.state != DONE or not isinstance(job.result, str):
            raise HTTPException(404)
        return HTMLResponse(job.result)

    # ---- dose --------------------------------------------------------------------------------------------

    async def dose(self, request: Request) -> Response:
        """The dose tab, and its answer to a form."""
        form = await form_of(request) if request.method == "POST" else Form(dict(request.query_params))
        sheet, problem = None, list[str]()
        asks = await run_in_threadpool(_asks, form)
        if request.method == "POST":
            sheet, problem = await _tried(dose.answer, form)
        return self._dose_page(form, asks, sheet, problem)

    async def worksheet(self, request: Request) -> Response:
        """The worksheet of a dose, to be printed or downloaded."""
        form = await form_of(request)
        content, problem = await _tried(dose.page_to_print, form)
        if content is None:
            return self._dose_page(form, await run_in_threadpool(_asks, form), None, problem)
        name = "worksheet.html" if form.get("download") is not None else None
        return printed(content, name)

    def _dose_page(self, form: Form, asks: Asks, sheet: Any, problem: list[str]) -> Response:
        given: dict[str, Any] = {
            "asks": asks,
            "protocols": dose.protocols(),
            "sheet": sheet,
            "problem": problem,
            "form": form,
        }
        return page("dose", tab="/dose", **given)

    # ---- audit -------------------------------------------------------------------------------------------

    async def audit(self, request: Request) -> Response:
        """The audit tab, and what was found in a table."""
        form = await form_of(request) if request.method == "POST" else Form(dict(request.query_params))
        found, problem = None, list[str]()
        asks = await run_in_threadpool(_asks, form)
        if request.method == "POST":
            found, problem = await _tried(self.audits.audit, form)
        given: dict[str, Any] = {
            "asks": asks,
            "protocols": dose.protocols(),
            "found": found,
            "problem": problem,
            "form": form,
        }
        return page("audit", tab="/audit", **given)

    async def checked(self, request: Request) -> Response:
        """The table with its verdicts, to be downloaded."""
        path = self.audits.checked(request.path_params["id"])
        if path is None or not path.is_file():
            raise HTTPException(404)
        return FileResponse(path, media_type="text/csv; charset=utf-8", headers=attached(CHECKED))

    # ---- calendar ----------------------------------------------------------------------------------------

    async def calendar(self, request: Request) -> Response:
        """The calendar tab, and its answer to a form."""
        form = await form_of(request) if request.method == "POST" else Form(dict(request.query_params))
        course, problem = None, list[str]()
        asks = await run_in_threadpool(_asks, form)
        if request.method == "POST":
            course, problem = await _tried(calendar.planned, form)
        return self._calendar_page(form, asks, course, problem)

    async def calendar_file(self, request: Request) -> Response:
        """The same as a calendar file."""
        form = await form_of(request)
        content, problem = await _tried(calendar.calendar_file, form)
        if content is None:
            return self._calendar_page(form, await run_in_threadpool(_asks, form), None, problem)
        return Response(content, media_type="text/calendar; charset=utf-8", headers=attached("calendar.ics"))

    def _calendar_page(self, form: Form, asks: Asks, course: Any, problem: list[str]) -> Response:
        tools = {"hours_of": calendar.hours_of, "said_of": calendar.said_of, "sites": calendar.sites()}
        given: dict[str, Any] = {
            "asks": asks,
            "protocols": dose.protocols(),
            "course": course,
            "problem": problem,
            "form": form,
        }
        return page("calendar", tab="/calendar", **given, **tools)

    # ---- evidence ----------------------------------------------------------------------------------------

    async def evidence(self, request: Request) -> Response:
        """What a protocol or a scenario rests on."""
        form = Form(dict(request.query_params))
        found, problem = await _tried(evidence.rests, form)
        given: dict[str, Any] = {
            "files": evidence.files(),
            "kinds": KINDS,
            "found": found,
            "problem": problem,
            "form": form,
        }
        return await run_in_threadpool(lambda: page("evidence", tab="/evidence", **given))


def _asks(form: Form) -> Asks:
    """The form of the protocol that is named; that of the first, if it is not in the list."""
    name = form.get("protocol")
    return dose.asks_of(name if name in dose.protocols() else None)


async def _tried(work: Callable[[Form], Any], form: Form) -> tuple[Any, list[str]]:
    """What *work* makes of *form*, or why it cannot."""
    try:
        return await run_in_threadpool(work, form), []
    except MfgError as error:
        return None, problems_of(error)


async def _refused(_: Request, error: Exception) -> Response:
    """What was refused, in its own words, which are an answer like any other."""
    assert isinstance(error, MfgError)
    return JSONResponse({"problem": part("problem", problem=problems_of(error))})


async def _no_such(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {404: _GONE, 405: "That is not asked for in this way."}
    said = words.get(error.status_code, "The request cannot be read.")
    if "/runs/" in request.url.path:
        return JSONResponse({"problem": part("problem", problem=[said])}, error.status_code)
    return page("error", error.status_code, tab="", said=said)


async def _unexpected(_: Request, __: Exception) -> Response:
    return page("error", 500, tab="", said=UNEXPECTED)


async def _style(_: Request) -> Response:
    return PlainTextResponse(style_sheet(), media_type="text/css")


async def _script(_: Request) -> Response:
    return FileResponse(_STATIC / "app.js", media_type="text/javascript")


async def _icon(_: Request) -> Response:
    return Response(status_code=204)


def app_of(tabs: Tabs, port: int) -> ASGIApp:
    """The whole behind its door."""
    runs = "/whatif/runs"
    routes = [
        Route("/", tabs.what_if),
        Route(runs, tabs.run, methods=["POST"]),
        Route("/whatif/pins", tabs.pins),
        Route(f"{runs}/{{id}}", tabs.progress),
        Route(f"{runs}/{{id}}/stop", tabs.stop, methods=["POST"]),
        Route(f"{runs}/{{id}}/result", tabs.result),
        Route(f"{runs}/{{id}}/charts", tabs.charts),
        Route("/today", tabs.today),
        Route("/today/runs", tabs.look, methods=["POST"]),
        Route("/today/runs/{id}", tabs.progress),
        Route("/today/runs/{id}/stop", tabs.stop, methods=["POST"]),
        Route("/today/runs/{id}/result", tabs.looked),
        Route("/dose", tabs.dose, methods=["GET", "POST"]),
        Route("/dose/worksheet", tabs.worksheet, methods=["POST"]),
        Route("/audit", tabs.audit, methods=["GET", "POST"]),
        Route("/audit/{id}/checked.csv", tabs.checked),
        Route("/calendar", tabs.calendar, methods=["GET", "POST"]),
        Route("/calendar/file", tabs.calendar_file, methods=["POST"]),
        Route("/evidence", tabs.evidence),
        Route("/static/app.css", _style),
        Route("/static/app.js", _script),
        Route("/favicon.ico", _icon),
    ]
    handlers: dict[Any, Any] = {MfgError: _refused, HTTPException: _no_such, Exception: _unexpected}
    return Guard(Starlette(routes=routes, exception_handlers=handlers), port, ("/audit",))


@contextmanager
def opened(port: int, workers: int) -> Iterator[ASGIApp]:
    """The page with the processes that work for it, and a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="mfg-app-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        jobs = Jobs(root, Workers(workers, root))
        jobs.open()
        try:
            yield app_of(Tabs(jobs, Audits(root)), port)
        finally:
            jobs.close()


def serve(port: int, workers: int, said: Callable[[str], None]) -> None:
    """Serve the page at *port* of this machine alone, until it is interrupted; its address is *said*.

    Raises:
        Refused: if the port cannot be had.
    """
    if port not in _PORTS:
        raise Refused(
            Parameter("port"), str(port), "is no port that can be had", "give a number from 1024 to 65535"
        )
    with _listening(port) as door, opened(port, workers) as app:
        said(f"http://{ADDRESS}:{port}")
        config = uvicorn.Config(
            app,
            log_level="critical",
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_LIMIT,
            timeout_graceful_shutdown=2,
        )
        uvicorn.Server(config).run(sockets=[door])


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((ADDRESS, port))
        except OSError as error:
            advice = "give another one, or end what uses it"
            raise Refused(Parameter("port"), str(port), f"cannot be had: {error.strerror}", advice) from None
        yield door
