"""What goes with a document that is deleted, and what forbids to delete it, in the same transaction.

What belongs to a document goes with it: a dataset's blocks, and the attachments of datasets, proposals, samples and
publications. What only names it stays: a dataset may name proposals, samples and instruments that have no document.
A publication that is not finished would be left with a dataset it can neither publish nor show, so it comes first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.attachments.target import Target, TargetKind
from beamlore.catalogue.database import Change, Document
from beamlore.catalogue.database.repository import both
from beamlore.catalogue.parts.totals import DATASETS, KINDS
from beamlore.catalogue.publisheddata.models import AMENDED, PRIVATE, PUBLIC, REGISTERED
from beamlore.catalogue.publisheddata.rights import PublishingRights
from beamlore.core import ConflictError, Principal

_ATTACHMENTS = "Attachment"
_PUBLICATIONS = "PublishedData"
_WITH_ATTACHMENTS: Mapping[str, tuple[TargetKind, str]] = {
    DATASETS: ("dataset", "_id"),
    "Proposal": ("proposal", "proposalId"),
    "Sample": ("sample", "sampleId"),
    _PUBLICATIONS: ("published_data", "doi"),
}
_UNFINISHED = (PRIVATE, PUBLIC)
_NOW = {"$currentDate": {"updatedAt": True}}
_SHOWN = (PUBLIC, REGISTERED, AMENDED)


class DeletionAmender:
    """Lets what belongs to deleted documents go with them, and keeps publications whole."""

    def __init__(self, database: AsyncDatabase[Document], publications: PublishingRights) -> None:
        self._database = database
        self._publications = publications

    async def amend(self, session: AsyncClientSession, changes: Sequence[Change]) -> Sequence[Change]:
        """Delete what goes with deleted documents, and return the changes with these in them.

        Raises:
            ConflictError: a publication needs a dataset that is deleted, or made private.
        """
        more: list[Change] = []
        for change in changes:
            if change.collection == DATASETS and change.before is not None:
                await self._check_publications(session, change, change.before["_id"])
            if change.operation == "delete" and change.collection in _WITH_ATTACHMENTS and change.before is not None:
                more += await self._delete_parts(session, change, change.before)
        return [*changes, *more]

    async def _check_publications(self, session: AsyncClientSession, change: Change, pid: str) -> None:
        if change.after is None:
            reason = await self._named(session, change.principal, pid, _UNFINISHED)
            if reason:
                raise ConflictError(
                    f"Dataset {pid} cannot be deleted: it is part of {reason}. "
                    "Take it out of the publication, or delete the publication, first."
                )
        elif change.before is not None and change.before.get("isPublished") and not change.after.get("isPublished"):
            reason = await self._named(session, change.principal, pid, _SHOWN)
            if reason:
                raise ConflictError(
                    f"Dataset {pid} cannot be made private: it is part of {reason}. "
                    "Take it out of the publication first."
                )

    async def _named(
        self, session: AsyncClientSession, principal: Principal, pid: str, states: Sequence[str]
    ) -> str | None:
        """Return what to call the publication that names a dataset; ``None`` where there is none."""
        publications = self._database[_PUBLICATIONS]
        named: Document = {"datasetPids": pid, "status": {"$in": list(states)}}
        seen = both(named, self._publications.readable(principal))
        found = await publications.find_one(seen, {"doi": 1, "status": 1}, session=session)
        if found is not None:
            return f"the {found['status']} publication {found['doi']}"
        if await publications.find_one(named, {"_id": 1}, session=session) is None:
            return None
        return "a publication that somebody else prepares"

    async def _delete_parts(
        self, session: AsyncClientSession, change: Change, document: Mapping[str, Any]
    ) -> Sequence[Change]:
        kind, key = _WITH_ATTACHMENTS[change.collection]
        target = Target(kind, document.get(key) or document["_id"])
        attached = await self._database[_ATTACHMENTS].find(target.matches(), session=session).to_list()
        shared = [one for one in attached if _others(one, target)]
        alone = [one for one in attached if not _others(one, target)]
        done = [await self._detach(session, change, one, _others(one, target)) for one in shared]
        done += await self._delete(session, change, _ATTACHMENTS, alone)
        if change.collection == DATASETS:
            for blocks in (one.blocks for one in KINDS):
                found = await self._database[blocks].find({"datasetId": document["_id"]}, session=session).to_list()
                done += await self._delete(session, change, blocks, found)
        return done

    async def _delete(
        self, session: AsyncClientSession, change: Change, collection: str, documents: Sequence[Document]
    ) -> list[Change]:
        if documents:
            keys = [one["_id"] for one in documents]
            await self._database[collection].delete_many({"_id": {"$in": keys}}, session=session)
        return [Change(collection, "delete", change.principal, one, None, change.request) for one in documents]

    async def _detach(
        self, session: AsyncClientSession, change: Change, attachment: Document, others: Sequence[Any]
    ) -> Change:
        """Leave an attachment to the others that it hangs on."""
        after = await self._database[_ATTACHMENTS].find_one_and_update(
            {"_id": attachment["_id"]},
            {"$set": {"relationships": others, "updatedBy": change.principal.username}, **_NOW},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return Change(_ATTACHMENTS, "change", change.principal, attachment, after, change.request)


def _others(attachment: Mapping[str, Any], target: Target) -> list[Any]:
    """Return what an attachment hangs on beside a target."""
    return [
        one
        for one in attachment["relationships"]
        if (one.get("targetId"), one.get("targetType")) != (target.key, target.kind)
    ]
