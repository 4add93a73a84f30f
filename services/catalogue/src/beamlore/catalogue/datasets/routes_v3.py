"""SciCat's ``/api/v3/datasets``."""

from fastapi import APIRouter, Request, Response

from beamlore.catalogue.answers import json_response, nothing
from beamlore.catalogue.datasets.conversion import as_v3
from beamlore.catalogue.datasets.input import (
    FacetsParameter,
    FieldsParameter,
    FilterParameter,
    LimitsParameter,
    PidParameter,
    filter_of,
)
from beamlore.catalogue.refusals import READING
from beamlore.catalogue.rendering import View, rendered_response
from beamlore.catalogue.state import Datasets, Past
from beamlore.core import OptionalPrincipal

router = APIRouter(prefix="/api/v3/datasets", tags=["datasets"])
_V3 = View(b"dataset v3", as_v3)
_V3_ONE = View(b"dataset v3 one", lambda document: {"history": [], **as_v3(document)})


@router.get("", operation_id="DatasetsController_findAll_v3", responses=READING)
async def find_all(
    request: Request, principal: OptionalPrincipal, datasets: Datasets, filter: FilterParameter = None
) -> Response:
    """List datasets."""
    return rendered_response(await datasets.page(principal, datasets.v3_listing(filter_of(request, filter)), _V3))


@router.get("/fullquery", operation_id="DatasetsController_fullquery_v3", responses=READING)
async def fullquery(
    principal: OptionalPrincipal, datasets: Datasets, fields: FieldsParameter = None, limits: LimitsParameter = None
) -> Response:
    """Search datasets."""
    listing = datasets.fullquery_listing(principal, fields, limits)
    return rendered_response(await datasets.page(principal, listing, _V3))


@router.get("/fullfacet", operation_id="DatasetsController_fullfacet_v3", responses=READING)
async def fullfacet(
    principal: OptionalPrincipal,
    datasets: Datasets,
    fields: FieldsParameter = None,
    facets: FacetsParameter = None,
) -> Response:
    """Count datasets for each value of some fields."""
    return json_response(await datasets.facets(principal, fields, facets))


@router.get("/count", operation_id="DatasetsController_count_v3", responses=READING)
async def count(
    request: Request, principal: OptionalPrincipal, datasets: Datasets, filter: FilterParameter = None
) -> Response:
    """Count datasets."""
    return json_response(
        {"count": await datasets.count(principal, datasets.v3_listing(filter_of(request, filter)).where)}
    )


@router.get("/metadataKeys", operation_id="DatasetsController_metadataKeys_v3", responses=READING)
async def metadata_keys(
    principal: OptionalPrincipal, datasets: Datasets, fields: FieldsParameter = None, limits: LimitsParameter = None
) -> Response:
    """List the metadata keys of the datasets a search finds."""
    return json_response(await datasets.metadata_keys(principal, fields, limits))


@router.get("/findOne", operation_id="DatasetsController_findOne_v3", responses=READING)
async def find_one(
    request: Request, principal: OptionalPrincipal, datasets: Datasets, filter: FilterParameter = None
) -> Response:
    """Return the first dataset that a filter finds; an empty answer where it finds none."""
    found = await datasets.find(principal, datasets.v3_listing(filter_of(request, filter)))
    return json_response(as_v3(found[0])) if found else nothing()


@router.get("/{pid}", operation_id="DatasetsController_findById_v3", responses=READING)
async def find_by_id(
    pid: PidParameter,
    request: Request,
    principal: OptionalPrincipal,
    datasets: Datasets,
    past: Past,
    filter: FilterParameter = None,
) -> Response:
    """Return a dataset, with its history where no fields are chosen."""
    listing = datasets.v3_listing(filter_of(request, filter))
    if not listing.is_whole:
        return json_response(as_v3(await datasets.chosen(principal, pid, listing)))
    if past.is_kept:
        found = await datasets.get(principal, pid, listing.include, listing.scopes, all_blocks=True)
        return json_response(as_v3(found) | {"history": await past.of(found)})
    return rendered_response(
        await datasets.shown(principal, pid, _V3_ONE, listing.include, listing.scopes, all_blocks=True)
    )


@router.get("/{pid}/datasetlifecycle", operation_id="DatasetsController_findLifecycleById_v3", responses=READING)
async def find_lifecycle(pid: PidParameter, principal: OptionalPrincipal, datasets: Datasets) -> Response:
    """Return a dataset's life cycle."""
    return json_response((await datasets.get(principal, pid)).get("datasetlifecycle"))
