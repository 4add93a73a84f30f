"""The dataset that a part belongs to: whether there is one, and whether the caller may."""

from collections.abc import Mapping
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession

from beamlore.catalogue.access import NOTHING
from beamlore.catalogue.database import Document, told_plainly
from beamlore.catalogue.database.repository import both
from beamlore.catalogue.hiding import UnseenError
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.parts.rights import PartRights
from beamlore.core import ForbiddenError, NotFoundError, Principal

_SHOWN = {"ownerGroup": 1, "accessGroups": 1, "instrumentGroup": 1, "isPublished": 1, "sourceFolder": 1}


class ParentDatasets:
    """Looks up datasets for the routes of what belongs to them."""

    def __init__(self, ground: Ground) -> None:
        self._datasets = ground.database["Dataset"]
        self._milliseconds = round(ground.settings.query_seconds * 1000)

    async def get(self, pid: str, allowed: Mapping[str, Any]) -> Document:
        """Return the access fields of a dataset.

        Args:
            pid: which.
            allowed: the predicate of the datasets with which the caller may do what they are about to.

        Raises:
            NotFoundError: there is no such dataset.
            ForbiddenError: there is, and the caller may not; or there is none with which they may.
        """
        if allowed == NOTHING:
            raise ForbiddenError("Forbidden resource")
        with told_plainly():
            found = await self._datasets.find_one(both({"_id": pid}, allowed), _SHOWN, max_time_ms=self._milliseconds)
            if found is not None:
                return found
            exists = await self._datasets.find_one({"_id": pid}, {"_id": 1}, max_time_ms=self._milliseconds)
        if exists is None:
            raise NotFoundError(f"dataset: {pid} not found")
        raise UnseenError("Unauthorized access")

    async def hold(self, session: AsyncClientSession, pid: str) -> bool:
        """Keep a dataset from being deleted while a transaction adds to it; return whether there is one.

        The transaction writes the dataset's document, which a deletion writes too: the second of them begins again.
        """
        held = {"$inc": {"beamlore.parts": 1}}
        return (await self._datasets.update_one({"_id": pid}, held, session=session)).matched_count > 0


class DatasetsOfParts(ParentDatasets):
    """Lets callers at datasets for the routes of one kind of part. All methods raise what ``get`` raises."""

    def __init__(self, ground: Ground, rights: PartRights) -> None:
        super().__init__(ground)
        self._rights = rights

    async def readable(self, principal: Principal, pid: str) -> Document:
        """Return a dataset whose parts the principal may see."""
        return await self.get(pid, self._rights.readable(principal))

    async def creatable(self, principal: Principal, pid: str) -> Document:
        """Return a dataset that the principal may add parts to."""
        return await self.get(pid, self._rights.creatable(principal))

    async def writable(self, principal: Principal, pid: str) -> Document:
        """Return a dataset whose parts the principal may change."""
        return await self.get(pid, self._rights.writable(principal))

    async def deletable(self, principal: Principal, pid: str) -> Document:
        """Return a dataset whose parts the principal may delete."""
        return await self.get(pid, self._rights.deletable(principal))
