"""SciCat's ``/api/v3/instruments``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from beamlore.catalogue.answers import json_response, nothing
from beamlore.catalogue.datasets.input import FilterParameter, validated
from beamlore.catalogue.instruments.models import ChangeInstrument, CreateInstrument
from beamlore.catalogue.instruments.service import InstrumentService
from beamlore.catalogue.instruments.shape import as_v3
from beamlore.catalogue.noun import given
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.records import permit
from beamlore.catalogue.refusals import READING, WRITING
from beamlore.core import CurrentPrincipal, OptionalPrincipal

router = APIRouter(prefix="/api/v3/instruments", tags=["instruments"])

Instruments = Annotated[InstrumentService, Depends(given(InstrumentService))]
InstrumentId = Annotated[str, Path(description="The instrument's PID, URL-encoded.")]
UnmodifiedSince = Annotated[str | None, Header(description="Refuses the change where it was changed since.")]


@router.post(
    "",
    status_code=201,
    operation_id="InstrumentsController_create_v3",
    responses=WRITING,
    openapi_extra=body_of(CreateInstrument),
)
async def create(request: Request, principal: CurrentPrincipal, instruments: Instruments) -> Response:
    """Create an instrument."""
    permit(instruments.rights.create, principal)
    fields = validated(CreateInstrument, await read_object(request))
    return json_response(as_v3(await instruments.create(principal, fields)), 201)


@router.get("", operation_id="InstrumentsController_findAll_v3", responses=READING)
async def find_all(principal: OptionalPrincipal, instruments: Instruments, filter: FilterParameter = None) -> Response:
    """List instruments."""
    found = await instruments.find(principal, instruments.listing(filter))
    return json_response([as_v3(one) for one in found])


@router.get("/count", operation_id="InstrumentsController_count_v3", responses=READING)
async def count(principal: OptionalPrincipal, instruments: Instruments, filter: FilterParameter = None) -> Response:
    """Count instruments."""
    return json_response({"count": await instruments.count(principal, instruments.listing(filter))})


@router.get("/findOne", operation_id="InstrumentsController_findOne_v3", response_class=Response, responses=READING)
async def find_one(principal: OptionalPrincipal, instruments: Instruments, filter: FilterParameter = None) -> Response:
    """Return the first instrument that a filter finds; an empty answer where it finds none."""
    found = await instruments.first(principal, instruments.listing(filter))
    return nothing() if found is None else json_response(as_v3(found))


@router.get("/{id}", operation_id="InstrumentsController_findById_v3", responses=READING)
async def find_by_id(id: InstrumentId, principal: OptionalPrincipal, instruments: Instruments) -> Response:
    """Return an instrument."""
    return json_response(as_v3(await instruments.get(principal, id)))


@router.patch(
    "/{id}",
    operation_id="InstrumentsController_update_v3",
    responses=WRITING,
    openapi_extra=body_of(ChangeInstrument),
)
async def change(
    id: InstrumentId,
    request: Request,
    principal: CurrentPrincipal,
    instruments: Instruments,
    if_unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Change an instrument."""
    permit(instruments.rights.change, principal)
    fields = validated(ChangeInstrument, await read_object(request), partial=True)
    return json_response(as_v3(await instruments.change(principal, id, fields, if_unmodified_since)))


@router.delete("/{id}", operation_id="InstrumentsController_remove_v3", responses=WRITING)
async def delete(id: InstrumentId, principal: CurrentPrincipal, instruments: Instruments) -> Response:
    """Delete an instrument and return it."""
    permit(instruments.rights.delete, principal)
    return json_response(as_v3(await instruments.delete(principal, id)))
