"""SciCat's ``/api/v3/users``: one's own record, and everyone's for administrators."""

import time
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.auth.logins import renewed
from beamlore.catalogue.auth.parts import Tokens, Users
from beamlore.catalogue.datasets.input import validated
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.refusals import refusals
from beamlore.catalogue.users.caller import Caller
from beamlore.catalogue.users.collections import shown
from beamlore.catalogue.users.durations import seconds_of
from beamlore.catalogue.users.models import (
    CustomToken,
    MayCreate,
    Message,
    NewPassword,
    OwnPassword,
    ReturnedIdentity,
    ReturnedUser,
    Token,
)
from beamlore.catalogue.users.people import SAID_AT
from beamlore.core import BadRequestError, ForbiddenError, OptionalPrincipal

log = structlog.get_logger(__name__)

router = APIRouter(prefix="/api/v3/users", tags=["users"], responses=refusals(400, 401, 403, 404, 413, 503))
UserId = Annotated[str, Path(description="The user's identifier.", max_length=64)]


@router.post("/jwt", status_code=201, operation_id="UsersController_getUserJWT_v3", response_model=Token)
async def own_token(request: Request, principal: OptionalPrincipal, users: Users, tokens: Tokens) -> Response:
    """Return a new token of the caller, or of nobody; it does not outlive the login that the caller's comes from."""
    if not principal.is_authenticated:
        return json_response({"jwt": tokens.issue_anonymous()}, 201)
    user = await users.people.known(principal)
    # Others who share the secret read these two; here the groups are looked up all the same.
    more: dict[str, Any] = {"username": str(user["_id"]), "groups": sorted(principal.groups)}
    settings = request.app.state.settings
    login = renewed(principal, time.time(), settings.session_seconds, is_watched=settings.checks_accounts)
    return json_response({"jwt": tokens.issue_for(user, login=login, **more)}, 201)


@router.get("", operation_id="UsersController_findAll_v3", response_model=list[ReturnedUser])
async def find_all(caller: Caller, users: Users) -> Response:
    """List all users, or oneself."""
    return json_response([shown(one) for one in await users.users(caller)])


@router.post(
    "/password",
    operation_id="UsersController_updateOwnPassword_v3",
    response_model=Message,
    openapi_extra=body_of(OwnPassword),
)
async def change_own_password(request: Request, caller: Caller, users: Users) -> Response:
    """Change one's own password."""
    given = validated(OwnPassword, await read_object(request))
    _confirmed(given)
    await users.change_own_password(caller, given["currentPassword"], given["newPassword"])
    return json_response({"message": "Password updated successfully"})


@router.get("/my/self", operation_id="UsersController_getMyUser_v3", response_model=ReturnedUser)
async def myself(caller: Caller, users: Users) -> Response:
    """Return one's own record."""
    return json_response(shown(await users.user(caller, caller.subject)))


@router.get("/my/identity", operation_id="UsersController_getMyUserIdentity_v3", response_model=ReturnedIdentity)
async def my_identity(caller: Caller, users: Users) -> Response:
    """Return what one's identity provider said at the last login."""
    return json_response(identity_shown(await users.identity(caller, caller.subject)))


@router.get("/{id}", operation_id="UsersController_findById_v3", response_model=ReturnedUser)
async def find(id: UserId, caller: Caller, users: Users) -> Response:
    """Return a user."""
    return json_response(shown(await users.user(caller, id)))


@router.patch(
    "/{id}/password",
    operation_id="UsersController_updateUserPassword_v3",
    response_model=Message,
    openapi_extra=body_of(NewPassword),
)
async def change_password(id: UserId, request: Request, caller: Caller, users: Users) -> Response:
    """Change somebody's password, as an administrator."""
    if not caller.is_admin:
        raise ForbiddenError("Forbidden resource")
    given = validated(NewPassword, await read_object(request))
    _confirmed(given)
    await users.change_password(caller, id, given["newPassword"])
    log.info("a password was changed by an administrator", user=id, by=caller.username)
    return json_response({"message": f"Password updated successfully for userId: {id}"})


@router.get("/{id}/userIdentity", operation_id="UsersController_getUserIdentity_v3", response_model=ReturnedIdentity)
async def identity(id: UserId, caller: Caller, users: Users) -> Response:
    """Return what a user's identity provider said at their last login."""
    return json_response(identity_shown(await users.identity(caller, id)))


@router.get(
    "/{id}/authorization/dataset/create",
    operation_id="UsersController_canUserCreateDataset_v3",
    response_model=MayCreate,
)
async def may_create_datasets(id: UserId, request: Request, caller: Caller, users: Users) -> Response:
    """Tell whether a user may create datasets."""
    await users.user(caller, id)
    member = await users.directory.member(id)
    if member is None:
        return json_response({"authorization": False})
    principal = request.app.state.verifier.with_administration(member.principal)
    rights = DatasetRights(request.app.state.catalogue.ground.policy, request.app.state.settings)
    return json_response({"authorization": rights.may_write_any(principal)})


@router.post(
    "/{id}/jwt",
    status_code=201,
    operation_id="UsersController_createCustomJWT_v3",
    response_model=Token,
    openapi_extra=body_of(CustomToken),
)
async def token_for(id: UserId, request: Request, caller: Caller, users: Users, tokens: Tokens) -> Response:
    """Return a token of somebody, as an administrator; for `expiresIn`, or as long as usual."""
    if not caller.is_admin:
        raise ForbiddenError("Forbidden resource")
    given = validated(CustomToken, await read_object(request))
    user = await users.user(caller, id)
    lasts = given.get("expiresIn")
    never = request.app.state.settings.jwt_never_expires
    seconds = seconds_of(lasts, never) if lasts not in (None, "") else None
    log.info("a token was made by an administrator", user=id, by=caller.username, seconds=seconds)
    return json_response({"jwt": tokens.issue_for(user, seconds=seconds)}, 201)


def identity_shown(found: dict[str, Any]) -> dict[str, Any]:
    """Return an identity as SciCat shows it, without what would prove it."""
    return {name: value for name, value in found.items() if name not in ("credentials", SAID_AT)} | {"id": found["_id"]}


def _confirmed(given: dict[str, Any]) -> None:
    if given["newPassword"] != given["confirmPassword"]:
        raise BadRequestError("New password and confirmation password do not match")
