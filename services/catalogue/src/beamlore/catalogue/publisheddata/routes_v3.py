"""SciCat's ``/api/v3/publisheddata``: the same, with flat fields and two states."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.input import FilterParameter, validated
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.publisheddata.conversion import as_v3, to_v4
from beamlore.catalogue.publisheddata.models import (
    Count,
    CreatePublishedDataDto,
    FormPopulateData,
    PartialUpdatePublishedDataDto,
)
from beamlore.catalogue.publisheddata.routes_v4 import Doi, Forms, PublishedService, Publishing
from beamlore.catalogue.refusals import READING, WRITING, refusals
from beamlore.core import BadRequestError, CurrentPrincipal, OptionalPrincipal, Principal

router = APIRouter(prefix="/api/v3/publisheddata", tags=["published data"], deprecated=True)

FilterHeader = Annotated[str | None, Header(alias="filter", description="The filter, where it is not in the query.")]
_REGISTERING = WRITING | refusals(424)
_NOT_PUSHED = "results not pushed to oaiProvider as oaiProviderRoute route is not specified in the env variables"


@router.post(
    "",
    status_code=201,
    operation_id="PublishedDataController_create_v3",
    responses=WRITING,
    openapi_extra=body_of(CreatePublishedDataDto),
)
async def create(request: Request, principal: CurrentPrincipal, data: PublishedService) -> Response:
    """Create published data."""
    fields = validated(CreatePublishedDataDto, await read_object(request))
    return json_response(as_v3(await data.create(principal, to_v4(fields))), 201)


@router.get("", operation_id="PublishedDataController_findAll_v3", responses=READING)
async def find_all(
    principal: OptionalPrincipal,
    data: PublishedService,
    filter: FilterParameter = None,
    in_header: FilterHeader = None,
) -> Response:
    """List published data."""
    found = await data.find(principal, data.v3_listing(_one_of(filter, in_header)))
    return json_response([as_v3(one) for one in found])


@router.get("/count", operation_id="PublishedDataController_count_v3", response_model=Count, responses=READING)
async def count(principal: OptionalPrincipal, data: PublishedService, filter: FilterParameter = None) -> Response:
    """Count published data."""
    return json_response({"count": await data.count(principal, data.v3_listing(filter))})


@router.get(
    "/formpopulate",
    operation_id="PublishedDataController_formPopulate_v3",
    response_model=FormPopulateData,
    responses=READING,
)
async def form_populate(
    principal: CurrentPrincipal,
    forms: Forms,
    pid: Annotated[str, Query(min_length=1, description="The PID of a dataset.")],
) -> Response:
    """Return what is known of a dataset that is to be published."""
    return json_response(await forms.populated(principal, [pid]))


@router.get("/{id}", operation_id="PublishedDataController_findOne_v3", responses=READING)
async def find_one(id: Doi, principal: OptionalPrincipal, data: PublishedService) -> Response:
    """Return published data."""
    return json_response(as_v3(await data.get(principal, id, only_with_doi=True)))


@router.patch(
    "/{id}",
    operation_id="PublishedDataController_update_v3",
    responses=WRITING,
    openapi_extra=body_of(PartialUpdatePublishedDataDto),
)
async def update(id: Doi, request: Request, principal: CurrentPrincipal, data: PublishedService) -> Response:
    """Change published data that have no DOI yet."""
    fields = validated(PartialUpdatePublishedDataDto, await read_object(request))
    before = await data.own(principal, id)
    data.check_open(principal, before, "updated")
    return json_response(as_v3(await data.change(principal, before, to_v4(_changing(principal, fields), before))))


@router.delete("/{id}", operation_id="PublishedDataController_remove_v3", responses=WRITING)
async def remove(id: Doi, principal: CurrentPrincipal, data: PublishedService) -> Response:
    """Delete published data."""
    return json_response(as_v3(await data.delete(principal, id, only_open=False)))


@router.post(
    "/{id}/register",
    status_code=201,
    operation_id="PublishedDataController_register_v3",
    responses=_REGISTERING | {200: {"description": "It is registered here; there is no provider to tell."}},
)
async def register(id: Doi, principal: CurrentPrincipal, publishing: Publishing) -> Response:
    """Register the DOI, and make published data and their datasets public."""
    answer = await publishing.register_v3(principal, id)
    if answer is None:
        return json_response({"statusCode": 200, "message": _NOT_PUSHED})
    return json_response({"doi": answer}, 201)


@router.post(
    "/{id}/resync",
    status_code=201,
    operation_id="PublishedDataController_resync_v3",
    responses=_REGISTERING,
    openapi_extra=body_of(CreatePublishedDataDto),
)
async def resync(
    id: Doi, request: Request, principal: CurrentPrincipal, data: PublishedService, publishing: Publishing
) -> Response:
    """Change published data, and tell the OAI provider; return its answer, or null."""
    fields = validated(CreatePublishedDataDto, await read_object(request))
    before = await data.own(principal, id)
    return json_response(await publishing.resync(principal, before, to_v4(_changing(principal, fields), before)), 201)


def _one_of(in_query: str | None, in_header: str | None) -> str | None:
    if in_query is not None and in_header is not None:
        raise BadRequestError("a filter is either in the query or in the header")
    return in_header if in_query is None else in_query


def _changing(principal: Principal, fields: dict[str, Any]) -> dict[str, Any]:
    """Return what a change may say: the DOI stays, and the state follows from the routes (not for administrators)."""
    kept = {"doi"} if principal.is_admin else {"doi", "status", "registeredTime"}
    return {name: value for name, value in fields.items() if name not in kept}
