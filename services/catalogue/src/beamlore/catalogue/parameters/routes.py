"""Metadata parameters over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from beamlore.catalogue.conditional import NOT_MODIFIED, conditional
from beamlore.catalogue.noun import given
from beamlore.catalogue.originals.query import Wanted
from beamlore.catalogue.parameters.models import ParameterValues
from beamlore.catalogue.parameters.service import ParameterService
from beamlore.catalogue.problems import problems
from beamlore.core import OptionalPrincipal

router = APIRouter(prefix="/api/beamlore/v1/parameters", tags=["parameters"])

Parameters = Annotated[ParameterService, Depends(given(ParameterService))]


@router.get(
    "/values",
    operation_id="listParameterValues",
    summary="Values of a metadata parameter",
    response_model=ParameterValues,
    responses=NOT_MODIFIED | problems(400, 401, 429, 503),
)
async def list_values(
    request: Request,
    principal: OptionalPrincipal,
    parameters: Parameters,
    wanted: Wanted,
    key: Annotated[str, Query(min_length=1, max_length=256, description="The key of the metadata entry.")],
    limit: Annotated[int, Query(ge=0, le=1000)] = 100,
) -> Response:
    """Return the ranges and the most frequent values that a parameter takes, among what the caller may see."""
    return conditional(request, await parameters.values(principal, wanted, key, limit))
