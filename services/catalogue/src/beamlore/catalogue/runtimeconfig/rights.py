"""Everyone reads what frontends are told; administrators change it."""

from typing import Any

from beamlore.catalogue.access import EVERYTHING, NOTHING
from beamlore.core import Principal


class ConfigRights:
    """The rule of ``RuntimeConfig``."""

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of everything."""
        return EVERYTHING

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of everything for administrators, of nothing for others."""
        return EVERYTHING if principal.is_authenticated and principal.is_admin else NOTHING

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return the same."""
        return self.writable(principal)
