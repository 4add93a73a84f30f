"""SciCat's ``/api/v3/logbooks``, and the logbook of a dataset (v3, v4)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from beamlore.catalogue.answers import json_response, nothing
from beamlore.catalogue.datasets.input import PidParameter
from beamlore.catalogue.logbooks.messages import parse_logbook_filter
from beamlore.catalogue.logbooks.service import LogbookService
from beamlore.catalogue.noun import given
from beamlore.catalogue.refusals import READING
from beamlore.core import CurrentPrincipal

router = APIRouter(prefix="/api/v3/logbooks", tags=["logbooks"])
datasets_v3 = APIRouter(prefix="/api/v3/datasets", tags=["datasets"])
datasets_v4 = APIRouter(prefix="/api/v4/datasets", tags=["datasets v4"])

Logbooks = Annotated[LogbookService, Depends(given(LogbookService))]
Filters = Annotated[str | None, Query(description="JSON: skip, limit, sortField, and what the logbook server takes.")]


@router.get("", operation_id="LogbooksController_findAll_v3", responses=READING)
async def find_all(principal: CurrentPrincipal, logbooks: Logbooks) -> Response:
    """List the logbooks of the caller's proposals."""
    return json_response(await logbooks.all(principal))


@router.get("/{name}", operation_id="LogbooksController_findByName_v3", response_class=Response, responses=READING)
async def find_by_name(
    name: Annotated[str, Path(description="The proposal's identifier, URL-encoded.")],
    principal: CurrentPrincipal,
    logbooks: Logbooks,
    filters: Filters = None,
) -> Response:
    """Return the logbook of a proposal; an empty answer where there is none."""
    return _shown(await logbooks.named(principal, name, parse_logbook_filter(filters)))


@datasets_v3.get(
    "/{pid}/logbook", operation_id="DatasetsController_findLogbookByPid_v3", response_class=Response, responses=READING
)
async def find_by_pid_v3(
    pid: PidParameter, principal: CurrentPrincipal, logbooks: Logbooks, filters: Filters = None
) -> Response:
    """Return the logbook of a dataset's proposal; an empty answer where there is none."""
    return _shown(await logbooks.of_dataset(principal, pid, parse_logbook_filter(filters)))


@datasets_v4.get(
    "/{pid}/logbook",
    operation_id="DatasetsV4Controller_findLogbookByPid_v4",
    response_class=Response,
    responses=READING,
)
async def find_by_pid_v4(
    pid: PidParameter, principal: CurrentPrincipal, logbooks: Logbooks, filters: Filters = None
) -> Response:
    """Return the logbook of a dataset's proposal; an empty answer where there is none."""
    return _shown(await logbooks.of_dataset(principal, pid, parse_logbook_filter(filters)))


def _shown(logbook: dict[str, Any] | None) -> Response:
    return nothing() if logbook is None else json_response(logbook)
