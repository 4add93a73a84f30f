"""Creating, changing and deleting datasets."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from beamlore.catalogue.database import Document, Query, Store
from beamlore.catalogue.datasets.building import new_dataset, stored_fields, whole_dataset
from beamlore.catalogue.datasets.changes import check_pairs, merged, not_later, patched, put
from beamlore.catalogue.datasets.proposals import ProposalCounts
from beamlore.catalogue.datasets.repository import COLLECTION, DatasetRepository
from beamlore.catalogue.datasets.rights import LifecycleRights
from beamlore.catalogue.datasets.schemas import MetadataSchemas
from beamlore.catalogue.datasets.types import load_types
from beamlore.catalogue.hiding import UnseenError
from beamlore.catalogue.lifecycle import initial_lifecycle
from beamlore.catalogue.names import names
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.policies.defaults import DefaultPolicies
from beamlore.catalogue.scopes.tracker import ScopeTracker
from beamlore.core import (
    BadRequestError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    PreconditionFailedError,
    Principal,
)

PID_LENGTH = 512
APPENDABLE = frozenset(
    names(
        "accessGroups sharedWith keywords principalInvestigators proposalIds sampleIds instrumentIds inputDatasets "
        "usedSoftware techniques relationships"
    )
)
_KEPT = ("_id", "pid", "type", "version", "createdBy", "createdAt", "beamlore")
"""What a dataset keeps when all else of it is replaced."""
_ABOUT_SCHEMAS = frozenset(names("scientificMetadata scientificMetadataSchema"))
_NEEDS_BEFORE = _ABOUT_SCHEMAS | {"proposalIds"}


class DatasetEditor:
    """Everything that changes datasets on SciCat's routes."""

    def __init__(self, ground: Ground, datasets: DatasetRepository, tracker: ScopeTracker) -> None:
        settings = ground.settings
        self._datasets = datasets
        self._rights = datasets.rights
        self._lifecycles = ground.store(COLLECTION, LifecycleRights(ground.policy, settings))
        self._tracker = tracker
        self._writer = ground.writer
        self._proposals = ProposalCounts(ground.database, ground.writer)
        self._policies = DefaultPolicies(ground)
        self._schemas = MetadataSchemas(settings)
        self._pid_prefix = settings.dataset_pid_prefix
        expression = settings.dataset_creation_validation_regex
        checked = settings.dataset_creation_validation_enabled and expression
        self._pid_pattern = re.compile(expression) if checked else None
        self._types = load_types(settings.dataset_types_file)

    def check_may_edit(self, principal: Principal) -> None:
        """Let through who may create or change datasets of some group.

        Raises:
            ForbiddenError: the principal may not.
        """
        if not self._rights.may_write_any(principal):
            raise ForbiddenError("Forbidden resource")

    def check_may_delete(self, principal: Principal) -> None:
        """Let through who may delete datasets.

        Raises:
            ForbiddenError: the principal may not.
        """
        if not self._rights.may_delete_any(principal):
            raise ForbiddenError("Forbidden resource")

    def check_type(self, kind: object) -> None:
        """Let through the types of datasets the facility has.

        Raises:
            BadRequestError: it is another.
        """
        if self._types and isinstance(kind, str) and kind not in self._types:
            raise BadRequestError("Invalid dataset type!")

    def check_may_create(self, principal: Principal, fields: Mapping[str, Any]) -> None:
        """Let through a dataset that the principal may create.

        Raises:
            ForbiddenError: not in this group, or not with a PID of their own choice.
            BadRequestError: the PID is not what the facility's look like.
        """
        pid = fields.get("pid") or ""
        if not self._rights.may_create(principal, fields.get("ownerGroup"), chooses_pid=bool(pid)):
            raise ForbiddenError("Unauthorized to create this dataset")
        if not isinstance(pid, str) or len(pid) > PID_LENGTH or not pid.isprintable():
            raise BadRequestError(f"pid: is text of at most {PID_LENGTH} printable characters")
        if pid and self._pid_pattern is not None and not self._pid_pattern.search(pid):
            raise BadRequestError("PID is not following required standards")

    async def type_of(self, principal: Principal, pid: str) -> str:
        """Return the type of a dataset the principal may change.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not change it.
        """
        return str((await self._before(principal, pid)).get("type"))

    async def create(self, principal: Principal, fields: Mapping[str, Any], version: str) -> Document:
        """Create a dataset and return it.

        Raises:
            ForbiddenError: the principal may not.
            BadRequestError: the PID is not well formed.
            ConflictError: the PID is taken.
        """
        self.check_may_create(principal, fields)
        document = new_dataset(principal, fields, version, self._pid_prefix)
        await self._judge(document, document)
        document["classification"] = await self._policies.classification(principal, document)
        await self._note(document)
        try:
            await self._datasets.create(principal, document)
        except ConflictError as error:
            raise ConflictError(f"A dataset with pid {document['pid']} already exists!") from error
        await self._proposals.moved((), document.get("proposalIds"))
        return document

    async def replace(self, principal: Principal, pid: str, fields: Mapping[str, Any]) -> Document:
        """Replace everything of a dataset that is not the system's own, and return it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not change it.
        """
        before = await self._before(principal, pid)
        whole = whole_dataset(fields, datetime.now(UTC))
        await self._judge(whole, whole)
        kept = {name: f"${name}" for name in _KEPT}
        own = {"updatedBy": {"$literal": principal.username}, "updatedAt": "$$NOW"}
        stages: list[dict[str, Any]] = [
            {"$replaceWith": {"$mergeObjects": [{"$literal": whole}, kept, own]}},
            {"$set": {"beamlore.revision": {"$add": [{"$ifNull": ["$beamlore.revision", 0]}, 1]}}},
        ]
        after = await self._changed(self._datasets, principal, pid, stages)
        await self._proposals.moved(before.get("proposalIds"), after.get("proposalIds"))
        return after

    async def change(
        self,
        principal: Principal,
        pid: str,
        changes: Mapping[str, Any],
        unmodified_since: str | None = None,
        *,
        merge: bool = False,
        pairs: bool = False,
    ) -> Document:
        """Change a dataset's fields and return it.

        Args:
            principal: who changes it.
            pid: which.
            changes: fields and their new values.
            unmodified_since: the ``If-Unmodified-Since`` header: an HTTP date, or ISO 8601 with milliseconds.
            merge: whether objects are merged into what is stored (RFC 7396) instead of replacing it.
            pairs: whether a value with a unit may only be changed together with its unit (SciCat's v4).

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not change it.
            BadRequestError: a value without its unit, or the other way round.
            PreconditionFailedError: it has been changed since.
        """
        fields = stored_fields(changes)
        before: Document = {}
        if pairs or not _NEEDS_BEFORE.isdisjoint(fields):
            before = await self._before(principal, pid)
        if pairs:
            check_pairs(pid, before, fields)
        if not _ABOUT_SCHEMAS.isdisjoint(fields):
            after = {name: before.get(name) for name in _ABOUT_SCHEMAS}
            await self._judge(fields, patched(after, fields) if merge else after | fields)
        update = merged(principal, fields) if merge else put(principal, fields)
        changed = await self._changed(self._datasets, principal, pid, update, unmodified_since)
        if "proposalIds" in fields:
            await self._proposals.moved(before.get("proposalIds"), changed.get("proposalIds"))
        return changed

    async def change_lifecycle(self, principal: Principal, pid: str, changes: Mapping[str, Any]) -> Document:
        """Change a dataset's life cycle and return it; null stands for what a new dataset has.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not change it.
        """
        initial = initial_lifecycle(datetime.now(UTC))
        fields = {name: initial.get(name) if value is None else value for name, value in changes.items()}
        update = put(principal, {f"datasetlifecycle.{name}": value for name, value in fields.items()})
        return await self._changed(self._lifecycles, principal, pid, update)

    async def append(self, principal: Principal, pid: str, field: str, values: Sequence[Any]) -> Document:
        """Append to a list of a dataset what it does not have yet, and return the dataset.

        Raises:
            BadRequestError: the field is not a list that can be appended to.
            NotFoundError: there is none.
            ForbiddenError: the principal may not change it.
        """
        if field not in APPENDABLE:
            raise BadRequestError(f"fieldName: {field[:40]!r} is not one of {', '.join(sorted(APPENDABLE))}")
        update = put(principal, {}) | {"$addToSet": {field: {"$each": list(values)}}}
        return await self._changed(self._datasets, principal, pid, update)

    async def delete(self, principal: Principal, pid: str) -> Document:
        """Delete a dataset and return what it was.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not delete it.
        """
        self.check_may_delete(principal)
        deleted = await self._datasets.delete(principal, {"_id": pid})
        if deleted is None:
            raise NotFoundError(f"dataset: {pid} not found")
        await self._proposals.moved(deleted.get("proposalIds"), ())
        return deleted

    async def _changed(
        self,
        store: Store,
        principal: Principal,
        pid: str,
        update: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        unmodified_since: str | None = None,
    ) -> Document:
        where = {} if unmodified_since is None else {"updatedAt": not_later(unmodified_since)}
        document = await store.change(principal, {"_id": pid, **where}, update)
        if document is not None:
            await self._note(document)
            return document
        await self._check_may_change(store, principal, pid)
        if unmodified_since is not None:
            raise PreconditionFailedError(f"Dataset #{pid} has been modified on the server since {unmodified_since}.")
        raise ConflictError("the dataset was changed by others at the same moment; try again")

    async def _check_may_change(self, store: Store, principal: Principal, pid: str) -> None:
        if await store.count(principal, store.changeable(principal, {"_id": pid})):
            return
        if not await self._datasets.exists(pid):
            raise NotFoundError(f"dataset with pid {pid} not found")
        raise UnseenError("Unauthorized to update this dataset")

    async def _before(self, principal: Principal, pid: str) -> Document:
        await self._check_may_change(self._datasets, principal, pid)
        return await self._datasets.find_one(principal, Query({"_id": pid})) or {}

    async def _judge(self, fields: Document, dataset: Mapping[str, Any]) -> None:
        """Say in the fields whether the metadata keep to their schema, where there is one."""
        verdict = await self._schemas.verdict(dataset)
        if verdict is not None:
            fields["scientificMetadataValid"] = verdict

    async def _note(self, document: Document) -> None:
        async with self._writer.write() as scope:
            await self._tracker.note(scope, [document])
