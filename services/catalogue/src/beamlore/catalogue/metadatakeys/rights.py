"""Who may see metadata keys: the groups whose documents use them, and everyone where a published document does."""

from typing import Any

from beamlore.catalogue.access import NOTHING
from beamlore.core import Principal


class KeyRights:
    """The rule for metadata keys. They are kept by the catalogue itself: nobody changes them."""

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may see; empty where that is everything."""
        if principal.is_authenticated and principal.is_admin:
            return {}
        groups = sorted(group for group in principal.groups if group) if principal.is_authenticated else []
        published = {"isPublished": True}
        return {"$or": [published, {"userGroups": {"$in": groups}}]} if groups else published

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of nothing."""
        return dict(NOTHING)

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of nothing."""
        return dict(NOTHING)
