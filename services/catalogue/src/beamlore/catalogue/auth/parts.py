"""What the login routes work with."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from beamlore.catalogue.auth.attempts import Attempts
from beamlore.catalogue.auth.logins import login_of
from beamlore.catalogue.auth.provider import IdentityProvider
from beamlore.catalogue.auth.tokens import SessionTokens
from beamlore.catalogue.noun import given
from beamlore.catalogue.users.collections import shown
from beamlore.catalogue.users.person import Person
from beamlore.catalogue.users.service import UserService
from beamlore.core import UnauthenticatedError


class Credentials(BaseModel):
    """A name and a password."""

    model_config = ConfigDict(extra="ignore")

    username: str = Field(max_length=256)
    password: str = Field(max_length=1024, repr=False)


class IdToken(BaseModel):
    """An ID token of the identity provider."""

    idToken: str = Field(max_length=65_536, repr=False)  # noqa: N815 - SciCat's name


class LoginAnswer(BaseModel):
    """A token and whom it proves."""

    id: str
    access_token: str
    expires_in: int
    ttl: int
    created: datetime
    userId: str  # noqa: N815 - SciCat's name
    user: dict[str, object]


class LogoutAnswer(BaseModel):
    """What became of a logout, and where the browser should go to end the provider's session as well."""

    logout: str
    logoutURL: str | None = None  # noqa: N815 - SciCat's name


async def _tokens(request: Request) -> SessionTokens:
    tokens: SessionTokens = request.app.state.session_tokens
    return tokens


async def _provider(request: Request) -> IdentityProvider:
    provider: IdentityProvider = request.app.state.provider
    return provider


async def _attempts(request: Request) -> Attempts:
    attempts: Attempts = request.app.state.attempts
    return attempts


Tokens = Annotated[SessionTokens, Depends(_tokens)]
Provider = Annotated[IdentityProvider, Depends(_provider)]
LoginAttempts = Annotated[Attempts, Depends(_attempts)]
Users = Annotated[UserService, Depends(given(UserService))]


async def admitted(
    request: Request, user: Mapping[str, Any], person: Person, users: UserService, tokens: SessionTokens
) -> dict[str, object]:
    """Return the answer to a login that has proved itself.

    Raises:
        UnauthenticatedError: it was ended since.
    """
    settings, now = request.app.state.settings, time.time()
    login = login_of(person, now, settings.session_seconds, is_watched=settings.checks_accounts)
    if login.name in users.ended:
        raise UnauthenticatedError("this session has ended; log in again", reason="revoked")
    await users.logged_in(dict(user))
    token = tokens.issue_for(user, login=login)
    seconds = min(tokens.lifetime, max(0, int(login.ends_at - now)))
    return {
        "id": token,
        "access_token": token,
        "expires_in": seconds,
        "ttl": seconds,
        "created": datetime.now(UTC),
        "userId": str(user["_id"]),
        "user": shown(user),
    }
