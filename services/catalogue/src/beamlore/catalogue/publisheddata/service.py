"""What published data are, and what may become of them."""

import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING, TEXT, IndexModel

from beamlore.catalogue.database import Document, Query
from beamlore.catalogue.filters import OLDEST_FIRST, FilterError, Listing, Style, parse_filter, to_mongo
from beamlore.catalogue.filters.grammar import All, Condition
from beamlore.catalogue.filters.listing import decode, parse_limits
from beamlore.catalogue.filters.where import parse_where, words
from beamlore.catalogue.keys import storable
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.publisheddata.models import AMENDED, PRIVATE, REGISTERED
from beamlore.catalogue.publisheddata.rights import DeletingRights, PublishingRights
from beamlore.catalogue.publisheddata.vocabulary import FORMER_PUBLISHED_DATA, PUBLISHED_DATA
from beamlore.catalogue.records import stamps
from beamlore.core import BadRequestError, ConflictError, ForbiddenError, NotFoundError, Principal

COLLECTION = "PublishedData"
# Those a SciCat backend makes, by its names: one of us makes them, both use them.
INDEXES = {
    COLLECTION: [
        IndexModel([("doi", ASCENDING)], name="doi_1", unique=True),
        IndexModel([("registeredTime", ASCENDING)], name="registeredTime_1"),
        IndexModel([("createdBy", ASCENDING)], name="createdBy_1"),
        IndexModel([("$**", TEXT)], name="$**_text"),
    ]
}
_FINISHED = (REGISTERED, AMENDED)
_WITH_DOI = {"status": {"$in": list(_FINISHED)}}


