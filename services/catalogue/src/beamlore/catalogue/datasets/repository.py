"""Queries of SciCat's dataset routes."""

from collections.abc import Mapping, Sequence
from typing import Any

from beamlore.catalogue.database import Document, GuardedRepository, Query, Store, told_plainly
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.filters import Listing, to_mongo
from beamlore.catalogue.noun import Ground
from beamlore.core import Principal

COLLECTION = "Dataset"

_HIDDEN = {"beamlore": 0}
# Relation: the collection, the datasets' field and the field there that belong together. Instruments have no readers.
_RELATIONS = {
    "origdatablocks": ("OrigDatablock", "_id", "datasetId"),
    "datablocks": ("Datablock", "_id", "datasetId"),
    "attachments": ("Attachment", "_id", "datasetId"),
    "proposals": ("Proposal", "proposalIds", "proposalId"),
    "samples": ("Sample", "sampleIds", "sampleId"),
    "instruments": ("Instrument", "instrumentIds", "pid"),
}
_RELATED_AT_MOST = 10_000


class DatasetRepository(Store):
    """SciCat's ``Dataset`` collection."""

    def __init__(self, ground: Ground) -> None:
        self.rights = DatasetRights(ground.policy, ground.settings)
        seconds = ground.settings.query_seconds
        super().__init__(ground.database[COLLECTION], self.rights, seconds, ground.transactions)
        self._related = {
            relation: GuardedRepository(ground.database[name], ground.policy, seconds)
            for relation, (name, _, _) in _RELATIONS.items()
            if relation != "instruments"
        }
        self._instruments = ground.database["Instrument"]

    async def listed(self, principal: Principal, listing: Listing) -> list[Document]:
        """Return the datasets a listing asks for, with what it includes."""
        limits = listing.limits
        found = await self.find(
            principal,
            Query(
                to_mongo(listing.where),
                projection=self._with_links(listing),
                sort=limits.sort,
                skip=limits.skip,
                limit=limits.limit,
            ),
        )
        await self.include(principal, found, listing.include)
        return found

    async def one(self, principal: Principal, pid: str) -> Document | None:
        """Return a dataset the principal may see."""
        return await self.find_one(principal, Query({"_id": pid}, projection=_HIDDEN))

    async def exists(self, pid: str) -> bool:
        """Return whether a PID is taken, by whomever: SciCat tells 'forbidden' from 'not found'."""
        with told_plainly():
            return await self._collection.find_one({"_id": pid}, {"_id": 1}) is not None

    async def include(self, principal: Principal, datasets: Sequence[Document], relations: Sequence[str]) -> None:
        """Add related documents the principal may see to each of the datasets."""
        for relation in relations:
            _, here, there = _RELATIONS[relation]
            keys = {key for dataset in datasets for key in _keys(dataset, here)}
            related = await self._find_related(principal, relation, {there: {"$in": list(keys)}}) if keys else []
            for dataset in datasets:
                own = set(_keys(dataset, here))
                dataset[relation] = [one for one in related if one.get(there) in own]

    async def _find_related(self, principal: Principal, relation: str, where: Mapping[str, Any]) -> Sequence[Document]:
        if relation == "instruments":
            with told_plainly():
                return await self._instruments.find(where, _HIDDEN, limit=_RELATED_AT_MOST).to_list()
        query = Query(where, projection=_HIDDEN, limit=_RELATED_AT_MOST)
        return await self._related[relation].find(principal, query)

    def _with_links(self, listing: Listing) -> dict[str, int]:
        projection = dict(listing.projection)
        if 1 in projection.values():
            projection |= {_RELATIONS[relation][1]: 1 for relation in listing.include}
        return projection


def _keys(dataset: Mapping[str, Any], field: str) -> list[str]:
    value = dataset.get(field)
    return value if isinstance(value, list) else [] if value is None else [value]
