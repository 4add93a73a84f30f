"""SciCat's ``/api/v3/proposals``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.conversion import as_v3 as dataset_as_v3
from beamlore.catalogue.datasets.input import FieldsParameter, LimitsParameter, validated
from beamlore.catalogue.noun import given
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.proposals.models import ChangeProposal, CreateProposal
from beamlore.catalogue.proposals.service import ProposalService
from beamlore.catalogue.proposals.shape import as_v3
from beamlore.catalogue.records import permit
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.core import CurrentPrincipal, OptionalPrincipal

router = APIRouter(prefix="/api/v3/proposals", tags=["proposals"])

Proposals = Annotated[ProposalService, Depends(given(ProposalService))]
Pid = Annotated[str, Path(description="The proposal's identifier, URL-encoded.")]
Filters = Annotated[str | None, Query(description="JSON: where, fields, limits, include.")]
UnmodifiedSince = Annotated[str | None, Header(description="Refuses the change where it was changed since.")]


@router.post(
    "",
    status_code=201,
    operation_id="ProposalsController_create_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateProposal),
)
async def create(request: Request, principal: CurrentPrincipal, proposals: Proposals) -> Response:
    """Create a proposal."""
    permit(proposals.rights.create, principal)
    fields = validated(CreateProposal, await read_object(request))
    return json_response(as_v3(await proposals.create(principal, fields)), 201)


@router.get("", operation_id="ProposalsController_findAll_v3", responses=READING)
async def find_all(principal: OptionalPrincipal, proposals: Proposals, filters: Filters = None) -> Response:
    """List proposals."""
    found = await proposals.find(principal, proposals.listing(filters))
    return json_response([as_v3(one) for one in found])


@router.post(
    "/isValid",
    operation_id="ProposalsController_isValid_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateProposal),
)
async def is_valid(request: Request, principal: CurrentPrincipal, proposals: Proposals) -> Response:
    """Say whether a proposal could be created."""
    permit(proposals.rights.create, principal)
    return json_response({"valid": proposals.is_valid(await read_object(request))})


@router.get("/count", operation_id="ProposalsController_count_v3", responses=READING)
async def count(
    principal: OptionalPrincipal,
    proposals: Proposals,
    fields: FieldsParameter = None,
    filter: Annotated[str | None, Query(description="JSON: a condition.")] = None,
    filters: Annotated[str | None, Query(description="JSON: fields and filter together.")] = None,
) -> Response:
    """Count proposals."""
    return json_response({"count": await proposals.count(principal, fields, filter, filters)})


@router.get("/fullquery", operation_id="ProposalsController_fullquery_v3", responses=READING)
async def fullquery(
    principal: OptionalPrincipal, proposals: Proposals, fields: FieldsParameter = None, limits: LimitsParameter = None
) -> Response:
    """Search proposals."""
    found = await proposals.find(principal, proposals.fullquery_listing(fields, limits))
    return json_response([as_v3(one) for one in found])


@router.get("/fullfacet", operation_id="ProposalsController_fullfacet_v3", responses=READING)
async def fullfacet(
    principal: OptionalPrincipal,
    proposals: Proposals,
    fields: FieldsParameter = None,
    facets: Annotated[str | None, Query(description="JSON: a list of fields.")] = None,
) -> Response:
    """Count proposals for each value of some fields."""
    return json_response(await proposals.facets(principal, fields, facets))


@router.get("/{pid}", operation_id="ProposalsController_findById_v3", responses=READING)
async def find_by_id(pid: Pid, principal: OptionalPrincipal, proposals: Proposals) -> Response:
    """Return a proposal."""
    return json_response(as_v3(await proposals.get(principal, pid)))


@router.get("/{pid}/authorization", operation_id="ProposalsController_findByIdAccess_v3", responses=READING)
async def find_by_id_access(pid: Pid, principal: OptionalPrincipal, proposals: Proposals) -> Response:
    """Say whether there is such a proposal that the caller may see."""
    return json_response({"canAccess": await proposals.may_read(principal, pid)})


@router.patch(
    "/{pid}",
    operation_id="ProposalsController_update_v3",
    responses=WRITING,
    openapi_extra=body_of(ChangeProposal),
)
async def change(
    pid: Pid,
    request: Request,
    principal: CurrentPrincipal,
    proposals: Proposals,
    if_unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Change a proposal; null takes the value of an optional field away."""
    permit(proposals.rights.change, principal)
    fields = validated(ChangeProposal, await read_object(request), partial=True)
    return json_response(as_v3(await proposals.change(principal, pid, fields, if_unmodified_since)))


@router.delete("/{pid}", operation_id="ProposalsController_remove_v3", responses=WRITING)
async def delete(pid: Pid, principal: CurrentPrincipal, proposals: Proposals) -> Response:
    """Delete a proposal and return it."""
    permit(proposals.rights.delete, principal)
    return json_response(as_v3(await proposals.delete(principal, pid)))


@router.get("/{pid}/datasets", operation_id="ProposalsController_findAllDatasets_v3", responses=READING)
async def find_all_datasets(pid: Pid, principal: OptionalPrincipal, proposals: Proposals) -> Response:
    """List a proposal's datasets that the caller may see."""
    found = await proposals.datasets_of(principal, pid)
    return json_response([dataset_as_v3(one) for one in found])
