"""Waiting for a thing instead of for a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")


async def eventually(look: Callable[[], Awaitable[Found]], what: str, seconds: float = 60) -> Found:
    """Return what `look` finds, once that is something.

    Raises:
        AssertionError: it is still nothing after that many seconds.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := await look():
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"after {seconds:.0f} s still not: {what}")
