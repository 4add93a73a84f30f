"""What a principal may do with the documents of one noun."""

from typing import Any, Protocol

from beamlore.core import Principal

NOTHING: dict[str, Any] = {"_id": {"$in": []}}
"""Matches no document."""

EVERYTHING: dict[str, Any] = {}
"""Matches every document."""


class Rights(Protocol):
    """The access rule of one noun, as predicates that are ANDed to every query of its repository.

    An empty or missing group, address or claim grants nothing, on either side.
    """

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may see; empty where that is everything."""
        ...

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may change."""
        ...

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may delete."""
        ...
