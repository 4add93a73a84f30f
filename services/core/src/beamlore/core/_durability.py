"""Writes that say how durable they are (see docs/explanation/delivery.md).

A majority of the replica set has a write, or only the primary has it (``w1``) because a data member is down. A ``w1``
write is lost when its primary is lost, and a new one is elected without it. Who sent it must therefore be able to
send it again; the primary's *term* tells whether that is needed: as long as the same primary goes on, and it reports
a later write as held by the majority, so are all before it (oplog order).
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import structlog
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.errors import PyMongoError

from beamlore.core._deadlines import READ_SECONDS, WRITE_SECONDS, deadline, to_database

log = structlog.get_logger(__name__)

DurabilityLevel: TypeAlias = Literal["majority", "w1"]

UNKNOWN_TERM = "unknown"
_MAJORITY_TIMEOUT_MS = 1_500
_CHECK_PAUSE_SECONDS = 0.25
_CATCH_UP_SECONDS = 1.0


@dataclass(frozen=True)
class Durability:
    """How durable a write is, and under which primary it was made (``unknown`` where that changed meanwhile)."""

    level: DurabilityLevel
    term: str


class WriteScope:
    """One group of writes: which write concern to use, and, afterwards, what came of it."""

    def __init__(self, level: DurabilityLevel, term: str) -> None:
        self.level: DurabilityLevel = level
        self._term = term
        self.durability = Durability(level, UNKNOWN_TERM)

    @property
    def write_concern(self) -> WriteConcern:
        """The write concern for these writes."""
        if self.level == "majority":
            return WriteConcern(w="majority", wtimeout=_MAJORITY_TIMEOUT_MS)
        return WriteConcern(w=1)

    def not_by_majority(self) -> None:
        """Say that a write of this group timed out waiting for the majority: it stands, on the primary alone."""
        self.level = "w1"

    def _close(self, term: str) -> None:
        self.durability = Durability(self.level, term if term == self._term else UNKNOWN_TERM)


class DurableWriter:
    """Chooses between majority and ``w1`` for a process, from what its writes and the primary report."""

    def __init__(self, client: AsyncMongoClient[Any], seconds: float = WRITE_SECONDS) -> None:
        """Begin with a majority.

        Args:
            client: of the replica set.
            seconds: how long a group of writes may take.
        """
        self._client = client
        self._seconds = seconds
        self._degraded = False
        self._checked_at = 0.0
        self._lock = asyncio.Lock()

    @property
    def degraded(self) -> bool:
        """Whether the majority has been found missing and not yet back."""
        return self._degraded

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[WriteScope, None]:
        """Give the scope of a group of writes; its ``durability`` holds once the block is left.

        Raises:
            NetworkTimeout: the writes took too long; what became of them is not known.
        """
        with deadline(self._seconds, to_database):
            await self._recheck()
            scope = WriteScope("w1" if self._degraded else "majority", await self._term())
            yield scope
            if scope.level == "w1" and not self._degraded:
                self._degraded = True
                log.warning("no majority holds our writes; going on with the primary alone")
            scope._close(await self._term())  # noqa: SLF001 - the writer ends what it began

    async def current(self) -> Durability:
        """Return how durable all writes are that were made before this call; waits a moment for a majority.

        Raises:
            PyMongoError: no primary answers, or not in time.
        """
        with deadline(READ_SECONDS, to_database):
            first = await self._client.admin.command("hello")
            hello = first
            give_up_at = time.monotonic() + _CATCH_UP_SECONDS
            while not _holds(hello, first) and time.monotonic() < give_up_at:
                await asyncio.sleep(_CATCH_UP_SECONDS / 20)
                hello = await self._client.admin.command("hello")
        held = _holds(hello, first)
        if self._degraded and held:
            self._recovered()
        term = _term_of(hello)
        return Durability("majority" if held else "w1", term if term == _term_of(first) else UNKNOWN_TERM)

    async def _recheck(self) -> None:
        if not self._degraded or time.monotonic() - self._checked_at < _CHECK_PAUSE_SECONDS:
            return
        async with self._lock:
            if time.monotonic() - self._checked_at < _CHECK_PAUSE_SECONDS:
                return
            self._checked_at = time.monotonic()
            if _caught_up(await self._client.admin.command("hello")):
                self._recovered()

    def _recovered(self) -> None:
        self._degraded = False
        log.info("the majority holds our writes again")

    async def _term(self) -> str:
        for description in self._client.topology_description.server_descriptions().values():
            if description.server_type_name == "RSPrimary":
                return f"{description.election_id}:{description.set_version}"
        try:
            return _term_of(await self._client.admin.command("hello"))
        except PyMongoError:
            return UNKNOWN_TERM


def _term_of(hello: Mapping[str, Any]) -> str:
    return f"{hello.get('electionId')}:{hello.get('setVersion')}"


def _holds(hello: Mapping[str, Any], earlier: Mapping[str, Any]) -> bool:
    """Whether the majority has everything the primary had at an earlier answer."""
    majority, had = hello["lastWrite"]["majorityOpTime"], earlier["lastWrite"]["opTime"]
    return bool((majority["t"], majority["ts"]) >= (had["t"], had["ts"]))


def _caught_up(hello: Mapping[str, Any]) -> bool:
    """Whether the majority lags by less than a second, so that majority writes are worth trying."""
    last_write = hello["lastWrite"]
    return bool((last_write["lastWriteDate"] - last_write["majorityWriteDate"]).total_seconds() < 1)
