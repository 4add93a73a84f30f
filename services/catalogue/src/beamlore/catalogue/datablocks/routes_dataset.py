"""SciCat's ``/api/v3/datasets/{pid}/datablocks``."""

from fastapi import APIRouter, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datablocks.models import ChangeDatablock, CreateDatasetDatablock
from beamlore.catalogue.datablocks.parameters import Datablocks, Key
from beamlore.catalogue.datasets.input import PidParameter, validated
from beamlore.catalogue.parts.blocks import shown
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.core import CurrentPrincipal, OptionalPrincipal

router = APIRouter(prefix="/api/v3/datasets/{pid}/datablocks", tags=["datasets"])


@router.post(
    "",
    status_code=201,
    operation_id="DatasetsController_createDatablock_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateDatasetDatablock),
)
async def create(pid: PidParameter, request: Request, principal: CurrentPrincipal, blocks: Datablocks) -> Response:
    """Add archived files to a dataset; its packed size and number of archived files grow."""
    dataset = await blocks.parents.creatable(principal, pid)
    fields = validated(CreateDatasetDatablock, await read_object(request))
    blocks.metadata.check(fields["dataFileList"])
    return json_response(shown(await blocks.create(principal, dataset, fields)), 201)


@router.get("", operation_id="DatasetsController_findAllDatablocks_v3", responses=READING)
async def find_all(pid: PidParameter, principal: OptionalPrincipal, blocks: Datablocks) -> Response:
    """List the archived files of a dataset, block by block."""
    dataset = await blocks.parents.readable(principal, pid)
    return json_response([shown(one) for one in await blocks.of(dataset)])


@router.get("/count", operation_id="DatasetsController_countDatablocks_v3", responses=READING)
async def count(pid: PidParameter, principal: OptionalPrincipal, blocks: Datablocks) -> Response:
    """Count the blocks of a dataset."""
    dataset = await blocks.parents.readable(principal, pid)
    return json_response({"count": await blocks.count_of(dataset)})


@router.patch(
    "/{did}",
    operation_id="DatasetsController_findOneDatablockAndUpdate_v3",
    responses=WRITING,
    openapi_extra=body_of(ChangeDatablock),
)
async def change(
    pid: PidParameter, did: Key, request: Request, principal: CurrentPrincipal, blocks: Datablocks
) -> Response:
    """Change a block of a dataset; the dataset's packed size and number of archived files follow."""
    dataset = await blocks.parents.writable(principal, pid)
    fields = validated(ChangeDatablock, await read_object(request))
    blocks.metadata.check(fields.get("dataFileList"))
    block = await blocks.stored(did, dataset["_id"])
    return json_response(shown(await blocks.change(principal, block, fields)))


@router.delete("", operation_id="DatasetsController_deleteAllDatablocksFromDatasetId_v3", responses=WRITING)
async def delete_all(pid: PidParameter, principal: CurrentPrincipal, blocks: Datablocks) -> Response:
    """Delete all blocks of a dataset; return how many. Its packed size and number of archived files are zero then."""
    dataset = await blocks.parents.deletable(principal, pid)
    return json_response({"count": await blocks.delete_all(principal, dataset)})


@router.delete("/{did}", operation_id="DatasetsController_findOneDatablockAndRemove_v3", responses=WRITING)
async def delete(pid: PidParameter, did: Key, principal: CurrentPrincipal, blocks: Datablocks) -> Response:
    """Delete a block of a dataset, and return it; the dataset's packed size and number of archived files shrink."""
    dataset = await blocks.parents.deletable(principal, pid)
    return json_response(shown(await blocks.delete(principal, did, dataset["_id"])))
