"""The errors of our own routes, as their OpenAPI lists them."""

from typing import Any

from pydantic import BaseModel


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str


_WORDS = {
    400: "The request cannot be understood.",
    401: "A bearer token is needed, or the one given is not valid.",
    403: "The caller may not do this.",
    404: "There is no such thing, or none that the caller may see.",
    409: "It contradicts what there is.",
    413: "The body is too large.",
    422: "The request is understood and its content does not make sense.",
    429: "The caller asks for too much at once; `Retry-After` says when to ask again.",
    503: "The database does not answer at the moment; the request may be repeated.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of these error statuses."""
    return {
        status: {
            "description": _WORDS[status],
            "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
        }
        for status in statuses
    }
