"""One tree of named errors, each with its HTTP status; one handler turns them into RFC 9457 problem details."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar, Literal, TypeAlias

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

log = structlog.get_logger(__name__)

TokenFailure: TypeAlias = Literal["invalid", "expired", "malformed", "signature", "claims", "unknown", "revoked"]
"""Why a token is not believed, as it is counted."""


class BeamloreError(Exception):
    """Something a caller should know. ``detail`` says what is wrong and what to do."""

    status: ClassVar[int] = 500

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = extra

    @property
    def title(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase


class BadRequestError(BeamloreError):
    """The request cannot be understood."""

    status = 400


class UnauthenticatedError(BeamloreError):
    """No token, or one that is not to be believed."""

    status = 401

    def __init__(self, detail: str, *, reason: TokenFailure = "invalid", **extra: object) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"}, **extra)
        self.reason = reason


class ForbiddenError(BeamloreError):
    """The caller is known, and may not."""

    status = 403


class NotFoundError(BeamloreError):
    """There is no such thing, or none that the caller may see."""

    status = 404


class ConflictError(BeamloreError):
    """The request contradicts what is stored."""

    status = 409


class PreconditionFailedError(BeamloreError):
    """What the caller believed to be stored has changed."""

    status = 412


class TooLargeError(BeamloreError):
    """The request is larger than the service takes."""

    status = 413


class UnprocessableError(BeamloreError):
    """The request is understood, and its content does not make sense."""

    status = 422


class PreconditionRequiredError(BeamloreError):
    """The request must say which version it is meant for."""

    status = 428


class TooManyRequestsError(BeamloreError):
    """The caller should slow down."""

    status = 429


class UnavailableError(BeamloreError):
    """Something this service needs does not answer at the moment; the request may be repeated."""

    status = 503


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
