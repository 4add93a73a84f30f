"""Follows the datasets' changes by MongoDB's change stream, and says which were made by others."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from pymongo import WriteConcern
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure, PyMongoError

from beamlore.catalogue.measures import stream_changes, stream_delay, stream_openings

log = structlog.get_logger(__name__)

_by_us, _by_others = stream_changes.labels("beamlore"), stream_changes.labels("others")

_STATE_ID = "change-stream"
_AWAIT_MS = 500
_SAVE_SECONDS = 5.0
_RETRY_SECONDS = 0.5
_LOST = frozenset({260, 280, 286})
"""InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost: the stream cannot go on from there."""

_BEHIND_SECONDS = 2
"""As exact as the stream's clock is, and a second for that."""

_PIPELINE: list[Mapping[str, Any]] = [
    {"$match": {"operationType": {"$in": ["insert", "update", "replace", "delete"]}}},
    {
        "$project": {
            "documentKey": 1,
            "clusterTime": 1,
            "wallTime": 1,
            # Ours are in transactions, whose observers know of them.
            "txnNumber": 1,
            # Every write of ours counts the document's revision up; whoever does not know of it leaves it alone.
            "revision": {
                "$ifNull": [
                    "$fullDocument.beamlore.revision",
                    {"$getField": {"field": "beamlore.revision", "input": "$updateDescription.updatedFields"}},
                ]
            },
        }
    },
]


class ChangeFeed:
    """Reads the change stream; keeps its place in the database, so that nothing written meanwhile is missed."""

    def __init__(
        self,
        datasets: AsyncCollection[dict[str, Any]],
        state: AsyncCollection[dict[str, Any]],
        changed: Callable[[str, bool], None],
        lost: Callable[[], Awaitable[None]],
    ) -> None:
        """Prepare a feed.

        Args:
            datasets: the collection to follow.
            state: where the place in the stream is kept.
            changed: called for each change with the PID and whether another program may have made it.
            lost: awaited where changes may have been missed, at the first start too; may take long.
        """
        self._datasets = datasets
        self._state = state.with_options(write_concern=WriteConcern(w=1))
        self._changed = changed
        self._lost = lost
        self._token: Mapping[str, Any] | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self.current = False
        """Whether everything that a majority holds has been told, but for the last moments."""

    async def run(self) -> None:
        """Follow, until cancelled."""
        saver = asyncio.create_task(self._save())
        try:
            loaded = False
            while not _is_cancelled():
                self.current = False
                try:
                    if not loaded:
                        await self._load()
                        loaded = True
                    await self._follow()
                except OperationFailure as error:
                    if error.code in _LOST:
                        log.warning("the change stream's place is lost; starting anew", error=str(error))
                        self._token = None
                    await self._pause(error)
                except PyMongoError as error:
                    await self._pause(error)
        finally:
            saver.cancel()
            if self._catching_up is not None:
                self._catching_up.cancel()

    async def _follow(self) -> None:
        stream_openings.inc()
        async with await self._datasets.watch(
            _PIPELINE, resume_after=self._token, max_await_time_ms=_AWAIT_MS, batch_size=1000
        ) as stream:
            if self._token is None:
                self._catch_up()
            while stream.alive and not _is_cancelled():
                change = await stream.try_next()
                self._token = stream.resume_token
                if change is None:
                    stream_delay.set(0)
                    self.current = self._catching_up is None or self._catching_up.done()
                else:
                    ours = _is_ours(change)
                    stream_delay.set(_delay(change))
                    (_by_us if ours else _by_others).inc()
                    self._changed(change["documentKey"]["_id"], not ours)
                    if time.time() - change["clusterTime"].time > _BEHIND_SECONDS:
                        self.current = False
        if not _is_cancelled():
            # The collection was dropped or renamed: its stream has ended and cannot be resumed.
            self._token = None

    def _catch_up(self) -> None:
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.create_task(self._catch_up_with_others())

    async def _catch_up_with_others(self) -> None:
        while True:
            try:
                await self._lost()
            except PyMongoError as error:
                await self._pause(error)
            else:
                return

    async def _load(self) -> None:
        stored = await self._state.find_one({"_id": _STATE_ID})
        self._token = stored["token"] if stored else None

    async def _save(self) -> None:
        saved = None
        while True:
            await asyncio.sleep(_SAVE_SECONDS)
            token = self._token
            busy = self._catching_up is not None and not self._catching_up.done()
            if token is None or token == saved or busy:
                continue
            try:
                await self._state.update_one({"_id": _STATE_ID}, {"$set": {"token": token}}, upsert=True)
                saved = token
            except PyMongoError as error:
                log.warning("the change stream's place was not kept", error=str(error))

    async def _pause(self, error: Exception) -> None:
        log.warning("the change stream broke off; opening it again", error=str(error))
        await asyncio.sleep(_RETRY_SECONDS)


def _is_cancelled() -> bool:
    """Return whether this task was told to stop: the driver may swallow that while it connects."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _delay(change: Mapping[str, Any]) -> float:
    """Return the seconds since a change, by the primary's clock and ours; ``wallTime`` is there from MongoDB 6 on."""
    made = change.get("wallTime")
    since: float = made.timestamp() if made is not None else change["clusterTime"].time
    return max(0.0, time.time() - since)


def _is_ours(change: Mapping[str, Any]) -> bool:
    return "txnNumber" in change and change.get("revision") is not None
