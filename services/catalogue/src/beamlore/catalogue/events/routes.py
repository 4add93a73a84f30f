"""SciCat's ``/api/v3/events`` (5.3)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.events.models import Connections, Ticket
from beamlore.catalogue.events.tickets import Tickets
from beamlore.catalogue.refusals import refusals
from beamlore.catalogue.state import Events
from beamlore.core import (
    CurrentPrincipal,
    ForbiddenError,
    Principal,
    UnauthenticatedError,
    authenticated,
    bearer_token,
)

HEARTBEAT_SECONDS = 10
router = APIRouter(prefix="/api/v3/events", tags=["events"], responses=refusals(400, 401, 403))


@router.post(
    "/ticket",
    status_code=201,
    operation_id="SseController_createTicket_v3",
    response_model=Ticket,
)
async def create_ticket(request: Request, _: CurrentPrincipal) -> Response:
    """Return a ticket that opens the stream of events within a minute."""
    token = bearer_token(request)
    if token is None:
        raise UnauthenticatedError("log in first: this needs a bearer token")
    return json_response({"ticket": Tickets(request.app.state.settings).issue(token)}, 201)


@router.get(
    "/stream",
    operation_id="SseController_stream_v3",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "A message for each new dataset that the caller may see: `{type: Dataset.created, data}`. "
            "A comment comes every 10 s.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def stream(
    request: Request,
    events: Events,
    ticket: Annotated[
        str | None, Query(max_length=65_536, description="Of `events/ticket`, where no token can be sent.")
    ] = None,
) -> Response:
    """Stream new datasets as they come."""
    principal = await _reader(request, ticket)
    events.check_room(principal)
    return EventSourceResponse(
        events.events(principal),
        ping=HEARTBEAT_SECONDS,
        ping_message_factory=lambda: ServerSentEvent(comment="heartbeat"),
        headers={"X-Accel-Buffering": "no"},
    )


@router.get("/connections", operation_id="SseController_connections_v3", response_model=Connections)
async def connections(principal: CurrentPrincipal, events: Events) -> Response:
    """Return how many streams this process has open, and whose; for administrators."""
    if not principal.is_admin:
        raise ForbiddenError("Forbidden resource")
    return json_response(events.connections())


async def _reader(request: Request, ticket: str | None) -> Principal:
    """Return who wants to read, by the ticket or the token.

    Raises:
        UnauthenticatedError: there is neither, or it is not to be believed.
    """
    token = bearer_token(request) if ticket is None else Tickets(request.app.state.settings).redeem(ticket)
    if token is None:
        raise UnauthenticatedError("log in first: this needs a ticket or a bearer token")
    principal = await authenticated(request, token)
    if not principal.is_authenticated:
        raise UnauthenticatedError("log in first: this needs a ticket or a bearer token")
    return principal
