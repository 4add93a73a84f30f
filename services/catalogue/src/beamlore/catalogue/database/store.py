"""The writing side of a noun's repository: who may, what became of it, and who is told about it.

Each write and what its observers write (the audit, derived data) is one transaction, with the durability protocol of
``beamlore.core``: it stands as a whole, or not at all.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from bson import ObjectId, encode
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient, ReturnDocument, timeout
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, OperationFailure, PyMongoError

from beamlore.catalogue.access import Rights
from beamlore.catalogue.database.bson import Bson
from beamlore.catalogue.database.creating import Together
from beamlore.catalogue.database.repository import Document, GuardedRepository, both
from beamlore.core import (
    WRITE_SECONDS,
    ConflictError,
    DurableWriter,
    Principal,
    WriteScope,
    deadline,
    is_transient,
    is_unknown_commit,
    request_id,
    to_database,
    translated,
)

Operation: TypeAlias = Literal["create", "change", "delete"]
Result = TypeVar("Result")
_WRITE_CONCERN_TIMEOUT = 64
_LET_GO_SECONDS = 1.0
"""A transaction that cannot be aborted ends by itself; who waits has waited long enough."""

_SHORTEST_PAUSE_SECONDS = 0.004
_LONGEST_PAUSE_SECONDS = 0.25


@dataclass(frozen=True)
class Change:
    """One document before and after: a new one has no ``before``, a deleted one no ``after``."""

    collection: str
    operation: Operation
    principal: Principal
    before: Document | None
    after: Document | None
    request: str = field(default_factory=lambda: request_id() or "")
    """Identifier of the request that makes it: a transaction may be that of several."""


class WriteObserver(Protocol):
    """Is told of changes inside the transaction that makes them, and may write in it."""

    async def wrote(self, session: AsyncClientSession, changes: Sequence[Change]) -> None:
        """Take note of changes."""
        ...


class WriteAmender(Protocol):
    """Completes changes inside the transaction that makes them, before the observers are told."""

    async def amend(self, session: AsyncClientSession, changes: Sequence[Change]) -> Sequence[Change]:
        """Write what the changes call for, and return all changes.

        Raises:
            BeamloreError: the changes may not be made; none of them is.
        """
        ...


class Transactions:
    """Runs writes and their observers as one transaction, as durable as the replica set can make it."""

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        writer: DurableWriter,
        observers: Sequence[WriteObserver],
        amenders: Sequence[WriteAmender] = (),
        *,
        seconds: float = WRITE_SECONDS,
    ) -> None:
        """Prepare.

        Args:
            client: of the replica set.
            writer: says how durable writes are.
            observers: are told of changes, in the transaction that makes them.
            amenders: make further changes that belong to them, before anybody is told.
            seconds: how long a transaction may take, with all its attempts.
        """
        self._client = client
        self._writer = writer
        self._observers = tuple(observers)
        self._amenders = tuple(amenders)
        self._seconds = seconds
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def within(self, scope: WriteScope) -> AsyncGenerator[AsyncClientSession, None]:
        """Give a session in a transaction that is committed when the block is left; observers are not told."""
        async with self._client.start_session() as session:
            await session.start_transaction(write_concern=scope.write_concern)
            try:
                yield session
            except BaseException:
                if session.in_transaction:
                    with timeout(_LET_GO_SECONDS):
                        await session.abort_transaction()
                raise
            await _commit(session, scope)

    async def run(self, work: "Work") -> Sequence[Change]:
        """Run work in a transaction, tell the observers, and commit; again where others were in the way.

        Others' changes of the same documents, and a change of the primary, are waited for as long as a write may take.

        Args:
            work: does the writes with the session and returns the changes it made; may run several times.

        Raises:
            BadRequestError: a value cannot be stored, such as a number of more than 64 bits.
            ConflictError: a unique key is taken.
            UnavailableError: the database does not take the write.
        """

        async def attempt() -> Sequence[Change]:
            async with self._writer.write() as scope, self.within(scope) as session:
                changes = await work(session)
                if changes:
                    for amender in self._amenders:
                        changes = await amender.amend(session, changes)
                    for observer in self._observers:
                        await observer.wrote(session, changes)
            return changes

        with refusals(), deadline(self._seconds, to_database):
            return await self.until_alone(attempt)

    async def until_alone(
        self, attempt: Callable[[], Awaitable[Result]], on: Callable[[Exception], bool] = is_transient
    ) -> Result:
        """Try a transaction until no other is in its way; the caller sets the deadline.

        Those of this process that met others wait for one another: many at once would be in each other's way again and
        again, and who has the most to write would never have its turn.

        Args:
            attempt: the whole transaction; may run several times.
            on: the errors after which it is tried again.
        """
        try:
            return await attempt()
        except Exception as error:
            if not on(error):
                raise
        pause = _SHORTEST_PAUSE_SECONDS
        async with self._turn:
            while True:
                try:
                    return await attempt()
                except Exception as error:
                    if not on(error):
                        raise
                # Other processes have no turn here: chance decides who is first.
                await asyncio.sleep(random.uniform(0, pause))  # noqa: S311 - no secret
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


class Work(Protocol):
    """The writes of one transaction."""

    async def __call__(self, session: AsyncClientSession) -> Sequence[Change]:
        """Write, and return what changed."""
        ...


class Store(GuardedRepository):
    """Reads and writes one collection for a principal."""

    def __init__(
        self, collection: AsyncCollection[Document], rights: Rights, seconds: float, transactions: Transactions
    ) -> None:
        super().__init__(collection, rights, seconds)
        self._transactions = transactions
        self._together = Together(self._create_all)

    async def create(self, principal: Principal, document: Document) -> Document:
        """Insert a document and return it; whether the principal may was decided by the caller.

        Raises:
            BadRequestError: a value cannot be stored.
            ConflictError: there is one with its identifier.
            UnavailableError: the database does not take it.
        """
        document.setdefault("_id", ObjectId())
        with refusals():
            raw = encode(document, codec_options=self._collection.codec_options)
        await self._together.create((Change(self._collection.name, "create", principal, None, document), raw), len(raw))
        return document

    async def create_after(
        self, principal: Principal, document: Document, prepare: Callable[[AsyncClientSession], Awaitable[None]]
    ) -> Document:
        """Insert a document in one transaction with what comes first, and return it.

        Raises:
            BadRequestError: a value cannot be stored.
            ConflictError: there is one with its identifier.
            UnavailableError: the database does not take it.
        """

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            await prepare(session)
            await self._collection.insert_one(document, session=session)
            return [Change(self._collection.name, "create", principal, None, document)]

        await self._transactions.run(work)
        return document

    async def _create_all(self, creations: Sequence[tuple[Change, Bson]]) -> None:
        async def work(session: AsyncClientSession) -> Sequence[Change]:
            await self._insert(session, [RawBSONDocument(raw) for _, raw in creations])
            return [change for change, _ in creations]

        await self._transactions.run(work)

    async def _insert(self, session: AsyncClientSession, documents: Sequence[RawBSONDocument]) -> None:
        if len(documents) == 1:
            # Much cheaper than a bulk of one.
            await self._raw.insert_one(documents[0], session=session)
            return
        try:
            await self._raw.insert_many(documents, session=session)
        except BulkWriteError as error:
            raise ConflictError("one of them is there already") from error

    async def change(
        self, principal: Principal, where: Mapping[str, Any], update: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    ) -> Document | None:
        """Change the one document that matches and that the principal may change.

        Args:
            principal: who changes it.
            where: which; built by this service.
            update: update operators, or a pipeline of stages.

        Returns:
            The document as it is now, ``None`` where none matched.
        """
        allowed = both(where, self._rights.writable(principal))

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            before = await self._collection.find_one_and_update(
                allowed, update, return_document=ReturnDocument.BEFORE, session=session
            )
            if before is None:
                return []
            after = await self._collection.find_one({"_id": before["_id"]}, session=session)
            return [Change(self._collection.name, "change", principal, before, after)]

        changes = await self._transactions.run(work)
        return changes[0].after if changes else None

    async def delete(self, principal: Principal, where: Mapping[str, Any]) -> Document | None:
        """Delete the one document that matches and that the principal may delete; return it."""
        allowed = both(where, self._rights.deletable(principal))

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            before = await self._collection.find_one_and_delete(allowed, session=session)
            return [] if before is None else [Change(self._collection.name, "delete", principal, before, None)]

        changes = await self._transactions.run(work)
        return changes[0].before if changes else None

    async def delete_all(self, principal: Principal, where: Mapping[str, Any]) -> int:
        """Delete every document that matches and that the principal may delete; return how many."""
        allowed = both(where, self._rights.deletable(principal))

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            found = await self._collection.find(allowed, session=session).to_list()
            await self._collection.delete_many({"_id": {"$in": [one["_id"] for one in found]}}, session=session)
            return [Change(self._collection.name, "delete", principal, one, None) for one in found]

        changes = await self._transactions.run(work)
        return sum(change.collection == self._collection.name for change in changes)


@contextmanager
def refusals() -> Generator[None, None, None]:
    """Turn the driver's errors of a write into ours."""
    try:
        yield
    except Exception as error:
        ours = translated(error)
        if ours is None:
            raise
        raise ours from error


async def _commit(session: AsyncClientSession, scope: WriteScope) -> None:
    pause = _SHORTEST_PAUSE_SECONDS
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if _waits_for_majority(error):
                scope.not_by_majority()
                return
            if not is_unknown_commit(error):
                raise
            # To commit it once more does no harm, and says what became of it; the transaction's deadline ends this.
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        else:
            return


def _waits_for_majority(error: Exception) -> bool:
    """Return whether a transaction is committed, on the primary alone."""
    return isinstance(error, OperationFailure) and error.code == _WRITE_CONCERN_TIMEOUT
