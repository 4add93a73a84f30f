"""SciCat's ``/api/v4/origdatablocks``. A block's own access fields and its dataset's must both allow."""

from fastapi import APIRouter, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.input import FilterParameter, validated
from beamlore.catalogue.origdatablocks.models import ChangeOrigDatablock, CreateOrigDatablock
from beamlore.catalogue.origdatablocks.parameters import FacetFilters, Include, Key, OrigDatablocks, UnmodifiedSince
from beamlore.catalogue.parts.blocks import shown
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.parts.validity import validity
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.core import CurrentPrincipal

router = APIRouter(prefix="/api/v4/origdatablocks", tags=["origdatablocks v4"])


@router.post(
    "",
    status_code=201,
    operation_id="OrigDatablocksV4Controller_create_v4",
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
    operation_id="OrigDatablocksV4Controller_isValid_v4",
    responses=WRITING,
    openapi_extra=body_of(CreateOrigDatablock),
)
async def is_valid(request: Request, principal: CurrentPrincipal, blocks: OrigDatablocks) -> Response:
    """Say whether a block could be created, and what is wrong with it."""
    body = await read_object(request)
    await blocks.parents.creatable(principal, str(body.get("datasetId", "")))
    return json_response(
        validity(CreateOrigDatablock, body, "reason", *blocks.metadata.faults(body.get("dataFileList")))
    )


@router.get("", operation_id="OrigDatablocksV4Controller_findAll_v4", responses=READING)
async def find_all(principal: CurrentPrincipal, blocks: OrigDatablocks, filter: FilterParameter = None) -> Response:
    """List blocks."""
    return json_response(await blocks.find(principal, blocks.v4_listing(filter)))


@router.get("/files", operation_id="OrigDatablocksV4Controller_findAllFiles_v4", responses=READING)
async def find_all_files(
    principal: CurrentPrincipal, blocks: OrigDatablocks, filter: FilterParameter = None
) -> Response:
    """List files: a block for each, with the one file in ``dataFileList``."""
    return json_response(await blocks.files(principal, blocks.v4_listing(filter)))


@router.get("/files/count", operation_id="OrigDatablocksV4Controller_countFiles_v4", responses=READING)
async def count_files(principal: CurrentPrincipal, blocks: OrigDatablocks, filter: FilterParameter = None) -> Response:
    """Count files."""
    return json_response({"count": await blocks.count_files(principal, blocks.counting(filter))})


@router.get("/fullfacet", operation_id="OrigDatablocksV4Controller_fullfacet_v4", responses=READING)
async def fullfacet(principal: CurrentPrincipal, blocks: OrigDatablocks, wanted: FacetFilters) -> Response:
    """Count blocks for each value of some fields."""
    return json_response(await blocks.facets(principal, *wanted))


@router.get("/fullfacet/files", operation_id="OrigDatablocksV4Controller_fullfacetFiles_v4", responses=READING)
async def fullfacet_files(principal: CurrentPrincipal, blocks: OrigDatablocks, wanted: FacetFilters) -> Response:
    """Count files for each value of some fields."""
    return json_response(await blocks.facets(principal, *wanted, of_files=True))


@router.get("/{id}", operation_id="OrigDatablocksV4Controller_findById_v4", responses=READING)
async def find_by_id(id: Key, principal: CurrentPrincipal, blocks: OrigDatablocks, include: Include = None) -> Response:
    """Return a block."""
    return json_response(await blocks.with_dataset(principal, id, blocks.relations(include or ())))


@router.patch(
    "/{id}",
    operation_id="OrigDatablocksV4Controller_findByIdAndUpdate_v4",
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
    block = await blocks.own(principal, id)
    await blocks.parents.writable(principal, block["datasetId"])
    changed = await blocks.change(principal, block, fields, if_unmodified_since, by_its_own=True)
    return json_response(shown(changed))


@router.delete("/{id}", operation_id="OrigDatablocksV4Controller_findByIdAndDelete_v4", responses=WRITING)
async def delete(id: Key, principal: CurrentPrincipal, blocks: OrigDatablocks) -> Response:
    """Delete a block, and return it; the dataset's size and number of files shrink."""
    return json_response(shown(await blocks.delete(principal, id)))
