"""What can be done with beamlines."""

from typing import Annotated

from fastapi import Depends

from beamlore.configurator.beamlines.models import Beamline, BeamlineText
from beamlore.configurator.beamlines.repository import unknown_beamline
from beamlore.configurator.changes.models import Change, Draft
from beamlore.configurator.changes.repository import ChangeLog, CurrentChangeLog
from beamlore.configurator.preconditions import Conditions


class BeamlineService:
    """Beamlines, as the log of changes has them."""

    def __init__(self, changes: ChangeLog) -> None:
        self._changes = changes

    async def all(self) -> list[Beamline]:
        """Return the beamlines that the principal may see, by id."""
        return [_beamline(change) for change in await self._changes.newest_of_each("beamline")]

    async def get(self, beamline: str) -> tuple[Beamline, str]:
        """Return the beamline and its ETag.

        Raises:
            NotFoundError: there is no such beamline.
        """
        change = await self._changes.newest("beamline", beamline)
        if change is None:
            raise unknown_beamline(beamline)
        return _beamline(change), _etag(change)

    async def put(self, beamline: str, text: BeamlineText, conditions: Conditions) -> tuple[Beamline, str, bool]:
        """Make or change a beamline; return it, its ETag, and whether it is new.

        Raises:
            ForbiddenError: the principal is no administrator.
            PreconditionFailedError: the beamline was changed meanwhile.
            PreconditionRequiredError: the beamline is there, and the conditions do not say which version is meant.
        """
        self._changes.access.check_admin()

        async def decide() -> Draft:
            current = await self._changes.newest("beamline", beamline)
            conditions.check(_etag(current) if current else None)
            return Draft(
                subject="beamline",
                version=current.version + 1 if current else 1,
                kind="changed" if current else "created",
                content=text.model_dump(),
            )

        change = await self._changes.record(beamline, decide)
        return _beamline(change), _etag(change), change.kind == "created"


def _beamline(change: Change) -> Beamline:
    return Beamline(
        **(change.content or {}),
        id=change.beamline,
        version=change.version,
        changed_at=change.changed_at,
        changed_by=change.changed_by,
    )


def _etag(change: Change) -> str:
    return f'"{change.head.mark}"'


def _service(changes: CurrentChangeLog) -> BeamlineService:
    return BeamlineService(changes)


CurrentBeamlines = Annotated[BeamlineService, Depends(_service)]
