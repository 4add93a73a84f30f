"""The second way of live events: asks the primary what has changed, while no majority confirms its writes.

A change stream tells only what a majority of the replica set holds. With one of two data members down there is none,
and the stream is silent until it comes back (trials: docs/explanation/live-events.md).
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from beamlore.catalogue.live.repository import LiveRepository
from beamlore.catalogue.measures import majority_lag, majority_missing
from beamlore.core import Health

log = structlog.get_logger(__name__)

_PAUSE_SECONDS = 0.2
_PATIENCE_SECONDS = 0.6
"""How long the majority may lag before changes are asked for: a busy member lags too, for a moment."""

_LOOK_BACK = timedelta(seconds=10)
_OVERLAP = timedelta(seconds=3)
_AT_ONCE = 5_000


class MajorityWatch:
    """Watches how far the majority is behind the primary, and polls while it is too far."""

    def __init__(
        self,
        client: AsyncMongoClient[dict[str, Any]],
        repository: LiveRepository,
        changed: Callable[[Iterable[str]], None],
        health: Health,
    ) -> None:
        self._client = client
        self._repository = repository
        self._changed = changed
        self._health = health
        self._behind_since: float | None = None
        self._since: datetime | None = None
        self._versions: dict[str, int] = {}

    @property
    def polling(self) -> bool:
        """Whether the second way is open."""
        return self._since is not None

    async def run(self) -> None:
        """Watch, for ever."""
        earlier: Mapping[str, Any] | None = None
        while True:
            try:
                hello = await self._client.admin.command("hello")
                self._judge(hello, earlier)
                majority_lag.set(_lag(hello))
                earlier = hello
                if self._since is not None:
                    await self._poll(self._since)
                self._health.set("database", True, "no majority" if self.polling else "")
            except PyMongoError as error:
                self._health.set("database", False, f"no primary answers: {error}"[:200])
                self._behind(time.monotonic())
            majority_missing.set(self.polling)
            await asyncio.sleep(_PAUSE_SECONDS)

    def _judge(self, hello: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> None:
        now = time.monotonic()
        if earlier is None or _holds(hello, earlier):
            self._behind_since = None
            if self._since is not None:
                log.info("a majority confirms writes again; live events come by the change stream")
            self._since = None
            self._versions.clear()
        else:
            self._behind(now)

    def _behind(self, now: float) -> None:
        if self._behind_since is None:
            self._behind_since = now
        if self._since is None and now - self._behind_since >= _PATIENCE_SECONDS:
            log.warning("no majority confirms writes; live events are polled")
            self._since = datetime.now(UTC) - _LOOK_BACK

    async def _poll(self, since: datetime) -> None:
        found = await self._repository.changed_since(since, _AT_ONCE)
        self._changed(pid for pid, version, _ in found if self._versions.get(pid) != version)
        self._versions = {pid: version for pid, version, _ in found}
        if found:
            newest = found[-1][2]
            # With more changes than fit, go on exactly where this answer ended, or the same ones would come for ever.
            self._since = newest if len(found) == _AT_ONCE else max(since, newest - _OVERLAP)


def _lag(hello: Mapping[str, Any]) -> float:
    """Return how many seconds the newest write of a majority is older than the primary's newest."""
    last_write = hello["lastWrite"]
    return max(0.0, float((last_write["lastWriteDate"] - last_write["majorityWriteDate"]).total_seconds()))


def _holds(hello: Mapping[str, Any], earlier: Mapping[str, Any]) -> bool:
    """Whether the majority has what the primary had at an earlier look."""
    majority, had = hello["lastWrite"]["majorityOpTime"], earlier["lastWrite"]["opTime"]
    return bool((majority["t"], majority["ts"]) >= (had["t"], had["ts"]))
