"""What can be done with the active configuration."""

from typing import Annotated

from fastapi import Depends

from beamlore.configurator.active.repository import choice_of, choose
from beamlore.configurator.beamlines.repository import check_beamline
from beamlore.configurator.changes.models import Change, Draft, Head
from beamlore.configurator.changes.repository import ChangeLog, CurrentChangeLog
from beamlore.configurator.preconditions import Conditions
from beamlore.configurator.sets.repository import existing_set
from beamlore.contract import ActiveConfiguration, MetadataSet
from beamlore.core import NotFoundError


class ActiveService:
    """What a beamline records now: a choice, and the chosen set in its newest version."""

    def __init__(self, changes: ChangeLog) -> None:
        self._changes = changes

    async def get(self, beamline: str, conditions: Conditions) -> tuple[ActiveConfiguration | None, str]:
        """Return the active configuration, ``None`` where the caller has it already, and its ETag.

        Raises:
            NotFoundError: there is no such beamline, or none of its sets is active.
        """
        choice = await self._changes.newest("active", beamline)
        if choice is None:
            await check_beamline(self._changes, beamline)
            raise NotFoundError(f"{beamline} has no active set yet; one is chosen by PUT")
        if conditions.if_none_match is not None:
            head = await self._changes.newest_head("set", beamline, choice_of(choice))
            if head is not None and conditions.unchanged(_etag(choice, head)):
                return None, _etag(choice, head)
        chosen = await existing_set(self._changes, beamline, choice_of(choice))
        return _configuration(choice, chosen), _etag(choice, chosen.head)

    async def put(self, beamline: str, name: str, conditions: Conditions) -> tuple[ActiveConfiguration, str]:
        """Make a set the active one; return what is recorded from now on and its ETag.

        Raises:
            NotFoundError: there is no such beamline or set.
            PreconditionFailedError: the active configuration was changed meanwhile.
            PreconditionRequiredError: a set is active, and the conditions do not say that the caller knows which.
            ForbiddenError: the principal may not.
        """
        self._changes.access.check_write(beamline)

        async def decide() -> Draft:
            choice = await self._changes.newest("active", beamline)
            etag = None
            if choice is not None:
                etag = _etag(choice, (await existing_set(self._changes, beamline, choice_of(choice))).head)
            conditions.check(etag)
            await existing_set(self._changes, beamline, name)
            return choose(name, choice.version + 1 if choice else 1)

        choice = await self._changes.record(beamline, decide)
        chosen = await existing_set(self._changes, beamline, name)
        return _configuration(choice, chosen), _etag(choice, chosen.head)


def _configuration(choice: Change, chosen: Change) -> ActiveConfiguration:
    latest = max(choice, chosen, key=lambda change: change.changed_at)
    return ActiveConfiguration(
        beamline=choice.beamline,
        metadata_set=MetadataSet.model_validate(chosen.content),
        version=chosen.version,
        changed_at=latest.changed_at,
        changed_by=latest.changed_by,
    )


def _etag(choice: Change, chosen: Head) -> str:
    return f'"{choice.head.mark}.{chosen.mark}"'


def _service(changes: CurrentChangeLog) -> ActiveService:
    return ActiveService(changes)


CurrentActive = Annotated[ActiveService, Depends(_service)]
