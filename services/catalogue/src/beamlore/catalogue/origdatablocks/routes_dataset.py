"""SciCat's ``/api/v3/datasets/{pid}/origdatablocks``."""

from fastapi import APIRouter, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.input import PidParameter, validated
from beamlore.catalogue.origdatablocks.models import ChangeOrigDatablock, CreateDatasetOrigDatablock
from beamlore.catalogue.origdatablocks.parameters import Key, OrigDatablocks
from beamlore.catalogue.parts.blocks import shown
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.parts.validity import validity
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.core import CurrentPrincipal, OptionalPrincipal

router = APIRouter(prefix="/api/v3/datasets/{pid}/origdatablocks", tags=["datasets"])


@router.post(
    "",
    status_code=201,
    operation_id="DatasetsController_createOrigDatablock_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateDatasetOrigDatablock),
)
async def create(pid: PidParameter, request: Request, principal: CurrentPrincipal, blocks: OrigDatablocks) -> Response:
    """Add files to a dataset; its size and number of files grow."""
    dataset = await blocks.parents.creatable(principal, pid)
    fields = validated(CreateDatasetOrigDatablock, await read_object(request))
    blocks.metadata.check(fields["dataFileList"])
    return json_response(shown(await blocks.create(principal, dataset, fields)), 201)


@router.post(
    "/isValid",
    operation_id="DatasetsController_origDatablockIsValid_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateDatasetOrigDatablock),
)
async def is_valid(
    pid: PidParameter, request: Request, principal: CurrentPrincipal, blocks: OrigDatablocks
) -> Response:
    """Say whether files could be added to a dataset so, and what is wrong with them."""
    await blocks.parents.creatable(principal, pid)
    body = await read_object(request)
    return json_response(
        validity(CreateDatasetOrigDatablock, body, "errors", *blocks.metadata.faults(body.get("dataFileList")))
    )


@router.get("", operation_id="DatasetsController_findAllOrigDatablocks_v3", responses=READING)
async def find_all(pid: PidParameter, principal: OptionalPrincipal, blocks: OrigDatablocks) -> Response:
    """List the files of a dataset, block by block."""
    dataset = await blocks.parents.readable(principal, pid)
    return json_response([shown(one) for one in await blocks.of(dataset)])


@router.get("/count", operation_id="DatasetsController_countOrigDatablocks_v3", responses=READING)
async def count(pid: PidParameter, principal: OptionalPrincipal, blocks: OrigDatablocks) -> Response:
    """Count the blocks of a dataset."""
    dataset = await blocks.parents.readable(principal, pid)
    return json_response({"count": await blocks.count_of(dataset)})


@router.patch(
    "/{oid}",
    operation_id="DatasetsController_findOneOrigDatablockAndUpdate_v3",
    responses=WRITING,
    openapi_extra=body_of(ChangeOrigDatablock),
)
async def change(
    pid: PidParameter, oid: Key, request: Request, principal: CurrentPrincipal, blocks: OrigDatablocks
) -> Response:
    """Change a block of a dataset; the dataset's size and number of files follow."""
    dataset = await blocks.parents.writable(principal, pid)
    fields = validated(ChangeOrigDatablock, await read_object(request))
    blocks.metadata.check(fields.get("dataFileList"))
    block = await blocks.stored(oid, dataset["_id"])
    return json_response(shown(await blocks.change(principal, block, fields)))


@router.delete("", operation_id="DatasetsController_deleteAllOrigDatablocksFromDatasetId_v3", responses=WRITING)
async def delete_all(pid: PidParameter, principal: CurrentPrincipal, blocks: OrigDatablocks) -> Response:
    """Delete all blocks of a dataset; return how many. Its size and number of files are zero then."""
    dataset = await blocks.parents.deletable(principal, pid)
    return json_response({"count": await blocks.delete_all(principal, dataset)})


@router.delete("/{oid}", operation_id="DatasetsController_findOneOrigDatablockAndRemove_v3", responses=WRITING)
async def delete(pid: PidParameter, oid: Key, principal: CurrentPrincipal, blocks: OrigDatablocks) -> Response:
    """Delete a block of a dataset, and return it; the dataset's size and number of files shrink."""
    dataset = await blocks.parents.deletable(principal, pid)
    return json_response(shown(await blocks.delete(principal, oid, dataset["_id"])))
