"""Gives the groups of ingested scans a policy, as SciCat does with a group's first dataset."""

from collections.abc import Iterable
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from beamlore.catalogue.database import DurableBulk
from beamlore.catalogue.ingest.models import RawDataset
from beamlore.catalogue.policies.defaults import default_policy
from beamlore.core import Principal, WriteScope

_REMEMBERED = 20_000


class PolicyKeeper:
    """Writes a group's policy with the first scan of it that this process meets, where there is none."""

    def __init__(self, collection: AsyncCollection[dict[str, Any]]) -> None:
        self._bulk = DurableBulk(collection)
        self._met: set[str] = set()

    async def keep(self, scope: WriteScope, principal: Principal, datasets: Iterable[RawDataset]) -> None:
        """Write the policies of these datasets' groups that are new."""
        fresh = {one.owner_group: one for one in datasets if one.owner_group not in self._met}
        if not fresh:
            return
        await self._bulk.write(scope, [_operation(principal, one) for one in fresh.values()])
        if scope.level != "majority":
            return  # a new primary may not have it: write it again with the next scan
        if len(self._met) > _REMEMBERED:
            self._met.clear()
        self._met |= fresh.keys()


def _operation(principal: Principal, dataset: RawDataset) -> UpdateOne:
    managers = [one.strip() for one in (dataset.owner_email or "").split(",")]
    policy = default_policy(principal, dataset.owner_group, dataset.access_groups, managers)
    group = policy.pop("ownerGroup")
    return UpdateOne({"ownerGroup": group}, {"$setOnInsert": policy}, upsert=True)
