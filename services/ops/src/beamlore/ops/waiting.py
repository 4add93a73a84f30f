"""Waiting for servers: what is missing is told, and there is an end to it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from beamlore.ops.errors import OpsError

log = structlog.get_logger(__name__)

_TELL_SECONDS: Final = 10.0
_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 1.0
_PAUSE_GROWTH: Final = 1.5


class Deadline:
    """The end of all waiting of a command, in seconds from now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self._end

    async def until(self, what: str, missing: Callable[[], Awaitable[str]], *, way_out: str = "") -> None:
        """Wait until nothing is missing; what is missing is logged when it changes, and every ten seconds.

        Args:
            what: what is waited for, such as ``MongoDB's members``.
            missing: says what is missing still; empty when there is nothing.
            way_out: what to look at where it takes too long.

        Raises:
            OpsError: the time is over.
        """
        told, told_at, pause = "", 0.0, _FIRST_PAUSE_SECONDS
        while reason := await missing():
            if self.is_over:
                raise OpsError(f"Waited for {what} {self.seconds:.0f} s in vain: {reason}.", way_out=way_out)
            now = time.monotonic()
            # What is there within a second is not worth a line.
            if pause >= _LONGEST_PAUSE_SECONDS and (reason != told or now - told_at >= _TELL_SECONDS):
                log.info(f"waiting for {what}", missing=reason)
                told, told_at = reason, now
            await asyncio.sleep(pause)
            pause = min(pause * _PAUSE_GROWTH, _LONGEST_PAUSE_SECONDS)
