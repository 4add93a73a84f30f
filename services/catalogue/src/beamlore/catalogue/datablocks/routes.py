"""SciCat's ``/api/v3/datablocks``."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datablocks.models import ChangeDatablock, CreateDatablock
from beamlore.catalogue.datablocks.parameters import Datablocks, Key
from beamlore.catalogue.datasets.input import FilterParameter, validated
from beamlore.catalogue.parts.blocks import named, shown
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.core import CurrentPrincipal

router = APIRouter(prefix="/api/v3/datablocks", tags=["datablocks"])


@router.post(
    "",
    status_code=201,
    operation_id="DatablocksController_create_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateDatablock),
)
async def create(request: Request, principal: CurrentPrincipal, blocks: Datablocks) -> Response:
    """Add archived files to a dataset; its packed size and number of archived files grow."""
    blocks.check_may_create_any(principal)
    fields = validated(CreateDatablock, await read_object(request))
    blocks.metadata.check(fields["dataFileList"])
    dataset = await blocks.parents.creatable(principal, fields["datasetId"])
    return json_response(shown(await blocks.create(principal, dataset, fields)), 201)


@router.get("", operation_id="DatablocksController_findAll_v3", responses=READING)
async def find_all(principal: CurrentPrincipal, blocks: Datablocks, filter: FilterParameter = None) -> Response:
    """List blocks."""
    return json_response([named(one) for one in await blocks.find(principal, blocks.listing(filter))])


@router.get("/count", operation_id="DatablocksController_count_v3", responses=READING)
async def count(
    principal: CurrentPrincipal,
    blocks: Datablocks,
    filter: FilterParameter = None,
    where: Annotated[str | None, Query(description="The former name of `filter`.", deprecated=True)] = None,
) -> Response:
    """Count blocks."""
    return json_response({"count": await blocks.count(principal, blocks.listing(filter or where))})


@router.get("/{id}", operation_id="DatablocksController_findById_v3", responses=READING)
async def find_by_id(id: Key, principal: CurrentPrincipal, blocks: Datablocks) -> Response:
    """Return a block."""
    return json_response(shown(await blocks.own(principal, id)))


@router.patch(
    "/{id}",
    operation_id="DatablocksController_update_v3",
    responses=WRITING,
    openapi_extra=body_of(ChangeDatablock),
)
async def change(id: Key, request: Request, principal: CurrentPrincipal, blocks: Datablocks) -> Response:
    """Change a block; the dataset's packed size and number of archived files follow."""
    fields = validated(ChangeDatablock, await read_object(request))
    blocks.metadata.check(fields.get("dataFileList"))
    block = await blocks.own(principal, id)
    await blocks.parents.writable(principal, block["datasetId"])
    return json_response(shown(await blocks.change(principal, block, fields, by_its_own=True)))


@router.delete("/{id}", operation_id="DatablocksController_remove_v3", responses=WRITING)
async def delete(id: Key, principal: CurrentPrincipal, blocks: Datablocks) -> Response:
    """Delete a block, and return it; the dataset's packed size and number of archived files shrink."""
    return json_response(shown(await blocks.delete(principal, id)))
