"""REST for metadata sets."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from beamlore.configurator.access import BeamlineId
from beamlore.configurator.preconditions import CurrentConditions
from beamlore.configurator.sets.models import SetVersionContent, SetVersions, StoredSet, StoredSets
from beamlore.configurator.sets.service import CurrentSets
from beamlore.contract import MetadataSet

router = APIRouter(prefix="/beamlines/{beamline}/sets", tags=["metadata sets"])

SetName = Annotated[str, Path(min_length=1, max_length=128, description="Name of the set.")]


@router.get("", summary="List the sets of a beamline", response_model_exclude_none=True)
async def list_sets(beamline: BeamlineId, sets: CurrentSets) -> StoredSets:
    """All sets in their newest version, and which of them is active."""
    return await sets.all(beamline)


@router.post(
    "",
    summary="Make a set",
    status_code=201,
    responses={409: {"description": "There is a set of that name."}},
)
async def create_set(
    beamline: BeamlineId, metadata_set: MetadataSet, sets: CurrentSets, response: Response
) -> StoredSet:
    """For the beamline's staff. The set is not active before it is made so."""
    made, response.headers["ETag"] = await sets.create(beamline, metadata_set)
    return made


@router.get(
    "/{name}",
    summary="One set",
    response_model=StoredSet,
    responses={304: {"description": "It is still as `If-None-Match` says."}},
)
async def get_set(
    beamline: BeamlineId, name: SetName, sets: CurrentSets, conditions: CurrentConditions, response: Response
) -> StoredSet | Response:
    """The set in its newest version, with its `ETag`."""
    found, etag = await sets.get(beamline, name)
    if conditions.unchanged(etag):
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return found


@router.put(
    "/{name}",
    summary="Change a set",
    responses={
        412: {"description": "It was changed by somebody else meanwhile."},
        428: {"description": "`If-Match` is missing."},
    },
)
async def replace_set(
    beamline: BeamlineId,
    name: SetName,
    metadata_set: MetadataSet,
    sets: CurrentSets,
    conditions: CurrentConditions,
    response: Response,
) -> StoredSet:
    """For the beamline's staff: a new version takes the place of the one that `If-Match` names."""
    changed, response.headers["ETag"] = await sets.replace(beamline, name, metadata_set, conditions)
    return changed


@router.delete(
    "/{name}",
    summary="Delete a set",
    status_code=204,
    responses={
        409: {"description": "It is the active one."},
        412: {"description": "It was changed by somebody else meanwhile."},
        428: {"description": "`If-Match` is missing."},
    },
)
async def delete_set(beamline: BeamlineId, name: SetName, sets: CurrentSets, conditions: CurrentConditions) -> None:
    """For the beamline's staff. The set's versions can be read for ever."""
    await sets.delete(beamline, name, conditions)


@router.get("/{name}/versions", summary="The history of a set", response_model_exclude_none=True)
async def list_versions(
    beamline: BeamlineId,
    name: SetName,
    sets: CurrentSets,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    cursor: Annotated[int | None, Query(ge=1, description="`nextCursor` of the page before.")] = None,
) -> SetVersions:
    """Who made which version, when; newest first. Deleted sets have a history too."""
    return await sets.versions(beamline, name, before=cursor, limit=limit)


@router.get("/{name}/versions/{number}", summary="One version of a set", response_model_exclude_none=True)
async def get_version(
    beamline: BeamlineId, name: SetName, number: Annotated[int, Path(ge=1)], sets: CurrentSets
) -> SetVersionContent:
    """The version with what it says."""
    return await sets.version(beamline, name, number)
