"""The base of every repository that answers callers: no query exists without a principal."""

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, cast

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

from beamlore.catalogue.access import Rights
from beamlore.catalogue.database.bson import Bson, identifier_of
from beamlore.catalogue.database.gathering import AT_ONCE, Gathered
from beamlore.catalogue.measures import rows
from beamlore.core import Principal, current_request, deadline, phase_took, read_seconds, to_database, translated

Document = dict[str, Any]
_RAW = CodecOptions(document_class=RawBSONDocument)


@dataclass(frozen=True)
class Query:
    """What to find among what the caller may see; ``where`` was built by this service, never by a caller."""

    where: Mapping[str, Any] = field(default_factory=dict)
    projection: Mapping[str, Any] | None = None
    sort: Sequence[tuple[str, Any]] = ()
    skip: int = 0
    limit: int = 0
    in_any_order: bool = False
    """Whether the caller sorts, or does not care: no sort is added then."""

    @property
    def order(self) -> list[tuple[str, Any]] | None:
        """The sort that is sent: a total order wherever a page may be cut from it."""
        if self.in_any_order or not (self.sort or self.skip or self.limit):
            return None
        return total_order(self.sort)


def total_order(sort: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return a sort that leaves no two documents equal: the identifier decides at its end.

    Pages are separate queries, and MongoDB returns equal documents in any order: without a total order rows are lost
    and repeated between pages. The identifier goes the way of the last key: one compound index serves both ways.
    """
    if any(field == "_id" for field, _ in sort):
        return list(sort)
    return [*sort, ("_id", sort[-1][1] if sort else 1)]


class GuardedRepository:
    """Reads and changes one collection for a principal. The access predicate is added here, and only here."""

    def __init__(self, collection: AsyncCollection[Document], rights: Rights, seconds: float) -> None:
        self._collection = collection
        self._raw = collection.with_options(codec_options=_RAW)
        self._rights = rights
        self._gathered: Gathered[str, Bson] = Gathered()
        self._milliseconds = round(seconds * 1000)
        self._rows = rows.labels(collection.name)

    async def find(self, principal: Principal, query: Query) -> list[Document]:
        """Return the documents the principal may see that match."""
        cursor = self._collection.find(
            both(query.where, self._rights.readable(principal)),
            query.projection,
            sort=query.order,
            skip=query.skip,
            limit=query.limit,
            max_time_ms=self._milliseconds,
            batch_size=max(query.limit, 101),
        )
        with told_plainly():
            found = await cursor.to_list()
        self._count_rows(len(found))
        return found

    async def stream(
        self, principal: Principal, query: Query, *, batch: int, seconds: float
    ) -> AsyncGenerator[list[Document], None]:
        """Yield the documents the principal may see that match, a batch of 16 MiB at most at a time.

        Args:
            principal: who asks.
            query: what.
            batch: documents at a time.
            seconds: longest time the database may spend on all of it.
        """
        # A batch of the server's, which has 16 MiB at most, however large the documents are.
        async with self._collection.find_raw_batches(
            both(query.where, self._rights.readable(principal)),
            query.projection,
            sort=query.order,
            max_time_ms=round(seconds * 1000),
            batch_size=batch,
            allow_disk_use=True,
        ) as cursor:
            while True:
                with told_plainly(seconds):
                    raw = await anext(cursor, None)
                if raw is None:
                    return
                # The driver's types have documents here; what comes is their bytes.
                found = bson.decode_all(cast(bytes, raw), self._collection.codec_options)
                self._count_rows(len(found))
                yield found

    async def find_one(self, principal: Principal, query: Query) -> Document | None:
        """Return one document the principal may see that matches."""
        with told_plainly():
            found = await self._collection.find_one(
                both(query.where, self._rights.readable(principal)),
                query.projection,
                sort=query.order,
                skip=query.skip,
                max_time_ms=self._milliseconds,
            )
        if found is not None:
            self._count_rows(1)
        return found

    async def find_raw(self, principal: Principal, query: Query) -> list[Bson]:
        """Return the documents the principal may see that match, each as its BSON."""
        cursor = self._raw.find(
            both(query.where, self._rights.readable(principal)),
            query.projection,
            sort=query.order,
            skip=query.skip,
            limit=query.limit,
            max_time_ms=self._milliseconds,
            batch_size=max(query.limit, 101),
        )
        with told_plainly():
            found = [bytes(document.raw) for document in await cursor.to_list()]
        self._count_rows(len(found))
        return found

    async def by_id_raw(self, principal: Principal, key: str) -> Bson | None:
        """Return the document of an identifier if the principal may see it, whole, as its BSON.

        Requests of those who may see the same share a query.
        """
        access = self._rights.readable(principal)

        async def read(keys: Sequence[str]) -> dict[str, Bson]:
            where = {"_id": keys[0]} if len(keys) == 1 else {"_id": {"$in": list(keys)}}
            cursor = self._raw.find(both(where, access), max_time_ms=self._milliseconds, batch_size=AT_ONCE + 1)
            with told_plainly():
                found = await cursor.to_list()
            self._count_rows(len(found))
            if len(keys) == 1:
                return dict.fromkeys(keys, bytes(found[0].raw)) if found else {}
            return {identifier_of(raw): raw for raw in (bytes(document.raw) for document in found)}

        return await self._gathered.get(repr(access), key, read)

    async def count(self, principal: Principal, where: Mapping[str, Any]) -> int:
        """Return how many documents match that the principal may see."""
        with told_plainly():
            return await self._collection.count_documents(
                both(where, self._rights.readable(principal)), maxTimeMS=self._milliseconds
            )

    async def aggregate(
        self,
        principal: Principal,
        where: Mapping[str, Any],
        stages: Sequence[Mapping[str, Any]],
        *,
        seconds: float | None = None,
    ) -> list[Document]:
        """Return what the stages make of the documents that match and that the principal may see.

        ``stages`` may not look into other collections: those have readers of their own. It may take as long as any
        query of a caller, or these ``seconds``.
        """
        milliseconds = self._milliseconds if seconds is None else round(seconds * 1000)
        pipeline = [{"$match": both(where, self._rights.readable(principal))}, *stages]
        with told_plainly(None if seconds is None else seconds + read_seconds()):
            cursor = await self._collection.aggregate(pipeline, maxTimeMS=milliseconds)
            return await cursor.to_list()

    def _count_rows(self, number: int) -> None:
        self._rows.inc(number)
        request = current_request()
        if request is not None:
            request.rows += number

    def changeable(self, principal: Principal, where: Mapping[str, Any]) -> Document:
        """Return the filter of the documents that match and that the principal may change."""
        return both(where, self._rights.writable(principal))


class told_plainly:  # noqa: N801 - reads as a function: `with told_plainly()`
    """Turns the driver's errors into ours, breaks off what hangs, and counts the time as the request's at the database.

    What is a fault of ours stays the error it is: it is logged, and answered as one.
    """

    __slots__ = ("_begun", "_deadline")

    def __init__(self, seconds: float | None = None) -> None:
        """Prepare.

        Args:
            seconds: how long the database may take; without them, as long as any read of a request.
        """
        self._deadline = deadline(read_seconds() if seconds is None else seconds, to_database)

    def __enter__(self) -> None:
        self._begun = time.perf_counter()
        self._deadline.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        phase_took("database", time.perf_counter() - self._begun)
        try:
            self._deadline.__exit__(kind, error, trace)
        except PyMongoError as late:
            error = late
        if error is not None and (ours := translated(error)) is not None:
            raise ours from error


def both(where: Mapping[str, Any], access: Mapping[str, Any]) -> Document:
    """Return the filter of what matches and is allowed."""
    if not access:
        return dict(where)
    if not where:
        return dict(access)
    return {"$and": [where, access]}
