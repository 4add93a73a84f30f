"""What of a request is read: never more than its route takes, from nobody longer than a minute, no JSON without bounds.

A body is read before anything else looks at it, since FastAPI reads it whole before it asks who the caller is. From
somebody without a valid token only a little is taken.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from beamlore.core._errors import BadRequestError, RequestTimeoutError, TooLargeError
from beamlore.core._identity import Verifier, bearer_token
from beamlore.core._json_bounds import JsonBounds
from beamlore.core._settings import HttpSettings

_LIMIT = "beamlore_body_limit"
_DISCARDED_BYTES = 2**20
_DISCARDED_SECONDS = 0.5
_BODYLESS = frozenset({"GET", "HEAD", "OPTIONS"})
_BODY_DEPTH = 100
"""As deep as MongoDB's driver and its documents go."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Findable = Callable[[Scope], Any]
"""Returns the route of a request, ``None`` where there is none."""


def takes_bodies_of(limit: Callable[[Any], int]) -> Callable[[Endpoint], Endpoint]:
    """Mark a route that takes larger or only smaller bodies than others.

    Args:
        limit: returns the most bytes, given the service's settings.
    """

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _LIMIT, limit)
        return endpoint

    return mark


class Bodies:
    """Reads a request's body within the bounds of its route, and hands it on whole."""

    def __init__(self, app: ASGIApp, settings: HttpSettings, route_of: Findable) -> None:
        """Wrap an application.

        Args:
            app: what answers.
            settings: the bounds.
            route_of: finds the route that will answer.
        """
        self._app = app
        self._settings = settings
        self._route_of = route_of
        self._body = JsonBounds("the body", depth=_BODY_DEPTH, items=settings.json_items)
        self._parameters = JsonBounds("the query", depth=settings.query_depth, items=settings.query_items)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, and go on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        query: bytes = scope["query_string"]
        if len(query) > self._settings.query_bytes:
            raise BadRequestError(f"the query has {len(query)} bytes; at most {self._settings.query_bytes} are taken")
        if query:
            self._parameters.check_query(query.decode("latin-1"))
        for name, value in scope["headers"]:
            if name == b"filter":
                self._parameters.check(value)
        if not _has_body(scope):
            await self._app(scope, receive, send)
            return
        body = await self._read(scope, receive)
        if _is_json(scope):
            self._body.check_strictly(body)
        await self._app(scope, _replayed(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        route = self._route_of(scope)
        if route is not None:
            # What is refused here counts as the route's.
            scope["route"] = route
        limit = await self._limit(scope, getattr(route, "endpoint", None))
        declared = _declared(scope)
        if declared > limit:
            await _discard(receive)
            raise _too_large(limit)
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientDisconnect
                    part: bytes = message.get("body", b"")
                    size += len(part)
                    if size > limit:
                        await _discard(receive)
                        raise _too_large(limit)
                    parts.append(part)
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError as error:
            raise RequestTimeoutError(
                f"the body was not sent within {self._settings.body_seconds:g} s; send it faster or in parts"
            ) from error

    async def _limit(self, scope: Scope, endpoint: object) -> int:
        """Return the most bytes that are taken of this caller here."""
        of_route = getattr(endpoint, _LIMIT, None)
        limit: int = self._settings.body_bytes if of_route is None else of_route(self._settings)
        anonymous = self._settings.anonymous_body_bytes
        if limit <= anonymous or await self._is_somebody(scope, anonymous):
            return limit
        return anonymous

    async def _is_somebody(self, scope: Scope, enough: int) -> bool:
        """Return whether a valid token comes with the request; not asked where a little body was declared.

        Raises:
            UnauthenticatedError: a token comes with it that is not valid.
        """
        if 0 <= _declared(scope) <= enough:
            return True
        token = bearer_token(Request(scope))
        if token is None:
            return False
        verifier: Verifier = scope["app"].state.verifier
        return (await verifier.verify(token)).is_authenticated


async def _discard(receive: Receive) -> None:
    """Take a little more and throw it away: who is cut off while sending does not read why."""
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_DISCARDED_SECONDS):
            more = True
            while more and size < _DISCARDED_BYTES:
                message = await receive()
                size += len(message.get("body", b""))
                more = message.get("more_body", False)


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"the body has more than the {limit} bytes that are taken here; send less, or with a token where none was sent",
        headers={"Connection": "close"},
    )


def _declared(scope: Scope) -> int:
    """Return the length that a request declares, -1 where it declares none."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else -1
    return -1


def _has_body(scope: Scope) -> bool:
    names = {name for name, _ in scope["headers"]}
    if b"transfer-encoding" in names:
        return True
    return (scope["method"] not in _BODYLESS or b"content-length" in names) and _declared(scope) != 0


def _is_json(scope: Scope) -> bool:
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    kind = kind.partition(b";")[0].strip().lower()
    return not kind or b"json" in kind


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
