"""Tells readers of new datasets.

It hears of every change there is, also while the database's change stream is silent, and knows a new dataset by when it
was created: what another program wrote is told too.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError
from sse_starlette import ServerSentEvent

from beamlore.catalogue.access import ACCESS_FIELDS
from beamlore.catalogue.answers import to_json
from beamlore.catalogue.database import Document
from beamlore.catalogue.datasets.conversion import as_v4
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.live.farewell import farewell
from beamlore.catalogue.live.proof import StreamProof
from beamlore.catalogue.live.reader import LiveEvent, Reader
from beamlore.catalogue.withdrawals import Withdrawal
from beamlore.core import ForbiddenError, Principal

log = structlog.get_logger(__name__)

CONNECTIONS_OF_ONE = 5
"""Streams one user may have open in one process, as SciCat has it."""

_NEW = timedelta(seconds=60)
_TOLD = 50_000
_AT_ONCE = 500
_RETRY_SECONDS = 0.25


class _Reader(Reader):
    """A reader's open stream; too slow for its queue, it loses its stream and asks for another."""

    def __init__(self, proof: StreamProof, rights: DatasetRights, size: int) -> None:
        super().__init__(proof, size)
        self._rights = rights

    def _overflow(self, event: LiveEvent) -> None:
        self._waiting.clear()
        self.end()

    def _rights_changed(self) -> None:
        self.drop(lambda event: not self._rights.may_read(self.principal, event.access or {}))


class Announcer:
    """The fan-out of new datasets to this process's readers."""

    def __init__(self, datasets: AsyncCollection[Document], rights: DatasetRights, queue_size: int) -> None:
        self._datasets = datasets
        self._rights = rights
        self._queue_size = queue_size
        self._readers: set[_Reader] = set()
        self._told: OrderedDict[str, None] = OrderedDict()
        self._waiting: dict[str, None] = {}
        self._filled = asyncio.Event()
        self._ended = False

    def changed(self, pids: Iterable[str]) -> None:
        """Say that these datasets have changed; the same change may be told more than once."""
        if self._readers:
            self._waiting.update(dict.fromkeys(pids))
            self._filled.set()

    def end(self) -> None:
        """Send every reader to another process, after what it has still to get."""
        self._ended = True
        for reader in self._readers:
            reader.end()

    def connections(self) -> dict[str, Any]:
        """Return how many streams are open here, and whose."""
        users = Counter(reader.principal.username for reader in self._readers)
        return {"connections": len(self._readers), "users": dict(users)}

    def check_room(self, principal: Principal) -> None:
        """Let through who may open one more stream.

        Raises:
            ForbiddenError: the principal has as many as one may have.
        """
        if sum(reader.principal.subject == principal.subject for reader in self._readers) >= CONNECTIONS_OF_ONE:
            raise ForbiddenError(
                f"Maximum number of {CONNECTIONS_OF_ONE} open connections reached for user: {principal.username}"
            )

    @property
    def is_read(self) -> bool:
        """Whether anybody reads here."""
        return bool(self._readers)

    async def withdrawn(self, found: Sequence[Withdrawal]) -> None:
        """Hold back what waits of datasets that a reader may not see any more."""
        now = {one.pid: one.after for one in found}
        for reader in self._readers:
            lost = {pid for pid, dataset in now.items() if not self._sees(reader, dataset)}
            reader.drop(lambda event, lost=lost: event.pid in lost)  # type: ignore[misc]

    def reset(self) -> None:
        """End every stream: what waits may not be for its reader any more. They come back by themselves."""
        for reader in self._readers:
            reader.drop(lambda _: True)
            reader.end()

    async def events(self, proof: StreamProof) -> AsyncGenerator[ServerSentEvent, None]:
        """Yield new datasets that the principal may see, until its token holds no longer."""
        with self._reading(proof) as reader:
            number = 0
            yield ServerSentEvent(comment="ready")
            async for event in reader.events():
                if event is None:
                    yield farewell()
                    return
                number += 1
                yield ServerSentEvent(data=event.data, id=str(number))

    async def run(self) -> None:
        """Tell what is new, for ever."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._waiting:
                pids = [pid for pid, _ in zip(self._waiting, range(_AT_ONCE), strict=False)]
                try:
                    found = await self._new(pids)
                except PyMongoError as error:
                    log.warning("new datasets cannot be read; trying again", error=str(error))
                    await asyncio.sleep(_RETRY_SECONDS)
                    continue
                for pid in pids:
                    self._waiting.pop(pid, None)
                for document in found:
                    self._tell(document)

    async def _new(self, pids: Sequence[str]) -> list[Document]:
        unknown = [pid for pid in pids if pid not in self._told]
        where = {"_id": {"$in": unknown}, "createdAt": {"$gte": datetime.now(UTC) - _NEW}}
        return await self._datasets.find(where).to_list() if unknown else []

    def _tell(self, document: Document) -> None:
        self._told[document["_id"]] = None
        while len(self._told) > _TOLD:
            self._told.popitem(last=False)
        allowed = [reader for reader in self._readers if self._rights.may_read(reader.principal, document)]
        if allowed:
            event = LiveEvent("message", None, _message(document), document["_id"], _access_of(document))
            for reader in allowed:
                reader.put(event)

    def _sees(self, reader: _Reader, dataset: Mapping[str, Any] | None) -> bool:
        return dataset is not None and self._rights.may_read(reader.principal, dataset)

    @contextmanager
    def _reading(self, proof: StreamProof) -> Generator[_Reader, None, None]:
        reader = _Reader(proof, self._rights, self._queue_size)
        if self._ended:
            reader.end()
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)


def _access_of(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: document[name] for name in ACCESS_FIELDS if name in document}


def _message(document: Mapping[str, Any]) -> str:
    return to_json({"type": "Dataset.created", "data": as_v4(dict(document))}).decode()
