"""Reading what SciCat's clients send."""

from typing import Annotated, Any
from urllib.parse import unquote

import orjson
from fastapi import Path, Query, Request
from pydantic import BaseModel, ValidationError

from beamlore.catalogue.answers import read_body
from beamlore.core import BadRequestError

FilterParameter = Annotated[str | None, Query(description="JSON: where, fields, limits, include.")]
FieldsParameter = Annotated[str | None, Query(description="JSON: what to look for.")]
LimitsParameter = Annotated[str | None, Query(description="JSON: limit, skip, order.")]
PidParameter = Annotated[str, Path(description="The PID, URL-encoded.")]


def pid_of(parameter: str) -> str:
    """Return the PID of a path; the slash in it comes encoded."""
    return unquote(parameter)


async def json_body(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request's body.

    Raises:
        BadRequestError: it is not a JSON object.
    """
    body = await read_body(request, request.app.state.settings.body_bytes)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequestError(f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadRequestError("the body must be a JSON object")
    return value


def validated(model: type[BaseModel], value: dict[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """Return the fields that were given, checked.

    Args:
        model: what they must be.
        value: the JSON object.
        partial: whether an explicit null is kept: in a merge it takes a field away.

    Raises:
        BadRequestError: some field is missing, unknown or wrong; the text says which.
    """
    try:
        fields = model.model_validate(value).model_dump(exclude_unset=True)
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
        raise BadRequestError(where) from error
    for name in ("scientificMetadata", "jobParameters", "datasetlifecycle"):
        _check_keys(name, fields.get(name), 1)
    return fields if partial else {name: given for name, given in fields.items() if given is not None}


def _check_keys(at: str, value: object, depth: int) -> None:
    """Refuse keys that the database would read as operators or paths, and nesting it cannot hold."""
    if isinstance(value, list):
        for one in value:
            _check_keys(at, one, depth + 1)
    elif isinstance(value, dict):
        if depth > _DEPTH:
            raise BadRequestError(f"{at[:80]}: nested more than {_DEPTH} deep")
        for key, member in value.items():
            if not key or key.startswith("$") or "." in key or "\x00" in key:
                raise BadRequestError(
                    f"{at[:80]}: {key[:40]!r} cannot be a key; it may not begin with '$' or contain '.'"
                )
            _check_keys(f"{at}.{key}", member, depth + 1)


_DEPTH = 40
