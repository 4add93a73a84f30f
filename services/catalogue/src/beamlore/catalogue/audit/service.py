"""What can be asked of the audit."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from bson import ObjectId
from bson.errors import InvalidId
from pymongo import ASCENDING, DESCENDING, IndexModel

from beamlore.catalogue.answers import fitting, from_milliseconds, milliseconds
from beamlore.catalogue.audit.entries import AUDIT
from beamlore.catalogue.audit.rights import EntryRights, OwnDocumentRights
from beamlore.catalogue.audit.trail import PARTS, put_together
from beamlore.catalogue.database import Document, GuardedRepository, Query, told_plainly
from beamlore.catalogue.names import names
from beamlore.catalogue.noun import Ground
from beamlore.core import BadRequestError, Principal

INDEXES = {
    AUDIT: [
        # Everything that was done to one document.
        IndexModel(
            [("collection", ASCENDING), ("document", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
            name="document",
        ),
        # Everything that was done, by anybody, by one person, to what one group owns.
        IndexModel([("at", DESCENDING), ("_id", DESCENDING)], name="newest"),
        IndexModel([("username", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)], name="username"),
        IndexModel([("ownerGroup", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)], name="owner"),
    ]
}
_NEWEST_FIRST = (("at", -1), ("_id", -1))
_OWNED = names("Dataset OrigDatablock Datablock Attachment Sample Proposal")


@dataclass(frozen=True)
class AuditQuery:
    """Which entries."""

    collection: str | None = None
    document: str | None = None
    username: str | None = None
    request: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditService:
    """Shows who changed what."""

    def __init__(self, ground: Ground) -> None:
        entries = ground.database[AUDIT]
        seconds = ground.settings.query_seconds
        self._parts = ground.database[PARTS]
        self._entries = GuardedRepository(entries, EntryRights(ground.policy), seconds)
        self._of_own = GuardedRepository(entries, OwnDocumentRights(ground.policy), seconds)
        self._documents = {name: GuardedRepository(ground.database[name], ground.policy, seconds) for name in _OWNED}

    async def page(self, principal: Principal, query: AuditQuery, limit: int, cursor: str | None) -> dict[str, Any]:
        """Return one page of entries, the newest first.

        Where one document is asked for, its creation is the last: it stands in the document itself.

        Raises:
            BadRequestError: the cursor is not one of ours.
        """
        living = await self._own_document(principal, query)
        entries = self._of_own if living is not None else self._entries
        found = await entries.find(
            principal, Query(_where(query, _decode(cursor)), sort=_NEWEST_FIRST, limit=limit + 1)
        )
        shown = [await self._whole(entry) for entry in found[:limit]]
        page: dict[str, Any] = {"items": (items := fitting(map(_shown, shown)))}
        if len(found) > len(items):
            page["nextCursor"] = _encode(shown[len(items) - 1])
        elif living is not None or query.document:
            page["items"] += _creation(query, living or _last_deleted(shown))
        return page

    async def _own_document(self, principal: Principal, query: AuditQuery) -> Document | None:
        """Return the one document that is asked for, where there is one and the principal may change it."""
        documents = self._documents.get(query.collection or "")
        if documents is None or query.document is None:
            return None
        where = documents.changeable(principal, {"_id": {"$in": _identifiers(query.document)}})
        return await documents.find_one(principal, Query(where, projection={"createdBy": 1, "createdAt": 1}))

    async def _whole(self, entry: Document) -> Document:
        """Return an entry with what was too large for it."""
        if "parts" not in entry:
            return entry
        with told_plainly():
            parts = await self._parts.find(
                {"_id": {"$in": [{"entry": entry["_id"], "number": number} for number in range(entry["parts"])]}},
                sort=[("_id.number", 1)],
            ).to_list()
        return entry | put_together(parts, self._parts.codec_options)


def _identifiers(text: str) -> list[Any]:
    try:
        return [text, ObjectId(text)]
    except InvalidId:
        return [text]


def _where(query: AuditQuery, after: tuple[datetime, ObjectId] | None) -> dict[str, Any]:
    where: dict[str, Any] = {
        name: value
        for name, value in (
            ("collection", query.collection),
            ("document", query.document),
            ("username", query.username),
            ("request", query.request),
        )
        if value is not None
    }
    bounds = {sign: moment for sign, moment in (("$gte", query.since), ("$lt", query.until)) if moment is not None}
    if bounds:
        where["at"] = bounds
    if after is not None:
        at, identifier = after
        where["$or"] = [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": identifier}}]
    return where


def _last_deleted(entries: Sequence[Document]) -> Document | None:
    return next((entry["before"] for entry in reversed(entries) if entry["operation"] == "delete"), None)


def _creation(query: AuditQuery, document: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the entry of a document's creation, from the document."""
    created = (document or {}).get("createdAt")
    if document is None or not isinstance(created, datetime) or query.request is not None:
        return []
    username = str(document.get("createdBy", ""))
    if (query.username or username) != username:
        return []
    if (query.since is not None and created < query.since) or (query.until is not None and created >= query.until):
        return []
    return [
        {
            "id": "created",
            "at": created,
            "username": username,
            "subject": "",
            "request": "",
            "collection": query.collection or "",
            "document": query.document or "",
            "operation": "create",
        }
    ]


def _shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    hidden = ("_id", "parts", "ownerGroup", "instrumentGroup")
    return {"id": str(entry["_id"]), **{name: value for name, value in entry.items() if name not in hidden}}


def _encode(last: Mapping[str, Any]) -> str:
    content = orjson.dumps([milliseconds(last["at"]), str(last["_id"])])
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decode(cursor: str | None) -> tuple[datetime, ObjectId] | None:
    if not cursor:
        return None
    try:
        at, identifier = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return from_milliseconds(at), ObjectId(identifier)
    except (binascii.Error, ValueError, TypeError, OverflowError, OSError, InvalidId) as error:
        raise BadRequestError("cursor: not one that this service gave out") from error
