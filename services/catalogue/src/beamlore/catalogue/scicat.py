"""What is the same on all of SciCat's routes: paths without regard to case, and the shape of errors."""

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import unquote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from beamlore.catalogue.hiding import HIDDEN, tells_existence
from beamlore.core import BeamloreError, UnauthenticatedError, bounded, request_mistakes, shortened, translated

log = structlog.get_logger(__name__)

_SCICAT = ("/api/v3", "/api/v4")
_ASKING_TO_LOG_IN = ("/auth/", "/api/v3/users", "/api/v3/useridentities", "/api/v3/samples")
_Words: TypeAlias = dict[str, tuple[str, "_Words"]]
"""A segment in lower case (empty: a parameter), how it is spelled, and what may follow."""


class ScicatPaths:
    """Makes the paths of SciCat's routes those the router knows: in their case."""

    def __init__(self, app: ASGIApp, templates: Iterable[str]) -> None:
        """Wrap an application.

        Args:
            app: what is called with the mended path.
            templates: the paths of all its routes, with ``{parameters}``.
        """
        self._app = app
        self._words: _Words = {}
        for template in templates:
            if is_scicat(template):
                _learn(self._words, template.split("/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the path and go on."""
        if scope["type"] == "http":
            raw = scope.get("raw_path", b"").split(b"?", 1)[0].decode("latin-1")
            if is_scicat(raw):
                # SciCat's server does not mind a slash at the end.
                raw = "/".join(_spelled(self._words, raw.rstrip("/").split("/")))
                scope["raw_path"] = raw.encode("latin-1")
                scope["path"] = unquote(raw)
        await self._app(scope, receive, send)


def _learn(words: _Words, segments: Sequence[str]) -> None:
    for segment in segments:
        key = "" if segment.startswith("{") else segment.lower()
        words = words.setdefault(key, (segment, {}))[1]


def _spelled(words: _Words, segments: Sequence[str]) -> Iterator[str]:
    for segment in segments:
        known = words.get(segment.lower()) or words.get("")
        words = known[1] if known else {}
        yield segment if known is None or known[0].startswith("{") else known[0]


def is_scicat(path: str) -> bool:
    """Return whether a path is one of SciCat's."""
    return path.lower().startswith(_SCICAT)


def install_scicat_errors(app: FastAPI) -> None:
    """Make SciCat's routes answer errors as ``{statusCode, message, error}``; other routes keep theirs."""
    for kind in (BeamloreError, RequestValidationError, HTTPException, Exception):
        ours: Any = app.exception_handlers[kind]

        async def on_error(request: Request, error: Exception, ours: Any = ours) -> Response:
            if not is_scicat(request.url.path):
                answer: Response = await ours(request, error)
                return answer
            return _scicat_answer(request, error)

        app.add_exception_handler(kind, on_error)


def _scicat_answer(request: Request, error: Exception) -> Response:
    headers: dict[str, str] = {}
    error = translated(error) or error
    if isinstance(error, BeamloreError) and request.app.state.settings.hide_existence and tells_existence(error):
        return JSONResponse({"statusCode": 404, "message": HIDDEN, "error": "Not Found"}, status_code=404)
    message: str | list[str]
    if isinstance(error, UnauthenticatedError) and not _tries_to_prove_itself(request):
        # SciCat's guards forbid what nobody may do; 401 is for a login or a token that is wrong.
        status, message = 403, "Forbidden resource"
    elif isinstance(error, BeamloreError):
        status, message, headers = error.status, error.detail, error.headers
    elif isinstance(error, RequestValidationError):
        status = 400
        mistakes, number = request_mistakes(error)
        message = bounded([f"{at}: {sentence}" for at, sentence in mistakes], number)
    elif isinstance(error, HTTPException):
        status, message, headers = error.status_code, str(error.detail), dict(error.headers or {})
    else:
        log.exception("request failed", path=request.url.path, exc_info=error)
        status, message = 500, "Internal server error"
    if isinstance(message, str):
        message = shortened(message)
    body: Any = {"statusCode": status, "message": message, "error": HTTPStatus(status).phrase}
    if isinstance(error, BeamloreError):
        # Some of SciCat's errors say in a member what is wrong with each part; some are nothing but that.
        body |= {name: error.extra[name] for name in ("message", "error") if error.extra.get(name)}
        body = error.extra.get("body", body)
    return JSONResponse(body, status_code=status, headers=headers)


def _tries_to_prove_itself(request: Request) -> bool:
    path = request.url.path.lower()
    return "authorization" in request.headers or any(part in path for part in _ASKING_TO_LOG_IN)
