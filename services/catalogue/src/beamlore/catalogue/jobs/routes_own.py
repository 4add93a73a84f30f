"""What was done for a job: ``/api/beamlore/v1/jobs/{id}/actions``."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.jobs.routes_v4 import JobId, Jobs
from beamlore.catalogue.problems import problems
from beamlore.core import ApiModel, CurrentPrincipal

router = APIRouter(prefix="/api/beamlore/v1/jobs", tags=["jobs"])


class Run(ApiModel):
    """The actions of one operation on a job."""

    job_id: str
    operation: Literal["create", "update"]
    username: str
    state: Literal["running", "done", "failed"]
    done: int
    """How many of its actions are done."""

    action: str | None = None
    """The kind of the one that failed."""

    reason: str | None = None
    created_at: datetime
    ended_at: datetime | None = None


@router.get("/{id}/actions", response_model=list[Run], responses=problems(401, 404, 422, 503))
async def actions(id: JobId, principal: CurrentPrincipal, jobs: Jobs) -> Response:
    """List what was done for a job, and what failed and why, the oldest first. Kept for 90 days."""
    runs = [Run.model_validate(one) for one in await jobs.history(principal, id)]
    return json_response([one.model_dump(mode="json", by_alias=True) for one in runs])
