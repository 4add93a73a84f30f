"""SciCat's ``/api/v3/users/{id}/settings``: what frontends remember of a user."""

from typing import Any

from fastapi import APIRouter, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.auth.parts import Users
from beamlore.catalogue.datasets.input import validated
from beamlore.catalogue.keys import as_sent, storable
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.refusals import refusals
from beamlore.catalogue.users.caller import Caller
from beamlore.catalogue.users.models import ReturnedSettings, SettingsBody
from beamlore.catalogue.users.routes import UserId

router = APIRouter(prefix="/api/v3/users", tags=["users"], responses=refusals(400, 401, 403, 404, 413, 503))
_ANY_OBJECT = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("/my/settings", operation_id="UsersController_getMySettings_v3", response_model=ReturnedSettings)
async def my_settings(caller: Caller, users: Users) -> Response:
    """Return one's own settings."""
    return json_response(_shown(await users.settings(caller, caller.subject)))


@router.get("/{id}/settings", operation_id="UsersController_getSettings_v3", response_model=ReturnedSettings)
async def settings(id: UserId, caller: Caller, users: Users) -> Response:
    """Return a user's settings."""
    return json_response(_shown(await users.settings(caller, id)))


@router.post(
    "/{id}/settings",
    status_code=201,
    operation_id="UsersController_createSettings_v3",
    response_model=ReturnedSettings,
    openapi_extra=body_of(SettingsBody),
)
async def create(id: UserId, request: Request, caller: Caller, users: Users) -> Response:
    """Set a user's settings. There are some from the first login on: what is given takes their place."""
    return json_response(_shown(await users.change_settings(caller, id, await _given(request))), 201)


@router.put(
    "/{id}/settings",
    operation_id="UsersController_updateSettings_v3",
    response_model=ReturnedSettings,
    openapi_extra=body_of(SettingsBody),
)
async def update(id: UserId, request: Request, caller: Caller, users: Users) -> Response:
    """Change a user's settings; what is not given stays."""
    return json_response(_shown(await users.change_settings(caller, id, await _given(request))))


@router.patch(
    "/{id}/settings",
    operation_id="UsersController_patchSettings_v3",
    response_model=ReturnedSettings,
    openapi_extra=body_of(SettingsBody),
)
async def patch(id: UserId, request: Request, caller: Caller, users: Users) -> Response:
    """Change a user's settings; what is not given stays."""
    return json_response(_shown(await users.change_settings(caller, id, await _given(request))))


@router.patch(
    "/{id}/settings/external",
    operation_id="UsersController_patchExternalSettings_v3",
    response_model=ReturnedSettings,
    openapi_extra=_ANY_OBJECT,
)
async def patch_external(id: UserId, request: Request, caller: Caller, users: Users) -> Response:
    """Change some of a frontend's own settings; those that are not given stay."""
    given = {"externalSettings": storable("externalSettings", await read_object(request))}
    return json_response(_shown(await users.change_settings(caller, id, given, merged=True)))


@router.delete("/{id}/settings", operation_id="UsersController_removeSettings_v3")
async def remove(id: UserId, caller: Caller, users: Users) -> Response:
    """Forget a user's settings; the next login has the usual ones."""
    found = await users.delete_settings(caller, id)
    return json_response(_shown(found) if found is not None else {})


async def _given(request: Request) -> dict[str, Any]:
    given = validated(SettingsBody, await read_object(request))
    if "externalSettings" in given:
        given["externalSettings"] = storable("externalSettings", given["externalSettings"])
    return given


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    known = {**found, "externalSettings": as_sent(found.get("externalSettings") or {})}
    return known | ({"id": found["_id"]} if "_id" in found else {})
