"""The activity over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends, Query, Request, Response

from beamlore.catalogue.activity.models import Activity
from beamlore.catalogue.activity.service import ActivityService
from beamlore.catalogue.conditional import NOT_MODIFIED, conditional
from beamlore.catalogue.filters.grammar import All
from beamlore.catalogue.noun import given
from beamlore.catalogue.originals.query import From, To, Wanted, in_time
from beamlore.catalogue.problems import problems
from beamlore.catalogue.scans.repository import aware
from beamlore.core import BadRequestError, OptionalPrincipal

router = APIRouter(prefix="/api/beamlore/v1/activity", tags=["activity"])

Activities = Annotated[ActivityService, Depends(given(ActivityService))]
_BY_DEFAULT = timedelta(days=90)
_ZONES = available_timezones()


@router.get(
    "",
    operation_id="getActivity",
    summary="Datasets per beamline and day",
    response_model=Activity,
    responses=NOT_MODIFIED | problems(400, 401, 429, 503),
)
async def get_activity(
    request: Request,
    principal: OptionalPrincipal,
    activities: Activities,
    wanted: Wanted,
    start_from: From = None,
    start_to: To = None,
    timezone: Annotated[str, Query(max_length=64, description="Whose days: a name of the IANA time zones.")] = "UTC",
) -> Response:
    """Count the datasets the caller may see, by beamline and day: of the last 90 days where no time is given."""
    if timezone not in _ZONES:
        raise BadRequestError(f"timezone: {timezone!r} is not a name of a time zone")
    end = aware(start_to) if start_to is not None else datetime.now(UTC)
    start = aware(start_from) if start_from is not None else end - _BY_DEFAULT
    condition = All((wanted, in_time(start, end)))
    return conditional(request, await activities.by_day(principal, condition, start, end, timezone))
