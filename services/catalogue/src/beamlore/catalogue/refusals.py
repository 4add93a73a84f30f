"""The errors of SciCat's routes, as their OpenAPI lists them."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel


class Refusal(BaseModel):
    """SciCat's form of an error."""

    statusCode: int  # noqa: N815 - SciCat's names
    message: str | dict[str, Any] | list[Any]
    error: str


_WORDS = {
    400: "The request cannot be understood.",
    401: "The token is not valid, or the login is wrong.",
    403: "The caller may not do this.",
    404: "There is no such thing, or it is not enabled here.",
    409: "The request contradicts what is stored.",
    412: "What is stored was changed since the time that the request names.",
    413: "The body is too large.",
    429: "The caller asks for too much at once.",
    503: "Something that is needed does not answer at the moment; the request may be repeated.",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of these error statuses."""
    return {
        status: {
            "description": _WORDS.get(status, HTTPStatus(status).phrase),
            "content": {"application/json": {"schema": Refusal.model_json_schema()}},
        }
        for status in statuses
    }


READING = refusals(400, 401, 403, 404, 503)
"""What a route that reads may answer beside what is asked for."""

WRITING = refusals(400, 401, 403, 404, 409, 412, 413, 503)
"""What a route that writes may answer beside what it wrote."""
