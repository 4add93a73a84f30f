"""Who may see and change what a beamline records."""

from typing import Annotated, Any

from fastapi import Depends, Path

from beamlore.contract import CONFIGURATOR_READ
from beamlore.core import CurrentPrincipal, ForbiddenError, Principal

BeamlineId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="Id of the beamline: `balder`.")]


class Access:
    """What one principal may: staff their own beamlines, instruments read, administrators everything."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal
        self._reads_all = principal.is_admin or principal.has(CONFIGURATOR_READ)

    def visible(self, beamline: str | None) -> dict[str, Any]:
        """Return the condition that every query carries.

        Args:
            beamline: the one that is asked for, ``None`` for all that the principal may see.

        Raises:
            ForbiddenError: the principal may not see it, or none at all.
        """
        if not self._reads_all and (
            not self.principal.staff_of() if beamline is None else beamline not in self.principal.staff_of()
        ):
            raise ForbiddenError(
                f"{self.principal.username} may not see "
                + (f"what {beamline} records" if beamline else "what beamlines record")
            )
        if beamline is not None:
            return {"beamline": beamline}
        return {} if self._reads_all else {"beamline": {"$in": sorted(self.principal.staff_of())}}

    def check_write(self, beamline: str) -> None:
        """Let administrators and the beamline's staff through.

        Raises:
            ForbiddenError: the principal is neither.
        """
        if not self.principal.is_admin and beamline not in self.principal.staff_of():
            raise ForbiddenError(f"{self.principal.username} may not change what {beamline} records: its staff may")

    def check_admin(self) -> None:
        """Let administrators through.

        Raises:
            ForbiddenError: the principal is none.
        """
        if not self.principal.is_admin:
            raise ForbiddenError(f"{self.principal.username} may not change beamlines: administrators may")


def _access(principal: CurrentPrincipal) -> Access:
    return Access(principal)


CurrentAccess = Annotated[Access, Depends(_access)]
