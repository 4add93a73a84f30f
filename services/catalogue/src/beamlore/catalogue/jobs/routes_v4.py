"""SciCat's ``/api/v4/jobs``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.input import FieldsParameter, FilterParameter
from beamlore.catalogue.jobs.bodies import READING, WRITING, checked, read_body
from beamlore.catalogue.jobs.creation import Asked
from beamlore.catalogue.jobs.listing import parse_job_filter
from beamlore.catalogue.jobs.models import CreateJob, MergeJob, UpdateJob
from beamlore.catalogue.jobs.service import JobService
from beamlore.catalogue.noun import given
from beamlore.catalogue.parts.bodies import body_of, merges
from beamlore.core import CurrentPrincipal, OptionalPrincipal

router = APIRouter(prefix="/api/v4/jobs", tags=["jobs v4"])

Jobs = Annotated[JobService, Depends(given(JobService))]
JobId = Annotated[str, Path(description="The job's identifier.", max_length=512)]
FacetsParameter = Annotated[str | None, Query(description="JSON: a list of fields.")]

_LISTED = ("where", "fields", "limits")


@router.post(
    "",
    status_code=201,
    operation_id="JobsV4Controller_create_v4",
    responses=WRITING,
    openapi_extra=body_of(CreateJob),
)
async def create(request: Request, principal: OptionalPrincipal, jobs: Jobs) -> Response:
    """Create a job, and do what the actions of its type say."""
    jobs.check_may_create_any(principal)
    body = checked(CreateJob, await read_body(request))
    asked = Asked(
        body["type"],
        body["jobParams"],
        owner_user=body.get("ownerUser") or "",
        owner_group=body.get("ownerGroup") or "",
        contact=body.get("contactEmail") or "",
    )
    return json_response(await jobs.create(principal, asked), 201)


@router.get("", operation_id="JobsV4Controller_findAll_v4", responses=READING)
async def find_all(principal: CurrentPrincipal, jobs: Jobs, filter: FilterParameter = None) -> Response:
    """List jobs."""
    listing = parse_job_filter(filter, jobs.current, taken=(*_LISTED, "include"))
    return json_response(await jobs.find(principal, listing))


@router.get("/fullquery", operation_id="JobsV4Controller_fullQuery_v4", responses=READING)
async def fullquery(principal: CurrentPrincipal, jobs: Jobs, filter: FilterParameter = None) -> Response:
    """Search jobs."""
    return json_response(await jobs.find(principal, parse_job_filter(filter, jobs.current, taken=_LISTED)))


@router.get("/fullfacet", operation_id="JobsV4Controller_fullFacet_v4", responses=READING)
async def fullfacet(
    principal: CurrentPrincipal, jobs: Jobs, fields: FieldsParameter = None, facets: FacetsParameter = None
) -> Response:
    """Count jobs for each value of some fields."""
    return json_response(await jobs.facets(principal, fields, facets, jobs.current))


@router.get("/datasetDetails", operation_id="JobsV4Controller_findAllDatasetDetails_v4", responses=READING)
async def dataset_details(principal: CurrentPrincipal, jobs: Jobs, filter: FilterParameter = None) -> Response:
    """List jobs with their datasets, and these with their blocks and attachments."""
    listing = parse_job_filter(filter, jobs.current, taken=_LISTED, include="datasetDetails")
    return json_response(await jobs.find(principal, listing))


@router.get("/{id}", operation_id="JobsV4Controller_findOne_v4", responses=READING)
async def find_one(id: JobId, principal: CurrentPrincipal, jobs: Jobs, filter: FilterParameter = None) -> Response:
    """Return a job."""
    listing = parse_job_filter(filter, jobs.current, taken=("fields", "include"))
    return json_response(await jobs.get(principal, id, listing))


@router.patch(
    "/{id}",
    operation_id="JobsV4Controller_update_v4",
    responses=WRITING,
    openapi_extra=body_of(UpdateJob, merge=True),
)
async def update(id: JobId, request: Request, principal: OptionalPrincipal, jobs: Jobs) -> Response:
    """Change a job's status and results, and do what the actions of its type say.

    As ``application/merge-patch+json`` results are merged into those there are, and null takes away (RFC 7396).
    """
    job = await jobs.to_change(principal, id)
    merge = merges(request)
    body = checked(MergeJob if merge else UpdateJob, await read_body(request))
    return json_response(await jobs.change(principal, job, body, merge=merge))


@router.delete("/{id}", operation_id="JobsV4Controller_remove_v4", responses=READING)
async def remove(id: JobId, principal: CurrentPrincipal, jobs: Jobs) -> Response:
    """Delete a job."""
    return json_response(await jobs.delete(principal, id))
