"""SciCat's ``/api/v3/policies``."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.database import Document
from beamlore.catalogue.datasets.input import FilterParameter, validated
from beamlore.catalogue.noun import given
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.policies.models import ChangePoliciesOf, ChangePolicy, CreatePolicy
from beamlore.catalogue.policies.service import PolicyService
from beamlore.catalogue.records import permit
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.core import CurrentPrincipal

router = APIRouter(prefix="/api/v3/policies", tags=["policies"])

Policies = Annotated[PolicyService, Depends(given(PolicyService))]
PolicyId = Annotated[str, Path(description="The policy's identifier.")]


@router.post(
    "",
    status_code=201,
    operation_id="PoliciesController_create_v3",
    responses=WRITING,
    openapi_extra=body_of(CreatePolicy),
)
async def create(request: Request, principal: CurrentPrincipal, policies: Policies) -> Response:
    """Create a policy."""
    permit(policies.rights.create, principal)
    fields = validated(CreatePolicy, await read_object(request))
    return json_response(_as_v3(await policies.create(principal, fields)), 201)


@router.get("", operation_id="PoliciesController_findAll_v3", responses=READING)
async def find_all(principal: CurrentPrincipal, policies: Policies, filter: FilterParameter = None) -> Response:
    """List policies."""
    permit(policies.rights.read, principal)
    found = await policies.find(principal, policies.listing(filter))
    return json_response([_as_v3(one) for one in found])


@router.get("/count", operation_id="PoliciesController_count_v3", responses=READING)
async def count(
    principal: CurrentPrincipal,
    policies: Policies,
    where: Annotated[str | None, Query(description="JSON: a condition.")] = None,
) -> Response:
    """Count policies."""
    permit(policies.rights.read, principal)
    return json_response({"count": await policies.count(principal, where)})


@router.post(
    "/updateWhere",
    operation_id="PoliciesController_updateWhere_v3",
    responses=WRITING,
    openapi_extra=body_of(ChangePoliciesOf),
)
async def change_of_groups(request: Request, principal: CurrentPrincipal, policies: Policies) -> Response:
    """Change the policies of several groups, of which the caller is a manager."""
    permit(policies.rights.change, principal)
    asked: dict[str, Any] = validated(ChangePoliciesOf, await read_object(request))
    await policies.change_of_groups(principal, asked["ownerGroupList"], asked["data"])
    return json_response({"message": "successful policy update"})


@router.get("/{id}", operation_id="PoliciesController_findOne_v3", responses=READING)
async def find_one(id: PolicyId, principal: CurrentPrincipal, policies: Policies) -> Response:
    """Return a policy."""
    permit(policies.rights.read, principal)
    return json_response(_as_v3(await policies.get(principal, id)))


@router.patch(
    "/{id}",
    operation_id="PoliciesController_update_v3",
    responses=WRITING,
    openapi_extra=body_of(ChangePolicy),
)
async def change(id: PolicyId, request: Request, principal: CurrentPrincipal, policies: Policies) -> Response:
    """Change a policy."""
    permit(policies.rights.change, principal)
    fields = validated(ChangePolicy, await read_object(request), partial=True)
    return json_response(_as_v3(await policies.change(principal, id, fields)))


@router.delete("/{id}", operation_id="PoliciesController_remove_v3", responses=WRITING)
async def delete(id: PolicyId, principal: CurrentPrincipal, policies: Policies) -> Response:
    """Delete a policy and return it."""
    permit(policies.rights.delete, principal)
    return json_response(_as_v3(await policies.delete(principal, id)))


def _as_v3(document: Document) -> Document:
    return document | {"id": document["_id"]} if "_id" in document else document
