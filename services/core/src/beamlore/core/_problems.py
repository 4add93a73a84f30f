"""Errors as answers: one handler turns them into RFC 9457 problem details."""

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from beamlore.core._errors import BeamloreError
from beamlore.core._mongo_errors import translated

log = structlog.get_logger(__name__)


def problem(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, extra: Mapping[str, object] | None = None
) -> JSONResponse:
    """Return an RFC 9457 problem document."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(
        body | dict(extra or {}),
        status_code=status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )


def install_error_handlers(app: FastAPI) -> None:
    """Make the app answer every error as ``application/problem+json``."""

    async def on_error(request: Request, error: Exception) -> Response:
        error = translated(error) or error
        if isinstance(error, BeamloreError):
            return problem(error.status, error.detail, headers=error.headers, extra=error.extra)
        if isinstance(error, RequestValidationError):
            where = [
                {"at": "/".join(str(part) for part in one["loc"]), "message": one["msg"]} for one in error.errors()
            ]
            detail = "; ".join(f"{one['at']}: {one['message']}" for one in where)
            return problem(422, detail, extra={"errors": where})
        if isinstance(error, HTTPException):
            return problem(error.status_code, str(error.detail), headers=error.headers)
        log.exception("request failed", path=request.url.path, exc_info=error)
        return problem(500, "an error that was not expected; the service's log has it under this request's id")

    for kind in (BeamloreError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, on_error)
