"""What keeps derived data where the documents are, beside requests: for as long as the process runs."""

import asyncio
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import structlog
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import Document
from beamlore.catalogue.derived.building import Builder, TakenOverError
from beamlore.catalogue.derived.fold import AT_ONCE, OtherRulesError
from beamlore.catalogue.derived.lease import Lease
from beamlore.catalogue.derived.log import CHANGES, FIRST
from beamlore.catalogue.derived.service import Derived
from beamlore.catalogue.measures import backlog_entries, backlog_seconds, derived_built

log = structlog.get_logger(__name__)

_GATHER_SECONDS = 0.2
"""How long changes are gathered before they are folded: a portion costs less than its parts. Who asks does not wait."""

_LOOK_SECONDS = 1.0
"""How often the log is looked at without being told: the process that wrote may have died before it folded."""

_RETRY_SECONDS = 0.5
_ROOM = 1.5
"""How many times as long as a fold took is left to others where much waits to be folded."""
_MEASURE_SECONDS = 5.0


class Keeper:
    """Folds what was written, notes what others wrote, derives everything once, and compares for ever."""

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        database: AsyncDatabase[Document],
        derived: Derived,
        pause_seconds: float,
    ) -> None:
        self._derived = derived
        self._changes = database[CHANGES]
        self._lease = Lease(database, derived.deriver.version)
        self._builder = Builder(client, database, derived.deriver, derived.folder, self._lease)
        self._pause_seconds = pause_seconds
        self._written = asyncio.Event()
        self._others: dict[Any, None] = {}
        self._others_filled = asyncio.Event()
        self._signature: str | None = None
        derived.changes.when_written(self._written.set)

    def others_changed(self, pids: Iterable[Any]) -> None:
        """Say that another program has changed, created or deleted datasets."""
        self._others.update(dict.fromkeys(pids))
        self._others_filled.set()

    async def begin_anew(self) -> None:
        """Say that changes of others may have been missed: every dataset is derived again.

        Raises:
            PyMongoError: the database does not answer.
        """
        await self._derived.changes.prepare(self._derived.deriver.version)
        await self._derived.changes.begin_anew()

    async def run(self) -> None:
        """Keep, until cancelled."""
        await self._again_and_again(self._prepare, once=True)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._again_and_again(self._fold))
                tasks.create_task(self._again_and_again(self._note_others))
                tasks.create_task(self._again_and_again(self._compare))
                tasks.create_task(self._again_and_again(self._measure))
        finally:
            await self._derived.end()
            await self._lease.let_go()

    async def _prepare(self) -> None:
        await self._derived.changes.prepare(self._derived.deriver.version)
        state = await self._derived.changes.state()
        if state is not None and state.built:
            await self._builder.prepare_indexes()

    async def _again_and_again(self, work: Any, *, once: bool = False) -> None:
        while True:
            try:
                await work()
                if once:
                    return
            except (OtherRulesError, TakenOverError):
                await asyncio.sleep(_LOOK_SECONDS)
            except PyMongoError as error:
                if not error.has_error_label("TransientTransactionError"):
                    log.warning("derived data cannot be kept at the moment; trying again", error=str(error)[:300])
                    await asyncio.sleep(_RETRY_SECONDS)

    async def _fold(self) -> None:
        """Wait for something to be written, and fold it."""
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._written.wait()
        except TimeoutError:
            pass
        else:
            self._written.clear()
            await asyncio.sleep(_GATHER_SECONDS)
        while waiting := await self._derived.fold_some():
            if waiting > AT_ONCE:
                # Scans pour in: leave them room. Whoever asks is answered by the documents meanwhile.
                await asyncio.sleep(_ROOM * self._derived.last_fold_seconds)

    async def _note_others(self) -> None:
        await self._others_filled.wait()
        self._others_filled.clear()
        while self._others:
            pids = list(islice(self._others, AT_ONCE))
            await self._derived.changes.note_others(pids)
            for pid in pids:
                self._others.pop(pid, None)

    async def _measure(self) -> None:
        """Say how much waits to be folded."""
        backlog = await self._derived.changes.backlog()
        backlog_entries.set(backlog.entries)
        backlog_seconds.set(backlog.seconds)
        derived_built.set(backlog.built)
        await asyncio.sleep(_MEASURE_SECONDS)

    async def _compare(self) -> None:
        """Build, or compare, one range of datasets; wait where another process does."""
        mark = await self._lease.take()
        if mark is None:
            await asyncio.sleep(_LOOK_SECONDS)
        elif "building" in mark:
            await self._builder.step(mark)
        elif mark.get("built") is True or "after" in mark or not await self._builder.begin(mark):
            await self._compare_from(mark)

    async def _compare_from(self, mark: Mapping[str, Any]) -> None:
        built = mark.get("built") is True
        compared = await self._derived.folder.compare(mark.get("after"), mend=True, first=not built)
        done = compared.last is None
        change: Document = {"$unset": {"after": ""}} if done else {"$set": {"after": compared.last}}
        if done and not built:
            change["$set"] = {"built": True}
        # Not where somebody said meanwhile that all is to be derived anew.
        same = {"_id": FIRST, "holder": self._lease.holder} | {
            name: mark.get(name) for name in ("rules", "generation", "after", "building")
        }
        moved = await self._changes.update_one(same, change)
        if done and moved.matched_count and not built:
            log.info("everything is derived again", rules=self._derived.deriver.version)
        if built:
            self._signature, _ = await self._derived.folder.check_sums(self._signature or "", mend=True)
            await asyncio.sleep(self._pause_seconds)
