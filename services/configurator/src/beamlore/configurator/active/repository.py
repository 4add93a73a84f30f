"""How the choice of the active set stands in the log of changes."""

from beamlore.configurator.changes.models import Change, Draft
from beamlore.configurator.changes.repository import ChangeLog


def choice_of(change: Change) -> str:
    """Return the name of the set that was chosen by a change."""
    return str((change.content or {})["set"])


def choose(name: str, version: int) -> Draft:
    """Return the change that chooses a set."""
    return Draft(
        subject="active", version=version, kind="created" if version == 1 else "changed", content={"set": name}
    )


async def chosen_set(changes: ChangeLog, beamline: str) -> str | None:
    """Return the name of the set that a beamline records now, ``None`` where it records nothing yet."""
    change = await changes.newest("active", beamline)
    return choice_of(change) if change else None
