"""SciCat's ``/api/v3/samples``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from beamlore.catalogue.answers import json_response, nothing
from beamlore.catalogue.datasets.conversion import as_v3 as dataset_as_v3
from beamlore.catalogue.datasets.input import FieldsParameter, FilterParameter, LimitsParameter, validated
from beamlore.catalogue.noun import given
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.records import permit
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.catalogue.samples.models import ChangeSample, CreateSample
from beamlore.catalogue.samples.service import SampleService
from beamlore.catalogue.samples.shape import as_v3
from beamlore.core import CurrentPrincipal, OptionalPrincipal

router = APIRouter(prefix="/api/v3/samples", tags=["samples"])

Samples = Annotated[SampleService, Depends(given(SampleService))]
SampleId = Annotated[str, Path(description="The sample's identifier, URL-encoded.")]
UnmodifiedSince = Annotated[str | None, Header(description="Refuses the change where it was changed since.")]


@router.post(
    "",
    status_code=201,
    operation_id="SamplesController_create_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateSample),
)
async def create(request: Request, principal: CurrentPrincipal, samples: Samples) -> Response:
    """Create a sample."""
    permit(samples.rights.create, principal)
    fields = validated(CreateSample, await read_object(request))
    return json_response(as_v3(await samples.create(principal, fields)), 201)


@router.get("", operation_id="SamplesController_findAll_v3", responses=READING)
async def find_all(principal: OptionalPrincipal, samples: Samples, filter: FilterParameter = None) -> Response:
    """List samples."""
    found = await samples.find(principal, samples.listing(filter))
    return json_response([as_v3(one) for one in found])


@router.get("/count", operation_id="SamplesController_count_v3", responses=READING)
async def count(principal: CurrentPrincipal, samples: Samples, fields: FieldsParameter = None) -> Response:
    """Count samples."""
    return json_response({"count": await samples.count(principal, fields)})


@router.get("/fullquery", operation_id="SamplesController_fullquery_v3", responses=READING)
async def fullquery(
    principal: CurrentPrincipal, samples: Samples, fields: FieldsParameter = None, limits: LimitsParameter = None
) -> Response:
    """Search samples."""
    found = await samples.find(principal, samples.fullquery_listing(fields, limits))
    return json_response([as_v3(one) for one in found])


@router.get("/metadataKeys", operation_id="SamplesController_metadataKeys_v3", responses=READING)
async def metadata_keys(
    principal: CurrentPrincipal, samples: Samples, fields: FieldsParameter = None, limits: LimitsParameter = None
) -> Response:
    """List the keys of samples' characteristics."""
    return json_response(await samples.keys(principal, fields, limits))


@router.get("/findOne", operation_id="SamplesController_findOne_v3", response_class=Response, responses=READING)
async def find_one(principal: CurrentPrincipal, samples: Samples, filter: FilterParameter = None) -> Response:
    """Return the first sample that a filter finds, with what it includes; an empty answer where it finds none."""
    found = await samples.first(principal, samples.listing(filter))
    return nothing() if found is None else json_response(as_v3(found))


@router.get("/{id}", operation_id="SamplesController_findById_v3", responses=READING)
async def find_by_id(id: SampleId, principal: OptionalPrincipal, samples: Samples) -> Response:
    """Return a sample."""
    return json_response(as_v3(await samples.get(principal, id)))


@router.get("/{id}/authorization", operation_id="SamplesController_findByIdAccess_v3", responses=READING)
async def find_by_id_access(id: SampleId, principal: OptionalPrincipal, samples: Samples) -> Response:
    """Say whether there is such a sample that the caller may see."""
    return json_response({"canAccess": await samples.may_read(principal, id)})


@router.patch(
    "/{id}",
    operation_id="SamplesController_update_v3",
    responses=WRITING,
    openapi_extra=body_of(ChangeSample),
)
async def change(
    id: SampleId,
    request: Request,
    principal: CurrentPrincipal,
    samples: Samples,
    if_unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Change a sample; null takes the value of an optional field away."""
    permit(samples.rights.change, principal)
    fields = validated(ChangeSample, await read_object(request), partial=True)
    return json_response(as_v3(await samples.change(principal, id, fields, if_unmodified_since)))


@router.delete("/{id}", operation_id="SamplesController_remove_v3", responses=WRITING)
async def delete(id: SampleId, principal: OptionalPrincipal, samples: Samples) -> Response:
    """Delete a sample and return it."""
    permit(samples.rights.delete, principal)
    return json_response(as_v3(await samples.delete(principal, id)))


@router.get("/{id}/datasets", operation_id="SamplesController_findAllDatasets_v3", responses=READING)
async def find_all_datasets(id: SampleId, principal: CurrentPrincipal, samples: Samples) -> Response:
    """List a sample's datasets that the caller may see."""
    found = await samples.datasets_of(principal, id)
    return json_response([dataset_as_v3(one) for one in found])
