"""What a running catalogue does beside answering: follows changes, and keeps what is derived from them."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import structlog
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from beamlore.catalogue.access import ACCESS_FIELDS
from beamlore.catalogue.derived import Keeper
from beamlore.catalogue.live.feed import ChangeFeed
from beamlore.catalogue.live.poller import MajorityWatch
from beamlore.catalogue.live.repository import LiveRepository
from beamlore.core import Health

if TYPE_CHECKING:
    from beamlore.catalogue.state import Catalogue

log = structlog.get_logger(__name__)

STATE = "beamlore_state"
_AT_ONCE = 500
_RETRY_SECONDS = 0.5
_LOOK_SECONDS = 0.1
_SCOPE_FIELDS = dict.fromkeys((*ACCESS_FIELDS, "proposalIds", "instrumentIds", "scientificMetadata"), 1)


class Follower:
    """Runs the change stream, the watch over the majority, the fan-out, and notes what others have written."""

    def __init__(
        self, client: AsyncMongoClient[dict[str, Any]], catalogue: "Catalogue", keeper: Keeper, health: Health
    ) -> None:
        self._datasets = catalogue.database["Dataset"]
        self._catalogue = catalogue
        self._hub = catalogue.live
        self._feed = ChangeFeed(self._datasets, catalogue.database[STATE], self._on_change, self._on_lost)
        self._watch = MajorityWatch(client, LiveRepository(self._datasets), self._hub.changed, health)
        self._keeper = keeper
        self._foreign: dict[str, None] = {}
        self._filled = asyncio.Event()

    async def run(self) -> None:
        """Follow until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hub.run())
            tasks.create_task(self._catalogue.announcer.run())
            tasks.create_task(self._feed.run())
            tasks.create_task(self._watch.run())
            tasks.create_task(self._catalogue.withdrawals.run())
            tasks.create_task(self._note_foreign())
            tasks.create_task(self._tell_whether_others_are_known())

    def _on_change(self, pid: str, foreign: bool) -> None:
        self._hub.changed((pid,))
        if foreign:
            self._foreign[pid] = None
            self._filled.set()
            self._keeper.others_changed((pid,))

    async def _tell_whether_others_are_known(self) -> None:
        """Let derived data answer only while changes made by others come by the stream."""
        while True:
            self._catalogue.ground.derived.follows = self._feed.current and not self._watch.polling
            await asyncio.sleep(_LOOK_SECONDS)

    async def _on_lost(self) -> None:
        """Note every dataset, and let pages load again: what changed meanwhile is not known one by one."""
        self._hub.reset()
        await self._keeper.begin_anew()
        batch: list[dict[str, Any]] = []
        async for document in self._datasets.find({}, _SCOPE_FIELDS, batch_size=_AT_ONCE):
            batch.append(document)
            if len(batch) == _AT_ONCE:
                await self._note(batch)
                batch = []
        await self._note(batch)

    async def _note_foreign(self) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._foreign:
                pids = [pid for pid, _ in zip(self._foreign, range(_AT_ONCE), strict=False)]
                try:
                    found = await self._datasets.find({"_id": {"$in": pids}}, _SCOPE_FIELDS).to_list()
                    await self._note(found)
                except PyMongoError as error:
                    log.warning("what others wrote cannot be noted; trying again", error=str(error))
                    await asyncio.sleep(_RETRY_SECONDS)
                    continue
                for pid in pids:
                    self._foreign.pop(pid, None)

    async def _note(self, documents: Sequence[dict[str, Any]]) -> None:
        if documents:
            async with self._catalogue.writer.write() as scope:
                await self._catalogue.tracker.note(scope, documents)
