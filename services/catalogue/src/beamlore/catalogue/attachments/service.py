"""What the attachment routes do: SciCat's ``/attachments``, and those below datasets, proposals and samples."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession

from beamlore.catalogue.attachments.reach import Reach
from beamlore.catalogue.attachments.rights import ThroughParent, attachment_rights, dataset_attachment_rights
from beamlore.catalogue.attachments.target import ATTACHED, FORMER, Target
from beamlore.catalogue.attachments.vocabulary import ATTACHMENTS
from beamlore.catalogue.database import Document, Query, Store
from beamlore.catalogue.filters import Listing, Style, parse_filter, to_mongo
from beamlore.catalogue.hiding import UnseenError
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.parts.changes import not_changed, not_later, replaced, set_fields
from beamlore.catalogue.parts.parents import DatasetsOfParts
from beamlore.core import BadRequestError, ForbiddenError, NotFoundError, Principal, TooLargeError

COLLECTION = "Attachment"
_NEWEST = (("createdAt", -1), ("_id", 1))
_HIDDEN = {"beamlore": 0}
_NEVER_WITHOUT = ("ownerGroup", "caption", "isPublished")
_NOTHING: Mapping[str, Any] = {"accessGroups": [], "relationships": []}
_LARGEST = 15_000_000
_KEPT = ("aid", "createdBy", "createdAt", "beamlore")


class AttachmentService:
    """Keeps attachments.

    Methods with a ``Target`` are for the routes of datasets, proposals and samples: whether the caller may was decided
    there, on the target. All take validated fields and return stored documents; ``target.as_v3`` makes the form of the
    v3 routes of them.
    """

    def __init__(self, ground: Ground) -> None:
        settings = ground.settings
        self._rights = attachment_rights(ground.policy, settings)
        self._attachments = ground.store(COLLECTION, self._rights)
        self._below = ground.store(COLLECTION, ThroughParent())
        self._reach = Reach(ground)
        self.datasets = DatasetsOfParts(ground, dataset_attachment_rights(ground.policy, settings))
        self._publishes = settings.files_public_with_dataset
        self._most = settings.query_limit
        self._style = Style(ATTACHMENTS, strict=True, limit=10, sort=(("createdAt", -1),), most=settings.query_limit)

    async def attach(
        self, principal: Principal, target: Target, fields: Mapping[str, Any], parent: Mapping[str, Any]
    ) -> Document:
        """Attach something to a target, and return it.

        Args:
            principal: who does it.
            target: to what.
            fields: what was sent (``CreateSubAttachment``).
            parent: the target's document. The attachment belongs to its ``ownerGroup``, and is seen by whom its groups
                let see the parent unless the fields name others.

        Raises:
            TooLargeError: the picture does not fit into the database.
            ConflictError: there is one with its identifier.
        """
        given = {name: value for name, value in fields.items() if name not in ("id", *FORMER)}
        inherited = {name: parent[name] for name in ("accessGroups", "instrumentGroup") if parent.get(name)}
        document = self._new(
            principal,
            {
                **inherited,
                **given,
                "aid": fields.get("id"),
                "ownerGroup": parent.get("ownerGroup", ""),
                "isPublished": self._publishes and bool(parent.get("isPublished", False)),
                "relationships": [target.relationship()],
            },
        )
        if target.kind != "dataset":
            return await self._below.create(principal, document)

        async def hold(session: AsyncClientSession) -> None:
            if not await self.datasets.hold(session, target.key):
                raise NotFoundError(f"dataset: {target.key} not found")

        return await self._below.create_after(principal, document, hold)

    async def of(self, principal: Principal, target: Target) -> list[Document]:
        """Return what hangs on a target, newest first."""
        query = Query(target.matches(), projection=_HIDDEN, sort=_NEWEST, limit=self._most)
        return await self._below.find(principal, query)

    async def count_of(self, principal: Principal, target: Target) -> int:
        """Return how many hang on a target."""
        return await self._below.count(principal, target.matches())

    async def thumbnail_of(self, principal: Principal, target: Target) -> str:
        """Return the picture that stands for a target: the first one attached; empty where there is none."""
        where = {**target.matches(), "thumbnail": {"$gt": ""}}
        query = Query(where, projection={"thumbnail": 1}, sort=(("createdAt", 1), ("_id", 1)))
        found = await self._below.find_one(principal, query)
        return str(found["thumbnail"]) if found else ""

    async def one_of(self, principal: Principal, target: Target, aid: str) -> Document:
        """Return one that hangs on a target.

        Raises:
            NotFoundError: it does not.
        """
        found = await self._below.find_one(principal, Query(_below(target, aid), projection=_HIDDEN))
        if found is None:
            raise NotFoundError(f"Attachment: {aid} not found")
        return found

    async def change_of(self, principal: Principal, target: Target, aid: str, fields: Mapping[str, Any]) -> Document:
        """Change one that hangs on a target (``ChangeFormerAttachment``), and return it.

        Raises:
            NotFoundError: it does not hang there.
            TooLargeError: the picture does not fit into the database.
        """
        update = set_fields(principal, self._checked(fields))
        changed = await self._below.change(principal, _below(target, aid), update)
        if changed is None:
            raise NotFoundError(f"Attachment: {aid} not found")
        return changed

    async def detach(self, principal: Principal, target: Target, aid: str) -> Document:
        """Delete one that hangs on a target, and return it.

        Raises:
            NotFoundError: it does not hang there.
        """
        deleted = await self._below.delete(principal, _below(target, aid))
        if deleted is None:
            raise NotFoundError(f"Attachment: {aid} not found")
        return deleted

    async def detach_all(self, principal: Principal, target: Target) -> int:
        """Delete all that hang on a target; return how many."""
        return await self._below.delete_all(principal, target.matches())

    def listing(self, text: str | None) -> Listing:
        """Return what a ``filter`` asks for; unknown fields are refused."""
        return parse_filter(text, self._style)

    async def find(self, principal: Principal, listing: Listing) -> list[Document]:
        """Return the attachments a listing asks for, of those the principal may see."""
        limits = listing.limits
        query = Query(to_mongo(listing.where), listing.projection, limits.sort, limits.skip, limits.limit)
        return await self._attachments.find(principal, query)

    async def get(self, principal: Principal, aid: str) -> Document:
        """Return an attachment.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not see it.
        """
        found = await self._attachments.find_one(principal, Query({"_id": aid}, projection=_HIDDEN))
        return found if found is not None else await self._refuse(principal, aid)

    async def create(self, principal: Principal, fields: Mapping[str, Any]) -> Document:
        """Create an attachment (``CreateAttachment``), and return it.

        Raises:
            ForbiddenError: the principal may not in this group's name, or not attach to that.
            TooLargeError: the picture does not fit into the database.
            ConflictError: there is one with its identifier.
        """
        await self.check_may_create(principal, fields)
        document = self._new(principal, fields)
        targets = [one.get("targetId") for one in document["relationships"] if one.get("targetType") == "dataset"]

        async def hold(session: AsyncClientSession) -> None:
            for pid in targets:
                await self.datasets.hold(session, pid)

        return await self._attachments.create_after(principal, document, hold)

    def check_may_create_any(self, principal: Principal) -> None:
        """Let through who may create attachments at all.

        Raises:
            ForbiddenError: the principal may not.
        """
        if not self._rights.create.on_own(principal):
            raise ForbiddenError("Forbidden resource")

    async def check_may_create(self, principal: Principal, fields: Mapping[str, Any]) -> None:
        """Let through who may create an attachment with such fields; they need not be validated.

        Raises:
            ForbiddenError: the principal may not.
        """
        if not self._rights.may_create(principal, fields):
            raise ForbiddenError("Unauthorized to create this attachment")
        if not self._rights.create.on_anything(principal):
            await self._reach.check(principal, fields.get("relationships"))

    async def change(
        self, principal: Principal, aid: str, fields: Mapping[str, Any], if_unmodified_since: str | None
    ) -> Document:
        """Change an attachment (``ChangeAttachment``), and return it; what is ``None`` is taken away.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not change it.
            PreconditionFailedError: it was changed since.
            TooLargeError: the picture does not fit into the database.
        """
        if not self._rights.change.on_anything(principal):
            await self._reach.check(principal, fields.get("relationships"))
        where = {"_id": aid, **not_later(if_unmodified_since)}
        changed = await self._attachments.change(principal, where, set_fields(principal, self._checked(fields)))
        if changed is None:
            await self._refuse(principal, aid, writing=True)
            raise not_changed("Attachment", aid, if_unmodified_since)
        return changed

    async def replace(self, principal: Principal, aid: str, fields: Mapping[str, Any]) -> Document:
        """Replace all fields of an attachment (``ReplaceAttachment``), and return it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not change it.
            TooLargeError: the picture does not fit into the database.
        """
        if not self._rights.change.on_anything(principal):
            await self._reach.check(principal, fields.get("relationships"))
        whole = {**_NOTHING, **self._checked(fields)}
        changed = await self._attachments.change(principal, {"_id": aid}, replaced(principal, whole, _KEPT))
        if changed is None:
            await self._refuse(principal, aid, writing=True)
            raise not_changed("Attachment", aid, None)
        return changed

    async def delete(self, principal: Principal, aid: str) -> Document:
        """Delete an attachment, and return it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not.
        """
        deleted = await self._attachments.delete(principal, {"_id": aid})
        return deleted if deleted is not None else await self._refuse(principal, aid)

    async def _refuse(self, principal: Principal, aid: str, *, writing: bool = False) -> Document:
        """Say why something was not found."""
        if await self._below.find_one(principal, Query({"_id": aid}, projection={"_id": 1})) is None:
            raise NotFoundError(f"Attachment: {aid} not found")
        if writing and await _may_change(self._attachments, principal, aid):
            return {}
        raise UnseenError("Unauthorized to this attachment")

    def _new(self, principal: Principal, fields: Mapping[str, Any]) -> Document:
        now = datetime.now(UTC)
        aid = fields.get("aid") or str(uuid.uuid4())
        return {
            "_id": aid,
            "accessGroups": [],
            "isPublished": False,
            "relationships": [],
            **self._checked(fields),
            "aid": aid,
            "createdBy": principal.username,
            "updatedBy": principal.username,
            "createdAt": now,
            "updatedAt": now,
        }

    def _checked(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields as they are stored: relationships complete, all else as it was sent.

        Raises:
            BadRequestError: a field is taken away that an attachment cannot be without.
            TooLargeError: the picture does not fit into a document of the database.
        """
        checked: dict[str, Any] = {
            name: _NOTHING.get(name) if value is None else value for name, value in fields.items()
        }
        for name in _NEVER_WITHOUT:
            if name in checked and checked[name] is None:
                raise BadRequestError(f"{name}: an attachment cannot be without it")
        if len(checked.get("thumbnail") or "") > _LARGEST:
            raise TooLargeError(f"thumbnail: has more than {_LARGEST} characters; send a smaller picture")
        if checked.get("relationships"):
            checked["relationships"] = [{"relationType": ATTACHED, **one} for one in checked["relationships"]]
        return checked


def _below(target: Target, aid: str) -> dict[str, Any]:
    return {"_id": aid, **target.matches()}


async def _may_change(store: Store, principal: Principal, aid: str) -> bool:
    return bool(await store.count(principal, store.changeable(principal, {"_id": aid})))
