"""Where changes are found and recorded."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

import structlog
from beanie import SortDirection
from beanie.exceptions import CollectionWasNotInitialized
from fastapi import Depends
from pymongo.errors import ConnectionFailure, DuplicateKeyError, OperationFailure, WTimeoutError

from beamlore.configurator.access import Access, CurrentAccess
from beamlore.configurator.changes.models import Change, Draft, Head, Subject
from beamlore.core import UnavailableError

log = structlog.get_logger(__name__)

_ATTEMPTS = 20
_AWAY = "the database does not answer; try again in a moment"
_NOT_LET_IN = (13, 18)
"""Unauthorized, AuthenticationFailed: our user is not made yet."""

_NEWEST_FIRST = [("version", SortDirection.DESCENDING)]


class ChangeLog:
    """The changes that a principal may see. Every query carries that condition."""

    def __init__(self, access: Access) -> None:
        self.access = access

    async def newest(self, subject: Subject, beamline: str, name: str = "") -> Change | None:
        """Return the newest version of a thing, also where that is its deletion; ``None``: there never was one."""
        async with _answering():
            return await Change.find(self._of(subject, beamline, name)).sort(_NEWEST_FIRST).first_or_none()

    async def newest_head(self, subject: Subject, beamline: str, name: str = "") -> Head | None:
        """Return which is the newest version of a thing, without reading its content."""
        async with _answering():
            query = Change.find(self._of(subject, beamline, name)).sort(_NEWEST_FIRST)
            return await query.project(Head).first_or_none()

    async def version(self, subject: Subject, beamline: str, name: str, version: int) -> Change | None:
        """Return one version of a thing."""
        async with _answering():
            return await Change.find_one({**self._of(subject, beamline, name), "version": version})

    async def history(
        self, subject: Subject, beamline: str, name: str, *, before: int | None, limit: int
    ) -> list[Head]:
        """Return which versions there are, newest first, only those before a version where one is given."""
        condition = self._of(subject, beamline, name) | ({} if before is None else {"version": {"$lt": before}})
        async with _answering():
            return await Change.find(condition).sort(_NEWEST_FIRST).limit(limit).project(Head).to_list()

    async def newest_of_each(self, subject: Subject, beamline: str | None = None) -> list[Change]:
        """Return the newest version of each thing, by beamline and name; those that were deleted are left out."""
        pipeline: list[Mapping[str, Any]] = [
            {"$match": {"subject": subject, **self.access.visible(beamline)}},
            {"$sort": {"subject": 1, "beamline": 1, "name": 1, "version": 1}},
            {"$group": {"_id": {"beamline": "$beamline", "name": "$name"}, "newest": {"$last": "$$ROOT"}}},
            {"$replaceRoot": {"newRoot": "$newest"}},
            {"$match": {"kind": {"$ne": "deleted"}}},
            {"$sort": {"beamline": 1, "name": 1}},
        ]
        async with _answering():
            return await Change.aggregate(pipeline, projection_model=Change).to_list()

    async def record(self, beamline: str, decide: Callable[[], Awaitable[Draft]]) -> Change:
        """Record the change that ``decide`` finds right; it reads the state, and raises what forbids the change.

        Changes of a beamline are made one after the other. Where another one came in between, the state is looked
        at again, so a change is only made to a state that was seen.

        Raises:
            UnavailableError: too many changes at once, or the database does not answer.
        """
        for _ in range(_ATTEMPTS):
            # The number is taken before the state is read: a change made after that takes the same number.
            sequence = await self._last_sequence(beamline) + 1
            draft = await decide()
            change = Change(
                **draft.model_dump(),
                beamline=beamline,
                sequence=sequence,
                changed_by=self.access.principal.username,
            )
            try:
                async with _answering():
                    await change.insert()
            except DuplicateKeyError:
                continue
            except WTimeoutError:
                # It is recorded; a data member that is down takes it over when it is back.
                log.warning("a change is not yet held by the majority", beamline=beamline, sequence=sequence)
            log.info("changed", beamline=beamline, subject=draft.subject, name=draft.name, version=draft.version)
            return change
        raise UnavailableError(f"too many changes of {beamline} at the same time; try again")

    async def _last_sequence(self, beamline: str) -> int:
        async with _answering():
            last = await Change.get_pymongo_collection().find_one(
                self.access.visible(beamline), {"sequence": 1}, sort=[("sequence", -1)]
            )
        return last["sequence"] if last else 0

    def _of(self, subject: Subject, beamline: str, name: str) -> dict[str, Any]:
        return {"subject": subject, "name": name, **self.access.visible(beamline)}


@asynccontextmanager
async def _answering() -> AsyncGenerator[None, None]:
    try:
        yield
    except (ConnectionFailure, CollectionWasNotInitialized) as error:
        raise UnavailableError(_AWAY) from error
    except OperationFailure as error:
        if error.code in _NOT_LET_IN:
            raise UnavailableError(_AWAY) from error
        raise


def _change_log(access: CurrentAccess) -> ChangeLog:
    return ChangeLog(access)


CurrentChangeLog = Annotated[ChangeLog, Depends(_change_log)]
