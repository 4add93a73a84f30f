"""The demo's facility: its beamlines, who may do what, and the accounts of its services."""

from typing import Final

from beamlore.contract import CATALOGUE_ADMIN, CATALOGUE_PUBLISH, USEROFFICE_ADMIN, beamline_staff

BEAMLINES: Final = ("balder", "cosaxs", "hippie")

ROLES: Final[dict[str, tuple[str, ...]]] = {
    "staff": (beamline_staff("balder"),),
    "curator": (CATALOGUE_PUBLISH,),
    "admin": (CATALOGUE_ADMIN, USEROFFICE_ADMIN, *(beamline_staff(name) for name in BEAMLINES)),
}
"""Groups people are in beside those of their proposals, which the user office's seed tells."""

DATABASES: Final = ("catalogue", "ingestor", "configurator")
"""Each is one service's: a user of the same name reaches it and nothing else."""

SERVICE_ACCOUNTS: Final = (
    *("catalogue", "ingestor", "configurator", "useroffice"),
    *(f"beamline-{name}" for name in BEAMLINES),
)
"""Confidential clients of the identity provider."""
