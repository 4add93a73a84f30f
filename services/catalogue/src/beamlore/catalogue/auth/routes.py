"""SciCat's ``/api/v3/auth``: logins with a name and a password, who one is, and logout."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.auth.parts import (
    Credentials,
    LoginAnswer,
    LoginAttempts,
    LogoutAnswer,
    Provider,
    Tokens,
    Users,
    admitted,
)
from beamlore.catalogue.refusals import refusals
from beamlore.catalogue.users.caller import Caller
from beamlore.catalogue.users.person import Person
from beamlore.core import UnauthenticatedError, UnavailableError, bearer_token, takes_bodies_of

router = APIRouter(prefix="/api/v3", tags=["auth"], responses=refusals(400, 401, 403, 404, 429, 503))
_REFUSED = "Unauthorized"


@router.post("/auth/login", status_code=201, operation_id="AuthController_login_v3", response_model=LoginAnswer)
@router.post(
    "/users/login",
    status_code=201,
    operation_id="UsersController_login_v3",
    response_model=LoginAnswer,
    deprecated=True,
)
@takes_bodies_of(lambda settings: settings.anonymous_body_bytes)
async def login(
    request: Request, credentials: Credentials, users: Users, tokens: Tokens, attempts: LoginAttempts
) -> Response:
    """Log a local user in: a functional account."""
    await attempts.allow(request, credentials.username)
    user = await users.check(credentials.username, credentials.password)
    if user is None:
        await attempts.failed(request, credentials.username)
        raise UnauthenticatedError(_REFUSED)
    person = Person("local", "", str(user.get("username", "")))
    return json_response(await admitted(request, user, person, users, tokens), 201)


@router.post("/auth/ldap", status_code=201, operation_id="AuthController_ldapLogin_v3", response_model=LoginAnswer)
@router.post(
    "/auth/msad",
    status_code=201,
    operation_id="AuthController_msadLogin_v3",
    response_model=LoginAnswer,
    deprecated=True,
)
@takes_bodies_of(lambda settings: settings.anonymous_body_bytes)
async def ldap_login(
    request: Request, credentials: Credentials, users: Users, tokens: Tokens, attempts: LoginAttempts
) -> Response:
    """Log somebody in whom the LDAP directory knows."""
    await attempts.allow(request, credentials.username)
    person = await users.ldap.check(credentials.username, credentials.password)
    if person is None:
        await attempts.failed(request, credentials.username)
        raise UnauthenticatedError(_REFUSED)
    return json_response(await admitted(request, await users.people.welcome(person), person, users, tokens), 201)


@router.get("/auth/whoami", operation_id="AuthController_whoami_v3")
async def whoami(caller: Caller, users: Users) -> Response:
    """Return the caller."""
    user = await users.people.known(caller)
    return json_response(_shown(user) | {"displayName": caller.name, "currentGroups": sorted(caller.groups)})


@router.post("/auth/logout", operation_id="AuthController_logout_v3", response_model=LogoutAnswer)
@router.post("/users/logout", operation_id="UsersController_logout_v3", response_model=LogoutAnswer)
async def logout(request: Request, caller: Caller, users: Users, provider: Provider) -> Response:
    """End the session: the token, and all that were renewed from the same login, are not taken any longer."""
    await users.end_session(caller, bearer_token(request) or "")
    user = await users.people.known(caller)
    settings = request.app.state.settings
    if user.get("authStrategy") != "oidc" or not settings.oidc_auto_logout:
        return json_response({"logout": "successful"})
    url = settings.logout_url
    if not url and settings.oidc_issuer:
        try:
            url = await provider.end_of_session()
        except UnavailableError:
            # Our own session has ended all the same.
            url = ""
    return json_response({"logout": "successful"} | ({"logoutURL": url} if url else {}))


def _shown(user: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": user["_id"]} | {
        name: user[name] for name in ("_id", "username", "email", "authStrategy") if name in user
    }
