"""A page that listens."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
from httpx_sse import aconnect_sse

EVENTS = "/api/beamlore/v1/events"


class Page:
    """What a page has heard, in order."""

    def __init__(self) -> None:
        self.scans: list[dict[str, Any]] = []
        self.kinds: list[str] = []
        self.removed: list[str] = []
        self.ended = asyncio.Event()
        self.last_id = ""
        self._heard = asyncio.Condition()

    async def listen(self, client: httpx.AsyncClient, opened: asyncio.Event, **params: Any) -> None:
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        timeout = httpx.Timeout(10, read=None)
        async with aconnect_sse(client, "GET", EVENTS, params=params, headers=headers, timeout=timeout) as source:
            source.response.raise_for_status()
            opened.set()
            async for event in source.aiter_sse():
                async with self._heard:
                    self.last_id = event.id
                    self.kinds.append(event.event)
                    if event.event == "scan":
                        self.scans.append(json.loads(event.data))
                    elif event.event == "removed":
                        self.removed.append(json.loads(event.data)["pid"])
                    self._heard.notify_all()
        self.ended.set()

    async def lost(self, *pids: str, seconds: float = 20) -> None:
        """Wait until these scans were taken off the page."""
        async with asyncio.timeout(seconds), self._heard:
            await self._heard.wait_for(lambda: set(pids) <= set(self.removed))

    async def heard(self, count: int, seconds: float = 20) -> None:
        """Wait until so many scans were heard."""
        async with asyncio.timeout(seconds), self._heard:
            await self._heard.wait_for(lambda: len(self.scans) >= count)

    async def heard_that(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 20) -> None:
        """Wait until the last scan that was heard is as wanted: what was written just before may be heard first."""
        async with asyncio.timeout(seconds), self._heard:
            await self._heard.wait_for(lambda: bool(self.scans) and wanted(self.scans[-1]))

    async def heard_kind(self, kind: str, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds), self._heard:
            await self._heard.wait_for(lambda: kind in self.kinds)

    async def knows(self, pids: set[str], seconds: float = 60) -> None:
        """Wait until all these scans were heard of."""
        async with asyncio.timeout(seconds), self._heard:
            await self._heard.wait_for(lambda: pids <= {scan["pid"] for scan in self.scans})


@asynccontextmanager
async def listening(client: httpx.AsyncClient, page: Page | None = None, **params: Any) -> AsyncIterator[Page]:
    """A page that listens until the block is left."""
    page, opened = page or Page(), asyncio.Event()
    task = asyncio.create_task(page.listen(client, opened, **params))
    waiting = asyncio.create_task(opened.wait())
    done, _ = await asyncio.wait({task, waiting}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if task in done:
        await task
    assert opened.is_set()
    try:
        yield page
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
