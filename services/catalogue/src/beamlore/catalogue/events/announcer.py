"""Tells readers of new datasets.

It hears of every change there is, also while the database's change stream is silent, and knows a new dataset by when it
was created: what another program wrote is told too.
"""

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError
from sse_starlette import ServerSentEvent

from beamlore.catalogue.answers import to_json
from beamlore.catalogue.database import Document
from beamlore.catalogue.datasets.conversion import as_v4
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.live.farewell import farewell
from beamlore.core import ForbiddenError, Principal

log = structlog.get_logger(__name__)

CONNECTIONS_OF_ONE = 5
"""Streams one user may have open in one process, as SciCat has it."""

_NEW = timedelta(seconds=60)
_TOLD = 50_000
_AT_ONCE = 500
_RETRY_SECONDS = 0.25


class _Reader:
    """A reader's open stream."""

    def __init__(self, principal: Principal, size: int) -> None:
        self.principal = principal
        self.waiting: asyncio.Queue[str | None] = asyncio.Queue(size)

    def put(self, message: str) -> None:
        """Add a message; a reader too slow for its queue loses its stream, and asks for another."""
        if self.waiting.full():
            self.end()
        else:
            self.waiting.put_nowait(message)

    def end(self) -> None:
        """End the stream, in the place of what waits where there is no room."""
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
        self.waiting.put_nowait(None)


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

    async def events(self, principal: Principal) -> AsyncGenerator[ServerSentEvent, None]:
        """Yield new datasets that the principal may see, until its token ends."""
        with self._reading(principal) as reader:
            number = 0
            yield ServerSentEvent(comment="ready")
            while True:
                left = None if principal.expires_at is None else principal.expires_at - time.time()
                try:
                    message = await asyncio.wait_for(reader.waiting.get(), left)
                except TimeoutError:
                    return
                if message is None:
                    yield farewell()
                    return
                number += 1
                yield ServerSentEvent(data=message, id=str(number))

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
            message = _message(document)
            for reader in allowed:
                reader.put(message)

    @contextmanager
    def _reading(self, principal: Principal) -> Generator[_Reader, None, None]:
        reader = _Reader(principal, self._queue_size)
        if self._ended:
            reader.end()
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)


def _message(document: Mapping[str, Any]) -> str:
    return to_json({"type": "Dataset.created", "data": as_v4(dict(document))}).decode()
