"""Who may do what with published data. Source: SciCat's ``ADMIN_GROUPS`` and ``DELETE_GROUPS``.

What is public, registered or amended is for everyone; what is private for who created it. Who created it changes it;
administrators see and change everything; the delete groups delete.
"""

from typing import Any

from beamlore.catalogue.access import EVERYTHING, NOTHING
from beamlore.catalogue.publisheddata.models import AMENDED, PUBLIC, REGISTERED
from beamlore.catalogue.settings import Settings
from beamlore.core import Principal

_FOR_EVERYONE = [PUBLIC, REGISTERED, AMENDED]


class PublishingRights:
    """The rule."""

    def __init__(self, settings: Settings) -> None:
        self._deleting = frozenset(settings.delete_groups)

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may see."""
        if self.is_admin(principal):
            return EVERYTHING
        shown = {"status": {"$in": _FOR_EVERYONE}}
        own = _own(principal)
        return {"$or": [shown, own]} if own else shown

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may change."""
        return EVERYTHING if self.is_admin(principal) else _own(principal) or NOTHING

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may delete."""
        return EVERYTHING if self.may_delete(principal) else NOTHING

    def may_delete(self, principal: Principal) -> bool:
        """Return whether the principal may delete published data at all."""
        return principal.is_authenticated and principal.has(*self._deleting)

    def is_admin(self, principal: Principal) -> bool:
        """Return whether the principal may change what others created."""
        return principal.is_authenticated and principal.is_admin


class DeletingRights(PublishingRights):
    """The rule for looking at what is to be deleted: the delete groups see what they may delete."""

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may delete."""
        return self.deletable(principal)


def _own(principal: Principal) -> dict[str, Any]:
    return {"createdBy": principal.username} if principal.is_authenticated and principal.username else {}
