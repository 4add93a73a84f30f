"""Who may read the audit."""

from typing import Any

from beamlore.catalogue.access import EVERYTHING, NOTHING
from beamlore.core import Principal


class EntryRights:
    """Administrators read every entry; others those of what their groups owned, or measured, when it was changed."""

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of the entries the principal may see."""
        if principal.is_authenticated and principal.is_admin:
            return EVERYTHING
        groups = sorted(group for group in principal.groups if group) if principal.is_authenticated else []
        if not groups:
            return NOTHING
        return {"$or": [{"ownerGroup": {"$in": groups}}, {"instrumentGroup": {"$in": groups}}]}

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
