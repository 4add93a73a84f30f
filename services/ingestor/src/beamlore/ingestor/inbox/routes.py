"""REST for the inbox."""

import base64
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from beamlore.core import CurrentPrincipal
from beamlore.ingestor.inbox.models import (
    Discard,
    Header,
    InboxDetail,
    InboxItem,
    InboxPage,
    InboxState,
    InboxSummary,
    Replay,
)
from beamlore.ingestor.inbox.repository import InboxRepository
from beamlore.ingestor.inbox.service import InboxService
from beamlore.ingestor.validate.models import Reason

PREFIX = "/api/ingestor/v1"
router = APIRouter(
    prefix=f"{PREFIX}/inbox",
    tags=["inbox"],
    responses={
        401: {"description": "No token, or one that is not to be believed."},
        503: {"description": "Something that is needed is away; try again in a moment."},
    },
)
_NOT_FOUND = {"description": "There is no such message, or it is of a beamline of which the caller is not staff."}
_CLOSED = {"description": "The message is already replayed or discarded."}
_REJECTED = {"description": "It is rejected again; `reason` is the code, `detail` says why."}


def _repository(request: Request) -> InboxRepository:
    repository: InboxRepository = request.app.state.inbox_repository
    return repository


def _service(request: Request) -> InboxService:
    service: InboxService = request.app.state.inbox_service
    return service


Service = Annotated[InboxService, Depends(_service)]


@router.get("", summary="List messages, newest first")
async def list_inbox(
    principal: CurrentPrincipal,
    repository: Annotated[InboxRepository, Depends(_repository)],
    state: Annotated[InboxState | None, Query(description="Only those in this state.")] = None,
    beamline: Annotated[str | None, Query(description="Only of this beamline.")] = None,
    reason: Annotated[Reason | None, Query(description="Only with this reason.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(description="`nextCursor` of the page before.")] = None,
) -> InboxPage:
    """Messages of the beamlines of which the caller is staff; administrators see all."""
    found, next_cursor = await repository.page(
        principal, state=state, beamline=beamline, reason=reason, limit=limit, cursor=cursor
    )
    fields = set(InboxSummary.model_fields)
    items = [
        InboxSummary(id=item["_id"], **{name: value for name, value in item.items() if name in fields})
        for item in found
    ]
    return InboxPage(items=items, next_cursor=next_cursor)


@router.get("/{item_id}", summary="Look at a message", responses={404: _NOT_FOUND})
async def get_message(item_id: str, principal: CurrentPrincipal, service: Service) -> InboxDetail:
    """The message with its content, as text and byte for byte."""
    return _detail(await service.get(principal, item_id))


@router.post(
    "/{item_id}/replay",
    summary="Catalogue a message, mended or as it came",
    responses={404: _NOT_FOUND, 409: _CLOSED, 422: _REJECTED},
)
async def replay_message(item_id: str, replay: Replay, principal: CurrentPrincipal, service: Service) -> InboxDetail:
    """The message passes the same checks as any other; the original stays beside what was made of it."""
    return _detail(await service.replay(principal, item_id, replay.message))


@router.post("/{item_id}/discard", summary="Discard a message", responses={404: _NOT_FOUND, 409: _CLOSED})
async def discard_message(item_id: str, discard: Discard, principal: CurrentPrincipal, service: Service) -> InboxDetail:
    """The message is closed with the reason, and kept."""
    return _detail(await service.discard(principal, item_id, discard.reason))


def _detail(item: InboxItem) -> InboxDetail:
    shown = item.model_dump(include=set(InboxSummary.model_fields))
    return InboxDetail(
        **shown,
        key=item.key.decode(errors="replace") if item.key is not None else None,
        headers=[Header(name=name, value=_base64(value)) for name, value in item.headers],
        message=_text(item.content),
        bytes=_base64(item.content),
        edited=item.edited,
    )


def _base64(content: bytes | None) -> str | None:
    return base64.b64encode(content).decode() if content is not None else None


def _text(content: bytes | None) -> str | None:
    if content is None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
