"""Each HTTP request: its id, its time, and a line in the log where it was slow or failed."""

import time
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from beamlore.core._current import HEADER, CurrentRequest, begin_request
from beamlore.core._measures import NO_ROUTE, open_requests, request_answered
from beamlore.core._settings import HttpSettings
from beamlore.core._tracing import name_request

log = structlog.get_logger(__name__)

_HEADER = HEADER.lower().encode()
_FAILED = 500
_CALLER_WENT_AWAY = 499
"""In the middle of what they sent. A number that nginx has made usual; nobody gets it."""
_PROBES = "/health/"
"""A probe that is answered with 503 is no request that failed."""


_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""An answer is data: no browser may take it for a page, show it in another's frame, or tell others its address."""


def _protect(headers: MutableHeaders) -> None:
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    if "etag" not in headers:
        # What one may see is not for a cache that others use; with an ETag the route has said how it may be kept.
        headers.setdefault("Cache-Control", "no-store")


class Requests:
    """Gives every request an id (the caller's, where it is well formed), in the log and in the answer; measures it.

    An error that nobody foresaw is answered here, so that its answer and its line in the log carry the id too.
    """

    def __init__(self, app: ASGIApp, settings: HttpSettings) -> None:
        """Wrap an application.

        Args:
            app: what answers.
            settings: when a request is slow, and what it may take.
        """
        self._app = app
        self._slow_seconds = settings.slow_request_seconds
        self._bounds = (settings.dependency_read_seconds, settings.error_details, settings.page_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == _HEADER), b"")
        request = begin_request(given.decode("latin-1"), *self._bounds)
        begun = time.perf_counter()
        answered = False

        async def send_and_measure(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                headers = MutableHeaders(scope=message)
                headers[HEADER] = request.id
                _protect(headers)
                if not scope["path"].startswith(_PROBES):
                    self._note(scope, request, message["status"], time.perf_counter() - begun)
            await send(message)

        open_requests.inc()
        try:
            await self._app(scope, receive, send_and_measure)
        except ClientDisconnect:
            if not answered:
                self._note(scope, request, _CALLER_WENT_AWAY, time.perf_counter() - begun)
        except Exception as error:
            on_error: Any = scope["app"].exception_handlers.get(Exception)
            if answered or on_error is None:
                raise
            answer = await on_error(Request(scope), error)
            await answer(scope, receive, send_and_measure)
        finally:
            open_requests.dec()

    def _note(self, scope: Scope, request: CurrentRequest, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        request_answered(scope["method"], route, status, seconds)
        name_request(scope["method"], route)
        if seconds > self._slow_seconds or status >= _FAILED:
            log.warning(
                "request failed" if status >= _FAILED else "request was slow",
                **{
                    "method": scope["method"],
                    "path": scope["path"],
                    "route": route,
                    "status": status,
                    "seconds": round(seconds, 4),
                    "rows": request.rows,
                    "phases": {phase: round(spent, 4) for phase, spent in request.phases.items()},
                    **scope.get("path_params", {}),
                },
            )
