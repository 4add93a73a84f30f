"""Who may see and change a user's records: the user, and administrators."""

from typing import Any

from beamlore.catalogue.access import EVERYTHING, NOTHING
from beamlore.catalogue.users.collections import object_id
from beamlore.core import Principal


class OwnRecords:
    """The rule for documents that belong to one user."""

    def __init__(self, field: str) -> None:
        """Make the rule.

        Args:
            field: where a document says whose it is.
        """
        self._field = field

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of the principal's own; of all, for administrators."""
        if principal.is_authenticated and principal.is_admin:
            return EVERYTHING
        key = object_id(principal.subject)
        return NOTHING if key is None else {self._field: key}

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the same."""
        return self.readable(principal)

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return the same."""
        return self.readable(principal)
