"""What SciCat's dataset routes do."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from beamlore.catalogue.access import AccessPolicy
from beamlore.catalogue.database import DurableBulk
from beamlore.catalogue.datasets.conversion import to_current
from beamlore.catalogue.datasets.repository import DatasetRepository
from beamlore.catalogue.datasets.vocabulary import DATASETS
from beamlore.catalogue.filters import Listing, Style, parse_facets, parse_filter, parse_fullquery_fields, to_mongo
from beamlore.catalogue.filters.facets import facet_stages
from beamlore.catalogue.filters.grammar import All, Compare, Condition
from beamlore.catalogue.filters.listing import decode, parse_limits
from beamlore.catalogue.lifecycle import initial_lifecycle
from beamlore.catalogue.names import names
from beamlore.catalogue.scopes.tracker import ScopeTracker
from beamlore.catalogue.settings import Settings
from beamlore.contract import InvalidPidError, check_pid
from beamlore.core import (
    BadRequestError,
    ConflictError,
    DurableWriter,
    ForbiddenError,
    NotFoundError,
    PreconditionFailedError,
    Principal,
)

_NEVER_WITHOUT = frozenset(
    names(
        "ownerGroup contactEmail sourceFolder datasetName creationTime isPublished size numberOfFiles "
        "accessGroups sharedWith datasetlifecycle"
    )
)
PUBLISHED = Compare("isPublished", "$eq", True)


class DatasetService:
    """Creates, changes, shows, lists and counts datasets."""

    def __init__(
        self,
        datasets: DatasetRepository,
        bulk: DurableBulk,
        writer: DurableWriter,
        tracker: ScopeTracker,
        policy: AccessPolicy,
        settings: Settings,
    ) -> None:
        self._datasets = datasets
        self._bulk = bulk
        self._writer = writer
        self._tracker = tracker
        self._policy = policy
        self._pid_prefix = settings.pid_prefix.rstrip("/")
        most = settings.query_limit
        self._v3 = Style(DATASETS, strict=False, limit=100, sort=(), most=most)
        self._v4 = Style(DATASETS, strict=True, limit=10, sort=(("createdAt", -1),), most=most)

    def v3_listing(self, text: str | None) -> Listing:
        """Return what a v3 ``filter`` asks for."""
        return parse_filter(text, self._v3)

    def v4_listing(self, text: str | None) -> Listing:
        """Return what a v4 ``filter`` asks for; unknown fields are refused."""
        return parse_filter(text, self._v4)

    def fullquery_listing(self, fields: str | None, limits: str | None) -> Listing:
        """Return what ``fullquery`` asks for."""
        return Listing(
            where=parse_fullquery_fields(fields, DATASETS),
            projection={"beamlore": 0},
            limits=parse_limits(decode(limits, "limits"), "limits", self._v3),
        )

    async def create(self, principal: Principal, fields: Mapping[str, Any], version: str) -> dict[str, Any]:
        """Create a dataset and return it.

        Raises:
            ForbiddenError: the principal may not create datasets.
            BadRequestError: the PID is not well formed.
            ConflictError: the PID is taken.
        """
        self.check_may_create(principal)
        document = self._new(principal, fields, version)
        async with self._writer.write() as scope:
            await self._tracker.note(scope, [document])
            outcome = await self._bulk.insert(scope, [document])
        if outcome.refused:
            raise ConflictError(f"A dataset with pid {document['pid']} already exists!")
        return document

    def check_may_create(self, principal: Principal) -> None:
        """Let through who may create datasets.

        Raises:
            ForbiddenError: the principal may not.
        """
        if not self._policy.may_create(principal):
            raise ForbiddenError("Unauthorized to create this dataset")

    async def get(self, principal: Principal, pid: str, include: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return a dataset.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not see it.
        """
        document = await self._datasets.one(principal, pid)
        if document is None:
            if await self._datasets.exists(pid):
                raise ForbiddenError("Unauthorized access")
            raise NotFoundError(f"dataset: {pid} not found")
        await self._datasets.include(principal, [document], include)
        return document

    async def find(self, principal: Principal, listing: Listing) -> list[dict[str, Any]]:
        """Return what a listing asks for."""
        return await self._datasets.listed(principal, listing)

    async def count(self, principal: Principal, where: Condition) -> int:
        """Return how many datasets a condition holds for."""
        return await self._datasets.count(principal, to_mongo(where))

    async def facets(
        self, principal: Principal, fields: str | None, facets: Any, also: Condition | None = None
    ) -> list[dict[str, Any]]:
        """Return how many datasets there are for each value of some fields."""
        where = parse_fullquery_fields(fields, DATASETS)
        return await self._datasets.aggregate(
            principal,
            to_mongo(All((where, also)) if also is not None else where),
            facet_stages(parse_facets(facets, DATASETS)),
        )

    async def change(
        self,
        principal: Principal,
        pid: str,
        changes: Mapping[str, Any],
        unmodified_since: str | None,
        *,
        merge: bool = False,
    ) -> dict[str, Any]:
        """Change a dataset's fields and return it.

        Args:
            principal: who changes it.
            pid: which.
            changes: stored fields and their new values.
            unmodified_since: the ``If-Unmodified-Since`` header: an HTTP date, or ISO 8601 with milliseconds.
            merge: whether objects are merged into what is stored (RFC 7396) instead of replacing it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not change it.
            PreconditionFailedError: it has been changed since.
        """
        where: dict[str, Any] = {"_id": pid}
        if unmodified_since is not None:
            where["updatedAt"] = _not_later(unmodified_since)
        async with self._writer.write() as scope:
            matched = await self._bulk.update_one(
                scope, self._datasets.changeable(principal, where), _update(principal, changes, merge=merge)
            )
            if matched:
                document = await self.get(principal, pid)
                await self._tracker.note(scope, [document])
                return document
        await self._explain_refusal(principal, pid, unmodified_since)
        raise ConflictError("the dataset was changed by others at the same moment; try again")

    async def _explain_refusal(self, principal: Principal, pid: str, unmodified_since: str | None) -> None:
        await self.get(principal, pid)
        changeable = self._datasets.changeable(principal, {"_id": pid})
        if not await self._datasets.count(principal, changeable):
            raise ForbiddenError("Unauthorized to update this dataset")
        if unmodified_since is not None:
            raise PreconditionFailedError(f"Dataset #{pid} has been modified on the server since {unmodified_since}.")

    def _new(self, principal: Principal, fields: Mapping[str, Any], version: str) -> dict[str, Any]:
        now = datetime.now(UTC)
        pid = fields.get("pid") or f"{self._pid_prefix}/{uuid.uuid4()}"
        try:
            check_pid(pid)
        except InvalidPidError as error:
            raise BadRequestError(str(error)) from error
        defaults: dict[str, Any] = {
            "accessGroups": [],
            "isPublished": False,
            "sharedWith": [],
            "keywords": [],
            "techniques": [],
            "relationships": [],
            "size": 0,
            "packedSize": 0,
            "numberOfFiles": 0,
            "numberOfFilesArchived": 0,
            "scientificMetadata": {},
        }
        given = to_current(fields)
        return {
            "_id": pid,
            **defaults,
            **given,
            "pid": pid,
            "datasetlifecycle": initial_lifecycle(now) | (given.get("datasetlifecycle") or {}),
            "version": version,
            "createdBy": principal.username,
            "updatedBy": principal.username,
            "createdAt": now,
            "updatedAt": now,
            "beamlore": {"revision": 1},
        }


