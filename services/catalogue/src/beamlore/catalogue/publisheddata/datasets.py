"""The datasets that are published together: whether one may, and making them public in the same transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from beamlore.catalogue.database import Change, Document, Query
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.hiding import UnseenError
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.scopes.tracker import ScopeTracker
from beamlore.core import NotFoundError, Principal

COLLECTION = "Dataset"
_SIZES = {"size": 1, "numberOfFiles": 1}


class PublishedDatasets:
    """Datasets by their PIDs, for who publishes them."""

    def __init__(self, ground: Ground) -> None:
        rights = DatasetRights(ground.policy, ground.settings)
        self._store = ground.store(COLLECTION, rights)
        self._collection = ground.database[COLLECTION]
        self._tracker = ScopeTracker(ground.database["beamlore_scopes"])
        self._writer = ground.writer

    async def check_may_publish(self, principal: Principal, pids: Sequence[str]) -> None:
        """Let through datasets that are all there and that the principal may change.

        Raises:
            NotFoundError: one is not there, or the principal may not see it.
            ForbiddenError: one the principal may see, not change.
        """
        named = {"_id": {"$in": list(pids)}}
        seen = await self._pids(principal, named)
        changeable = await self._pids(principal, self._store.changeable(principal, named))
        for pid in pids:
            if pid not in seen:
                raise NotFoundError(f"dataset: {pid} not found")
            if pid not in changeable:
                raise UnseenError(f"Unauthorized to publish the dataset {pid}")

    async def totals(self, principal: Principal, pids: Sequence[str]) -> dict[str, int]:
        """Return the number of files, and of bytes, of those datasets that the principal may see."""
        found = await self._store.find(principal, Query({"_id": {"$in": list(pids)}}, projection=_SIZES))
        return {
            "numberOfFiles": sum(int(one.get("numberOfFiles") or 0) for one in found),
            "sizeOfArchive": sum(int(one.get("size") or 0) for one in found),
        }

    async def publish(
        self, session: AsyncClientSession, principal: Principal, pids: Sequence[str], at: datetime | None
    ) -> list[Change]:
        """Make datasets public, in a transaction.

        Args:
            session: the transaction's.
            principal: who publishes.
            pids: which; the principal may change all of them.
            at: when they were registered, ``None`` where they are made public without a DOI.
        """
        fields: dict[str, Any] = {"isPublished": True, "updatedBy": principal.username}
        if at is not None:
            fields["datasetlifecycle.publishedOn"] = at
        update: Mapping[str, Any] = {
            "$set": fields,
            "$inc": {"beamlore.revision": 1},
            "$currentDate": {"updatedAt": True},
        }
        changes = []
        for pid in dict.fromkeys(pids):
            before = await self._collection.find_one_and_update(
                self._store.changeable(principal, {"_id": pid}),
                update,
                return_document=ReturnDocument.BEFORE,
                session=session,
            )
            if before is None:
                raise UnseenError(f"Unauthorized to publish the dataset {pid}")
            after = await self._collection.find_one({"_id": pid}, session=session)
            changes.append(Change(COLLECTION, "change", principal, before, after))
        return changes

    async def note(self, documents: Sequence[Document]) -> None:
        """Note what became public, for the lists of what there is to see."""
        async with self._writer.write() as scope:
            await self._tracker.note(scope, documents)

    async def _pids(self, principal: Principal, where: Mapping[str, Any]) -> frozenset[str]:
        found = await self._store.find(principal, Query(where, projection={"_id": 1}))
        return frozenset(one["_id"] for one in found)
