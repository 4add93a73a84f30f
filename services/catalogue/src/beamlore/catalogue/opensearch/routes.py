"""SciCat's ``/api/v3/opensearch``.

There, administrators fill and search an index outside of MongoDB. The catalogue's own index is kept without being told,
so the routes that manage one have nothing to do and say so.
"""

from dataclasses import replace
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.catalogue.state import Datasets
from beamlore.core import CurrentPrincipal, ForbiddenError, Principal

router = APIRouter(prefix="/api/v3/opensearch", tags=["opensearch"])

_NOT_NEEDED = {
    "acknowledged": True,
    "message": "Not needed: the catalogue keeps its own search index, and nothing was done. "
    "`beamlore catalogue derived` says how it is.",
}


def _administrator(principal: CurrentPrincipal) -> Principal:
    if not principal.is_admin:
        raise ForbiddenError("Forbidden resource")
    return principal


Administrator = Annotated[Principal, Depends(_administrator)]
Index = Annotated[str, Query(description="Is not read: there is one index.")]


@router.post("/search", operation_id="OpensearchController_fetchOSResults_v3", responses=READING)
async def search(
    principal: Administrator,
    datasets: Datasets,
    text: Annotated[str, Query(alias="textQuery", description="Words to look for.")],
    index: Index = "dataset",
    limit: Annotated[int, Query(ge=1, description="Most PIDs in the answer.")] = 1000,
    skip: Annotated[int, Query(ge=0, description="How many to leave out first.")] = 0,
) -> Response:
    """Return the PIDs of the datasets in which the words of a text are found."""
    limits = orjson.dumps({"limit": limit, "skip": skip}).decode()
    listing = datasets.fullquery_listing(principal, orjson.dumps({"text": text}).decode(), limits)
    pids = [one["_id"] for one in await datasets.find(principal, replace(listing, projection={"_id": 1}))]
    return json_response({"totalCount": len(pids), "data": pids})


@router.post("/create-index", status_code=201, operation_id="OpensearchController_createIndex_v3", responses=WRITING)
async def create_index(_: Administrator) -> Response:
    """Do nothing: the catalogue makes its index itself."""
    return json_response(_NOT_NEEDED, 201)


@router.post("/sync-database", operation_id="OpensearchController_syncDatabase_v3", responses=WRITING)
async def sync_database(_: Administrator, index: Index = "dataset") -> Response:
    """Do nothing: the catalogue's index follows the database."""
    return json_response(_NOT_NEEDED)


@router.post("/update-index", operation_id="OpensearchController_updateIndex_v3", responses=WRITING)
async def update_index(_: Administrator) -> Response:
    """Do nothing: the catalogue's index has nothing to set."""
    return json_response(_NOT_NEEDED)


@router.post("/delete-index", operation_id="OpensearchController_deleteIndex_v3", responses=WRITING)
async def delete_index(_: Administrator, index: Index = "dataset") -> Response:
    """Do nothing: the catalogue's index stays."""
    return json_response(_NOT_NEEDED)


@router.get("/get-index", operation_id="OpensearchController_getIndex_v3", responses=READING)
async def get_index(_: Administrator, index: Index = "dataset") -> Response:
    """Say that the index has nothing to set."""
    return json_response(_NOT_NEEDED)
