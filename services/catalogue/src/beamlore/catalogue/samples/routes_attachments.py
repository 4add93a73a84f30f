"""SciCat's ``/api/v3/samples/{id}/attachments``."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.attachments.models import CreateSubAttachment
from beamlore.catalogue.attachments.routes import Attachments
from beamlore.catalogue.attachments.target import as_v3
from beamlore.catalogue.datasets.input import validated
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.records import permit
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.catalogue.samples.routes import SampleId, Samples
from beamlore.core import CurrentPrincipal, OptionalPrincipal, takes_bodies_of

router = APIRouter(prefix="/api/v3/samples/{id}/attachments", tags=["samples"])

AttachmentId = Annotated[str, Path(description="The attachment's identifier.")]


@router.post(
    "",
    status_code=201,
    operation_id="SamplesController_createAttachments_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateSubAttachment),
)
@takes_bodies_of(lambda settings: settings.max_file_upload_size)
async def attach(
    id: SampleId, request: Request, principal: CurrentPrincipal, samples: Samples, attachments: Attachments
) -> Response:
    """Attach something to a sample."""
    permit(samples.attachment_rights.create, principal)
    target, sample = await samples.target(id, samples.attachment_rights.creatable(principal))
    fields = validated(CreateSubAttachment, await read_object(request))
    return json_response(as_v3(await attachments.attach(principal, target, fields, sample)), 201)


@router.get("", operation_id="SamplesController_findAllAttachments_v3", responses=READING)
async def find_all(id: SampleId, principal: OptionalPrincipal, samples: Samples, attachments: Attachments) -> Response:
    """List a sample's attachments."""
    target, _ = await samples.target(id, samples.attachment_rights.readable(principal))
    return json_response([as_v3(one) for one in await attachments.of(principal, target)])


@router.get("/{fk}", operation_id="SamplesController_findOneAttachment_v3", responses=READING)
async def find_one(
    id: SampleId, fk: AttachmentId, principal: CurrentPrincipal, samples: Samples, attachments: Attachments
) -> Response:
    """Return one of a sample's attachments."""
    target, _ = await samples.target(id, samples.attachment_rights.readable(principal))
    return json_response(as_v3(await attachments.one_of(principal, target, fk)))


@router.delete("/{fk}", operation_id="SamplesController_findOneAttachmentAndRemove_v3", responses=WRITING)
async def detach(
    id: SampleId, fk: AttachmentId, principal: CurrentPrincipal, samples: Samples, attachments: Attachments
) -> Response:
    """Delete one of a sample's attachments and return it."""
    permit(samples.attachment_rights.delete, principal)
    target, _ = await samples.target(id, samples.attachment_rights.deletable(principal))
    return json_response(as_v3(await attachments.detach(principal, target, fk)))
