"""The errors of SciCat's routes, as their OpenAPI lists them."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel


class Refusal(BaseModel):
    """SciCat's form of an error."""

    statusCode: int  # noqa: N815 - SciCat's names
    message: str
    error: str


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of these error statuses."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {"application/json": {"schema": Refusal.model_json_schema()}},
        }
        for status in statuses
    }


READING = refusals(400, 401, 403, 404, 503)
"""What a route that reads may answer beside what is asked for."""

WRITING = refusals(400, 401, 403, 404, 409, 412, 413, 503)
"""What a route that writes may answer beside what it wrote."""
