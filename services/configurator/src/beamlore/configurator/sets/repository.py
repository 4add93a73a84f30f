"""Where the newest version of a set is found."""

from beamlore.configurator.beamlines.repository import check_beamline
from beamlore.configurator.changes.models import Change
from beamlore.configurator.changes.repository import ChangeLog
from beamlore.core import NotFoundError


async def existing_set(changes: ChangeLog, beamline: str, name: str) -> Change:
    """Return the newest version of a set that is not deleted.

    Raises:
        NotFoundError: there is no such beamline or set.
    """
    change = await changes.newest("set", beamline, name)
    if change is None or change.kind == "deleted":
        await check_beamline(changes, beamline)
        raise unknown_set(beamline, name)
    return change


def unknown_set(beamline: str, name: str) -> NotFoundError:
    """Return the error for a set that is not there."""
    return NotFoundError(f"{beamline} has no set {name!r}; one is made by POST")
