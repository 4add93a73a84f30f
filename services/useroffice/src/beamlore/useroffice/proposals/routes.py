"""REST for proposals."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from beamlore.core import NotFoundError
from beamlore.useroffice.pages import Cursor, Limit, Page
from beamlore.useroffice.proposals.models import Proposal
from beamlore.useroffice.proposals.repository import ProposalRepository

router = APIRouter(prefix="/proposals", tags=["proposals"])


def _repository(request: Request) -> ProposalRepository:
    repository: ProposalRepository = request.app.state.proposals
    return repository


Proposals = Annotated[ProposalRepository, Depends(_repository)]


@router.get("", summary="List proposals, by id", response_model_exclude_none=True)
async def list_proposals(
    proposals: Proposals,
    beamline: Annotated[str | None, Query(description="Only of this beamline.")] = None,
    member: Annotated[str | None, Query(description="Only with this person on it, by user name.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Proposal]:
    """Proposals, past and future ones too, a page at a time."""
    return proposals.page(limit, cursor, beamline=beamline, member=member)


@router.get(
    "/{proposal_id}",
    summary="One proposal",
    response_model=Proposal,
    responses={304: {"description": "It is still as the `If-None-Match` header says."}},
)
async def get_proposal(
    proposal_id: str, proposals: Proposals, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """The proposal with this id, with an `ETag`; 404 where there is none."""
    proposal = proposals.get(proposal_id)
    if proposal is None:
        raise NotFoundError(f"the user office knows no proposal {proposal_id!r}")
    body = proposal.model_dump_json(exclude_none=True).encode()
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "Cache-Control": "no-cache"}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
