"""The fan-out: one per process, from changed PIDs to every reader that may see them."""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Counter, Gauge
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError
from sse_starlette import ServerSentEvent

from beamlore.catalogue.access import AccessPolicy
from beamlore.catalogue.answers import from_milliseconds, to_json
from beamlore.catalogue.live.farewell import farewell
from beamlore.catalogue.live.position import Position, Recent, parse_position
from beamlore.catalogue.live.proof import StreamProof
from beamlore.catalogue.live.reader import LiveEvent
from beamlore.catalogue.live.repository import Document, LiveRepository
from beamlore.catalogue.live.subscriber import LiveFilter, Subscriber
from beamlore.catalogue.scans.shape import scan_of, version_of
from beamlore.catalogue.withdrawals import KEPT, Withdrawal, Withdrawals
from beamlore.core import is_tracing, span_within

log = structlog.get_logger(__name__)

RESUMED_AT_MOST = 2_000
"""Changes a reader who comes back is sent one by one; after more than that it is told to load the page again."""

OVERLAP = timedelta(seconds=10)
"""How far back a reader is resumed by time: commits, clocks and the stream are apart by less than this."""

_TRACED_FOR = timedelta(minutes=1)
_REMEMBERED = 50_000
_READ_AT_ONCE = 500
_RETRY_SECONDS = 0.25

_readers = Gauge("beamlore_catalogue_live_readers", "Open streams of live events.")
_sent = Counter("beamlore_catalogue_live_events", "Live events put into readers' queues.")


