"""Who may read the audit."""

from typing import Any

from beamlore.catalogue.access import EVERYTHING, NOTHING, AccessPolicy
from beamlore.core import Principal


class EntryRights:
    """Administrators read every entry; others those of what belonged to their groups when it was changed."""

    def __init__(self, policy: AccessPolicy) -> None:
        self._policy = policy

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of the entries the principal may see."""
        if principal.is_authenticated and principal.is_admin:
            return EVERYTHING
        return self._policy.owned(principal)

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return nothing: entries are written by the catalogue alone, and stay as they are."""
        return NOTHING

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return nothing, as for writing."""
        return NOTHING


class OwnDocumentRights(EntryRights):
    """Every entry of one document, for somebody who was found to be allowed to change it."""

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return everything."""
        return EVERYTHING
