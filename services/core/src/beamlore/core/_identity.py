"""Who asks, and what they are a member of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Protocol, TypeAlias

from fastapi import Request, Security
from fastapi.security import HTTPBearer

from beamlore.contract import CATALOGUE_ADMIN, beamline_of_staff_group
from beamlore.core._errors import ForbiddenError, UnauthenticatedError, UnavailableError
from beamlore.core._measures import measured, token_failures


@dataclass(frozen=True)
class Principal:
    """A person or a service, with the groups its token names. No group grants nothing."""

    subject: str
    username: str
    name: str = ""
    email: str = ""
    """An address that is proved to be theirs; empty where none is. An address that somebody only claims is never kept
    here, so that nothing can be granted to it."""
    groups: frozenset[str] = field(default_factory=frozenset)
    expires_at: float | None = None
    """When the token runs out, in seconds since the epoch."""
    issued_at: float | None = None
    """When the token was issued, in seconds since the epoch."""
    session: str = ""
    """The login that the token comes from; empty where it comes from none."""
    session_ends_at: float | None = None
    """When that login is over at the latest: no token that is made from this one holds for longer."""
    scopes: frozenset[str] | None = None
    """What the token is for; ``None`` where it is for everything its bearer may do."""

    @property
    def is_authenticated(self) -> bool:
        """Whether a token stands behind this principal."""
        return bool(self.subject)

    @property
    def is_admin(self) -> bool:
        """Whether this principal may see and do everything."""
        return CATALOGUE_ADMIN in self.groups

    def has(self, *groups: str) -> bool:
        """Return whether the principal is a member of any of the groups."""
        return not self.groups.isdisjoint(groups)

    @cached_property
    def _beamlines(self) -> frozenset[str]:
        found = (beamline_of_staff_group(group) for group in self.groups)
        return frozenset(beamline for beamline in found if beamline is not None)

    def staff_of(self) -> frozenset[str]:
        """Return the beamlines whose staff the principal belongs to."""
        return self._beamlines


ANONYMOUS = Principal(subject="", username="anonymous")


class Verifier(Protocol):
    """Turns a bearer token into the principal it proves."""

    async def verify(self, token: str) -> Principal:
        """Return the principal.

        Raises:
            UnauthenticatedError: the token is not to be believed.
        """
        ...


Allowance: TypeAlias = Callable[[Request, Principal], Awaitable[None]]
"""Lets a caller's request through, or raises TooManyRequestsError; a service may set one as ``app.state.allowance``."""


def bearer_token(request: Request) -> str | None:
    """Return the token of the ``Authorization: Bearer`` header (RFC 6750, section 2.1), ``None`` without one.

    Raises:
        UnauthenticatedError: the header is there and is not a bearer token.
    """
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError("the Authorization header must be 'Bearer <token>'", reason="malformed")
    return token.strip()


async def authenticated(request: Request, token: str) -> Principal:
    """Return the principal a token proves, where its scopes take in the request.

    Raises:
        UnauthenticatedError: the token is not to be believed.
        ForbiddenError: it is for other things; ``app.state.admission`` says for what.
    """
    verifier: Verifier = request.app.state.verifier
    principal = await verifier.verify(token)
    if principal.scopes is not None:
        admission: Callable[[Request, frozenset[str]], None] = request.app.state.admission
        admission(request, principal.scopes)
    return principal


@dataclass(frozen=True)
class Standing:
    """A caller whose rights can be asked for again, for answers that stay open, such as streams of events.

    The principal of a request is what was true when the request came. Whoever goes on answering after that calls
    ``present`` every few seconds and goes on with what it returns.
    """

    request: Request
    token: str

    async def present(self) -> Principal:
        """Return the caller as they are now: with the groups they have left, and within the token's scopes.

        Cheap enough for every few seconds and thousands of streams: what is known is kept in the process. It takes in
        all that ends or narrows a token: a session that was signed out, a token that was revoked (within 10 s, in every
        process), a person who was disabled or removed, or who has lost a group (within five minutes).

        Raises:
            UnauthenticatedError: the token counts no longer; end the answer.
            ForbiddenError: the token's scopes no longer take in the request; end the answer.
            UnavailableError: it cannot be told at the moment; end the answer too, the reader comes back.
        """
        return await authenticated(self.request, self.token)


class _Authentication(HTTPBearer):
    """The caller, as one dependency: its name and scheme stand in OpenAPI, and each request has one less to solve."""

    def __init__(self, *, required: bool) -> None:
        super().__init__(
            scheme_name="HTTPBearer", description="An access token of the identity provider.", auto_error=False
        )
        self._required = required

    async def __call__(self, request: Request) -> Principal:  # type: ignore[override]
        with measured("authenticate"):
            principal = await self._principal(request)
        if self._required and not principal.is_authenticated:
            raise UnauthenticatedError("log in first: this needs a bearer token")
        allow: Allowance | None = request.app.state.allowance
        if allow is not None:
            await allow(request, principal)
        return principal

    async def _principal(self, request: Request) -> Principal:
        try:
            token = bearer_token(request)
            return ANONYMOUS if token is None else await authenticated(request, token)
        except UnauthenticatedError as error:
            token_failures.labels(error.reason).inc()
            raise
        except UnavailableError:
            token_failures.labels("not verifiable").inc()
            raise


OptionalPrincipal = Annotated[Principal, Security(_Authentication(required=False))]
CurrentPrincipal = Annotated[Principal, Security(_Authentication(required=True))]


def requires(*groups: str) -> Callable[[Principal], Awaitable[Principal]]:
    """Return a dependency that lets members of any of the groups, and administrators, through."""

    async def check(principal: CurrentPrincipal) -> Principal:
        if not principal.is_admin and not principal.has(*groups):
            raise ForbiddenError(f"{principal.username} is in none of the groups {', '.join(groups)}")
        return principal

    return check
