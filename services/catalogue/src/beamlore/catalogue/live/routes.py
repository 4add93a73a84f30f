"""Server-sent events of scans."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from sse_starlette import EventSourceResponse

from beamlore.catalogue.live.proof import StreamProof
from beamlore.catalogue.live.slots import EventStream, person_of
from beamlore.catalogue.live.subscriber import LiveFilter
from beamlore.catalogue.problems import problems
from beamlore.catalogue.scans.routes import Beamline, Columns, From, Proposal, parse_columns
from beamlore.catalogue.state import Live, Slots
from beamlore.core import CurrentPrincipal, Standing, bearer_token

router = APIRouter(prefix="/api/beamlore/v1", tags=["live"], responses=problems(401))


@router.get(
    "/events",
    operation_id="streamScans",
    summary="Changes of scans as they happen",
    response_class=EventSourceResponse,
    responses=problems(429)
    | {
        200: {
            "description": "`event: ready` once, when nothing that happens from now on is missed; `event: scan` with a "
            "Scan as data; `event: removed` with `{pid}` where the caller could see a scan and cannot any more, or the "
            "filter no longer takes it in; `event: reset` where the page must be loaded again: too much was missed, or "
            "the caller's rights have changed. An id is the place to resume from. A comment comes every 10 s.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def stream_scans(
    request: Request,
    principal: CurrentPrincipal,
    live: Live,
    slots: Slots,
    columns: Columns = "",
    proposal: Proposal = None,
    beamline: Beamline = None,
    start_from: From = None,
    start_to: Annotated[datetime | None, Query(alias="to", description="Scans that started before this time.")] = None,
    last_event_id: Annotated[str | None, Header(max_length=128)] = None,
) -> Response:
    """Stream each change of a scan the caller may see, until the token runs out or is taken away."""
    wanted = LiveFilter(parse_columns(columns), proposal, beamline, start_from, start_to)
    proof = StreamProof(principal, Standing(request, bearer_token(request) or "").present)
    return EventStream(live.events(proof, wanted, last_event_id), slots, person_of(request, principal))
