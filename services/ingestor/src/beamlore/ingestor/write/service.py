"""Writes a prepared batch: catalogue first, then what it rejects, with the other rejections, to the inbox."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import stamina
import structlog

from beamlore.core import Durability, UnavailableError
from beamlore.ingestor import metrics
from beamlore.ingestor.inbox.repository import InboxRepository
from beamlore.ingestor.prepare.models import Entry, Prepared
from beamlore.ingestor.settings import Settings
from beamlore.ingestor.validate.models import Reason, Rejection
from beamlore.ingestor.write.catalogue import Catalogue, CatalogueFailedError, CatalogueRefusedError

log = structlog.get_logger(__name__)
CATALOGUE, INBOX = "catalogue", "inbox"
_FAILURES_ENOUGH = 3
_Result = TypeVar("_Result")


async def until_available(call: Callable[[], Awaitable[_Result]]) -> _Result:
    """Repeat the call, with backoff, until what it needs is there."""
    async for attempt in stamina.retry_context(
        on=UnavailableError, attempts=None, timeout=None, wait_initial=0.1, wait_max=3.0, wait_jitter=0.3
    ):
        with attempt:
            return await call()
    raise AssertionError("retried without end")


@dataclass
class Written:
    """What came of a batch."""

    receipts: dict[str, list[Durability]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    """By PID, as the catalogue said it."""
    rejections: list[Rejection] = field(default_factory=list)

    @property
    def lasting(self) -> bool:
        """Whether a majority has all of it."""
        return all(one.level == "majority" for durabilities in self.receipts.values() for one in durabilities)

    def received(self, store: str, durability: Durability) -> None:
        """Note what a store said of a write."""
        self.receipts.setdefault(store, []).append(durability)


class Writer:
    """Brings every message of a batch to the catalogue or to the inbox."""

    def __init__(self, catalogue: Catalogue, inbox: InboxRepository, settings: Settings) -> None:
        self._catalogue = catalogue
        self._inbox = inbox
        self._settings = settings

    async def write(self, prepared: Prepared) -> Written:
        """Write all of it; where the catalogue or the inbox is away, go on trying until it is back."""
        written = Written(rejections=list(prepared.rejections))
        with metrics.phases("write"):
            for entries in prepared.rounds:
                # At the same time: the catalogue reads one while its database writes another. Their scans differ.
                async with asyncio.TaskGroup() as requests:
                    for portion in _portions(entries, self._settings.write_items, self._settings.write_bytes):
                        requests.create_task(self._write_patiently(portion, written))
        if written.rejections:
            with metrics.phases("inbox"):
                durability = await until_available(lambda: self._inbox.add(written.rejections))
            written.received(INBOX, durability)
            metrics.messages.labels("inbox").inc(len(written.rejections))
            for rejection in written.rejections:
                metrics.rejections.labels(rejection.reason).inc()
        return written

    async def write_now(self, entry: Entry) -> Written:
        """Write one entry, once, and leave what is rejected to the caller.

        Raises:
            CatalogueUnavailableError: it is not known to be written.
        """
        written = Written()
        await self._write([entry], written)
        return written

    async def _write_patiently(self, entries: Sequence[Entry], written: Written) -> None:
        failing_since: float | None = None

        async def attempt() -> None:
            nonlocal failing_since
            try:
                await self._write(entries, written)
            except CatalogueFailedError as error:
                failing_since = failing_since or time.monotonic()
                failing_for = time.monotonic() - failing_since
                if failing_for < self._settings.failing_seconds:
                    raise
                in_doubt = failing_for < self._settings.failing_alone_seconds
                await self._write_singly(entries, written, error, in_doubt=in_doubt)
            except CatalogueRefusedError as error:
                if len(entries) == 1:
                    self._reject(entries[0], Reason.REFUSED_BY_CATALOGUE, str(error), written)
                    return
                half = len(entries) // 2
                await self._write_patiently(entries[:half], written)
                await self._write_patiently(entries[half:], written)

        await until_available(attempt)

    async def _write_singly(
        self, entries: Sequence[Entry], written: Written, error: CatalogueFailedError, *, in_doubt: bool
    ) -> None:
        """Find the items on which the catalogue fails each time, so that they hold up no others.

        Args:
            entries: what could not be written for a long time.
            written: what came of the batch so far.
            error: how the catalogue failed.
            in_doubt: whether the catalogue must be seen to take something else before an item is blamed.

        Raises:
            CatalogueUnavailableError: it may not be the items; write them again.
        """
        failed = []
        taken = 0
        for entry in random.sample(entries, len(entries)):
            try:
                await self._write([entry], written)
                taken += 1
            except CatalogueFailedError as failure:
                failed.append(entry)
                error = failure
            except CatalogueRefusedError as refusal:
                self._reject(entry, Reason.REFUSED_BY_CATALOGUE, str(refusal), written)
            if in_doubt and not taken and len(failed) >= _FAILURES_ENOUGH:
                break
        if in_doubt and not taken:
            raise error
        await self._catalogue.durability()
        for entry in failed:
            self._reject(entry, Reason.REFUSED_BY_CATALOGUE, error.detail, written)

    async def _write(self, entries: Sequence[Entry], written: Written) -> None:
        durability, results = await self._catalogue.write([entry.item for entry in entries])
        written.received(CATALOGUE, durability)
        counts: dict[str, int] = {}
        for entry, result in zip(entries, results, strict=True):
            if result.outcome == "rejected":
                self._reject(entry, Reason.PID_OF_OTHER_PROPOSAL, result.reason, written)
            else:
                written.outcomes[result.pid] = result.outcome
                counts[result.outcome] = counts.get(result.outcome, 0) + len(entry.records)
                if entry.span is not None:
                    entry.span.end()
        for outcome, count in counts.items():
            metrics.messages.labels(outcome).inc(count)

    def _reject(self, entry: Entry, reason: Reason, text: str, written: Written) -> None:
        log.info(
            "rejected",
            pid=entry.item.pid,
            proposal=entry.item.proposal,
            beamline=entry.records[0].beamline,
            reason=reason,
            text=text,
        )
        written.rejections += [Rejection(record, reason, text) for record in entry.records]
        if entry.span is not None:
            entry.span.set_attribute("beamlore.rejected", reason)
            entry.span.end()


def _portions(entries: Sequence[Entry], most: int, most_bytes: int) -> list[Sequence[Entry]]:
    """Cut the entries into portions of so many entries and about so many bytes, at least one entry in each."""
    portions: list[Sequence[Entry]] = []
    start = size = 0
    for index, entry in enumerate(entries):
        size += entry.size
        if index > start and (size > most_bytes or index - start >= most):
            portions.append(entries[start:index])
            start, size = index, entry.size
    portions.append(entries[start:])
    return portions
