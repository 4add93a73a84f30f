"""Bodies and documents of the job routes, and their place in the OpenAPI."""

from typing import Any

from fastapi import Request
from pydantic import BaseModel, ValidationError

from beamlore.catalogue.datasets.input import invalid
from beamlore.catalogue.parts.bodies import read_object
from beamlore.catalogue.wording import faults

_STATUSES = {
    400: "The request cannot be understood, or an action of the job's type refuses it.",
    401: "The token is not valid.",
    403: "The caller may not do this.",
    404: "An action of the job's type refuses the request.",
    409: "The job was changed by others at the same moment.",
    413: "The body is too large.",
    422: "The job's datasets or files do not exist, or are not named as they must be.",
    500: "A template of the job's type cannot be filled.",
    502: "The job is stored, and an action could not be done: a server it speaks to did not take it.",
    504: "The job is stored, and an action took too long.",
    503: "The database does not answer at the moment; the request may be repeated.",
}
_ERROR = {
    "type": "object",
    "properties": {"statusCode": {"type": "integer"}, "message": {}, "error": {"type": "string"}},
    "required": ["statusCode", "message"],
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of these error statuses, in SciCat's shape."""
    return {
        status: {"description": _STATUSES[status], "content": {"application/json": {"schema": _ERROR}}}
        for status in statuses
    }


READING = errors(400, 401, 403, 503)
WRITING = errors(400, 401, 403, 404, 409, 413, 422, 500, 502, 503, 504)


async def read_body(request: Request) -> dict[str, Any]:
    """Return the JSON object of a body."""
    return await read_object(request)


def checked(model: type[BaseModel], body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that were given.

    Raises:
        BadRequestError: some field is missing, unknown or wrong; the text says which.
    """
    try:
        return model.model_validate(body).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise invalid(faults(model, body, error), error.error_count()) from error
