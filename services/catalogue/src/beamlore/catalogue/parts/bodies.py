"""Bodies of the routes of parts: read, and described in the OpenAPI."""

from typing import Any

import orjson
from fastapi import Request
from pydantic import BaseModel

from beamlore.core import BadRequestError

_JSON = "application/json"
_MERGE = "application/merge-patch+json"


async def read_object(request: Request) -> dict[str, Any]:
    """Return the JSON object of a body.

    Raises:
        BadRequestError: it is not a JSON object.
    """
    try:
        value = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise BadRequestError(f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadRequestError("the body must be a JSON object")
    return value


def merges(request: Request) -> bool:
    """Return whether the body is a merge patch (RFC 7396), in which null takes a field away."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _MERGE


def body_of(model: type[BaseModel], *, merge: bool = False) -> dict[str, Any]:
    """Return the OpenAPI description of a body that the route reads itself."""
    described = {"schema": _whole(model.model_json_schema())}
    kinds = (_JSON, _MERGE) if merge else (_JSON,)
    return {"requestBody": {"required": True, "content": dict.fromkeys(kinds, described)}}


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with what it refers to in its place: it stands in a document whose root is another."""
    definitions = schema.get("$defs", {})

    def resolved(value: Any) -> Any:
        if isinstance(value, list):
            return [resolved(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return resolved(definitions[value["$ref"].rpartition("/")[2]])
        return {name: resolved(member) for name, member in value.items() if name != "$defs"}

    found: dict[str, Any] = resolved(schema)
    return found
