"""What the token of an open stream proves: asked again every few seconds, for as long as the stream is open.

A request is judged once, when it comes. A stream may be open for a quarter of an hour, or for days with a service
token: what is taken away meanwhile (the token, a group, the user) must end or narrow it within ten seconds.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from beamlore.core import ForbiddenError, Principal, UnauthenticatedError, UnavailableError

log = structlog.get_logger(__name__)

CHECK_SECONDS = 5.0
"""A check, its answer, and what the users' directory keeps: together less than ten seconds."""

_ANSWER_SECONDS = 3.0
_UNKNOWN_SECONDS = 30.0
"""How long the last answer holds while none comes: longer than an election of a primary takes."""


class StreamProof:
    """The principal of a stream, as its token proves it now."""

    def __init__(self, principal: Principal, prove: Callable[[], Awaitable[Principal]]) -> None:
        """Prepare.

        Args:
            principal: whom the token proved when the stream was opened.
            prove: verifies the token again.
        """
        self.principal = principal
        self._prove = prove
        self._proved_at = time.monotonic()
        self._due = _next_check()

    def seconds_left(self) -> float:
        """Return how long nothing has to be asked: until the next check, or the token's end."""
        until_check = self._due - time.monotonic()
        expires = self.principal.expires_at
        return max(0.0, until_check if expires is None else min(until_check, expires - time.time()))

    async def holds(self) -> bool:
        """Return whether the stream may go on; ``principal`` is whom the token proves now.

        While what the answer depends on does not answer, the last one holds for a while.
        """
        if time.monotonic() >= self._due:
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    self.principal = await self._prove()
                self._proved_at = time.monotonic()
            except (UnauthenticatedError, ForbiddenError):
                return False
            except (UnavailableError, TimeoutError) as error:
                log.warning("The token of a stream cannot be checked; trying again.", error=str(error))
                if time.monotonic() - self._proved_at > _UNKNOWN_SECONDS:
                    return False
            self._due = _next_check()
        expires = self.principal.expires_at
        return expires is None or expires > time.time()


def same_rights(one: Principal, other: Principal) -> bool:
    """Return whether two principals see the same; how long their tokens hold does not matter."""
    return replace(one, expires_at=None) == replace(other, expires_at=None)


def _next_check() -> float:
    # Not all streams at the same moment.
    return time.monotonic() + CHECK_SECONDS * random.uniform(0.7, 1)  # noqa: S311
