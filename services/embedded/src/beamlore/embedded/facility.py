"""The demo's facility: its beamlines, who may do what, and the accounts of its services."""

from dataclasses import dataclass
from typing import Final

from beamlore.contract import (
    CATALOGUE_ADMIN,
    CATALOGUE_INGEST,
    CATALOGUE_PUBLISH,
    CONFIGURATOR_READ,
    USEROFFICE_ADMIN,
    USEROFFICE_READ,
    beamline_staff,
)

BEAMLINES: Final = ("balder", "cosaxs", "hippie")

ROLES: Final[dict[str, tuple[str, ...]]] = {
    "staff": (beamline_staff("balder"),),
    "curator": (CATALOGUE_PUBLISH,),
    "admin": (CATALOGUE_ADMIN, USEROFFICE_ADMIN, *(beamline_staff(name) for name in BEAMLINES)),
}
"""Groups people are in beside those of their proposals, which the user office's seed tells."""

DATABASES: Final = ("catalogue", "ingestor", "configurator")
"""Each is one service's: a user of the same name reaches it and nothing else."""


@dataclass(frozen=True)
class ServiceAccount:
    """A confidential client of the identity provider and the groups its tokens carry."""

    name: str
    groups: tuple[str, ...] = ()


SERVICE_ACCOUNTS: Final = (
    ServiceAccount("catalogue"),
    ServiceAccount("ingestor", (CATALOGUE_INGEST, USEROFFICE_READ)),
    ServiceAccount("configurator"),
    ServiceAccount("useroffice"),
    *(ServiceAccount(f"beamline-{name}", (CONFIGURATOR_READ,)) for name in BEAMLINES),
)

ALL_GROUPS: Final = (
    CATALOGUE_ADMIN,
    CATALOGUE_INGEST,
    CATALOGUE_PUBLISH,
    CONFIGURATOR_READ,
    USEROFFICE_READ,
    USEROFFICE_ADMIN,
    *(beamline_staff(name) for name in BEAMLINES),
)
