"""Who may ask what: every request passes here before anything reads it.

The page is for whoever sits at this machine. So requests come to its own address (no other name that somebody's server
gives for it), changes come from its own pages, and nothing is larger than it may be, be its length told or not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ADDRESS = "127.0.0.1"
FORM, UPLOAD = 64 * 1024, 5 * 1024 * 1024  # bytes of a request
_PATH = 400  # characters of a path with its query
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PRINT_POLICY = (  # a page of its own with its style in it, and no script at all
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none a browser calls the origin of a form null
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class TooLarge(Exception):
    """A body that goes on beyond what it may be; it says so in words."""


@frozen
class Guard:
    """The *app* behind its door; it is served at *port*, and only requests to *uploads* may hold a file."""

    app: ASGIApp
    port: int
    uploads: tuple[str, ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with what is wrong."""
        if scope["type"] != "http":
            return
        begun: list[int] = []
        mine = _sender(send, begun)
        refused = self._refused(scope)
        if refused is not None:
            status, words = refused
            await PlainTextResponse(f"{words}\n", status)(scope, receive, mine)
            return
        most = UPLOAD if scope["path"] in self.uploads else FORM
        try:
            await self.app(scope, _bounded(receive, most), mine)
        except Exception as error:  # noqa: BLE001  nobody is shown more than that it happened
            sys.stderr.write(f"mfg app: unexpected {type(error).__name__}\n")
            if not begun:
                await PlainTextResponse(f"{UNEXPECTED}\n", 500)(scope, receive, mine)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        names = {f"{ADDRESS}:{self.port}", f"localhost:{self.port}"}
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in names:
            return 421, f"This page answers only at http://{ADDRESS}:{self.port}."
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "Only GET, HEAD and POST are answered here."
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _PATH * 3:
            return 414, "The address is longer than any of this page."
        if _is_embedded(headers):
            return 403, "Only this page itself is answered."
        if scope["method"] == "POST" and not _from_here(headers, hosts[0].lower()):
            return 403, "Only this page's own forms are answered."
        length = headers.get("content-length")
        if length is not None and not (length.isascii() and length.isdigit() and len(length) < 16):
            return 400, "The length of the request is no number."
        most = UPLOAD if scope["path"] in self.uploads else FORM
        if length is not None and int(length) > most:
            return 413, _large(most)
        return None


UNEXPECTED = "Something went wrong here. Nothing left this machine, and the page goes on."


def _large(most: int) -> str:
    return f"The request is larger than {most:,} bytes, the most that is read here."


def _from_here(headers: Headers, host: str) -> bool:
    """Whether a change is asked for by a page of this host; a browser says so in one of two headers, and ours in both."""
    origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
    if not origins and not sites:
        return False
    return all(_is_origin(one, host) for one in origins) and all(one == "same-origin" for one in sites)


def _is_embedded(headers: Headers) -> bool:
    """Whether a page of somebody else asks for something to show or to measure; a link to this page is none of that."""
    return (
        headers.get("sec-fetch-site") in ("cross-site", "same-site")
        and headers.get("sec-fetch-mode") != "navigate"
    )


def _is_origin(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.netloc.lower() == host and not (parts.path or parts.query)


def _bounded(receive: Receive, most: int) -> Receive:
    """The same body, as far as it may go."""
    taken = 0

    async def received() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooLarge(_large(most))
        return message

    return received


def _sender(send: Send, begun: list[int]) -> Send:
    """Every answer with the headers of all; *begun* learns its status."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            begun.append(message["status"])
            headers = MutableHeaders(scope=message)
            _set(headers, _HEADERS.items())
            headers.setdefault("Content-Security-Policy", POLICY)
        await send(message)

    return sent


def _set(headers: MutableHeaders, pairs: Iterable[tuple[str, Any]]) -> None:
    for name, value in pairs:
        headers[name] = value
