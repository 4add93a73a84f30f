"""What keeps derived data where the documents are, beside requests: for as long as the process runs."""

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import structlog
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import Document
from beamlore.catalogue.derived.fold import AT_ONCE, OtherRulesError
from beamlore.catalogue.derived.log import CHANGES, FIRST, new_epoch
from beamlore.catalogue.derived.service import Derived

log = structlog.get_logger(__name__)

_GATHER_SECONDS = 0.2
"""How long changes are gathered before they are folded: a portion costs less than its parts. Who asks does not wait."""

_LOOK_SECONDS = 1.0
"""How often the log is looked at without being told: the process that wrote may have died before it folded."""

_RETRY_SECONDS = 0.5
_ROOM = 1.5
"""How many times as long as a fold took is left to others where much waits to be folded."""

_LEASE = timedelta(seconds=20)


class Keeper:
    """Folds what was written, notes what others wrote, derives everything once, and compares for ever."""

    def __init__(self, derived: Derived, database: AsyncDatabase[Document], pause_seconds: float) -> None:
        self._derived = derived
        self._changes = database[CHANGES]
        self._pause_seconds = pause_seconds
        self._written = asyncio.Event()
        self._others: dict[Any, None] = {}
        self._others_filled = asyncio.Event()
        self._name = f"{id(self):x}-{time.time_ns():x}"
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
        await self._changes.update_one(
            {"_id": FIRST}, {"$set": {"built": False, "generation": new_epoch()}, "$unset": {"after": "", "until": ""}}
        )

    async def run(self) -> None:
        """Keep, until cancelled."""
        await self._again_and_again(lambda: self._derived.changes.prepare(self._derived.deriver.version), once=True)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._again_and_again(self._fold))
                tasks.create_task(self._again_and_again(self._note_others))
                tasks.create_task(self._again_and_again(self._compare))
        finally:
            await self._derived.end()

    async def _again_and_again(self, work: Any, *, once: bool = False) -> None:
        while True:
            try:
                await work()
                if once:
                    return
            except OtherRulesError:
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

    async def _compare(self) -> None:
        """Compare one range of datasets, or derive it for the first time; wait where another process does."""
        mark = await self._lease()
        if mark is None:
            await asyncio.sleep(_LOOK_SECONDS)
            return
        built = mark.get("built") is True
        compared = await self._derived.folder.compare(mark.get("after"), mend=True, first=not built)
        done = compared.last is None
        change: Document = {"$unset": {"after": ""}} if done else {"$set": {"after": compared.last}}
        if done and not built:
            change["$set"] = {"built": True}
        # Not where somebody said meanwhile that all is to be derived anew.
        same = {"_id": FIRST, "holder": self._name} | {
            name: mark.get(name) for name in ("rules", "generation", "after")
        }
        moved = await self._changes.update_one(same, change)
        if done and moved.matched_count and not built:
            log.info("everything is derived", rules=self._derived.deriver.version)
        if built:
            self._signature, _ = await self._derived.folder.check_sums(self._signature or "", mend=True)
            await asyncio.sleep(self._pause_seconds)

    async def _lease(self) -> Document | None:
        """Become the one process that compares, or stay it; return the mark with the place to go on from."""
        now = datetime.now(UTC)
        return await self._changes.find_one_and_update(
            {
                "_id": FIRST,
                "rules": self._derived.deriver.version,
                "$or": [{"holder": self._name}, {"until": {"$not": {"$gt": now}}}],
            },
            {"$set": {"holder": self._name, "until": now + _LEASE}},
        )
