"""REST for the active configuration."""

from fastapi import APIRouter, Response

from beamlore.configurator.access import BeamlineId
from beamlore.configurator.active.models import Choice
from beamlore.configurator.active.service import CurrentActive
from beamlore.configurator.preconditions import CurrentConditions
from beamlore.contract import ActiveConfiguration

router = APIRouter(prefix="/beamlines/{beamline}/active", tags=["active configuration"])


@router.get(
    "",
    summary="What the beamline records now",
    response_model=ActiveConfiguration,
    responses={304: {"description": "It is still as `If-None-Match` says."}},
)
async def get_active(
    beamline: BeamlineId, active: CurrentActive, conditions: CurrentConditions, response: Response
) -> ActiveConfiguration | Response:
    """The active set in its newest version. Made for polling: with `If-None-Match` an answer costs next to nothing."""
    found, etag = await active.get(beamline, conditions)
    if found is None:
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    return found


@router.put(
    "",
    summary="Make a set the active one",
    responses={
        412: {"description": "It was changed by somebody else meanwhile."},
        428: {"description": "`If-Match` is missing, although a set is active."},
    },
)
async def put_active(
    beamline: BeamlineId, choice: Choice, active: CurrentActive, conditions: CurrentConditions, response: Response
) -> ActiveConfiguration:
    """For the beamline's staff: from now on the beamline records this set."""
    chosen, response.headers["ETag"] = await active.put(beamline, choice.name, conditions)
    return chosen
