"""The documents of one noun, found by their identifier, and refused as SciCat's clients expect it.

*Not found* is told from *forbidden*.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from beamlore.catalogue.database import Document, Query, Store, told_plainly
from beamlore.catalogue.database.repository import both
from beamlore.catalogue.filters import Listing, to_mongo
from beamlore.catalogue.hiding import UnseenError
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.parts.changes import not_changed, not_later
from beamlore.catalogue.parts.rights import Grant, PartRights
from beamlore.core import ForbiddenError, NotFoundError, Principal

HIDDEN = {"beamlore": 0}


class Records:
    """One collection."""

    def __init__(self, ground: Ground, collection: str, rights: PartRights, noun: str, key: str = "_id") -> None:
        """Prepare.

        Args:
            ground: what services are built from.
            collection: its name.
            rights: who may what.
            noun: what one of them is called, in the text of errors.
            key: the field that identifies one.
        """
        self.rights = rights
        self._store: Store = ground.store(collection, rights)
        self._collection = ground.database[collection]
        self._milliseconds = round(ground.settings.query_seconds * 1000)
        self._noun = noun
        self._key = key

    @property
    def store(self) -> Store:
        """What the principal may read and write of the collection."""
        return self._store

    async def listed(self, principal: Principal, listing: Listing) -> list[Document]:
        """Return the documents a listing asks for, of those the principal may see."""
        limits = listing.limits
        query = Query(to_mongo(listing.where), listing.projection, limits.sort, limits.skip, limits.limit)
        return await self._store.find(principal, query)

    async def get(self, principal: Principal, identifier: str) -> Document:
        """Return one that the principal may see.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not see it.
        """
        return await self.allowed(identifier, self.rights.readable(principal))

    async def allowed(self, identifier: str, predicate: Mapping[str, Any]) -> Document:
        """Return one that a predicate of the rights holds for.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: there is, and the predicate does not hold.
        """
        where = {self._key: identifier}
        with told_plainly():
            found = await self._collection.find_one(both(where, predicate), HIDDEN, max_time_ms=self._milliseconds)
            if found is not None:
                return found
        if not await self.taken(identifier):
            raise NotFoundError(f"{self._noun}: {identifier} not found")
        raise UnseenError(f"Unauthorized to this {self._noun.lower()}")

    async def taken(self, identifier: str) -> bool:
        """Return whether there is one with an identifier, whoever may see it."""
        with told_plainly():
            found = await self._collection.find_one({self._key: identifier}, {"_id": 1}, max_time_ms=self._milliseconds)
        return found is not None

    async def may_read(self, principal: Principal, identifier: str) -> bool:
        """Return whether there is one that the principal may see."""
        query = Query({self._key: identifier}, projection={"_id": 1})
        return await self._store.find_one(principal, query) is not None

    async def change(
        self, principal: Principal, identifier: str, fields: Mapping[str, Any], if_unmodified_since: str | None = None
    ) -> Document:
        """Set fields of one, null too, and return it as it is now.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not change it.
            PreconditionFailedError: it was changed since.
        """
        where = {self._key: identifier, **not_later(if_unmodified_since)}
        update = {"$set": {**fields, "updatedBy": principal.username}, "$currentDate": {"updatedAt": True}}
        changed = await self._store.change(principal, where, update)
        if changed is None:
            await self.allowed(identifier, self.rights.writable(principal))
            raise not_changed(self._noun, identifier, if_unmodified_since)
        return without_hidden(changed)

    async def delete(self, principal: Principal, identifier: str) -> Document:
        """Delete one and return it as it was.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not delete it.
        """
        deleted = await self._store.delete(principal, {self._key: identifier})
        if deleted is None:
            await self.allowed(identifier, self.rights.deletable(principal))
            raise NotFoundError(f"{self._noun}: {identifier} not found")
        return without_hidden(deleted)


def permit(grant: Grant, principal: Principal) -> None:
    """Let through whom something is allowed at least on what their group owns, before anything is read.

    Raises:
        ForbiddenError: it is not, on anything.
    """
    if not grant.on_own(principal):
        raise ForbiddenError("Forbidden resource")


def stamps(principal: Principal) -> dict[str, Any]:
    """Return who made a new document and when, in SciCat's fields; to the millisecond, as it is stored."""
    now = datetime.now(UTC)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return {"createdBy": principal.username, "updatedBy": principal.username, "createdAt": now, "updatedAt": now}


def without_hidden(document: Document) -> Document:
    """Return a document without what only this service needs. Changes and returns it."""
    document.pop("beamlore", None)
    return document
