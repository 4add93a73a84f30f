"""Blocks of files of a dataset: each write is one transaction with what it does to the dataset's totals."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from weakref import WeakValueDictionary

from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from beamlore.catalogue.access import NOTHING
from beamlore.catalogue.database import Change, Document, Query, told_plainly
from beamlore.catalogue.database.repository import both
from beamlore.catalogue.hiding import UnseenError
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.parts.changes import not_changed, not_later, set_fields
from beamlore.catalogue.parts.parents import DatasetsOfParts
from beamlore.catalogue.parts.rights import PartRights
from beamlore.catalogue.parts.totals import DATASETS
from beamlore.contract import safe_path
from beamlore.core import ForbiddenError, NotFoundError, Principal

OF_ONE_DATASET = 10_000
"""Most blocks of one dataset that are listed below it."""

_INHERITED = ("ownerGroup", "accessGroups", "instrumentGroup")
HIDDEN = {"beamlore": 0}


class BlockService:
    """Keeps one kind of blocks. What is stored is returned; ``shown`` makes an answer of it."""

    def __init__(
        self, ground: Ground, collection: str, rights: PartRights, *, of_datasets: PartRights | None = None
    ) -> None:
        """Make it.

        Args:
            ground: what it is built from.
            collection: of which blocks; also their name in errors.
            rights: who may do what with a block.
            of_datasets: who may do what with the blocks of a dataset, where that is another rule.
        """
        self.noun = collection
        self.rights = rights
        self.parents = DatasetsOfParts(ground, of_datasets or rights)
        self._store = ground.store(collection, rights)
        self._datasets = ground.database[DATASETS]
        self._blocks = ground.database[collection]
        self._transactions = ground.transactions
        self._publishes = ground.settings.files_public_with_dataset
        self._milliseconds = round(ground.settings.query_seconds * 1000)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def check_may_create_any(self, principal: Principal) -> None:
        """Let through who may create blocks at all.

        Raises:
            ForbiddenError: the principal may not.
        """
        if not self.rights.create.on_own(principal):
            raise ForbiddenError("Forbidden resource")

    async def stored(self, key: str, pid: str | None = None) -> Document:
        """Return a block, whoever asks: whether they may is decided with its dataset.

        Args:
            key: its identifier.
            pid: the dataset it must belong to.

        Raises:
            NotFoundError: there is none, or not of this dataset.
        """
        where = {"_id": key} if pid is None else {"_id": key, "datasetId": pid}
        with told_plainly():
            found = await self._blocks.find_one(where, HIDDEN, max_time_ms=self._milliseconds)
        if found is None:
            raise NotFoundError(f"{self.noun}: {key} not found")
        return found

    async def own(self, principal: Principal, key: str) -> Document:
        """Return a block by its own access fields.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not see it.
        """
        found = await self._store.find_one(principal, Query({"_id": key}, projection=HIDDEN))
        if found is None:
            await self.stored(key)
            raise UnseenError("Unauthorized access")
        return found

    async def of(self, dataset: Mapping[str, Any]) -> list[Document]:
        """Return the blocks of a dataset, which the caller was let at."""
        cursor = self._blocks.find(
            {"datasetId": dataset["_id"]}, HIDDEN, limit=OF_ONE_DATASET, max_time_ms=self._milliseconds
        )
        with told_plainly():
            return await cursor.to_list()

    async def count_of(self, dataset: Mapping[str, Any]) -> int:
        """Return how many blocks a dataset has, which the caller was let at."""
        with told_plainly():
            return await self._blocks.count_documents({"datasetId": dataset["_id"]}, maxTimeMS=self._milliseconds)

    async def create(self, principal: Principal, dataset: Mapping[str, Any], fields: Mapping[str, Any]) -> Document:
        """Add a block to a dataset, which the caller was let at, and return it; it belongs to whom the dataset does.

        Raises:
            ConflictError: a field that is unique is taken.
        """
        now = datetime.now(UTC)
        block: Document = {
            "_id": str(uuid.uuid4()),
            "isPublished": self._publishes and bool(dataset.get("isPublished", False)),
            **{name: value for name, value in _with_paths(fields, dataset).items() if name not in _INHERITED},
            "accessGroups": [],
            **{name: dataset[name] for name in _INHERITED if dataset.get(name) is not None},
            "datasetId": dataset["_id"],
            "createdBy": principal.username,
            "updatedBy": principal.username,
            "createdAt": now,
            "updatedAt": now,
        }

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            await self._blocks.insert_one(block, session=session)
            return [Change(self.noun, "create", principal, None, block)]

        await self._in_turn(dataset["_id"], work)
        return block

    async def change(
        self,
        principal: Principal,
        block: Mapping[str, Any],
        fields: Mapping[str, Any],
        if_unmodified_since: str | None = None,
        *,
        by_its_own: bool = False,
    ) -> Document:
        """Change a block, and return it.

        Args:
            principal: who changes it.
            block: as it was found; the caller was let at its dataset.
            fields: what becomes of it.
            if_unmodified_since: the header.
            by_its_own: whether the block's own access fields must allow it, too.

        Raises:
            ForbiddenError: its own access fields do not allow it.
            PreconditionFailedError: it was changed since.
            ConflictError: it is gone, or a field that is unique is taken.
        """
        where: Document = {"_id": block["_id"], **not_later(if_unmodified_since)}
        if by_its_own:
            allowed = self.rights.writable(principal)
            where = both(where, allowed)
            if not await self._store.count(principal, both({"_id": block["_id"]}, allowed)):
                raise UnseenError("Unauthorized access")
        dataset = await self._datasets.find_one({"_id": block["datasetId"]}, {"sourceFolder": 1})
        update = set_fields(principal, _with_paths(fields, dataset or {}))

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            before = await self._blocks.find_one_and_update(
                where, update, return_document=ReturnDocument.BEFORE, session=session
            )
            if before is None:
                return []
            after = await self._blocks.find_one({"_id": before["_id"]}, session=session) or {}
            return [Change(self.noun, "change", principal, before, after)]

        changes = await self._in_turn(block["datasetId"], work)
        if not changes:
            raise not_changed(self.noun, block["_id"], if_unmodified_since)
        return changes[0].after or {}

    async def delete(self, principal: Principal, key: str, pid: str | None = None) -> Document:
        """Delete a block, and return it.

        Args:
            principal: who deletes it.
            key: which.
            pid: the dataset it must belong to.

        Raises:
            NotFoundError: there is none, or not of this dataset.
            ForbiddenError: the principal may not.
        """
        deletable = self.rights.deletable(principal)
        if deletable == NOTHING:
            raise ForbiddenError("Forbidden resource")
        block = await self.stored(key, pid)
        allowed = both({"_id": key}, deletable)

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            before = await self._blocks.find_one_and_delete(allowed, session=session)
            if before is None:
                return []
            return [Change(self.noun, "delete", principal, before, None)]

        changes = await self._in_turn(block["datasetId"], work)
        if not changes:
            raise UnseenError(f"Unauthorized to delete this {self.noun.lower()}")
        return changes[0].before or {}

    async def delete_all(self, principal: Principal, dataset: Mapping[str, Any]) -> int:
        """Delete all blocks of a dataset, which the caller was let at; return how many. Its totals are zero then."""
        pid = dataset["_id"]

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            found = await self._blocks.find({"datasetId": pid}, session=session).to_list()
            await self._blocks.delete_many({"_id": {"$in": [one["_id"] for one in found]}}, session=session)
            return [Change(self.noun, "delete", principal, one, None) for one in found]

        changes = await self._in_turn(pid, work)
        return sum(one.collection == self.noun for one in changes)

    async def _in_turn(self, pid: str, work: Any) -> Sequence[Change]:
        """Run a transaction; those of one dataset one after the other, as they all change its totals."""
        turn = self._turns.setdefault(pid, asyncio.Lock())
        async with turn:
            return await self._transactions.run(work)


def _with_paths(fields: Mapping[str, Any], dataset: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a block's fields with the paths of its files within the dataset's folder."""
    files = fields.get("dataFileList")
    if not files:
        return fields
    folder = str(dataset.get("sourceFolder") or "")
    return {**fields, "dataFileList": [{**file, "path": safe_path(file["path"], folder)} for file in files]}


def shown(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a block as SciCat's routes show one document: its identifier also as `id`."""
    return {name: value for name, value in block.items() if name != "beamlore"} | {"id": block["_id"]}


def named(block: Document) -> Document:
    """Return a block of a v3 list, its identifier also as `id` where it is shown. Changes and returns it."""
    if "_id" in block:
        block["id"] = block["_id"]
    return block
