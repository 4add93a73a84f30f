"""The audit over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.audit.models import AuditPage
from beamlore.catalogue.audit.service import AuditQuery, AuditService
from beamlore.catalogue.noun import given
from beamlore.catalogue.problems import problems
from beamlore.catalogue.scans.repository import aware
from beamlore.core import CurrentPrincipal

router = APIRouter(prefix="/api/beamlore/v1/audit", tags=["audit"], responses=problems(401))
Audit = Annotated[AuditService, Depends(given(AuditService))]


@router.get(
    "",
    operation_id="listAudit",
    summary="Who changed what",
    response_model=AuditPage,
    responses=problems(400, 422, 503),
)
async def list_audit(
    principal: CurrentPrincipal,
    audit: Audit,
    collection: Annotated[str | None, Query(max_length=64, description="Such as `Dataset`.")] = None,
    document: Annotated[str | None, Query(max_length=512, description="The document's identifier.")] = None,
    username: Annotated[str | None, Query(max_length=256, description="Who changed it.")] = None,
    request: Annotated[str | None, Query(max_length=64, description="The `X-Request-ID` of the change.")] = None,
    since: Annotated[datetime | None, Query(alias="from", description="Changes at this time or later.")] = None,
    until: Annotated[datetime | None, Query(alias="to", description="Changes before this time.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=1024, description="`nextCursor` of the page before.")] = None,
) -> Response:
    """List changes, the newest first: all for administrators, for others of what their groups own or measured."""
    query = AuditQuery(
        collection,
        document,
        username,
        request,
        aware(since) if since is not None else None,
        aware(until) if until is not None else None,
    )
    return json_response(await audit.page(principal, query, limit, cursor))
