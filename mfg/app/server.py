"""The page's routes, and how it is served: on this machine, to whoever sits at it."""

from __future__ import annotations

import logging
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import python_multipart  # noqa: F401  Starlette reads forms with it, and would miss it at the first form only
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from mfg.app.audit import Audits
from mfg.app.forms import Forms
from mfg.app.guard import ADDRESS, UNEXPECTED, Guard, TooLarge
from mfg.app.jobs import PageJobs
from mfg.app.page import page, part, problems_of, style_sheet
from mfg.app.runs import NOTHING, Runs
from mfg.app.workers import Workers
from mfg.errors import MfgError, Parameter, Refused

_STATIC = Path(__file__).parent / "static"
_PORTS = range(1024, 65536)
_LIMIT = 40  # requests at once


async def _refused(request: Request, error: Exception) -> Response:
    """What was refused, in its own words, which are an answer like any other."""
    assert isinstance(error, MfgError)
    if not request.url.path.endswith("/runs"):
        return page("error", 404, tab="", said=" ".join(problems_of(error)))
    return JSONResponse({"problem": part("problem", problem=problems_of(error))})


async def _no_such(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {404: NOTHING, 405: "That is not asked for in this way."}
    said = words.get(error.status_code, "The request cannot be read.")
    if "/runs/" in request.url.path:
        return JSONResponse({"problem": part("problem", problem=[said])}, error.status_code)
    return page("error", error.status_code, tab="", said=said)


async def _too_large(_: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", 413)


async def _unexpected(_: Request, __: Exception) -> Response:
    return page("error", 500, tab="", said=UNEXPECTED)


async def _style(_: Request) -> Response:
    return PlainTextResponse(style_sheet(), media_type="text/css")


async def _script(_: Request) -> Response:
    return FileResponse(_STATIC / "app.js", media_type="text/javascript")


async def _icon(_: Request) -> Response:
    return Response(status_code=204)


def app_of(runs: Runs, forms: Forms, port: int) -> ASGIApp:
    """The whole behind its door."""
    asked = "/whatif/runs"
    routes = [
        Route("/", runs.what_if),
        Route(asked, runs.run, methods=["POST"]),
        Route("/whatif/pins", runs.pins),
        Route(f"{asked}/{{id}}", runs.progress),
        Route(f"{asked}/{{id}}/stop", runs.stop, methods=["POST"]),
        Route(f"{asked}/{{id}}/result", runs.result),
        Route(f"{asked}/{{id}}/charts", runs.charts),
        Route("/today", runs.today),
        Route("/today/runs", runs.look, methods=["POST"]),
        Route("/today/runs/{id}", runs.progress),
        Route("/today/runs/{id}/stop", runs.stop, methods=["POST"]),
        Route("/today/runs/{id}/result", runs.looked),
        Route("/dose", forms.dose, methods=["GET", "POST"]),
        Route("/dose/worksheet", forms.worksheet, methods=["POST"]),
        Route("/audit", forms.audit, methods=["GET", "POST"]),
        Route("/audit/{id}/checked.csv", forms.checked),
        Route("/calendar", forms.calendar, methods=["GET", "POST"]),
        Route("/calendar/file", forms.calendar_file, methods=["POST"]),
        Route("/evidence", forms.evidence),
        Route("/static/app.css", _style),
        Route("/static/app.js", _script),
        Route("/favicon.ico", _icon),
    ]
    handlers: dict[Any, Any] = {
        MfgError: _refused,
        HTTPException: _no_such,
        TooLarge: _too_large,
        Exception: _unexpected,
    }
    return Guard(Starlette(routes=routes, exception_handlers=handlers), port, ("/audit",))


@contextmanager
def opened(port: int, workers: int) -> Iterator[ASGIApp]:
    """The page with the processes that work for it, and a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="mfg-app-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        jobs = PageJobs(root, Workers(workers, root))
        jobs.open()
        try:
            yield app_of(Runs(jobs), Forms(Audits(root)), port)
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
    logging.getLogger("python_multipart").setLevel(
        logging.CRITICAL
    )  # it would print what is wrong with a form
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
            door.listen()  # who reads the address may ask at once
        except OSError as error:
            advice = "give another one, or end what uses it"
            raise Refused(Parameter("port"), str(port), f"cannot be had: {error.strerror}", advice) from None
        yield door
