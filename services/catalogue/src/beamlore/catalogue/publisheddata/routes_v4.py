"""SciCat's ``/api/v4/publisheddata``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.input import FilterParameter, validated
from beamlore.catalogue.noun import given
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.publisheddata.conversion import as_v4
from beamlore.catalogue.publisheddata.form import FormService
from beamlore.catalogue.publisheddata.models import (
    Count,
    CreatePublishedDataV4Dto,
    FormPopulateData,
    PartialUpdatePublishedDataV4Dto,
    PublishedData,
    PublishedDataConfig,
)
from beamlore.catalogue.publisheddata.publishing import PublishingService
from beamlore.catalogue.publisheddata.service import PublishedDataService
from beamlore.catalogue.refusals import READING, WRITING, refusals
from beamlore.core import BadRequestError, CurrentPrincipal, OptionalPrincipal, Principal

router = APIRouter(prefix="/api/v4/publisheddata", tags=["published data v4"])

PublishedService = Annotated[PublishedDataService, Depends(given(PublishedDataService))]
Publishing = Annotated[PublishingService, Depends(given(PublishingService))]
Forms = Annotated[FormService, Depends(given(FormService))]
Doi = Annotated[str, Path(description="The DOI, URL-encoded.")]
Fields = Annotated[str | None, Query(description="JSON: conditions by field; `text` looks for words anywhere.")]
Limits = Annotated[str | None, Query(description="JSON: limit, skip, order.")]
_REGISTERING = WRITING | refusals(424)


@router.get("/config", operation_id="PublishedDataV4Controller_getConfig_v4", response_model=PublishedDataConfig)
async def config(publishing: Publishing) -> Response:
    """Return the schema of the metadata, and the form for them."""
    return json_response(publishing.config)


@router.post(
    "",
    status_code=201,
    operation_id="PublishedDataV4Controller_create_v4",
    response_model=PublishedData,
    responses=WRITING,
    openapi_extra=body_of(CreatePublishedDataV4Dto),
)
async def create(request: Request, principal: CurrentPrincipal, data: PublishedService) -> Response:
    """Create published data, which are private until they are published."""
    fields = validated(CreatePublishedDataV4Dto, await read_object(request))
    _check_status(principal, fields, data)
    return json_response(as_v4(await data.create(principal, fields)), 201)


@router.get(
    "",
    operation_id="PublishedDataV4Controller_findAll_v4",
    response_model=list[PublishedData],
    responses=READING,
)
async def find_all(
    principal: OptionalPrincipal,
    data: PublishedService,
    filter: FilterParameter = None,
    fields: Fields = None,
    limits: Limits = None,
) -> Response:
    """List published data."""
    found = await data.find(principal, data.v4_listing(filter, fields, limits))
    return json_response([as_v4(one) for one in found])


@router.get("/count", operation_id="PublishedDataV4Controller_count_v4", response_model=Count, responses=READING)
async def count(
    principal: OptionalPrincipal, data: PublishedService, filter: FilterParameter = None, fields: Fields = None
) -> Response:
    """Count published data."""
    return json_response({"count": await data.count(principal, data.v4_listing(filter, fields, None))})


@router.get(
    "/formpopulate",
    operation_id="PublishedDataV4Controller_formPopulate_v4",
    response_model=FormPopulateData,
    responses=READING,
)
async def form_populate(
    principal: CurrentPrincipal,
    forms: Forms,
    publishing: Publishing,
    pid: Annotated[list[str], Query(min_length=1, max_length=1000, description="PIDs of datasets.")],
) -> Response:
    """Return what is known of datasets that are to be published."""
    form = await forms.populated(principal, pid)
    return json_response({**form, "metadata": await publishing.suggested(principal, pid)})


@router.get(
    "/{id}", operation_id="PublishedDataV4Controller_findOne_v4", response_model=PublishedData, responses=READING
)
async def find_one(id: Doi, principal: OptionalPrincipal, data: PublishedService) -> Response:
    """Return published data."""
    return json_response(as_v4(await data.get(principal, id)))


@router.patch(
    "/{id}",
    operation_id="PublishedDataV4Controller_update_v4",
    response_model=PublishedData,
    responses=WRITING,
    openapi_extra=body_of(PartialUpdatePublishedDataV4Dto),
)
async def update(id: Doi, request: Request, principal: CurrentPrincipal, data: PublishedService) -> Response:
    """Change published data that have no DOI yet."""
    fields = validated(PartialUpdatePublishedDataV4Dto, await read_object(request))
    before = await data.get(principal, id)
    data.check_open(principal, before, "updated")
    _check_status(principal, fields, data)
    return json_response(as_v4(await data.change(principal, before, fields)))


@router.delete(
    "/{id}", operation_id="PublishedDataV4Controller_remove_v4", response_model=PublishedData, responses=WRITING
)
async def remove(id: Doi, principal: CurrentPrincipal, data: PublishedService) -> Response:
    """Delete published data that have no DOI yet."""
    return json_response(as_v4(await data.delete(principal, id, only_open=True)))


@router.post(
    "/{id}/publish",
    status_code=201,
    operation_id="PublishedDataV4Controller_publish_v4",
    response_model=PublishedData,
    responses=WRITING,
)
async def publish(id: Doi, principal: CurrentPrincipal, publishing: Publishing) -> Response:
    """Make private published data and their datasets public."""
    return json_response(as_v4(await publishing.publish(principal, id)), 201)


@router.post(
    "/{id}/amend",
    status_code=201,
    operation_id="PublishedDataV4Controller_amend_v4",
    response_model=PublishedData,
    responses=WRITING,
)
async def amend(id: Doi, principal: CurrentPrincipal, publishing: Publishing) -> Response:
    """Say that registered published data are amended."""
    return json_response(as_v4(await publishing.amend(principal, id)), 201)


@router.post(
    "/{id}/register",
    status_code=201,
    operation_id="PublishedDataV4Controller_register_v4",
    response_model=PublishedData,
    responses=_REGISTERING,
)
async def register(id: Doi, principal: CurrentPrincipal, publishing: Publishing) -> Response:
    """Register the DOI, and make published data and their datasets public."""
    return json_response(as_v4(await publishing.register(principal, id)), 201)


@router.post(
    "/{id}/resync",
    status_code=201,
    operation_id="PublishedDataV4Controller_resync_v4",
    responses=_REGISTERING,
    openapi_extra=body_of(PartialUpdatePublishedDataV4Dto),
)
async def resync(
    id: Doi, request: Request, principal: CurrentPrincipal, data: PublishedService, publishing: Publishing
) -> Response:
    """Change published data that have no DOI yet, and tell the OAI provider; return its answer, or null."""
    fields = validated(PartialUpdatePublishedDataV4Dto, await read_object(request))
    before = await data.get(principal, id)
    data.check_open(principal, before, "resynced")
    _check_status(principal, fields, data)
    return json_response(await publishing.resync(principal, before, fields), 201)


def _check_status(principal: Principal, fields: dict[str, object], data: PublishedDataService) -> None:
    """Let through a state that is set by hand: administrators bring published data along from elsewhere.

    Raises:
        BadRequestError: somebody else sets one, or the time of a registration.
    """
    by_hand = fields.get("status", "private") != "private" or "registeredTime" in fields
    if by_hand and not data.rights.is_admin(principal):
        raise BadRequestError("status and registeredTime follow from publish, register and amend")