def _update(principal: Principal, changes: Mapping[str, Any], *, merge: bool) -> dict[str, Any]:
    put: dict[str, Any] = {"updatedBy": principal.username}
    taken: dict[str, str] = {}
    for name, value in to_current(changes).items():
        if merge:
            if value is None and name in _NEVER_WITHOUT:
                raise BadRequestError(f"{name}: a dataset cannot be without it")
            _merge(name, value, put, taken)
        else:
            put[name] = value
    update: dict[str, Any] = {
        "$set": put,
        "$inc": {"beamlore.revision": 1},
        "$currentDate": {"updatedAt": True},
    }
    return update | ({"$unset": taken} if taken else {})


def _merge(path: str, value: Any, put: dict[str, Any], taken: dict[str, str]) -> None:
    if value is None:
        taken[path] = ""
    elif isinstance(value, dict) and value:
        for key, member in value.items():
            if not key or key.startswith("$") or "." in key or "\x00" in key:
                raise BadRequestError(f"{path}: {key[:40]!r} cannot be a key")
            _merge(f"{path}.{key}", member, put, taken)
    else:
        put[path] = value


def _not_later(text: str) -> dict[str, Any]:
    """Return the condition on ``updatedAt``; an HTTP date is as exact as a second (RFC 9110, section 13.1.4)."""
    try:
        if "," in text:
            return {"$lt": parsedate_to_datetime(text).astimezone(UTC) + timedelta(seconds=1)}
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequestError("If-Unmodified-Since: not a date") from error
    return {"$lte": moment if moment.tzinfo else moment.replace(tzinfo=UTC)}
