"""Reading what SciCat's clients send."""

from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from fastapi import Path, Query, Request
from pydantic import BaseModel, ValidationError

from beamlore.catalogue.keys import storable
from beamlore.catalogue.wording import Fault, faults
from beamlore.core import BadRequestError, bounded, most_details

FilterParameter = Annotated[str | None, Query(description="JSON: where, fields, limits, include.")]
FieldsParameter = Annotated[str | None, Query(description="JSON: what to look for.")]
FacetsParameter = Annotated[str | None, Query(description="JSON: a list of fields.")]
LimitsParameter = Annotated[str | None, Query(description="JSON: limit, skip, order.")]
PidParameter = Annotated[str, Path(description="The PID, URL-encoded.")]


def filter_of(request: Request, parameter: str | None) -> str | None:
    """Return the filter of a v3 request: the parameter, or the header ``filter`` that some of SciCat's clients send.

    Raises:
        BadRequestError: there are both.
    """
    header = request.headers.get("filter")
    if header is None:
        return parameter
    if parameter is not None:
        raise BadRequestError("filter: there is one in the address and one in the header; send one of them")
    return header


def validated(
    model: type[BaseModel], value: dict[str, Any], *, partial: bool = False, as_json: bool = False
) -> dict[str, Any]:
    """Return the fields that were given, checked; metadata with keys that can be stored.

    Args:
        model: what they must be.
        value: the JSON object.
        partial: whether an explicit null is kept: in a merge it takes a field away.
        as_json: whether faults are told as SciCat's v3 tells those of datasets: their JSON as text.

    Raises:
        BadRequestError: some field is missing, unknown or wrong; the text says which.
    """
    found = checked(model, value, partial=partial)
    if isinstance(found, dict):
        return found
    if as_json:
        raise BadRequestError(orjson.dumps([fault.told() for fault in found[: most_details()]]).decode())
    raise invalid(found)


def invalid(found: Sequence[Fault], number: int | None = None) -> BadRequestError:
    """Return the error of a body that has faults: on SciCat's routes its ``message`` is a list, as there.

    Args:
        found: the faults.
        number: how many there are, where not all were collected.
    """
    sentences = bounded([fault.sentence for fault in found], number)
    return BadRequestError("; ".join(sentences), message=sentences)


def checked(model: type[BaseModel], value: dict[str, Any], *, partial: bool = False) -> dict[str, Any] | list[Fault]:
    """Return the fields that were given, or what is wrong with them.

    Raises:
        BadRequestError: metadata have keys that cannot be stored.
    """
    # What is missing is told as what it must be.
    needed = [name for name, field in model.model_fields.items() if field.is_required()]
    try:
        fields = model.model_validate({**dict.fromkeys(needed), **value}).model_dump(exclude_unset=True)
    except ValidationError as error:
        return faults(model, value, error, first=needed)
    for name in _METADATA:
        if isinstance(fields.get(name), dict):
            fields[name] = storable(name, fields[name])
    return fields if partial else {name: given for name, given in fields.items() if given is not None}


_METADATA = ("scientificMetadata", "jobParameters", "datasetlifecycle")