class PublishedDataService:
    """Lists, shows, creates, changes and deletes published data."""

    def __init__(self, ground: Ground) -> None:
        settings = ground.settings
        self.rights = PublishingRights(settings)
        self._store = ground.store(COLLECTION, self.rights)
        self._deletable = ground.store(COLLECTION, DeletingRights(settings))
        self._doi_prefix = settings.doi_prefix.rstrip("/") or settings.dataset_pid_prefix
        self._pid_prefix = settings.dataset_pid_prefix
        self._short = settings.doi_short_suffix
        most = settings.query_limit
        self._v3 = Style(FORMER_PUBLISHED_DATA, strict=False, limit=100, sort=OLDEST_FIRST, most=most)
        self._v4 = Style(PUBLISHED_DATA, strict=False, limit=100, sort=OLDEST_FIRST, most=most)

    def v3_listing(self, filter: str | None) -> Listing:
        """Return what a v3 ``filter`` asks for."""
        return parse_filter(filter, self._v3)

    def v4_listing(self, filter: str | None, fields: str | None, limits: str | None) -> Listing:
        """Return what v4's parameters ask for: a ``filter``, with conditions and limits also by themselves."""
        listing = parse_filter(filter, self._v4)
        where = All((listing.where, self._conditions(fields))) if fields else listing.where
        limited = parse_limits(decode(limits, "limits"), "limits", self._v4) if limits else listing.limits
        return Listing(where, listing.projection, limited)

    def _conditions(self, text: str) -> Condition:
        value = decode(text, "fields")
        if value is None:
            return All()
        if not isinstance(value, Mapping):
            raise FilterError("fields", "must be an object")
        members = dict(value)
        sought = members.pop("text", None)
        found = parse_where(members, PUBLISHED_DATA, "fields", strict=False)
        return All((words(sought, PUBLISHED_DATA, "fields.text"), found)) if sought not in (None, "") else found

    async def find(self, principal: Principal, listing: Listing) -> list[Document]:
        """Return what a listing asks for; without a login only what has a DOI."""
        limits = listing.limits
        query = Query(self._listed(principal, listing), listing.projection, limits.sort, limits.skip, limits.limit)
        return await self._store.find(principal, query)

    async def count(self, principal: Principal, listing: Listing) -> int:
        """Return how many a listing asks for; without a login only of what has a DOI."""
        return await self._store.count(principal, self._listed(principal, listing))

    async def get(self, principal: Principal, doi: str, *, only_with_doi: bool = False) -> Document:
        """Return published data.

        Args:
            principal: who asks.
            doi: which.
            only_with_doi: whether without a login only those are there whose DOI is registered (v3).

        Raises:
            NotFoundError: there are none, or none that the principal may see.
        """
        where = {"doi": doi, **(_WITH_DOI if only_with_doi and not principal.is_authenticated else {})}
        found = await self._store.find_one(principal, Query(where))
        if found is None:
            raise NotFoundError(f"Published data with id {doi} not found.")
        return found

    async def own(self, principal: Principal, doi: str) -> Document:
        """Return published data that the principal may change.

        Raises:
            NotFoundError: there are none, or none that the principal may change.
        """
        found = await self._store.find_one(principal, Query(self._store.changeable(principal, {"doi": doi})))
        if found is None:
            raise NotFoundError(f"Published data with id {doi} not found.")
        return found

    def changeable(self, principal: Principal, where: Mapping[str, Any]) -> Document:
        """Return the filter of the published data that match and that the principal may change."""
        return self._store.changeable(principal, where)

    async def create(self, principal: Principal, fields: Mapping[str, Any]) -> Document:
        """Create published data, private where nothing else is said, and return them.

        Raises:
            ConflictError: the DOI is taken.
        """
        doi = fields.get("doi") or f"{self._doi_prefix}/{self._suffix()}"
        document = {
            "_id": doi,
            "pid": f"{self._pid_prefix}/{uuid.uuid4()}",
            "status": PRIVATE,
            "metadata": {},
            **_stored(fields),
            "doi": doi,
            **stamps(principal),
            "__v": 0,
        }
        return await self._store.create(principal, document)

    async def change(self, principal: Principal, before: Document, fields: Mapping[str, Any]) -> Document:
        """Change published data that the principal may change, and return them.

        Args:
            principal: who changes them.
            before: what was read of them; nobody may have changed them since.
            fields: stored fields and their new values.

        Raises:
            ConflictError: others changed them meanwhile.
        """
        where = {"_id": before["_id"], "status": before.get("status"), "updatedAt": before.get("updatedAt")}
        update = {
            "$set": {**_stored(fields), "updatedBy": principal.username},
            "$currentDate": {"updatedAt": True},
        }
        changed = await self._store.change(principal, where, update)
        if changed is None:
            raise ConflictError(f"Published data with id {before['doi']} were changed at the same moment; try again.")
        return changed

    def check_open(self, principal: Principal, document: Mapping[str, Any], verb: str) -> None:
        """Let through what may still be changed: for administrators until there is a DOI, for others while private.

        Args:
            principal: who wants to change it.
            document: what.
            verb: what is to be done with it, for errors: `updated`.

        Raises:
            BadRequestError: it may not any more.
        """
        status = document.get("status")
        if not self.rights.is_admin(principal):
            if status != PRIVATE:
                raise BadRequestError(f"Published data can only be {verb} if it is in {PRIVATE} state.")
        elif status in _FINISHED:
            raise BadRequestError(
                f"Published data with id {document['doi']} is already registered or amended. It cannot be {verb}."
            )

    async def delete(self, principal: Principal, doi: str, *, only_open: bool) -> Document:
        """Delete published data and return what they were.

        Args:
            principal: who deletes them.
            doi: which.
            only_open: whether what has a DOI stays (v4).

        Raises:
            ForbiddenError: the principal may not delete published data.
            NotFoundError: there are none.
            BadRequestError: they have got too far to be deleted.
        """
        if not self.rights.may_delete(principal):
            raise ForbiddenError("Forbidden resource")
        where: dict[str, Any] = {"doi": doi}
        if only_open:
            found = await self._deletable.find_one(principal, Query(where))
            if found is None:
                raise NotFoundError(f"Published data with id {doi} not found.")
            self.check_open(principal, found, "removed")
            where["status"] = found.get("status")
        deleted = await self._store.delete(principal, where)
        if deleted is None:
            raise NotFoundError(f"Published data with id {doi} not found.")
        return deleted

    def _listed(self, principal: Principal, listing: Listing) -> dict[str, Any]:
        where = to_mongo(listing.where)
        if principal.is_authenticated:
            return where
        return {"$and": [where, _WITH_DOI]} if where else _WITH_DOI

    def _suffix(self) -> str:
        return secrets.token_hex(5) if self._short else str(uuid.uuid4())


def _stored(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as they are stored: metadata with keys that the database takes."""
    if "metadata" not in fields:
        return dict(fields)
    return {**fields, "metadata": storable("metadata", fields["metadata"])}
