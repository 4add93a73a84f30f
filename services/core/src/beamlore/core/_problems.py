"""Errors as answers: one handler turns them into RFC 9457 problem details."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from beamlore.core._current import current_request
from beamlore.core._errors import BeamloreError
from beamlore.core._mongo_errors import translated
from beamlore.core._wording import mistakes_of, written

log = structlog.get_logger(__name__)

_DETAIL_LENGTH = 16 * 1024
_ONE_LENGTH = 700
_MOST_DETAILS = 20
_MOST_LOOKED_AT = 200


def problem(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, extra: Mapping[str, object] | None = None
) -> JSONResponse:
    """Return an RFC 9457 problem document."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": shortened(detail)}
    return JSONResponse(
        body | dict(extra or {}),
        status_code=status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )


def shortened(text: str) -> str:
    """Return what is told of an error: no more than 16 KiB, however much somebody sent."""
    return text if len(text) <= _DETAIL_LENGTH else f"{text[:_DETAIL_LENGTH]}… ({len(text)} characters)"


def most_details() -> int:
    """Return how many mistakes the answer to the request under way may list."""
    request = current_request()
    return _MOST_DETAILS if request is None else request.error_details


def listed(mistakes: Sequence[str], number: int | None = None) -> str:
    """Return mistakes in one text: what ``bounded`` leaves of them."""
    return "; ".join(bounded(mistakes, number))


def bounded(mistakes: Sequence[str], number: int | None = None) -> list[str]:
    """Return what an answer tells of mistakes: the first ones, and how many more there are.

    Args:
        mistakes: of a request.
        number: how many there are, where not all were collected.
    """
    most = most_details()
    number = len(mistakes) if number is None else number
    shown = [one if len(one) <= _ONE_LENGTH else f"{one[:_ONE_LENGTH]}…" for one in mistakes[:most]]
    more = number - len(shown)
    return [*shown, f"and {more} more mistakes"] if more > 0 else shown


def request_mistakes(error: RequestValidationError) -> tuple[list[tuple[str, str]], int]:
    """Return the first mistakes of a request, each where it is and what is wrong; and how many there are."""
    errors = error.errors()
    found: list[tuple[str, str]] = []
    for part in dict.fromkeys(one["loc"][0] for one in errors[:_MOST_LOOKED_AT]):
        inside = [{**one, "loc": one["loc"][1:]} for one in errors[:_MOST_LOOKED_AT] if one["loc"][0] == part]
        value = error.body if part == "body" else {str(one["loc"][0]): None for one in inside if one["loc"]}
        for mistake in mistakes_of(inside, value):
            at = written(mistake.place) or ("the body" if part == "body" else str(part))
            found.append((at[:_ONE_LENGTH], mistake.sentence[:_ONE_LENGTH]))
    return found[: most_details()], max(len(found), len(errors) if len(errors) > _MOST_LOOKED_AT else 0)


def _validation_problem(error: RequestValidationError) -> JSONResponse:
    found, number = request_mistakes(error)
    detail = listed([f"{at}: {sentence}" for at, sentence in found], number)
    return problem(422, detail, extra={"errors": [{"at": at, "message": sentence} for at, sentence in found]})


def install_error_handlers(app: FastAPI) -> None:
    """Make the app answer every error as ``application/problem+json``."""

    async def on_error(request: Request, error: Exception) -> Response:
        error = translated(error) or error
        if isinstance(error, BeamloreError):
            return problem(error.status, error.detail, headers=error.headers, extra=error.extra)
        if isinstance(error, RequestValidationError):
            return _validation_problem(error)
        if isinstance(error, HTTPException):
            return problem(error.status_code, str(error.detail), headers=error.headers)
        log.exception("request failed", path=request.url.path, exc_info=error)
        return problem(500, "an error that was not expected; the service's log has it under this request's id")

    for kind in (BeamloreError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, on_error)
