"""What the instrument routes do."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from beamlore.catalogue.database import Document
from beamlore.catalogue.datasets.conversion import without_si
from beamlore.catalogue.filters import OLDEST_FIRST, Listing, Style, parse_filter, to_mongo
from beamlore.catalogue.instruments.rights import InstrumentRights
from beamlore.catalogue.instruments.vocabulary import INSTRUMENTS
from beamlore.catalogue.keys import storable
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.records import Records, permit, stamps
from beamlore.core import ConflictError, Principal

COLLECTION = "Instrument"


class InstrumentService:
    """Keeps instruments."""

    def __init__(self, ground: Ground) -> None:
        self.rights = InstrumentRights(ground.policy, ground.settings)
        self._records = Records(ground, COLLECTION, self.rights, "Instrument")
        self._style = Style(INSTRUMENTS, strict=False, limit=100, sort=OLDEST_FIRST, most=ground.settings.query_limit)
        self._pid_prefix = ground.settings.pid_prefix

    def listing(self, text: str | None) -> Listing:
        """Return what a ``filter`` asks for."""
        return parse_filter(text, self._style)

    async def create(self, principal: Principal, fields: Mapping[str, Any]) -> Document:
        """Create an instrument (``CreateInstrument``) and return it.

        Raises:
            ForbiddenError: the principal may not.
            ConflictError: there is one with its PID or unique name.
        """
        permit(self.rights.create, principal)
        pid = fields.get("pid") or f"{self._pid_prefix}{uuid.uuid4()}"
        named = {"$or": [{"_id": pid}, {"pid": pid}, {"uniqueName": fields["uniqueName"]}]}
        if await self._records.store.count(principal, named):
            raise ConflictError("Instrument with the same unique name or PID already exists")
        return await self._records.store.create(
            principal, {"_id": pid, "customMetadata": {}, **_stored(fields), "pid": pid, **stamps(principal)}
        )

    async def find(self, principal: Principal, listing: Listing) -> list[Document]:
        """Return the instruments a listing asks for."""
        return await self._records.listed(principal, listing)

    async def first(self, principal: Principal, listing: Listing) -> Document | None:
        """Return the first instrument a listing asks for."""
        found = await self._records.listed(principal, replace(listing, limits=replace(listing.limits, limit=1)))
        return found[0] if found else None

    async def count(self, principal: Principal, listing: Listing) -> int:
        """Return how many instruments a listing's condition holds for."""
        return await self._records.store.count(principal, to_mongo(listing.where))

    async def get(self, principal: Principal, pid: str) -> Document:
        """Return an instrument.

        Raises:
            NotFoundError: there is none.
        """
        return await self._records.get(principal, pid)

    async def change(
        self, principal: Principal, pid: str, fields: Mapping[str, Any], if_unmodified_since: str | None
    ) -> Document:
        """Change an instrument (``ChangeInstrument``) and return it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not.
            PreconditionFailedError: it was changed since.
        """
        return await self._records.change(principal, pid, _stored(fields), if_unmodified_since)

    async def delete(self, principal: Principal, pid: str) -> Document:
        """Delete an instrument and return it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not.
        """
        return await self._records.delete(principal, pid)


def _stored(fields: Mapping[str, Any]) -> dict[str, Any]:
    stored = dict(fields)
    if "customMetadata" in stored:
        stored["customMetadata"] = storable("customMetadata", without_si(stored["customMetadata"]))
    return stored
