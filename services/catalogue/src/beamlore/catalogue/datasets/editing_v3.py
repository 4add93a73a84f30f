"""SciCat's ``/api/v3/datasets``: what changes datasets."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.conversion import as_v3
from beamlore.catalogue.datasets.input import PidParameter, checked, validated
from beamlore.catalogue.datasets.models import (
    CreateDerived,
    CreateOther,
    CreateRaw,
    DatasetFields,
    LifecycleChange,
    PartialUpdateFormer,
    ReplaceDerived,
    ReplaceOther,
    ReplaceRaw,
)
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.refusals import WRITING
from beamlore.catalogue.state import Editor
from beamlore.core import BadRequestError, CurrentPrincipal

router = APIRouter(prefix="/api/v3/datasets", tags=["datasets"])

UnmodifiedSince = Annotated[
    str | None, Header(description="An HTTP date, or ISO 8601 with milliseconds: 412 where it was changed since.")
]
_CREATE: dict[str, type[DatasetFields]] = {"raw": CreateRaw, "derived": CreateDerived}
_REPLACE: dict[str, type[DatasetFields]] = {"raw": ReplaceRaw, "derived": ReplaceDerived}


@router.post(
    "",
    status_code=201,
    operation_id="DatasetsController_create_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateOther),
)
async def create(request: Request, principal: CurrentPrincipal, editor: Editor) -> Response:
    """Create a dataset: a raw, a derived one, or one of the facility's own types."""
    editor.check_may_edit(principal)
    body = await read_object(request)
    editor.check_type(body.get("type"))
    fields = validated(_CREATE.get(str(body.get("type")), CreateOther), _named(body), as_json=True)
    return json_response(as_v3(await editor.create(principal, fields, "3")), 201)


@router.post(
    "/isValid",
    operation_id="DatasetsController_isValid_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateOther),
)
async def is_valid(request: Request, principal: CurrentPrincipal, editor: Editor) -> Response:
    """Say whether a dataset could be created, and what is wrong where it could not."""
    editor.check_may_edit(principal)
    body = await read_object(request)
    editor.check_may_create(principal, body)
    found = checked(_CREATE.get(str(body.get("type")), CreateOther), _named(body))
    if isinstance(found, dict):
        return json_response({"valid": True})
    return json_response({"valid": False, "error": "; ".join(fault.sentence for fault in found)})


@router.patch(
    "/{pid}",
    operation_id="DatasetsController_findByIdAndUpdate_v3",
    responses=WRITING,
    openapi_extra=body_of(PartialUpdateFormer),
)
async def update(
    pid: PidParameter,
    request: Request,
    principal: CurrentPrincipal,
    editor: Editor,
    if_unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Change some fields of a dataset."""
    editor.check_may_edit(principal)
    changes = validated(PartialUpdateFormer, await read_object(request), as_json=True)
    return json_response(as_v3(await editor.change(principal, pid, changes, if_unmodified_since)))


@router.put(
    "/{pid}",
    operation_id="DatasetsController_findByIdAndReplace_v3",
    responses=WRITING,
    openapi_extra=body_of(ReplaceOther),
)
async def replace(pid: PidParameter, request: Request, principal: CurrentPrincipal, editor: Editor) -> Response:
    """Replace a dataset: fields that are not sent are gone, but for those the catalogue itself keeps."""
    editor.check_may_edit(principal)
    body = await read_object(request)
    kind = await editor.type_of(principal, pid)
    fields = validated(_REPLACE.get(kind, ReplaceOther), _named(body), as_json=True)
    return json_response(as_v3(await editor.replace(principal, pid, fields)))


@router.delete("/{pid}", operation_id="DatasetsController_findByIdAndDelete_v3", responses=WRITING)
async def delete(pid: PidParameter, principal: CurrentPrincipal, editor: Editor) -> Response:
    """Delete a dataset."""
    return json_response(as_v3(await editor.delete(principal, pid)))


@router.patch(
    "/{pid}/datasetlifecycle",
    operation_id="DatasetsController_findByIdAndUpdateLifecycle_v3",
    responses=WRITING,
    openapi_extra=body_of(LifecycleChange),
)
async def update_lifecycle(
    pid: PidParameter, request: Request, principal: CurrentPrincipal, editor: Editor
) -> Response:
    """Change some fields of a dataset's life cycle; null stands for what a new dataset has."""
    changes = lifecycle_changes(await read_object(request))
    changed = await editor.change_lifecycle(principal, pid, changes)
    return json_response(changed["datasetlifecycle"])


@router.post(
    "/{pid}/appendToArrayField",
    operation_id="DatasetsController_appendToArrayField_v3",
    responses=WRITING,
)
async def append(
    pid: PidParameter,
    principal: CurrentPrincipal,
    editor: Editor,
    field: Annotated[str, Query(alias="fieldName", description="A field that is a list.")],
    data: Annotated[list[str], Query(description="What to append: values, or one JSON list of them.")],
) -> Response:
    """Append to a list of a dataset what it does not have yet."""
    return json_response(as_v3(await editor.append(principal, pid, field, _values(field, data))))


def lifecycle_changes(body: dict[str, Any]) -> dict[str, Any]:
    """Return the changes of a life cycle that a body asks for.

    Raises:
        BadRequestError: it asks for none, or for something else.
    """
    changes = validated(LifecycleChange, body, partial=True)
    if not changes:
        raise BadRequestError("dataset lifecycle DTO must not be empty")
    return changes


def _named(body: dict[str, Any]) -> dict[str, Any]:
    """Return a v3 body with the name that raw and derived datasets without one get: the end of their folder."""
    folder = body.get("sourceFolder")
    if body.get("datasetName") is not None or body.get("type") not in _CREATE or not isinstance(folder, str):
        return body
    return body | {"datasetName": "/".join([part for part in folder.split("/") if part][-2:]) or folder}


def _values(field: str, data: list[str]) -> list[Any]:
    values: Any = data
    if len(data) == 1 and data[0].lstrip().startswith("["):
        try:
            values = orjson.loads(data[0])
        except orjson.JSONDecodeError as error:
            raise BadRequestError(f"data: not JSON: {error}") from error
    accepted = validated(PartialUpdateFormer, {field: values}).get(field)
    if not isinstance(accepted, list):
        raise BadRequestError(f"fieldName: {field[:40]!r} is not a list")
    return accepted
