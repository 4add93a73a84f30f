"""REST for beamlines."""

from fastapi import APIRouter, Response

from beamlore.configurator.access import BeamlineId
from beamlore.configurator.beamlines.models import Beamline, Beamlines, BeamlineText
from beamlore.configurator.beamlines.service import CurrentBeamlines
from beamlore.configurator.preconditions import CurrentConditions

router = APIRouter(prefix="/beamlines", tags=["beamlines"])


@router.get("", summary="List beamlines")
async def list_beamlines(beamlines: CurrentBeamlines) -> Beamlines:
    """All beamlines that the caller may see: staff see their own."""
    return Beamlines(items=await beamlines.all())


@router.get("/{beamline}", summary="One beamline")
async def get_beamline(beamline: BeamlineId, beamlines: CurrentBeamlines, response: Response) -> Beamline:
    """The beamline, with its `ETag`."""
    found, response.headers["ETag"] = await beamlines.get(beamline)
    return found


@router.put(
    "/{beamline}",
    summary="Make or change a beamline",
    responses={201: {"description": "It is new."}, 412: {"description": "It was changed meanwhile."}, 428: {}},
)
async def put_beamline(
    beamline: BeamlineId,
    text: BeamlineText,
    beamlines: CurrentBeamlines,
    conditions: CurrentConditions,
    response: Response,
) -> Beamline:
    """For administrators. Changing one that is there needs `If-Match`."""
    changed, response.headers["ETag"], is_new = await beamlines.put(beamline, text, conditions)
    response.status_code = 201 if is_new else 200
    return changed
