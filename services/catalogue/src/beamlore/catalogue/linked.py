"""Datasets below other nouns: those of a proposal, those of a sample."""

from typing import Literal

from beamlore.catalogue.database import Document, Query
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.records import HIDDEN
from beamlore.core import Principal

_AT_MOST = 100
"""As SciCat answers on ``/proposals/{pid}/datasets`` and ``/samples/{id}/datasets``."""


class LinkedDatasets:
    """The datasets that name something."""

    def __init__(self, ground: Ground, field: Literal["proposalIds", "sampleIds"]) -> None:
        self._datasets = ground.store("Dataset", DatasetRights(ground.policy, ground.settings))
        self._field = field
        self._most = min(_AT_MOST, ground.settings.query_limit)

    async def of(self, principal: Principal, key: str) -> list[Document]:
        """Return those that name it and that the principal may see, in the order of their creation."""
        query = Query({self._field: key}, projection=HIDDEN, sort=(("createdAt", 1), ("_id", 1)), limit=self._most)
        return await self._datasets.find(principal, query)
