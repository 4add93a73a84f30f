"""Queries of SciCat's dataset routes."""

from collections.abc import Mapping, Sequence
from typing import Any

from beamlore.catalogue.database import Document, Query, Store, told_plainly
from beamlore.catalogue.database.bson import Bson, identifier_of
from beamlore.catalogue.datasets.relations import Relations, links
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.filters import Listing, Scope
from beamlore.catalogue.noun import Ground
from beamlore.core import Principal

COLLECTION = "Dataset"

_HIDDEN = {"beamlore": 0}


class DatasetRepository(Store):
    """SciCat's ``Dataset`` collection."""

    def __init__(self, ground: Ground) -> None:
        self.rights = DatasetRights(ground.policy, ground.settings)
        seconds = ground.settings.query_seconds
        super().__init__(ground.database[COLLECTION], self.rights, seconds, ground.transactions)
        self._relations = Relations(ground)
        self._derived = ground.derived

    async def listed(self, principal: Principal, listing: Listing, page: Sequence[Any] | None = None) -> list[Document]:
        """Return the datasets a listing asks for, with what it includes.

        Args:
            principal: who asks.
            listing: what is asked for.
            page: identifiers of these datasets in order, where they are known.
        """
        limits = listing.limits
        if page is not None:
            found = await self._these(principal, page, _with_links(listing))
            await self._include(principal, found, listing)
            return found
        found = await self.find(
            principal,
            Query(
                await self._derived.of_documents(principal, listing.where),
                projection=_with_links(listing),
                sort=limits.sort,
                skip=limits.skip,
                limit=limits.limit,
            ),
        )
        await self._include(principal, found, listing)
        return found

    async def these_raw(self, principal: Principal, pids: Sequence[Any]) -> list[Bson]:
        """Return datasets in this order, those of them that the principal may see, each as its BSON."""
        query = Query({"_id": {"$in": list(pids)}}, limit=len(pids))
        among = await self.find_raw(principal, query) if pids else []
        by_pid = {identifier_of(one): one for one in among}
        return [by_pid[pid] for pid in pids if pid in by_pid]

    async def _these(self, principal: Principal, pids: Sequence[Any], projection: dict[str, int]) -> list[Document]:
        query = Query({"_id": {"$in": list(pids)}}, projection, limit=len(pids))
        among = await self.find(principal, query) if pids else []
        by_pid = {one["_id"]: one for one in among}
        return [by_pid[pid] for pid in pids if pid in by_pid]

    async def one(self, principal: Principal, pid: str) -> Document | None:
        """Return a dataset the principal may see."""
        return await self.find_one(principal, Query({"_id": pid}, projection=_HIDDEN))

    async def exists(self, pid: str) -> bool:
        """Return whether a PID is taken, by whomever: SciCat tells 'forbidden' from 'not found'."""
        with told_plainly():
            return await self._collection.find_one({"_id": pid}, {"_id": 1}) is not None

    async def include(
        self,
        principal: Principal,
        datasets: Sequence[Document],
        relations: Sequence[str],
        scopes: Mapping[str, Scope] | None = None,
        *,
        all_blocks: bool = False,
    ) -> None:
        """Add related documents the principal may see to each of the datasets."""
        await self._relations.include(principal, datasets, relations, scopes, all_blocks=all_blocks)

    async def _include(self, principal: Principal, datasets: Sequence[Document], listing: Listing) -> None:
        await self.include(principal, datasets, listing.include, listing.scopes, all_blocks=listing.includes_all_blocks)


def _with_links(listing: Listing) -> dict[str, int]:
    projection = dict(listing.projection)
    if 1 in projection.values():
        projection |= links(listing.include)
    return projection
