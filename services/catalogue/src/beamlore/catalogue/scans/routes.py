"""The scan log over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Path, Query, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.problems import problems
from beamlore.catalogue.scans.models import (
    STALE_SCAN,
    BeamlineList,
    ParameterList,
    ProposalList,
    Scan,
    ScanPage,
    ScanPatch,
)
from beamlore.catalogue.scans.service import ScanQuery
from beamlore.catalogue.scans.shape import tag_of
from beamlore.catalogue.state import Scans
from beamlore.contract import ScanState
from beamlore.core import CurrentPrincipal

router = APIRouter(prefix="/api/beamlore/v1/scans", tags=["scans"], responses=problems(401))

Pid = Annotated[str, Path(description="The PID, URL-encoded.", examples=["20.500.1/4c9f…"])]
From = Annotated[datetime | None, Query(alias="from", description="Scans that started at this time or later.")]
Proposal = Annotated[str | None, Query(max_length=256)]
Beamline = Annotated[str | None, Query(max_length=256)]
Columns = Annotated[
    str,
    Query(max_length=16_384, description="Metadata keys to show, URL-encoded each, with commas between; `*` for all."),
]

IfMatch = Annotated[
    str | None,
    Header(description="The scan's `ETag`, which is its `version` in quotes: change it only where it is still that."),
]


@router.get("", operation_id="listScans", summary="List scans", response_model=ScanPage, responses=problems(400))
async def list_scans(
    principal: CurrentPrincipal,
    scans: Scans,
    start_from: From = None,
    start_to: Annotated[datetime | None, Query(alias="to", description="Scans that started before this time.")] = None,
    proposal: Proposal = None,
    beamline: Beamline = None,
    state: Annotated[ScanState | None, Query()] = None,
    idle_since: Annotated[
        datetime | None, Query(alias="idleSince", description="Scans of which no word came since this time.")
    ] = None,
    columns: Columns = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(max_length=1024, description="`nextCursor` of the page before.")] = None,
) -> Response:
    """List what the caller may see, the newest start first."""
    query = ScanQuery(
        start_from=start_from,
        start_to=start_to,
        proposal=proposal,
        beamline=beamline,
        state=state,
        idle_since=idle_since,
        columns=parse_columns(columns),
    )
    return json_response(await scans.page(principal, query, limit=limit, cursor=cursor))


@router.get("/parameters", operation_id="listParameters", summary="Metadata keys", response_model=ParameterList)
async def list_parameters(
    principal: CurrentPrincipal,
    scans: Scans,
    search: Annotated[str, Query(max_length=256, description="Part of the key or the human name.")] = "",
    proposal: Proposal = None,
    beamline: Beamline = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> Response:
    """List the metadata keys that occur in what the caller may see."""
    found = await scans.parameters(principal, search=search, proposal=proposal, beamline=beamline, limit=limit)
    return json_response({"items": found})


@router.get("/proposals", operation_id="listProposals", summary="Proposals", response_model=ProposalList)
async def list_proposals(principal: CurrentPrincipal, scans: Scans) -> Response:
    """List the proposals of which the caller may see scans."""
    return json_response({"items": await scans.proposals(principal)})


@router.get("/beamlines", operation_id="listBeamlines", summary="Beamlines", response_model=BeamlineList)
async def list_beamlines(principal: CurrentPrincipal, scans: Scans) -> Response:
    """List the beamlines of which the caller may see scans."""
    return json_response({"items": await scans.beamlines(principal)})


@router.get("/{pid}", operation_id="getScan", summary="One scan", response_model=Scan, responses=problems(404))
async def get_scan(pid: Pid, principal: CurrentPrincipal, scans: Scans) -> Response:
    """Return a scan with all its metadata, as it was sent."""
    return _one(await scans.get(principal, pid))


@router.patch(
    "/{pid}",
    operation_id="patchScan",
    summary="Comment and rate",
    response_model=Scan,
    responses=problems(403, 404) | STALE_SCAN,
)
async def patch_scan(
    pid: Pid, patch: ScanPatch, principal: CurrentPrincipal, scans: Scans, if_match: IfMatch = None
) -> Response:
    """Change a scan's comment or rating: for members of its proposal and the beamline's staff.

    With `If-Match` nothing is overwritten that the caller has not seen: where the scan was changed meanwhile, the
    answer is 412 with the scan as it is now.
    """
    changes = {name: getattr(patch, name) for name in patch.model_fields_set}
    return _one(await scans.patch(principal, pid, changes, if_match))


def _one(scan: Mapping[str, Any]) -> Response:
    return json_response(scan, headers={"ETag": tag_of(scan), "Cache-Control": "private, no-cache"})


def parse_columns(text: str) -> frozenset[str] | None:
    """Return the keys of a ``columns`` parameter; ``None`` for ``*``, which means all."""
    if text.strip() == "*":
        return None
    return frozenset(unquote(key) for key in text.split(",") if key.strip())
