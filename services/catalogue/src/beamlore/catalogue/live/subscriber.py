"""One reader of the live events: what it wants, and the bounded queue between the hub and its connection."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from beamlore.catalogue.scans.repository import aware
from beamlore.core import Principal


@dataclass(frozen=True)
class LiveFilter:
    """Which scans a reader wants, and which of their metadata (``None``: all)."""

    columns: frozenset[str] | None = frozenset()
    proposal: str | None = None
    beamline: str | None = None
    start_from: datetime | None = None
    start_to: datetime | None = None

    def wants(self, document: Mapping[str, Any]) -> bool:
        """Return whether a dataset is one of these scans."""
        start = document.get("startTime")
        return (
            isinstance(start, datetime)
            and (self.start_from is None or start >= aware(self.start_from))
            and (self.start_to is None or start < aware(self.start_to))
            and (self.proposal is None or self.proposal in (document.get("proposalIds") or ()))
            and (self.beamline is None or self.beamline in (document.get("instrumentIds") or ()))
        )


@dataclass(frozen=True)
class LiveEvent:
    """One event as it goes to a page; ``data`` is JSON."""

    kind: str
    id: str
    data: str


class Subscriber:
    """A queue that never grows beyond its size: a reader too slow for it is told to load the page again."""

    def __init__(self, principal: Principal, wanted: LiveFilter, size: int) -> None:
        self.principal = principal
        self.wanted = wanted
        self.resumed: dict[str, int] = {}
        """Versions it was sent when it came back, so that it is not sent them again, by PID."""
        self._size = size
        self._waiting: deque[LiveEvent] = deque()
        self._filled = asyncio.Event()
        self._ended = False

    def put(self, event: LiveEvent) -> None:
        """Add an event; where the queue is full, all that waits gives way to one ``reset``."""
        if len(self._waiting) >= self._size:
            self._waiting.clear()
            event = LiveEvent("reset", event.id, "{}")
        self._waiting.append(event)
        self._filled.set()

    def end(self) -> None:
        """Let nothing follow what waits."""
        self._ended = True
        self._filled.set()

    async def get(self) -> LiveEvent | None:
        """Return the next event, waiting for it; ``None`` where none follows."""
        while not self._waiting:
            if self._ended:
                return None
            self._filled.clear()
            await self._filled.wait()
        return self._waiting.popleft()
