"""Builds all that is derived: where nothing is derived yet, and under new rules.

Folding keeps derived data right at every moment, and pays for it: each dataset costs a look at what stands and an
update of every sum it counts in. While nobody reads derived data, each thing is written once instead, in this order:

| stage | what is done |
| --- | --- |
| clear | what stood goes |
| datasets | search documents, in the order of identifiers |
| indexes | the indexes of the search documents, sorted at once |
| signatures | signatures and their rollups, summed signature by signature |
| sums | the sums of all signatures, and of the published ones |

The stage is in the first mark of the log of changes, moved in the transaction that writes what it stands for: a build
goes on where it stopped, and who has lost the lease writes nothing. As long as it is there nobody folds: entries wait,
so what changes meanwhile is looked at again afterwards.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from beamlore.catalogue.access import ACCESS_FIELDS
from beamlore.catalogue.database import Document
from beamlore.catalogue.derived.difference import Difference
from beamlore.catalogue.derived.fields import COUNTED, EVERYTHING, PUBLIC, SUMS, Deriver
from beamlore.catalogue.derived.fold import ROLLUPS, SEARCH, SIGNATURES, Folder
from beamlore.catalogue.derived.lease import Lease
from beamlore.catalogue.derived.log import BEGINNING, CHANGES, FIRST, LAST, new_epoch
from beamlore.catalogue.derived.repository import SEARCH_INDEXES
from beamlore.catalogue.derived.transaction import transaction

log = structlog.get_logger(__name__)

AT_ONCE = 1_000
"""Datasets of one transaction."""

_SUMMED_AT_ONCE = 5_000
_DELETED_AT_ONCE = 5_000
_READ_AT_ONCE = 500
_NO_SUCH_COLLECTION, _NO_SUCH_INDEX = 26, 27
_BY_SIGNATURE = dict.fromkeys(("s", *COUNTED, *ACCESS_FIELDS), 1)


class TakenOverError(Exception):
    """Another process builds, or all has to be built from the beginning."""


class Builder:
    """Takes a build one step further. What a step does stands as a whole, or not at all."""

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        database: AsyncDatabase[Document],
        deriver: Deriver,
        folder: Folder,
        lease: Lease,
    ) -> None:
        self._client = client
        self._database = database
        self._deriver = deriver
        self._folder = folder
        self._lease = lease
        self._stages = {
            BEGINNING: self._clear,
            "datasets": self._datasets,
            "indexes": self._indexes,
            "signatures": self._signatures,
            "sums": self._sums,
        }

    async def begin(self, mark: Mapping[str, Any]) -> bool:
        """Begin a build where nothing is derived yet; return whether there is one."""
        if await self._database[SEARCH].find_one({}, {"_id": 1}) is not None:
            return False
        async with transaction(self._client) as session:
            await self._move(session, mark, BEGINNING)
        return True

    async def step(self, mark: Mapping[str, Any]) -> None:
        """Do the next step of a build.

        Args:
            mark: the first mark of the log, as the lease gave it.

        Raises:
            TakenOverError: the mark is not what it was.
            PyMongoError: the database does not answer.
        """
        await self._stages[mark["building"]["stage"]](mark)

    async def prepare_indexes(self) -> None:
        """Create the indexes of search documents that are missing."""
        await self._database[SEARCH].create_indexes(list(SEARCH_INDEXES), commitQuorum=1)

    async def _clear(self, mark: Mapping[str, Any]) -> None:
        async with transaction(self._client) as session:
            # Who is answering from what goes now notices.
            await self._move(session, mark, BEGINNING, epoch=new_epoch())
        # Deleted in transactions, not dropped: who has lost the lease must not do it.
        async with self._lease.kept():
            await self._drop_indexes()
        for name in (SEARCH, ROLLUPS, SIGNATURES):
            while await self._delete_some(mark, self._database[name], {}):
                pass
        async with transaction(self._client) as session:
            await self._move(session, mark, "datasets")

    async def _drop_indexes(self) -> None:
        try:
            await self._database[SEARCH].drop_indexes()
        except OperationFailure as error:
            if error.code not in (_NO_SUCH_COLLECTION, _NO_SUCH_INDEX):
                raise

    async def _datasets(self, mark: Mapping[str, Any]) -> None:
        after = mark["building"].get("after")
        async with transaction(self._client) as session:
            found = await self._folder.derived(session, {} if after is None else {"_id": {"$gt": after}}, AT_ONCE)
            if len(found) < AT_ONCE:
                await self._move(session, mark, "indexes")
            else:
                await self._move(session, mark, "datasets", next(reversed(found)))
            if found:
                await self._database[SEARCH].insert_many(found.values(), ordered=False, session=session)

    async def _indexes(self, mark: Mapping[str, Any]) -> None:
        async with self._lease.kept():
            await self.prepare_indexes()
        async with transaction(self._client) as session:
            await self._move(session, mark, "signatures")

    async def _signatures(self, mark: Mapping[str, Any]) -> None:
        # Read outside of a transaction: while the mark is what it is, nobody changes search documents.
        async with self._lease.kept():
            difference, last = await self._summed(mark["building"].get("after", ""))
        async with transaction(self._client) as session:
            await self._move(session, mark, *(("sums",) if last is None else ("signatures", last)))
            await self._insert(session, SIGNATURES, difference.signatures_from_nothing())
            await self._insert(session, ROLLUPS, difference.rollups_from_nothing())

    async def _summed(self, after: str) -> tuple[Difference, str | None]:
        """Return what the next signatures count, each whole, and the last of them; ``None`` behind the last."""
        difference = Difference()
        found, last = 0, after
        cursor = self._database[SEARCH].find(
            {"s": {"$gt": after}}, _BY_SIGNATURE, sort=[("s", 1)], batch_size=_READ_AT_ONCE
        )
        async with cursor:
            while documents := await cursor.to_list(_READ_AT_ONCE):
                for document in documents:
                    if found >= _SUMMED_AT_ONCE and document["s"] != last:
                        return difference, last
                    difference.count_under(document, (document["s"],), 1)
                    found, last = found + 1, document["s"]
        return difference, None

    async def _sums(self, mark: Mapping[str, Any]) -> None:
        for name, field in ((SIGNATURES, "_id"), (ROLLUPS, "s")):
            while await self._delete_some(mark, self._database[name], {field: {"$in": list(SUMS)}}):
                pass
        signatures, rollups = self._database[SIGNATURES], self._database[ROLLUPS]
        total = {"$group": {"_id": None, "n": {"$sum": "$n"}}}
        by_value = {"$group": {"_id": {"f": "$f", "v": "$v"}, "n": {"$sum": "$n"}}}
        every: Document = {"$match": {"_id": {"$nin": list(SUMS)}}}
        published: Document = {"$match": {"_id": {"$nin": list(SUMS)}, "isPublished": True}}
        # The rollups of the signatures, without a list of these that would grow with the catalogue.
        theirs: Sequence[Document] = (
            {"$lookup": {"from": ROLLUPS, "localField": "_id", "foreignField": "s", "as": "of"}},
            {"$unwind": "$of"},
            {"$replaceWith": "$of"},
        )
        for name, which in ((EVERYTHING, every), (PUBLIC, published)):
            await self._sum(mark, signatures, [which, total], lambda one, name=name: {"_id": name, "n": one["n"]})
        of_every: Document = {"$match": {"s": {"$nin": list(SUMS)}}}
        await self._sum(mark, rollups, [of_every, by_value], lambda one: _sum_of(EVERYTHING, one))
        await self._sum(
            mark, signatures, [published, *theirs, by_value], lambda one: _sum_of(PUBLIC, one), into=rollups
        )
        await self._finish(mark)

    async def _sum(
        self,
        mark: Mapping[str, Any],
        collection: AsyncCollection[Document],
        stages: Sequence[Document],
        shape: Any,
        into: AsyncCollection[Document] | None = None,
    ) -> None:
        target = collection if into is None else into
        async with self._lease.kept():
            cursor = await collection.aggregate(list(stages), allowDiskUse=True, batchSize=_READ_AT_ONCE)
        async with cursor:
            while found := await cursor.to_list(_SUMMED_AT_ONCE):
                async with transaction(self._client) as session:
                    await self._move(session, mark, "sums")
                    await self._insert(session, target.name, [shape(one) for one in found])

    async def _finish(self, mark: Mapping[str, Any]) -> None:
        epoch = new_epoch()
        async with transaction(self._client) as session:
            changes = self._database[CHANGES]
            done = {"$set": {"built": True, "epoch": epoch}, "$unset": {"building": "", "after": ""}}
            await self._guarded(session, mark, done)
            await changes.update_one({"_id": LAST}, {"$set": {"epoch": epoch}}, session=session)
        log.info("everything is derived", rules=self._deriver.version)

    async def _delete_some(
        self, mark: Mapping[str, Any], collection: AsyncCollection[Document], where: Mapping[str, Any]
    ) -> bool:
        """Delete some of what matches; return whether there was any."""
        async with transaction(self._client) as session:
            found = await collection.find(where, {"_id": 1}, limit=_DELETED_AT_ONCE, session=session).to_list()
            if found:
                await self._move(session, mark, mark["building"]["stage"])
                await collection.delete_many({"_id": {"$in": [one["_id"] for one in found]}}, session=session)
        return bool(found)

    async def _insert(self, session: AsyncClientSession, name: str, documents: Sequence[Document]) -> None:
        if documents:
            await self._database[name].insert_many(documents, ordered=False, session=session)

    async def _move(
        self, session: AsyncClientSession, mark: Mapping[str, Any], stage: str, after: Any = None, *, epoch: str = ""
    ) -> None:
        """Move the mark, in the transaction that does what it stands for.

        Raises:
            TakenOverError: the mark is not what it was.
        """
        building = {"stage": stage} if after is None else {"stage": stage, "after": after}
        changed: Document = {"building": building} | ({"epoch": epoch} if epoch else {})
        await self._guarded(session, mark, {"$set": changed})
        if epoch:
            await self._database[CHANGES].update_one({"_id": LAST}, {"$set": {"epoch": epoch}}, session=session)

    async def _guarded(self, session: AsyncClientSession, mark: Mapping[str, Any], change: Document) -> None:
        same = {"_id": FIRST, "rules": self._deriver.version, "holder": self._lease.holder} | {
            name: mark.get(name) for name in ("generation", "building")
        }
        lasting = change | {"$set": change["$set"] | self._lease.extended()}
        moved = await self._database[CHANGES].update_one(same, lasting, session=session)
        if moved.matched_count != 1:
            raise TakenOverError


def _sum_of(name: str, found: Mapping[str, Any]) -> Document:
    field, value = found["_id"]["f"], found["_id"]["v"]
    return {"_id": f"{name}:{field}:{value}", "s": name, "f": field, "v": value, "n": found["n"]}
