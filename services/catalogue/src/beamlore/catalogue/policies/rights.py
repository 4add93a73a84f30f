"""Who may do what with policies.

``POLICY_GROUPS`` and administrators see, create and change every policy, ``DELETE_GROUPS`` delete them; nobody else
sees any. Source: SciCat's rules of ``/policies``.
"""

from typing import Any

from beamlore.catalogue.access import EVERYTHING, NOTHING, AccessPolicy
from beamlore.catalogue.parts.rights import Grant, PartRights, may_delete_anything
from beamlore.catalogue.settings import Settings
from beamlore.core import Principal


class PolicyRights(PartRights):
    """The rule of ``/policies``."""

    def __init__(self, policy: AccessPolicy, settings: Settings) -> None:
        self.read = Grant(anything=settings.policy_groups)
        super().__init__(policy, create=self.read, change=self.read, delete=may_delete_anything(settings.delete_groups))

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may see."""
        return EVERYTHING if self.read.on_anything(principal) else NOTHING
