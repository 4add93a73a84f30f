"""The samples of proposals, as an ``include`` asks for them. Source: SciCat's route ``/proposals``."""

from collections.abc import Sequence
from typing import Any

from beamlore.catalogue.database import Document, Query
from beamlore.catalogue.filters import Scope, to_mongo
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.records import HIDDEN
from beamlore.catalogue.samples.rights import sample_rights
from beamlore.catalogue.samples.shape import as_v3
from beamlore.core import Principal

_AT_MOST = 10_000


class IncludedSamples:
    """Finds them, each guarded by the samples' own rule."""

    def __init__(self, ground: Ground) -> None:
        self._samples = ground.store("Sample", sample_rights(ground.policy, ground.settings))

    async def add(self, principal: Principal, proposals: Sequence[Document], scope: Scope | None) -> None:
        """Add to each proposal its samples that the principal may see.

        Args:
            principal: who asks.
            proposals: have their ``proposalId``.
            scope: which of the samples, what of them, and how many for each proposal.
        """
        keys = [one["proposalId"] for one in proposals if one.get("proposalId")]
        related = await self._samples.find(principal, _query(keys, scope)) if keys else []
        for proposal in proposals:
            mine = [one for one in related if one["proposalId"] == proposal.get("proposalId")]
            if scope is not None:
                mine = mine[scope.limits.skip : scope.limits.skip + scope.limits.limit]
            proposal["samples"] = [as_v3(one) for one in mine]


def _query(keys: Sequence[str], scope: Scope | None) -> Query:
    where: dict[str, Any] = {"proposalId": {"$in": list(keys)}}
    if scope is None:
        return Query(where, projection=HIDDEN, limit=_AT_MOST)
    projection = dict(scope.projection)
    if 1 in projection.values():
        projection["proposalId"] = 1
    else:
        projection.pop("proposalId", None)
    return Query({"$and": [where, to_mongo(scope.where)]}, projection, scope.limits.sort, limit=_AT_MOST)
