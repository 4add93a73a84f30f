"""How often a login may fail: by name and address, and by address alone.

Only what fails is counted, so that a script that logs in often is not held up; what is counted stays in this process.
Source: OWASP ASVS 4.0.3, 2.2.1 (anti-automation), OWASP API Security 2023, API2.
"""

import time

from fastapi import Request
from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from beamlore.catalogue.settings import Settings
from beamlore.core import TooManyRequestsError


class Attempts:
    """Counts logins that failed."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._with_name = parse_many(settings.login_failures)
        self._of_address = parse_many(settings.login_failures_of_address)

    async def allow(self, request: Request, username: str) -> None:
        """Go on where another attempt is allowed.

        Raises:
            TooManyRequestsError: too many have failed; ``Retry-After`` says when to try again.
        """
        for limit, keys in self._counted(request, username):
            if not await self._limiter.test(limit, *keys):
                until = (await self._limiter.get_window_stats(limit, *keys)).reset_time
                seconds = max(1, round(until - time.time()))
                raise TooManyRequestsError(
                    f"too many logins have failed; try again in {seconds} s", headers={"Retry-After": str(seconds)}
                )

    async def failed(self, request: Request, username: str) -> None:
        """Count an attempt that failed."""
        for limit, keys in self._counted(request, username):
            await self._limiter.hit(limit, *keys)

    def _counted(self, request: Request, username: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
        address = request.client.host if request.client else "unknown"
        return [
            *((limit, ("login", address, username.lower())) for limit in self._with_name),
            *((limit, ("login", address)) for limit in self._of_address),
        ]
