"""SciCat's ``/api/v3/auth/oidc``: logins at the identity provider."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.auth.parts import IdToken, LoginAnswer, LoginAttempts, Provider, Tokens, Users, admitted
from beamlore.catalogue.auth.provider import local_path
from beamlore.catalogue.refusals import refusals
from beamlore.core import UnauthenticatedError, takes_any_query

router = APIRouter(prefix="/api/v3/auth/oidc", tags=["auth"], responses=refusals(400, 401, 404, 429, 503))
_COOKIE = "beamlore-login"
_DEFAULT_CLIENT = "scicat"


@router.get("", operation_id="AuthController_oidcLogin_v3", status_code=302, response_class=RedirectResponse)
async def oidc(
    request: Request,
    provider: Provider,
    tokens: Tokens,
    return_url: Annotated[str | None, Query(alias="returnUrl", max_length=2048)] = None,
    client: Annotated[str | None, Query(max_length=64, description="The frontend that asks.")] = None,
) -> Response:
    """Send the browser to the identity provider's login page."""
    settings = request.app.state.settings
    frontend = settings.oidc_clients.get(client or _DEFAULT_CLIENT)
    if frontend is None:
        raise UnauthenticatedError("Unauthorized client")
    wanted = local_path(return_url) if return_url else frontend.return_url
    url, remembered = await provider.login_url(settings.oidc_callback_url or str(request.url_for("oidc_callback")))
    answer = RedirectResponse(url, 302)
    answer.set_cookie(
        _COOKIE,
        tokens.seal(remembered | {"returnUrl": wanted, "client": client or _DEFAULT_CLIENT}),
        max_age=600,
        path="/api/v3/auth",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


@router.get(
    "/callback", operation_id="AuthController_loginCallback_v3", status_code=302, response_class=RedirectResponse
)
@takes_any_query
async def oidc_callback(request: Request, provider: Provider, tokens: Tokens, users: Users) -> Response:
    """Take the browser back from the login page and send it to the frontend with a token."""
    remembered = tokens.unseal(request.cookies.get(_COOKIE, ""))
    person = await provider.complete(remembered, request.query_params)
    login = await admitted(request, await users.people.welcome(person), person, users, tokens)
    found = {
        "access-token": login["access_token"],
        "user-id": login["userId"],
        "returnUrl": remembered["returnUrl"],
    }
    base = request.app.state.settings.oidc_clients[remembered["client"]].success_url
    answer = RedirectResponse(f"{base}{'&' if '?' in base else '?'}{urlencode(found)}", 302)
    answer.delete_cookie(_COOKIE, path="/api/v3/auth")
    return answer


@router.post("/token", operation_id="AuthController_oidcTokenLogin_v3", response_model=LoginAnswer, status_code=201)
async def oidc_token(
    request: Request, identity: IdToken, provider: Provider, tokens: Tokens, users: Users, attempts: LoginAttempts
) -> Response:
    """Give a token for an ID token of the identity provider."""
    await attempts.allow(request, "")
    try:
        person = await provider.from_id_token(identity.idToken)
    except UnauthenticatedError:
        await attempts.failed(request, "")
        raise
    return json_response(await admitted(request, await users.people.welcome(person), person, users, tokens), 201)
