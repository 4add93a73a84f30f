"""SciCat's ``/api/v4/datasets``: what changes datasets."""

from fastapi import APIRouter, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.conversion import as_v4
from beamlore.catalogue.datasets.editing_v3 import UnmodifiedSince, lifecycle_changes
from beamlore.catalogue.datasets.input import PidParameter, checked, validated
from beamlore.catalogue.datasets.models import CreateDataset, LifecycleChange, PartialUpdate, ReplaceDataset
from beamlore.catalogue.parts.bodies import body_of, merges, read_object
from beamlore.catalogue.refusals import WRITING
from beamlore.catalogue.state import Editor
from beamlore.core import CurrentPrincipal

router = APIRouter(prefix="/api/v4/datasets", tags=["datasets v4"])


@router.post(
    "",
    status_code=201,
    operation_id="DatasetsV4Controller_create_v4",
    responses=WRITING,
    openapi_extra=body_of(CreateDataset),
)
async def create(request: Request, principal: CurrentPrincipal, editor: Editor) -> Response:
    """Create a dataset."""
    editor.check_may_edit(principal)
    body = await read_object(request)
    editor.check_type(body.get("type"))
    fields = validated(CreateDataset, body)
    return json_response(as_v4(await editor.create(principal, fields, "4")), 201)


@router.post(
    "/isValid",
    operation_id="DatasetsV4Controller_isValid_v4",
    responses=WRITING,
    openapi_extra=body_of(CreateDataset),
)
async def is_valid(request: Request, principal: CurrentPrincipal, editor: Editor) -> Response:
    """Say whether a dataset could be created."""
    editor.check_may_edit(principal)
    body = await read_object(request)
    editor.check_may_create(principal, body)
    return json_response({"valid": isinstance(checked(CreateDataset, body), dict)})


@router.patch(
    "/{pid}",
    operation_id="DatasetsV4Controller_findByIdAndUpdate_v4",
    responses=WRITING,
    openapi_extra=body_of(PartialUpdate, merge=True),
)
async def update(
    pid: PidParameter,
    request: Request,
    principal: CurrentPrincipal,
    editor: Editor,
    if_unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Change a dataset; as ``application/merge-patch+json`` objects are merged and null takes away (RFC 7396)."""
    editor.check_may_edit(principal)
    merge = merges(request)
    changes = validated(PartialUpdate, await read_object(request), partial=merge)
    changed = await editor.change(principal, pid, changes, if_unmodified_since, merge=merge, pairs=True)
    return json_response(as_v4(changed))


@router.put(
    "/{pid}",
    operation_id="DatasetsV4Controller_findByIdAndReplace_v4",
    responses=WRITING,
    openapi_extra=body_of(ReplaceDataset),
)
async def replace(pid: PidParameter, request: Request, principal: CurrentPrincipal, editor: Editor) -> Response:
    """Replace a dataset: fields that are not sent are gone, but for those the catalogue itself keeps."""
    editor.check_may_edit(principal)
    fields = validated(ReplaceDataset, await read_object(request))
    return json_response(as_v4(await editor.replace(principal, pid, fields)))


@router.delete("/{pid}", operation_id="DatasetsV4Controller_findByIdAndDelete_v4", responses=WRITING)
async def delete(pid: PidParameter, principal: CurrentPrincipal, editor: Editor) -> Response:
    """Delete a dataset."""
    return json_response(as_v4(await editor.delete(principal, pid)))


@router.patch(
    "/{pid}/datasetlifecycle",
    operation_id="DatasetsV4Controller_findByIdAndUpdateLifecycle_v4",
    responses=WRITING,
    openapi_extra=body_of(LifecycleChange, merge=True),
)
async def update_lifecycle(
    pid: PidParameter, request: Request, principal: CurrentPrincipal, editor: Editor
) -> Response:
    """Change some fields of a dataset's life cycle; null stands for what a new dataset has."""
    changes = lifecycle_changes(await read_object(request))
    changed = await editor.change_lifecycle(principal, pid, changes)
    return json_response(changed["datasetlifecycle"])
