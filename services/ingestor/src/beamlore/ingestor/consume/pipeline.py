"""Three stages in a row, each a batch ahead of the next: fetch, prepare, write and commit.

What holds up a stage (user office, catalogue or database away) is repeated there until it works; the stages before
it fill up, and fetching pauses. Nothing is skipped, and nothing is committed that is not written.
"""

import asyncio
from typing import TypeAlias

import structlog
from aiokafka import TopicPartition

from beamlore.core import Durability, working_on
from beamlore.ingestor import metrics
from beamlore.ingestor.consume.stream import Batch, ScanStream
from beamlore.ingestor.inbox.repository import InboxRepository
from beamlore.ingestor.prepare.models import Prepared
from beamlore.ingestor.prepare.service import Preparer
from beamlore.ingestor.write.catalogue import Catalogue
from beamlore.ingestor.write.ledger import Ledger, Verdict
from beamlore.ingestor.write.service import CATALOGUE, Writer, until_available

log = structlog.get_logger(__name__)
_POLL_SECONDS = 1.0
_SETTLE_SECONDS = 1.0
_Work: TypeAlias = tuple[Batch, Prepared]


class Pipeline:
    """Brings the stream into the catalogue and the inbox."""

    def __init__(
        self, stream: ScanStream, preparer: Preparer, writer: Writer, catalogue: Catalogue, inbox: InboxRepository
    ) -> None:
        self._stream = stream
        self._preparer = preparer
        self._writer = writer
        self._catalogue = catalogue
        self._inbox = inbox
        self._fetched: asyncio.Queue[Batch | None] = asyncio.Queue(1)
        self._prepared: asyncio.Queue[_Work | None] = asyncio.Queue(1)
        self._ledger: Ledger[TopicPartition] = Ledger()
        self._epoch = 0
        self._stopping = asyncio.Event()
        self.running = False

    @property
    def holding(self) -> bool:
        """Whether messages are written and held, for want of a majority."""
        return self._ledger.holding

    def stop(self) -> None:
        """Fetch nothing more; ``run`` returns when what is in flight is done with."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped."""
        self.running = True
        async with asyncio.TaskGroup() as stages:
            stages.create_task(self._fetch())
            stages.create_task(self._prepare())
            stages.create_task(self._write())

    async def _fetch(self) -> None:
        while not self._stopping.is_set():
            with metrics.phases("fetch"):
                batch = await until_available(self._stream.next)
            if batch is not None:
                await self._hand_over(batch)
        await self._fetched.put(None)

    async def _hand_over(self, batch: Batch) -> None:
        """Give the batch to the next stage; while that takes none, pause, and keep the group's membership alive."""
        waiting = [batch]
        paused = False
        while waiting:
            try:
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._fetched.put(waiting[0])
                del waiting[0]
            except TimeoutError:
                paused = True
                self._stream.pause()
                # A partition assigned only now is not paused yet and may give something.
                more = await until_available(self._stream.next)
                if more is not None:
                    waiting.append(more)
        if paused:
            self._stream.resume()

    async def _prepare(self) -> None:
        epoch = self._stream.epoch
        while (batch := await self._fetched.get()) is not None:
            if batch.epoch != epoch:
                epoch = batch.epoch
                self._preparer.restart()
            if epoch == self._stream.epoch:
                with working_on(batch.id):
                    prepared = await until_available(lambda batch=batch: self._preparer.prepare(batch.records))  # type: ignore[misc]
                await self._prepared.put((batch, prepared))
        await self._prepared.put(None)

    async def _write(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_SETTLE_SECONDS if self.holding else None):
                    work = await self._prepared.get()
            except TimeoutError:
                await self._settle()
                continue
            if work is None:
                break
            await self._write_batch(*work)
        await self._settle()

    async def _write_batch(self, batch: Batch, prepared: Prepared) -> None:
        if batch.epoch != self._stream.epoch:
            return
        if batch.epoch != self._epoch:
            self._epoch = batch.epoch
            self._ledger.clear()
        with working_on(batch.id):
            written = await self._writer.write(prepared)
        self._ledger.written(batch.offsets, len(batch.records), written.receipts)
        metrics.held_offsets.set(self._ledger.held_messages)
        if written.lasting:
            await self._settle()

    async def _settle(self) -> None:
        """Commit what is written, hold it, or have it read again: as the stores' durability asks for."""
        if self._epoch != self._stream.epoch:
            self._ledger.clear()
        standing = {store: await self._durability(store) for store in self._ledger.stores}
        verdict = self._ledger.settle(standing)
        if verdict is Verdict.COMMIT:
            with metrics.phases("commit"):
                await until_available(lambda: self._stream.commit(self._epoch, self._ledger.offsets))
            self._ledger.clear()
        elif verdict is Verdict.REPLAY:
            log.warning("the primary changed; reading again what it may not have", messages=self._ledger.held_messages)
            metrics.replays.inc()
            await until_available(self._stream.go_back)
            self._ledger.clear()
        metrics.held_offsets.set(self._ledger.held_messages)

    async def _durability(self, store: str) -> Durability:
        ask = self._catalogue.durability if store == CATALOGUE else self._inbox.durability
        return await until_available(ask)
