"""Groups as they stand in a token's ``groups`` claim and in a dataset's group fields.

The same string is used in Keycloak, in the token and in the catalogue's documents (``ownerGroup``,
``accessGroups``, ``instrumentGroup``): access is one rule, membership, with no mapping in between.
"""

CATALOGUE_ADMIN = "catalogue:admin"
CATALOGUE_INGEST = "catalogue:ingest"
CATALOGUE_PUBLISH = "catalogue:publish"
CONFIGURATOR_READ = "configurator:read"
USEROFFICE_READ = "useroffice:read"
USEROFFICE_ADMIN = "useroffice:admin"

_PROPOSAL_PREFIX = "proposal:"
_BEAMLINE_PREFIX = "beamline:"
_STAFF_SUFFIX = ":staff"


def proposal_group(proposal_id: str) -> str:
    """Return the group whose members are the people of a proposal."""
    return f"{_PROPOSAL_PREFIX}{proposal_id}"


def proposal_of_group(group: str) -> str | None:
    """Return the proposal id of a proposal's group, ``None`` for any other group."""
    return group.removeprefix(_PROPOSAL_PREFIX) if group.startswith(_PROPOSAL_PREFIX) else None


def beamline_staff(beamline: str) -> str:
    """Return the group whose members are the staff of a beamline."""
    return f"{_BEAMLINE_PREFIX}{beamline}{_STAFF_SUFFIX}"


def beamline_of_staff_group(group: str) -> str | None:
    """Return the beamline of a staff group, ``None`` for any other group."""
    if group.startswith(_BEAMLINE_PREFIX) and group.endswith(_STAFF_SUFFIX):
        return group[len(_BEAMLINE_PREFIX) : -len(_STAFF_SUFFIX)] or None
    return None
