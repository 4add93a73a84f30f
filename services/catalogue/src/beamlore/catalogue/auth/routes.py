"""SciCat's ``/api/v3/auth``."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.auth.provider import IdentityProvider, local_path
from beamlore.catalogue.auth.tokens import SessionTokens
from beamlore.catalogue.noun import given
from beamlore.catalogue.users.collections import shown
from beamlore.catalogue.users.service import UserService
from beamlore.core import CurrentPrincipal, Principal, UnauthenticatedError

router = APIRouter(prefix="/api/v3/auth", tags=["auth"])
_COOKIE = "beamlore-login"


class Credentials(BaseModel):
    """A functional account's name and password."""

    model_config = ConfigDict(extra="ignore")

    username: str = Field(max_length=256)
    password: str = Field(max_length=1024, repr=False)


class IdToken(BaseModel):
    """An ID token of the identity provider."""

    idToken: str = Field(max_length=16_384, repr=False)  # noqa: N815 - SciCat's name


class LoginAnswer(BaseModel):
    """A token and whom it proves."""

    id: str
    access_token: str
    expires_in: int
    ttl: int
    created: datetime
    userId: str  # noqa: N815 - SciCat's name
    user: dict[str, object]


async def _tokens(request: Request) -> SessionTokens:
    tokens: SessionTokens = request.app.state.session_tokens
    return tokens


async def _provider(request: Request) -> IdentityProvider:
    provider: IdentityProvider = request.app.state.provider
    return provider


Tokens = Annotated[SessionTokens, Depends(_tokens)]
Users = Annotated[UserService, Depends(given(UserService))]
Provider = Annotated[IdentityProvider, Depends(_provider)]


@router.post("/login", status_code=201, operation_id="AuthController_login_v3", response_model=LoginAnswer)
async def login(credentials: Credentials, users: Users, tokens: Tokens) -> Response:
    """Log a local user in: a functional account."""
    user = await users.check(credentials.username, credentials.password)
    if user is None:
        raise UnauthenticatedError("Unauthorized")
    return json_response(_answer(shown(user), tokens.issue_for(user), tokens.lifetime), 201)


@router.get("/whoami", operation_id="AuthController_whoami_v3")
async def whoami(principal: CurrentPrincipal) -> Response:
    """Return the caller."""
    return json_response(_user_of(principal))


@router.get("/oidc", operation_id="AuthController_oidcLogin_v3", status_code=302)
async def oidc(
    request: Request,
    provider: Provider,
    tokens: Tokens,
    return_url: Annotated[str | None, Query(alias="returnUrl", max_length=2048)] = None,
) -> Response:
    """Send the browser to the identity provider's login page."""
    wanted = local_path(return_url)
    url, remembered = await provider.login_url(str(request.url_for("oidc_callback")))
    answer = RedirectResponse(url, 302)
    answer.set_cookie(
        _COOKIE,
        tokens.seal(remembered | {"returnUrl": wanted}),
        max_age=600,
        path="/api/v3/auth",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


@router.get("/oidc/callback", operation_id="AuthController_loginCallback_v3", status_code=302)
async def oidc_callback(request: Request, provider: Provider, tokens: Tokens) -> Response:
    """Take the browser back from the login page and send it to the frontend with a token."""
    remembered = tokens.unseal(request.cookies.get(_COOKIE, ""))
    principal = await provider.complete(remembered, request.query_params)
    found = {
        "access-token": tokens.issue(principal),
        "user-id": principal.subject,
        "returnUrl": remembered["returnUrl"],
    }
    base = request.app.state.settings.oidc_success_url
    answer = RedirectResponse(f"{base}{'&' if '?' in base else '?'}{urlencode(found)}", 302)
    answer.delete_cookie(_COOKIE, path="/api/v3/auth")
    return answer


@router.post(
    "/oidc/token", operation_id="AuthController_oidcTokenLogin_v3", response_model=LoginAnswer, status_code=201
)
async def oidc_token(identity: IdToken, provider: Provider, tokens: Tokens) -> Response:
    """Give a token for an ID token of the identity provider."""
    principal = await provider.from_id_token(identity.idToken)
    return json_response(_answer(_user_of(principal), tokens.issue(principal), tokens.lifetime), 201)


def _answer(user: dict[str, object], token: str, lifetime: int) -> dict[str, object]:
    return {
        "id": token,
        "access_token": token,
        "expires_in": lifetime,
        "ttl": lifetime,
        "created": datetime.now(UTC),
        "userId": user["id"],
        "user": user,
    }


def _user_of(principal: Principal) -> dict[str, object]:
    """Return a principal as SciCat shows whoever is logged in."""
    return {
        "id": principal.subject,
        "_id": principal.subject,
        "username": principal.username,
        "email": principal.email,
        "displayName": principal.name,
        "currentGroups": sorted(principal.groups),
    }
