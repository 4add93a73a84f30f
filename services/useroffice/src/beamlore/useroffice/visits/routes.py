"""REST for visits."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from beamlore.useroffice.pages import Cursor, Limit, Page
from beamlore.useroffice.visits.models import Visit
from beamlore.useroffice.visits.repository import VisitRepository

router = APIRouter(prefix="/visits", tags=["visits"])


def _repository(request: Request) -> VisitRepository:
    repository: VisitRepository = request.app.state.visits
    return repository


@router.get("", summary="List visits, by id", response_model_exclude_none=True)
async def list_visits(
    visits: Annotated[VisitRepository, Depends(_repository)],
    proposal: Annotated[str | None, Query(description="Only for this proposal.")] = None,
    beamline: Annotated[str | None, Query(description="Only at this beamline.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Visit]:
    """Visits, past and future ones too, a page at a time."""
    return visits.page(limit, cursor, proposal=proposal, beamline=beamline)
