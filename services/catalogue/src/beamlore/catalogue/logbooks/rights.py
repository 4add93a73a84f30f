"""Who may read a logbook: the proposal's own group, its instrument's group and administrators.

Source: SciCat's ``/logbooks`` (owner group, administrators) and, for datasets, ``DatasetLogbookRead``.
"""

from typing import Any

from beamlore.catalogue.access import NOTHING, AccessPolicy
from beamlore.core import Principal


class LogbookRights:
    """The rule, on proposals and on datasets."""

    def __init__(self, policy: AccessPolicy) -> None:
        self._policy = policy

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of the proposals whose logbooks the principal may read: those they belong to."""
        return self._policy.writable(principal)

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of nothing."""
        return NOTHING

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of nothing."""
        return NOTHING
