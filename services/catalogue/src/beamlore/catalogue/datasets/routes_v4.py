"""SciCat's ``/api/v4/datasets``, and what of it is public."""

from dataclasses import replace
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response

from beamlore.catalogue.answers import json_response, nothing
from beamlore.catalogue.datasets.conversion import as_v4
from beamlore.catalogue.datasets.input import (
    FacetsParameter,
    FieldsParameter,
    FilterParameter,
    LimitsParameter,
    PidParameter,
)
from beamlore.catalogue.datasets.service import PUBLISHED
from beamlore.catalogue.filters import FilterError, Listing
from beamlore.catalogue.filters.listing import decode
from beamlore.catalogue.refusals import READING
from beamlore.catalogue.rendering import View, rendered_response
from beamlore.catalogue.state import Datasets
from beamlore.core import ANONYMOUS, CurrentPrincipal, ForbiddenError, NotFoundError

router = APIRouter(prefix="/api/v4/datasets", tags=["datasets v4"])
public = APIRouter(prefix="/api/v4/datasets/public", tags=["datasets v4 public"])
_V4 = View(b"dataset v4", as_v4)

FiltersParameter = Annotated[str | None, Query(description="JSON: fields and facets.")]
Include = Annotated[list[str] | None, Query(description="Relations, or one JSON list of them.")]


@public.get("", operation_id="DatasetsPublicV4Controller_findAllPublic_v4", responses=READING)
async def find_all_public(datasets: Datasets, filter: FilterParameter = None) -> Response:
    """List published datasets."""
    return rendered_response(await datasets.page(ANONYMOUS, datasets.v4_listing(filter), _V4))


@public.get("/fullfacet", operation_id="DatasetsPublicV4Controller_fullfacet_v4", responses=READING)
async def fullfacet_public(
    datasets: Datasets,
    filters: FiltersParameter = None,
    fields: FieldsParameter = None,
    facets: FacetsParameter = None,
) -> Response:
    """Count published datasets for each value of some fields."""
    fields, facets = _facet_filters(filters, fields, facets)
    return json_response(await datasets.facets(ANONYMOUS, fields, facets, PUBLISHED))


@public.get("/metadataKeys", operation_id="DatasetsPublicV4Controller_publicMetadataKeys_v4", responses=READING)
async def metadata_keys_public(
    datasets: Datasets, fields: FieldsParameter = None, limits: LimitsParameter = None
) -> Response:
    """List the metadata keys of the published datasets a search finds."""
    return json_response(await datasets.metadata_keys(ANONYMOUS, fields, limits, PUBLISHED))


@public.get("/findOne", operation_id="DatasetsPublicV4Controller_findOnePublic_v4", responses=READING)
async def find_one_public(datasets: Datasets, filter: FilterParameter = None) -> Response:
    """Return the first published dataset that a filter finds; an empty answer where it finds none."""
    return await _first(datasets.v4_listing(filter), ANONYMOUS, datasets)


@public.get("/count", operation_id="DatasetsPublicV4Controller_countPublic_v4", responses=READING)
async def count_public(datasets: Datasets, filter: FilterParameter = None) -> Response:
    """Count published datasets."""
    return json_response({"count": await datasets.count(ANONYMOUS, datasets.v4_listing(filter).where)})


@public.get("/{pid}", operation_id="DatasetsPublicV4Controller_findByIdPublic_v4", responses=READING)
async def find_by_id_public(pid: PidParameter, datasets: Datasets, include: Include = None) -> Response:
    """Return a published dataset; an empty answer where there is none, as SciCat gives it."""
    try:
        return rendered_response(await datasets.shown(ANONYMOUS, pid, _V4, _relations(include, datasets)))
    except (NotFoundError, ForbiddenError):
        return nothing()


@router.get("", operation_id="DatasetsV4Controller_findAll_v4", responses=READING)
async def find_all(principal: CurrentPrincipal, datasets: Datasets, filter: FilterParameter = None) -> Response:
    """List datasets."""
    return rendered_response(await datasets.page(principal, datasets.v4_listing(filter), _V4))


@router.get("/fullfacet", operation_id="DatasetsV4Controller_fullfacet_v4", responses=READING)
async def fullfacet(
    principal: CurrentPrincipal,
    datasets: Datasets,
    filters: FiltersParameter = None,
    fields: FieldsParameter = None,
    facets: FacetsParameter = None,
) -> Response:
    """Count datasets for each value of some fields."""
    fields, facets = _facet_filters(filters, fields, facets)
    return json_response(await datasets.facets(principal, fields, facets))


@router.get("/metadataKeys", operation_id="DatasetsV4Controller_metadataKeys_v4", responses=READING)
async def metadata_keys(
    principal: CurrentPrincipal, datasets: Datasets, fields: FieldsParameter = None, limits: LimitsParameter = None
) -> Response:
    """List the metadata keys of the datasets a search finds."""
    return json_response(await datasets.metadata_keys(principal, fields, limits))


@router.get("/findOne", operation_id="DatasetsV4Controller_findOne_v4", responses=READING)
async def find_one(principal: CurrentPrincipal, datasets: Datasets, filter: FilterParameter = None) -> Response:
    """Return the first dataset that a filter finds; an empty answer where it finds none."""
    return await _first(datasets.v4_listing(filter), principal, datasets)


@router.get("/count", operation_id="DatasetsV4Controller_count_v4", responses=READING)
async def count(principal: CurrentPrincipal, datasets: Datasets, filter: FilterParameter = None) -> Response:
    """Count datasets."""
    return json_response({"count": await datasets.count(principal, datasets.v4_listing(filter).where)})


@router.get("/{pid}", operation_id="DatasetsV4Controller_findById_v4", responses=READING)
async def find_by_id(
    pid: PidParameter, principal: CurrentPrincipal, datasets: Datasets, include: Include = None
) -> Response:
    """Return a dataset."""
    return rendered_response(await datasets.shown(principal, pid, _V4, _relations(include, datasets)))


@router.get("/{pid}/datasetlifecycle", operation_id="DatasetsV4Controller_findLifecycleById_v4", responses=READING)
async def find_lifecycle(pid: PidParameter, principal: CurrentPrincipal, datasets: Datasets) -> Response:
    """Return a dataset's life cycle."""
    return json_response((await datasets.get(principal, pid)).get("datasetlifecycle"))


async def _first(listing: Listing, principal: Any, datasets: Datasets) -> Response:
    found = await datasets.find(principal, replace(listing, limits=replace(listing.limits, limit=1)))
    return json_response(as_v4(found[0])) if found else nothing()


def _relations(include: list[str] | None, datasets: Datasets) -> tuple[str, ...]:
    if not include:
        return ()
    named = decode(include[0], "include") if include[0].lstrip().startswith("[") else include
    return datasets.v4_listing(orjson.dumps({"include": named}).decode()).include


def _facet_filters(filters: str | None, fields: str | None, facets: str | None) -> tuple[str | None, Any]:
    """Return fields and facets: the parameters the OpenAPI has, or those that clients of v3 send."""
    value = decode(filters, "filters")
    if value is None:
        return fields, facets
    if not isinstance(value, dict) or not set(value) <= {"fields", "facets"}:
        raise FilterError("filters", "is an object with fields and facets")
    return orjson.dumps(value.get("fields")).decode(), value.get("facets")
