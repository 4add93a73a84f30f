"""SciCat's ``/api/v3/history``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.history.service import HistoryService
from beamlore.catalogue.noun import given
from beamlore.catalogue.refusals import refusals
from beamlore.core import CurrentPrincipal

router = APIRouter(prefix="/api/v3/history", tags=["history"], responses=refusals(400, 401, 403, 503))
History = Annotated[HistoryService, Depends(given(HistoryService))]
Filter = Annotated[str, Query(description='JSON: the conditions, such as `{"subsystem": "Dataset"}`.')]
Skip = Annotated[int, Query(ge=0, description="How many of the newest to leave out.")]
Limit = Annotated[int, Query(ge=0, description="How many to answer; 100 where it is not given.")]


@router.get("", operation_id="HistoryController_findHistory_v3")
async def find(
    principal: CurrentPrincipal, history: History, filter: Filter, skip: Skip = 0, limit: Limit = 0
) -> Response:
    """List changes of the documents that are tracked, the newest first."""
    return json_response(await history.find(principal, filter, skip, limit))


@router.get("/count", operation_id="HistoryController_countHistory_v3")
async def count(principal: CurrentPrincipal, history: History, filter: Filter) -> Response:
    """Count changes of the documents of one collection."""
    return json_response({"count": await history.count(principal, filter)})


@router.get("/collection/{subsystem}", operation_id="HistoryController_getHistoryByCollection_v3")
async def of_collection(
    subsystem: str, principal: CurrentPrincipal, history: History, skip: Skip = 0, limit: Limit = 0
) -> Response:
    """List changes of the documents of one collection, the newest first."""
    return json_response(await history.of_collection(principal, subsystem, skip, limit))
