"""Whether a beamline is known."""

from beamlore.configurator.changes.repository import ChangeLog
from beamlore.core import NotFoundError


async def check_beamline(changes: ChangeLog, beamline: str) -> None:
    """Let a beamline pass that an administrator made.

    Raises:
        NotFoundError: there is no such beamline.
    """
    if await changes.newest_head("beamline", beamline) is None:
        raise unknown_beamline(beamline)


def unknown_beamline(beamline: str) -> NotFoundError:
    """Return the error for a beamline that no administrator made."""
    return NotFoundError(f"there is no beamline {beamline!r}; an administrator makes one by PUT")
