"""SciCat's ``/api/v3/events`` (5.3)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sse_starlette import EventSourceResponse

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.events.models import Connections, Ticket
from beamlore.catalogue.events.tickets import Tickets
from beamlore.catalogue.live.proof import StreamProof
from beamlore.catalogue.live.slots import EventStream, person_of
from beamlore.catalogue.refusals import refusals
from beamlore.catalogue.state import Events, Slots
from beamlore.core import (
    CurrentPrincipal,
    ForbiddenError,
    Standing,
    UnauthenticatedError,
    authenticated,
    bearer_token,
)

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
    responses=refusals(429)
    | {
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
    slots: Slots,
    ticket: Annotated[
        str | None, Query(max_length=65_536, description="Of `events/ticket`, where no token can be sent.")
    ] = None,
) -> Response:
    """Stream new datasets as they come."""
    proof = await _reader(request, ticket)
    events.check_room(proof.principal)
    return EventStream(events.events(proof), slots, person_of(request, proof.principal))


@router.get("/connections", operation_id="SseController_connections_v3", response_model=Connections)
async def connections(principal: CurrentPrincipal, events: Events) -> Response:
    """Return how many streams this process has open, and whose; for administrators."""
    if not principal.is_admin:
        raise ForbiddenError("Forbidden resource")
    return json_response(events.connections())


async def _reader(request: Request, ticket: str | None) -> StreamProof:
    """Return who wants to read, as the ticket or the token proves it now and later.

    Raises:
        UnauthenticatedError: there is neither, or it is not to be believed.
    """
    token = bearer_token(request) if ticket is None else Tickets(request.app.state.settings).redeem(ticket)
    if token is None:
        raise UnauthenticatedError("log in first: this needs a ticket or a bearer token")
    principal = await authenticated(request, token)
    if not principal.is_authenticated:
        raise UnauthenticatedError("log in first: this needs a ticket or a bearer token")
    return StreamProof(principal, Standing(request, token).present)
