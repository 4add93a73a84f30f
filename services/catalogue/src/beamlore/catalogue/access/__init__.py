"""Who may see and change what."""

from beamlore.catalogue.access.policy import ACCESS_FIELDS, AccessPolicy, InstrumentGroupMay
from beamlore.catalogue.access.rights import EVERYTHING, NOTHING, Rights

__all__ = ["ACCESS_FIELDS", "EVERYTHING", "NOTHING", "AccessPolicy", "InstrumentGroupMay", "Rights"]
