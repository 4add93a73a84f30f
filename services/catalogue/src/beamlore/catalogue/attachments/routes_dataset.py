"""SciCat's ``/api/v3/datasets/{pid}/attachments``, and a dataset's thumbnail."""

from fastapi import APIRouter, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.attachments.models import CreateSubAttachment, ReplaceFormerAttachment
from beamlore.catalogue.attachments.routes import Aid, Attachments
from beamlore.catalogue.attachments.target import Target, as_v3
from beamlore.catalogue.datasets.input import PidParameter, validated
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.core import CurrentPrincipal, OptionalPrincipal, takes_bodies_of

router = APIRouter(prefix="/api/v3/datasets/{pid}", tags=["datasets"])


@router.get("/thumbnail", operation_id="DatasetsController_thumbnail_v3", responses=READING)
async def thumbnail(pid: PidParameter, principal: OptionalPrincipal, attachments: Attachments) -> Response:
    """Return the picture that stands for a dataset: ``{thumbnail}``, or ``{}`` where it has none."""
    dataset = await attachments.datasets.readable(principal, pid)
    picture = await attachments.thumbnail_of(principal, _target(dataset))
    return json_response({"thumbnail": picture} if picture else {})


@router.post(
    "/attachments",
    status_code=201,
    operation_id="DatasetsController_createAttachment_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateSubAttachment),
)
@takes_bodies_of(lambda settings: settings.max_file_upload_size)
async def create(
    pid: PidParameter, request: Request, principal: CurrentPrincipal, attachments: Attachments
) -> Response:
    """Attach a picture or document to a dataset."""
    dataset = await attachments.datasets.creatable(principal, pid)
    fields = validated(CreateSubAttachment, await read_object(request))
    return json_response(as_v3(await attachments.attach(principal, _target(dataset), fields, dataset)), 201)


@router.get("/attachments", operation_id="DatasetsController_findAllAttachments_v3", responses=READING)
async def find_all(pid: PidParameter, principal: OptionalPrincipal, attachments: Attachments) -> Response:
    """List what is attached to a dataset."""
    dataset = await attachments.datasets.readable(principal, pid)
    return json_response([as_v3(one) for one in await attachments.of(principal, _target(dataset))])


@router.get("/attachments/count", operation_id="DatasetsController_attachmentsCount_v3", responses=READING)
async def count(pid: PidParameter, principal: OptionalPrincipal, attachments: Attachments) -> Response:
    """Count what is attached to a dataset."""
    dataset = await attachments.datasets.readable(principal, pid)
    return json_response({"count": await attachments.count_of(principal, _target(dataset))})


@router.put(
    "/attachments/{aid}",
    operation_id="DatasetsController_findOneAttachmentAndUpdate_v3",
    responses=WRITING,
    openapi_extra=body_of(ReplaceFormerAttachment),
)
@takes_bodies_of(lambda settings: settings.max_file_upload_size)
async def change(
    pid: PidParameter, aid: Aid, request: Request, principal: CurrentPrincipal, attachments: Attachments
) -> Response:
    """Change what is attached to a dataset; fields that are not given stay."""
    dataset = await attachments.datasets.writable(principal, pid)
    fields = validated(ReplaceFormerAttachment, await read_object(request))
    return json_response(as_v3(await attachments.change_of(principal, _target(dataset), aid, fields)))


@router.delete("/attachments/{aid}", operation_id="DatasetsController_findOneAttachmentAndRemove_v3", responses=WRITING)
async def delete(pid: PidParameter, aid: Aid, principal: CurrentPrincipal, attachments: Attachments) -> Response:
    """Delete what is attached to a dataset, and return it."""
    dataset = await attachments.datasets.deletable(principal, pid)
    return json_response(as_v3(await attachments.detach(principal, _target(dataset), aid)))


@router.delete("/attachments", operation_id="DatasetsController_findAttachmentsAndRemove_v3", responses=WRITING)
async def delete_all(pid: PidParameter, principal: CurrentPrincipal, attachments: Attachments) -> Response:
    """Delete everything that is attached to a dataset; return how many."""
    dataset = await attachments.datasets.deletable(principal, pid)
    return json_response({"count": await attachments.detach_all(principal, _target(dataset))})


def _target(dataset: dict[str, object]) -> Target:
    return Target("dataset", str(dataset["_id"]))
