"""Work that those who wait for it at the same moment share."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Shared(Generic[Result]):
    """Runs work so that each caller gets the result of a run that began after it asked."""

    def __init__(self, work: Callable[[], Awaitable[Result]]) -> None:
        self._work = work
        self._running: asyncio.Task[Result] | None = None
        self._next: asyncio.Task[Result] | None = None

    async def __call__(self) -> Result:
        """Return the result of a run that begins now or later."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
            return await asyncio.shield(self._running)
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
        return await asyncio.shield(self._next)

    async def finished(self) -> None:
        """Wait until nothing runs any more, whatever came of it."""
        await asyncio.gather(*(task for task in (self._running, self._next) if task), return_exceptions=True)

    async def _run(self) -> Result:
        return await self._work()

    async def _after(self, earlier: "asyncio.Task[Result]") -> Result:
        await asyncio.wait((earlier,))
        # From here on whoever asks begins another run.
        self._running, self._next = self._next, None
        return await self._work()