class LiveHub:
    """Takes PIDs of changed datasets, reads each once, and sends it to the readers who want and may see it."""

    def __init__(
        self, datasets: AsyncCollection[Document], withdrawals: Withdrawals, policy: AccessPolicy, queue_size: int
    ) -> None:
        self._repository = LiveRepository(datasets)
        self._withdrawals = withdrawals
        self._policy = policy
        self._queue_size = queue_size
        self._name = secrets.token_hex(4)
        self._readers: set[Subscriber] = set()
        self._recent = Recent(_REMEMBERED)
        self._versions: OrderedDict[str, int] = OrderedDict()
        self._waiting: dict[str, None] = {}
        self._filled = asyncio.Event()
        self._listeners: list[Callable[[Sequence[str]], None]] = []
        self._order = asyncio.Lock()
        """What was read of datasets first is told first: a scan must not follow its own removal."""

        self._ended = False

    def also_tell(self, listener: Callable[[Sequence[str]], None]) -> None:
        """Tell a listener of every change too, from now on."""
        self._listeners.append(listener)

    def changed(self, pids: Iterable[str]) -> None:
        """Say that these datasets have changed; the same change may be told more than once."""
        known = tuple(pids)
        self._waiting.update(dict.fromkeys(known))
        self._filled.set()
        for listener in self._listeners:
            listener(known)

    async def run(self) -> None:
        """Send what changes, for ever."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._waiting:
                pids = [pid for pid, _ in zip(self._waiting, range(_READ_AT_ONCE), strict=False)]
                try:
                    await self._send(pids)
                except PyMongoError as error:
                    log.warning("changed scans cannot be read; trying again", error=str(error))
                    await asyncio.sleep(_RETRY_SECONDS)

    def reset(self) -> None:
        """Tell every reader to load the page again: changes may have been missed."""
        for reader in self._readers:
            reader.put(LiveEvent("reset", str(self._position()), "{}"))

    def end(self) -> None:
        """Send every reader to another process, after what it has still to get."""
        self._ended = True
        for reader in self._readers:
            reader.end()

    @property
    def is_read(self) -> bool:
        """Whether anybody reads here."""
        return bool(self._readers)

    async def withdrawn(self, found: Sequence[Withdrawal]) -> None:
        """Take datasets off the pages of those who could see them before and cannot now; tell nobody else.

        Raises:
            PyMongoError: the database does not answer.
        """
        async with self._order:
            stored = await self._repository.read(list({one.pid for one in found}), frozenset())
            present = {document["_id"]: document for document in stored}
            position = str(self._position())
            for one in found:
                for reader in self._readers:
                    if self._has_lost(reader, one, present.get(one.pid)):
                        reader.remove(_removal(one, position))
                        _sent.inc()

    async def events(
        self, proof: StreamProof, wanted: LiveFilter, last_event_id: str | None
    ) -> AsyncGenerator[ServerSentEvent, None]:
        """Yield a reader's events: first what it missed, then what happens, until its token holds no longer."""
        with self._reading(proof, wanted) as reader:
            here = self._position()
            if last_event_id:
                async for missed in self._missed(reader, last_event_id, here):
                    yield _sse(missed)
            yield _sse(LiveEvent("ready", str(here), "{}"))
            async for event in reader.events():
                yield farewell() if event is None else _sse(event)

    async def _missed(self, reader: Subscriber, last_event_id: str, here: Position) -> AsyncIterator[LiveEvent]:
        pids = await self._pids_since(last_event_id)
        lost = await self._withdrawn_since(last_event_id)
        if pids is None or lost is None or len(pids) > RESUMED_AT_MOST or len(lost) > RESUMED_AT_MOST:
            yield LiveEvent("reset", str(here), "{}")
            return
        present = {one["_id"]: one for one in await self._repository.read([one.pid for one in lost], frozenset())}
        for one in lost:
            if self._has_lost(reader, one, present.get(one.pid)):
                yield _removal(one, last_event_id)
        for start in range(0, len(pids), _READ_AT_ONCE):
            chunk = pids[start : start + _READ_AT_ONCE]
            for document in await self._repository.read(chunk, reader.wanted.columns):
                if self._is_for(reader, document):
                    reader.resumed[document["_id"]] = version_of(document)
                    # Until all is sent the place to resume from stays where it was.
                    yield LiveEvent("scan", last_event_id, _encoded(document, reader.wanted.columns))

    async def _pids_since(self, last_event_id: str) -> list[str] | None:
        position = parse_position(last_event_id)
        if position is None:
            return None
        if position.hub == self._name:
            recent = self._recent.after(position.number)
            if recent is not None:
                return list(dict.fromkeys([*recent, *self._waiting]))
        since = from_milliseconds(position.milliseconds) - OVERLAP
        return [pid for pid, _, _ in await self._repository.changed_since(since, RESUMED_AT_MOST + 1)]

    async def _withdrawn_since(self, last_event_id: str) -> list[Withdrawal] | None:
        """Return what was withdrawn after an event; ``None`` where that is no longer known."""
        position = parse_position(last_event_id)
        if position is None:
            return None
        since = from_milliseconds(position.milliseconds) - OVERLAP
        if since < datetime.now(UTC) - KEPT:
            return None
        return await self._withdrawals.since(since, RESUMED_AT_MOST + 1)

    @contextmanager
    def _reading(self, proof: StreamProof, wanted: LiveFilter) -> Generator[Subscriber, None, None]:
        reader = Subscriber(proof, wanted, self._queue_size)
        if self._ended:
            reader.end()
        self._readers.add(reader)
        _readers.set(len(self._readers))
        try:
            yield reader
        finally:
            self._readers.discard(reader)
            _readers.set(len(self._readers))

    async def _send(self, pids: list[str]) -> None:
        if not self._readers:
            for pid in pids:
                self._waiting.pop(pid, None)
                self._recent.add(pid)
            return
        # Taken out before they are read: what changes meanwhile is told again and waits for the next round.
        for pid in pids:
            self._waiting.pop(pid, None)
        async with self._order:
            try:
                documents = await self._repository.read(pids, self._columns())
            except PyMongoError:
                self._waiting.update(dict.fromkeys(pids))
                raise
            for document in documents:
                version = version_of(document)
                if self._versions.get(document["_id"]) != version:
                    self._remember(document["_id"], version)
                    self._deliver(document, version)

    def _deliver(self, document: Document, version: int) -> None:
        self._recent.add(document["_id"])
        with span_within("tell pages", _traced(document), {"beamlore.pid": document["_id"]}):
            self._put(document, version)

    def _put(self, document: Document, version: int) -> None:
        position = str(self._position())
        rows: dict[frozenset[str] | None, str] = {}
        for reader in self._readers:
            if not self._is_for(reader, document) or reader.resumed.get(document["_id"]) == version:
                continue
            columns = reader.wanted.columns
            if columns not in rows:
                rows[columns] = _encoded(document, columns)
            reader.put(LiveEvent("scan", position, rows[columns], document["_id"]))
            _sent.inc()

    def _is_for(self, reader: Subscriber, document: Document) -> bool:
        return reader.wanted.wants(document) and self._policy.may_read(reader.principal, document)

    def _has_lost(self, reader: Subscriber, withdrawn: Withdrawal, present: Document | None) -> bool:
        """Return whether a reader could see a dataset before a change and cannot now."""
        before = withdrawn.before
        could = reader.wanted.wants(before) and self._policy.may_read(reader.principal, before)
        return could and (present is None or not self._is_for(reader, present))

    def _columns(self) -> frozenset[str] | None:
        together: frozenset[str] = frozenset()
        for reader in self._readers:
            if reader.wanted.columns is None:
                return None
            together |= reader.wanted.columns
        return together

    def _remember(self, pid: str, version: int) -> None:
        self._versions[pid] = version
        self._versions.move_to_end(pid)
        if len(self._versions) > _REMEMBERED:
            self._versions.popitem(last=False)

    def _position(self) -> Position:
        return Position(self._name, self._recent.number, round(time.time() * 1000))


def _traced(document: Document) -> str | None:
    """Return the trace context of the word that was just written; a change long after belongs to no trace."""
    own = document.get("beamlore") or {}
    if not is_tracing() or "traceparent" not in own or "sent" not in own:
        return None
    told: str = own["traceparent"]
    return told if datetime.now(UTC) - own["sent"] < _TRACED_FOR else None


def _encoded(document: Document, columns: frozenset[str] | None) -> str:
    return to_json(scan_of(document, columns)).decode()


def _removal(withdrawn: Withdrawal, position: str) -> LiveEvent:
    return LiveEvent("removed", position, to_json({"pid": withdrawn.pid}).decode(), withdrawn.pid)


def _sse(event: LiveEvent) -> ServerSentEvent:
    return ServerSentEvent(data=event.data, event=event.kind, id=event.id)
