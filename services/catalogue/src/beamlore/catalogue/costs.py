"""How much time a caller's slow queries may take: one caller cannot keep the database busy for all others.

Only queries (GET) that are slow count, and only until their answer begins, so that streams are not counted; what is
counted stays in this process. Administrators and the ingestor are not counted. Source: OWASP API Security 2023, API4
(unrestricted resource consumption).
"""

import time

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from beamlore.contract import CATALOGUE_INGEST
from beamlore.core import Principal, TooManyRequestsError

SLOW_SECONDS = 0.5
_CALLER = "beamlore.caller"


class Costs:
    """Counts the time of slow requests, by caller."""

    def __init__(self, seconds_a_minute: float) -> None:
        """Prepare.

        Args:
            seconds_a_minute: how long a caller's slow requests may take, together; 0: as long as they like.
        """
        self._limit = RateLimitItemPerMinute(round(seconds_a_minute * 1000)) if seconds_a_minute else None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._slow: set[str] = set()
        """Who had slow requests: all others are let through without another look."""

    async def allow(self, request: Request, principal: Principal) -> None:
        """Go on where the caller has time left; anonymous callers are told apart by their address.

        Raises:
            TooManyRequestsError: slow requests have taken all of it; ``Retry-After`` says when to try again.
        """
        if request.method != "GET" or principal.is_admin or principal.has(CATALOGUE_INGEST):
            return
        address = request.client.host if request.client else "unknown"
        caller = principal.subject or f"address {address}"
        request.scope[_CALLER] = caller
        if self._limit is None or caller not in self._slow:
            return
        if not await self._limiter.test(self._limit, caller):
            until = (await self._limiter.get_window_stats(self._limit, caller)).reset_time
            seconds = max(1, round(until - time.time()))
            raise TooManyRequestsError(
                f"your requests took the server too much time; try again in {seconds} s, and ask for less at once",
                headers={"Retry-After": str(seconds)},
            )

    async def charge(self, caller: str, seconds: float) -> None:
        """Count a request's time."""
        if self._limit is None or seconds < SLOW_SECONDS:
            return
        if len(self._slow) > 10_000:
            self._slow.clear()
        self._slow.add(caller)
        cost = min(round(seconds * 1000), self._limit.amount)
        if not await self._limiter.hit(self._limit, caller, cost=cost):
            left = (await self._limiter.get_window_stats(self._limit, caller)).remaining
            await self._limiter.hit(self._limit, caller, cost=max(left, 1))


class CostlyRequests:
    """Takes the time until a request's answer begins."""

    def __init__(self, app: ASGIApp, costs: Costs) -> None:
        self._app = app
        self._costs = costs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on, and charge the caller."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.monotonic()

        async def send_and_charge(message: Message) -> None:
            if message["type"] == "http.response.start" and (caller := scope.get(_CALLER)) is not None:
                await self._costs.charge(caller, time.monotonic() - begun)
            await send(message)

        await self._app(scope, receive, send_and_charge)
