"""Datasets as they were sent, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from beamlore.catalogue.conditional import NOT_MODIFIED, conditional
from beamlore.catalogue.noun import given
from beamlore.catalogue.originals.keyset import Keyset, Sort
from beamlore.catalogue.originals.models import DatasetAccess, Original, OriginalPage
from beamlore.catalogue.originals.query import Columns, Wanted, parse_columns
from beamlore.catalogue.originals.service import OriginalService
from beamlore.catalogue.problems import problems
from beamlore.core import OptionalPrincipal

router = APIRouter(prefix="/api/beamlore/v1/datasets", tags=["datasets as sent"], responses=problems(400, 401, 503))

Originals = Annotated[OriginalService, Depends(given(OriginalService))]
Pid = Annotated[str, Path(description="The PID, URL-encoded.", examples=["20.500.1/4c9f…"])]


@router.get(
    "",
    operation_id="listDatasets",
    summary="List datasets",
    response_model=OriginalPage,
    responses=NOT_MODIFIED | problems(429),
)
async def list_datasets(
    request: Request,
    principal: OptionalPrincipal,
    originals: Originals,
    wanted: Wanted,
    columns: Columns = "",
    sort: Annotated[Sort, Query(description="Datasets without the field are the smallest.")] = "-startTime",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[
        str | None, Query(max_length=8192, description="`nextCursor` of the page before, in the same order.")
    ] = None,
) -> Response:
    """List the datasets the caller may see (without a token: those published).

    A page costs the same wherever it begins.
    """
    page = await originals.page(
        principal, wanted, keyset=Keyset(sort), cursor=cursor, columns=parse_columns(columns), limit=limit
    )
    return conditional(request, page)


@router.get(
    "/{pid}",
    operation_id="getDataset",
    summary="One dataset as it was sent",
    response_model=Original,
    responses=NOT_MODIFIED | problems(404),
)
async def get_dataset(
    pid: Pid, request: Request, principal: OptionalPrincipal, originals: Originals, columns: Columns = ""
) -> Response:
    """Return a dataset with its metadata exactly as it was sent: nothing added, nothing converted."""
    return conditional(request, await originals.get(principal, pid, parse_columns(columns)))


@router.get(
    "/{pid}/access",
    operation_id="explainAccess",
    summary="Why the caller can see it",
    response_model=DatasetAccess,
    responses=NOT_MODIFIED | problems(404),
)
async def explain_access(pid: Pid, request: Request, principal: OptionalPrincipal, originals: Originals) -> Response:
    """Say for each way of being allowed to see a dataset whether it holds for the caller.

    For a dataset that the caller may not see the answer is 404, as for one that does not exist, with what can be done.
    """
    return conditional(request, await originals.access(principal, pid))
