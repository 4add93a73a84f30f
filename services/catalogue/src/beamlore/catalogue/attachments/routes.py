"""SciCat's ``/api/v4/attachments``."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.attachments.models import ChangeAttachment, CreateAttachment, ReplaceAttachment
from beamlore.catalogue.attachments.service import AttachmentService
from beamlore.catalogue.attachments.target import as_v4
from beamlore.catalogue.datasets.input import FilterParameter, validated
from beamlore.catalogue.noun import given
from beamlore.catalogue.parts.bodies import body_of, merges, read_object
from beamlore.catalogue.parts.validity import validity
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.core import ANONYMOUS, CurrentPrincipal, OptionalPrincipal, takes_bodies_of

router = APIRouter(prefix="/api/v4/attachments", tags=["attachments v4"])

Attachments = Annotated[AttachmentService, Depends(given(AttachmentService))]
Aid = Annotated[str, Path(description="The attachment's identifier.")]
UnmodifiedSince = Annotated[str | None, Header(description="Refuses the change where it was changed since.")]


@router.get("", operation_id="AttachmentsV4Controller_findAll_v4", responses=READING)
async def find_all(principal: OptionalPrincipal, attachments: Attachments, filter: FilterParameter = None) -> Response:
    """List attachments."""
    found = await attachments.find(principal, attachments.listing(filter))
    return json_response([as_v4(one) for one in found])


@router.get("/public", operation_id="AttachmentsV4Controller_findAllPublic_v4", responses=READING)
async def find_all_public(attachments: Attachments, filter: FilterParameter = None) -> Response:
    """List published attachments."""
    found = await attachments.find(ANONYMOUS, attachments.listing(filter))
    return json_response([as_v4(one) for one in found])


@router.post(
    "/isValid",
    operation_id="AttachmentsV4Controller_isValid_v4",
    responses=WRITING,
    openapi_extra=body_of(CreateAttachment),
)
@takes_bodies_of(lambda settings: settings.max_file_upload_size)
async def is_valid(request: Request, principal: CurrentPrincipal, attachments: Attachments) -> Response:
    """Say whether an attachment could be created, and what is wrong with it."""
    body = await read_object(request)
    await attachments.check_may_create(principal, body)
    return json_response(validity(CreateAttachment, body, "reason"))


@router.get("/{aid}", operation_id="AttachmentsV4Controller_findOne_v4", responses=READING)
async def find_one(aid: Aid, principal: OptionalPrincipal, attachments: Attachments) -> Response:
    """Return an attachment."""
    return json_response(as_v4(await attachments.get(principal, aid)))


@router.post(
    "",
    status_code=201,
    operation_id="AttachmentsV4Controller_createAttachment_v4",
    responses=WRITING,
    openapi_extra=body_of(CreateAttachment),
)
@takes_bodies_of(lambda settings: settings.max_file_upload_size)
async def create(request: Request, principal: CurrentPrincipal, attachments: Attachments) -> Response:
    """Create an attachment; its picture is kept as it is sent."""
    attachments.check_may_create_any(principal)
    fields = validated(CreateAttachment, await read_object(request))
    return json_response(as_v4(await attachments.create(principal, fields)), 201)


@router.patch(
    "/{aid}",
    operation_id="AttachmentsV4Controller_findOneAndUpdate_v4",
    responses=WRITING,
    openapi_extra=body_of(ChangeAttachment, merge=True),
)
@takes_bodies_of(lambda settings: settings.max_file_upload_size)
async def change(
    aid: Aid,
    request: Request,
    principal: CurrentPrincipal,
    attachments: Attachments,
    if_unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Change an attachment; as ``application/merge-patch+json``, null takes a field away (RFC 7396)."""
    body = await read_object(request)
    fields: dict[str, Any] = validated(ChangeAttachment, body, partial=merges(request))
    return json_response(as_v4(await attachments.change(principal, aid, fields, if_unmodified_since)))


@router.put(
    "/{aid}",
    operation_id="AttachmentsV4Controller_findOneAndReplace_v4",
    responses=WRITING,
    openapi_extra=body_of(ReplaceAttachment),
)
@takes_bodies_of(lambda settings: settings.max_file_upload_size)
async def replace(aid: Aid, request: Request, principal: CurrentPrincipal, attachments: Attachments) -> Response:
    """Replace an attachment; fields that are not given are taken away."""
    fields = validated(ReplaceAttachment, await read_object(request))
    return json_response(as_v4(await attachments.replace(principal, aid, fields)))


@router.delete("/{aid}", operation_id="AttachmentsV4Controller_findOneAttachmentAndRemove_v4", responses=WRITING)
async def delete(aid: Aid, principal: CurrentPrincipal, attachments: Attachments) -> Response:
    """Delete an attachment, and return it."""
    return json_response(as_v4(await attachments.delete(principal, aid)))
