"""One reader of a stream: the bounded queue between what happens and its connection, and what it may still see."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from beamlore.catalogue.live.proof import StreamProof, same_rights
from beamlore.core import Principal


@dataclass(frozen=True)
class LiveEvent:
    """One event as it goes to a page; ``data`` is JSON."""

    kind: str
    id: str | None
    data: str
    pid: str | None = None
    """The dataset it shows, where it shows one."""

    access: Mapping[str, Any] | None = None
    """Who may see that dataset."""


class Reader(ABC):
    """A queue that never grows beyond its size, for as long as a token holds."""

    def __init__(self, proof: StreamProof, size: int) -> None:
        """Prepare.

        Args:
            proof: who reads.
            size: events that wait at most.
        """
        self.proof = proof
        self._size = size
        self._waiting: deque[LiveEvent] = deque()
        self._filled = asyncio.Event()
        self._ended = False

    @property
    def principal(self) -> Principal:
        """Who reads."""
        return self.proof.principal

    def put(self, event: LiveEvent) -> None:
        """Add an event; a reader too slow for its queue gets something else instead."""
        if len(self._waiting) >= self._size:
            self._overflow(event)
        else:
            self._waiting.append(event)
        self._filled.set()

    def drop(self, unwanted: Callable[[LiveEvent], bool]) -> None:
        """Take events out that wait and are not to be sent any more."""
        if any(unwanted(event) for event in self._waiting):
            self._waiting = deque(event for event in self._waiting if not unwanted(event))

    def end(self) -> None:
        """Let nothing follow what waits."""
        self._ended = True
        self._filled.set()

    async def events(self) -> AsyncGenerator[LiveEvent | None, None]:
        """Yield what waits and what comes, until the token holds no longer; ``None`` last where the stream was ended.

        Every event is sent after a look at the clock: nothing goes out that a check, due by then, would have held back.
        """
        while True:
            before = self.principal
            if not await self.proof.holds():
                return
            if not same_rights(before, self.principal):
                self._rights_changed()
            if self._waiting:
                yield self._waiting.popleft()
            elif self._ended:
                yield None
                return
            else:
                await self._more()

    async def _more(self) -> None:
        """Wait for more, or until the token has to be looked at."""
        self._filled.clear()
        try:
            async with asyncio.timeout(self.proof.seconds_left()):
                await self._filled.wait()
        except TimeoutError:
            return

    @abstractmethod
    def _overflow(self, event: LiveEvent) -> None:
        """Make up for an event that does not fit."""

    @abstractmethod
    def _rights_changed(self) -> None:
        """Keep back what waits and the principal may not see any more."""
