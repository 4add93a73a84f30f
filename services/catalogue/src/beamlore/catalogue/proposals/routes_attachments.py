"""SciCat's ``/api/v3/proposals/{pid}/attachments``."""

from fastapi import APIRouter, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.attachments.models import ChangeFormerAttachment, CreateSubAttachment
from beamlore.catalogue.attachments.routes import Aid, Attachments
from beamlore.catalogue.attachments.target import as_v3
from beamlore.catalogue.datasets.input import validated
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.proposals.routes import Pid, Proposals
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.core import CurrentPrincipal, OptionalPrincipal, takes_bodies_of

router = APIRouter(prefix="/api/v3/proposals/{pid}/attachments", tags=["proposals"])


@router.post(
    "",
    status_code=201,
    operation_id="ProposalsController_createAttachment_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateSubAttachment),
)
@takes_bodies_of(lambda settings: settings.max_file_upload_size)
async def attach(
    pid: Pid, request: Request, principal: CurrentPrincipal, proposals: Proposals, attachments: Attachments
) -> Response:
    """Attach something to a proposal; it belongs to the group that is named, otherwise to the proposal's."""
    target, proposal = await proposals.target(pid, proposals.attachment_rights.creatable(principal))
    fields = validated(CreateSubAttachment, await read_object(request))
    owner = {"ownerGroup": fields["ownerGroup"]} if "ownerGroup" in fields else {}
    return json_response(as_v3(await attachments.attach(principal, target, fields, proposal | owner)), 201)


@router.get("", operation_id="ProposalsController_findAllAttachments_v3", responses=READING)
async def find_all(pid: Pid, principal: OptionalPrincipal, proposals: Proposals, attachments: Attachments) -> Response:
    """List a proposal's attachments."""
    target, _ = await proposals.target(pid, proposals.attachment_rights.readable(principal))
    return json_response([as_v3(one) for one in await attachments.of(principal, target)])


@router.patch(
    "/{aid}",
    operation_id="ProposalsController_findOneAttachmentAndUpdate_v3",
    responses=WRITING,
    openapi_extra=body_of(ChangeFormerAttachment),
)
@takes_bodies_of(lambda settings: settings.max_file_upload_size)
async def change(
    pid: Pid, aid: Aid, request: Request, principal: CurrentPrincipal, proposals: Proposals, attachments: Attachments
) -> Response:
    """Change one of a proposal's attachments."""
    target, _ = await proposals.target(pid, proposals.attachment_rights.writable(principal))
    fields = validated(ChangeFormerAttachment, await read_object(request))
    return json_response(as_v3(await attachments.change_of(principal, target, aid, fields)))


@router.delete("/{aid}", operation_id="ProposalsController_findOneAttachmentAndRemove_v3", responses=WRITING)
async def detach(
    pid: Pid, aid: Aid, principal: CurrentPrincipal, proposals: Proposals, attachments: Attachments
) -> Response:
    """Delete one of a proposal's attachments and return it."""
    target, _ = await proposals.target(pid, proposals.attachment_rights.deletable(principal))
    return json_response(as_v3(await attachments.detach(principal, target, aid)))
