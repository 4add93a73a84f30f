"""What can be done with metadata sets."""

from typing import Annotated

from fastapi import Depends

from beamlore.configurator.active.repository import chosen_set
from beamlore.configurator.beamlines.repository import check_beamline
from beamlore.configurator.changes.models import Change, Draft, Head
from beamlore.configurator.changes.repository import ChangeLog, CurrentChangeLog
from beamlore.configurator.preconditions import Conditions
from beamlore.configurator.sets.models import SetVersion, SetVersionContent, SetVersions, StoredSet, StoredSets
from beamlore.configurator.sets.repository import existing_set, unknown_set
from beamlore.contract import MetadataSet
from beamlore.core import ConflictError, NotFoundError, UnprocessableError


class SetService:
    """Metadata sets of one beamline, as the log of changes has them."""

    def __init__(self, changes: ChangeLog) -> None:
        self._changes = changes

    async def all(self, beamline: str) -> StoredSets:
        """Return the sets of a beamline by name, and which is active.

        Raises:
            NotFoundError: there is no such beamline.
        """
        await check_beamline(self._changes, beamline)
        items = [stored_set(change) for change in await self._changes.newest_of_each("set", beamline)]
        return StoredSets(items=items, active=await chosen_set(self._changes, beamline))

    async def get(self, beamline: str, name: str) -> tuple[StoredSet, str]:
        """Return the set and its ETag.

        Raises:
            NotFoundError: there is no such beamline or set.
        """
        change = await existing_set(self._changes, beamline, name)
        return stored_set(change), _etag(change.head)

    async def create(self, beamline: str, metadata_set: MetadataSet) -> tuple[StoredSet, str]:
        """Make a set; return it and its ETag. A name that was deleted can be taken again, its history goes on.

        Raises:
            ConflictError: there is one of that name.
            UnprocessableError: the name does not fit into an address.
            ForbiddenError: the principal may not.
            NotFoundError: there is no such beamline.
        """
        self._changes.access.check_write(beamline)
        if "/" in metadata_set.name or metadata_set.name in (".", ".."):
            raise UnprocessableError("the name of a set may not contain '/'")

        async def decide() -> Draft:
            await check_beamline(self._changes, beamline)
            last = await self._changes.newest_head("set", beamline, metadata_set.name)
            if last is not None and last.kind != "deleted":
                raise ConflictError(f"{beamline} has a set {metadata_set.name!r} already")
            return _draft(metadata_set, last.version + 1 if last else 1, is_new=True)

        change = await self._changes.record(beamline, decide)
        return stored_set(change), _etag(change.head)

    async def replace(
        self, beamline: str, name: str, metadata_set: MetadataSet, conditions: Conditions
    ) -> tuple[StoredSet, str]:
        """Put a new version in place of a set's newest one; return it and its ETag.

        Raises:
            NotFoundError: there is no such beamline or set.
            UnprocessableError: the set bears another name.
            PreconditionFailedError: it was changed meanwhile.
            PreconditionRequiredError: the conditions do not say which version is meant.
            ForbiddenError: the principal may not.
        """
        self._changes.access.check_write(beamline)
        if metadata_set.name != name:
            raise UnprocessableError(f"a set keeps its name: {name!r} cannot become {metadata_set.name!r}")

        async def decide() -> Draft:
            current = (await existing_set(self._changes, beamline, name)).head
            conditions.check(_etag(current))
            return _draft(metadata_set, current.version + 1, is_new=False)

        change = await self._changes.record(beamline, decide)
        return stored_set(change), _etag(change.head)

    async def delete(self, beamline: str, name: str, conditions: Conditions) -> None:
        """Delete a set; its history stays.

        Raises:
            NotFoundError: there is no such beamline or set.
            ConflictError: it is the active one.
            PreconditionFailedError: it was changed meanwhile.
            PreconditionRequiredError: the conditions do not say which version is meant.
            ForbiddenError: the principal may not.
        """
        self._changes.access.check_write(beamline)

        async def decide() -> Draft:
            current = (await existing_set(self._changes, beamline, name)).head
            conditions.check(_etag(current))
            if await chosen_set(self._changes, beamline) == name:
                raise ConflictError(f"{name!r} is what {beamline} records now: make another set the active one first")
            return Draft(subject="set", name=name, version=current.version + 1, kind="deleted")

        await self._changes.record(beamline, decide)

    async def versions(self, beamline: str, name: str, *, before: int | None, limit: int) -> SetVersions:
        """Return who made which version of a set when, newest first; of a deleted set too.

        Raises:
            NotFoundError: there never was such a set.
        """
        found = await self._changes.history("set", beamline, name, before=before, limit=limit + 1)
        if not found and before is None:
            raise unknown_set(beamline, name)
        page = found[:limit]
        return SetVersions(
            items=[SetVersion(**_provenance(head), kind=head.kind) for head in page],
            next_cursor=page[-1].version if len(found) > limit else None,
        )

    async def version(self, beamline: str, name: str, number: int) -> SetVersionContent:
        """Return one version of a set with its content.

        Raises:
            NotFoundError: there is no such version.
        """
        change = await self._changes.version("set", beamline, name, number)
        if change is None:
            raise NotFoundError(f"{beamline} has no version {number} of a set {name!r}")
        content = MetadataSet.model_validate(change.content) if change.content is not None else None
        return SetVersionContent(**_provenance(change.head), kind=change.kind, metadata_set=content)


def stored_set(change: Change) -> StoredSet:
    """Return the set that a change holds."""
    return StoredSet(**(change.content or {}), **_provenance(change.head))


def _provenance(head: Head) -> dict[str, object]:
    return {"version": head.version, "changed_at": head.changed_at, "changed_by": head.changed_by}


def _draft(metadata_set: MetadataSet, version: int, *, is_new: bool) -> Draft:
    return Draft(
        subject="set",
        name=metadata_set.name,
        version=version,
        kind="created" if is_new else "changed",
        content=metadata_set.model_dump(mode="json"),
    )


def _etag(head: Head) -> str:
    return f'"{head.mark}"'


def _service(changes: CurrentChangeLog) -> SetService:
    return SetService(changes)


CurrentSets = Annotated[SetService, Depends(_service)]
