"""Server-sent events of scans."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from beamlore.catalogue.live.subscriber import LiveFilter
from beamlore.catalogue.problems import problems
from beamlore.catalogue.scans.routes import Beamline, Columns, From, Proposal, parse_columns
from beamlore.catalogue.state import Live
from beamlore.core import CurrentPrincipal

HEARTBEAT_SECONDS = 10
router = APIRouter(prefix="/api/beamlore/v1", tags=["live"], responses=problems(401))


@router.get(
    "/events",
    operation_id="streamScans",
    summary="Changes of scans as they happen",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "`event: ready` once, when nothing that happens from now on is missed; `event: scan` with a "
            "Scan as data; `event: reset` where too much was missed and the page must be loaded again. Each has the "
            "place to resume from as its id. A comment comes every 10 s.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def stream_scans(
    principal: CurrentPrincipal,
    live: Live,
    columns: Columns = "",
    proposal: Proposal = None,
    beamline: Beamline = None,
    start_from: From = None,
    start_to: Annotated[datetime | None, Query(alias="to", description="Scans that started before this time.")] = None,
    last_event_id: Annotated[str | None, Header(max_length=128)] = None,
) -> Response:
    """Stream each change of a scan the caller may see, until the token runs out."""
    wanted = LiveFilter(parse_columns(columns), proposal, beamline, start_from, start_to)
    return EventSourceResponse(
        live.events(principal, wanted, last_event_id),
        ping=HEARTBEAT_SECONDS,
        ping_message_factory=lambda: ServerSentEvent(comment="heartbeat"),
        headers={"X-Accel-Buffering": "no"},
    )
