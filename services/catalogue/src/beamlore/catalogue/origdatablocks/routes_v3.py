"""SciCat's ``/api/v3/origdatablocks``. Who may change is decided with the dataset that a block belongs to."""

from fastapi import APIRouter, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.input import FieldsParameter, FilterParameter, LimitsParameter, validated
from beamlore.catalogue.origdatablocks.models import ChangeOrigDatablock, CreateOrigDatablock
from beamlore.catalogue.origdatablocks.parameters import FacetFilters, Key, OrigDatablocks, UnmodifiedSince
from beamlore.catalogue.parts.blocks import named, shown
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.parts.validity import validity
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.core import CurrentPrincipal

router = APIRouter(prefix="/api/v3/origdatablocks", tags=["origdatablocks"])


@router.post(
    "",
    status_code=201,
    operation_id="OrigDatablocksController_create_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateOrigDatablock),
)
async def create(request: Request, principal: CurrentPrincipal, blocks: OrigDatablocks) -> Response:
    """Add files to a dataset; its size and number of files grow."""
    blocks.check_may_create_any(principal)
    fields = validated(CreateOrigDatablock, await read_object(request))
    blocks.metadata.check(fields["dataFileList"])
    dataset = await blocks.parents.creatable(principal, fields["datasetId"])
    return json_response(shown(await blocks.create(principal, dataset, fields)), 201)


@router.post(
    "/isValid",
    operation_id="OrigDatablocksController_isValid_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateOrigDatablock),
)
async def is_valid(request: Request, principal: CurrentPrincipal, blocks: OrigDatablocks) -> Response:
    """Say whether a block could be created, and what is wrong with it."""
    body = await read_object(request)
    await blocks.parents.creatable(principal, str(body.get("datasetId", "")))
    return json_response(
        validity(CreateOrigDatablock, body, "errors", *blocks.metadata.faults(body.get("dataFileList")))
    )


@router.get("", operation_id="OrigDatablocksController_findAll_v3", responses=READING)
async def find_all(principal: CurrentPrincipal, blocks: OrigDatablocks, filter: FilterParameter = None) -> Response:
    """List blocks."""
    return json_response([named(one) for one in await blocks.find(principal, blocks.v3_listing(filter))])


@router.get("/fullquery", operation_id="OrigDatablocksController_fullquery_v3", responses=READING)
async def fullquery(
    principal: CurrentPrincipal,
    blocks: OrigDatablocks,
    fields: FieldsParameter = None,
    limits: LimitsParameter = None,
) -> Response:
    """Search blocks."""
    found = await blocks.find(principal, blocks.fullquery_listing(fields, limits))
    return json_response([named(one) for one in found])


@router.get("/fullquery/files", operation_id="OrigDatablocksController_fullqueryFiles_v3", responses=READING)
async def fullquery_files(
    principal: CurrentPrincipal,
    blocks: OrigDatablocks,
    fields: FieldsParameter = None,
    limits: LimitsParameter = None,
) -> Response:
    """Search files: a block for each, with the one file in ``dataFileList``."""
    return json_response(await blocks.files(principal, blocks.fullquery_listing(fields, limits)))


@router.get("/fullfacet", operation_id="OrigDatablocksController_fullfacet_v3", responses=READING)
async def fullfacet(principal: CurrentPrincipal, blocks: OrigDatablocks, wanted: FacetFilters) -> Response:
    """Count blocks for each value of some fields."""
    return json_response(await blocks.facets(principal, *wanted))


@router.get("/fullfacet/files", operation_id="OrigDatablocksController_fullfacetFiles_v3", responses=READING)
async def fullfacet_files(principal: CurrentPrincipal, blocks: OrigDatablocks, wanted: FacetFilters) -> Response:
    """Count files for each value of some fields."""
    return json_response(await blocks.facets(principal, *wanted, of_files=True))


@router.get("/{id}", operation_id="OrigDatablocksController_findById_v3", responses=READING)
async def find_by_id(id: Key, principal: CurrentPrincipal, blocks: OrigDatablocks) -> Response:
    """Return a block."""
    return json_response(shown(await blocks.with_dataset(principal, id)))


@router.patch(
    "/{id}",
    operation_id="OrigDatablocksController_update_v3",
    responses=WRITING,
    openapi_extra=body_of(ChangeOrigDatablock),
)
async def change(
    id: Key,
    request: Request,
    principal: CurrentPrincipal,
    blocks: OrigDatablocks,
    if_unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Change a block; the dataset's size and number of files follow."""
    fields = validated(ChangeOrigDatablock, await read_object(request))
    blocks.metadata.check(fields.get("dataFileList"))
    block = await blocks.stored(id)
    await blocks.parents.writable(principal, block["datasetId"])
    return json_response(shown(await blocks.change(principal, block, fields, if_unmodified_since)))


@router.delete("/{id}", operation_id="OrigDatablocksController_remove_v3", responses=WRITING)
async def delete(id: Key, principal: CurrentPrincipal, blocks: OrigDatablocks) -> Response:
    """Delete a block, and return it; the dataset's size and number of files shrink."""
    return json_response(shown(await blocks.delete(principal, id)))
