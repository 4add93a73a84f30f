"""Who may do what with instruments.

Everyone sees them, also without a login. Administrators create and change them, ``DELETE_GROUPS`` delete them.
Source: SciCat's rules of ``/instruments``.
"""

from typing import Any

from beamlore.catalogue.access import EVERYTHING, AccessPolicy
from beamlore.catalogue.parts.rights import Grant, PartRights, may_delete_anything
from beamlore.catalogue.settings import Settings
from beamlore.core import Principal


class InstrumentRights(PartRights):
    """The rule of ``/instruments``."""

    def __init__(self, policy: AccessPolicy, settings: Settings) -> None:
        administrators = Grant()
        super().__init__(
            policy, create=administrators, change=administrators, delete=may_delete_anything(settings.delete_groups)
        )

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may see: everything."""
        return EVERYTHING
