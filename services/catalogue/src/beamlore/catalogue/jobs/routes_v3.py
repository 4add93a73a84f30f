"""SciCat's ``/api/v3/jobs``."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.input import FieldsParameter, FilterParameter, LimitsParameter
from beamlore.catalogue.filters import FilterError
from beamlore.catalogue.filters.listing import decode
from beamlore.catalogue.jobs.bodies import READING, WRITING, checked, read_body
from beamlore.catalogue.jobs.former import as_v3, change_of
from beamlore.catalogue.jobs.listing import details_listing, parse_job_filter
from beamlore.catalogue.jobs.models import CreateFormerJob, UpdateFormerJob
from beamlore.catalogue.jobs.routes_v4 import FacetsParameter, JobId, Jobs
from beamlore.catalogue.parts.bodies import body_of
from beamlore.core import CurrentPrincipal, OptionalPrincipal

router = APIRouter(prefix="/api/v3/jobs", tags=["jobs"])


@router.post(
    "",
    status_code=201,
    operation_id="JobsController_create_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateFormerJob),
)
async def create(request: Request, principal: OptionalPrincipal, jobs: Jobs) -> Response:
    """Create a job, and do what the actions of its type say."""
    jobs.check_may_create_any(principal)
    given = await read_body(request)
    jobs.check_kind(given.get("type"))
    body = checked(CreateFormerJob, given)
    created = await jobs.create(principal, await jobs.former_asked(principal, body))
    return json_response(as_v3(created), 201)


@router.get("", operation_id="JobsController_findAll_v3", responses=READING)
async def find_all(principal: CurrentPrincipal, jobs: Jobs, filter: FilterParameter = None) -> Response:
    """List jobs."""
    listing = parse_job_filter(filter, jobs.former, taken=("where", "fields", "limits", "include"))
    return json_response([as_v3(one) for one in await jobs.find(principal, listing)])


@router.get("/fullquery", operation_id="JobsController_fullQuery_v3", responses=READING)
async def fullquery(
    principal: CurrentPrincipal, jobs: Jobs, fields: FieldsParameter = None, limits: LimitsParameter = None
) -> Response:
    """Search jobs."""
    return json_response([as_v3(one) for one in await jobs.search(principal, fields, limits)])


@router.get("/fullfacet", operation_id="JobsController_fullFacet_v3", responses=READING)
async def fullfacet(
    principal: CurrentPrincipal, jobs: Jobs, fields: FieldsParameter = None, facets: FacetsParameter = None
) -> Response:
    """Count jobs for each value of some fields."""
    return json_response(await jobs.facets(principal, fields, facets, jobs.former))


@router.get("/datasetDetails", operation_id="JobsController_findOneDetails_v3", responses=READING)
async def dataset_details(
    principal: CurrentPrincipal,
    jobs: Jobs,
    job_id: Annotated[str, Query(alias="jobId", max_length=512)],
    dataset_fields: Annotated[
        str | None, Query(alias="datasetFields", description="JSON: fields of the datasets, true for those wanted.")
    ] = None,
    include: Annotated[str | None, Query(description='JSON: {"relation": "datablocks"}.')] = None,
    include_fields: Annotated[
        str | None, Query(alias="includeFields", description="JSON: fields of the relation, true for those wanted.")
    ] = None,
) -> Response:
    """Return a job's datasets, with their blocks and attachments where a relation is named."""
    listing = details_listing(
        _object(dataset_fields, "datasetFields"),
        _object(include, "include"),
        _object(include_fields, "includeFields"),
        jobs.former,
    )
    return json_response(await jobs.datasets(principal, job_id, listing))


@router.get("/{id}", operation_id="JobsController_findOne_v3", responses=READING)
async def find_one(id: JobId, principal: CurrentPrincipal, jobs: Jobs) -> Response:
    """Return a job."""
    return json_response(as_v3(await jobs.get(principal, id)))


@router.patch(
    "/{id}", operation_id="JobsController_update_v3", responses=WRITING, openapi_extra=body_of(UpdateFormerJob)
)
async def update(id: JobId, request: Request, principal: OptionalPrincipal, jobs: Jobs) -> Response:
    """Change a job's status and results, and do what the actions of its type say."""
    job = await jobs.to_change(principal, id)
    body = checked(UpdateFormerJob, await read_body(request))
    return json_response(as_v3(await jobs.change(principal, job, change_of(body, job))))


@router.delete("/{id}", operation_id="JobsController_remove_v3", responses=READING)
async def remove(id: JobId, principal: CurrentPrincipal, jobs: Jobs) -> Response:
    """Delete a job."""
    return json_response(await jobs.delete(principal, id))


def _object(text: str | None, at: str) -> Mapping[str, Any]:
    value = decode(text, at)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise FilterError(at, "is an object")
    return value
