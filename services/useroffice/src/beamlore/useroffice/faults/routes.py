"""REST for faults, and the dependency that lets a route suffer them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from beamlore.useroffice.faults.models import Fault
from beamlore.useroffice.faults.service import Faults

router = APIRouter(prefix="/faults", tags=["faults"])


def _faults(request: Request) -> Faults:
    faults: Faults = request.app.state.faults
    return faults


_Faults = Annotated[Faults, Depends(_faults)]


async def suffer(faults: _Faults) -> None:
    """Behave as the current fault says, before anything else is done for the request."""
    await faults.suffer()


@router.get("", summary="The fault there is now", response_model_exclude_none=True)
async def get_fault(faults: _Faults) -> Fault:
    """The fault there is now; `forSeconds` is the time left of it."""
    return faults.current


@router.put("", summary="Be slow, down, or well again", response_model_exclude_none=True)
async def put_fault(fault: Fault, faults: _Faults) -> Fault:
    """Let people, proposals and visits be slow or down from now on; health and this route are not touched."""
    faults.put(fault)
    return faults.current
