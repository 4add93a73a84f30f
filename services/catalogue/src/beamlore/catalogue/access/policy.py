"""The access rule.

A document is seen by everyone where it is published; by the members of its ``ownerGroup``, of any of its
``accessGroups`` and of its ``instrumentGroup``; by whom it is shared with (``sharedWith``, by e-mail address).
Administrators and the ingestor see all. It is changed by the members of ``ownerGroup`` and ``instrumentGroup``.

An empty group or address on either side grants nothing: it stands for something missing.

Source: SciCat's ``OwnableClass`` (OpenAPI, ``DatasetClass``) and its visibility rules.
"""

from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.access.rights import NOTHING
from beamlore.contract import CATALOGUE_INGEST
from beamlore.core import Principal

ACCESS_FIELDS = ("ownerGroup", "accessGroups", "instrumentGroup", "isPublished", "sharedWith")
"""The fields the rule looks at; every projection that is checked afterwards must have them."""


class AccessPolicy:
    """The rule, in the forms it is needed in."""

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may see; empty where that is everything."""
        if self._sees_all(principal):
            return {}
        ways: list[dict[str, Any]] = [
            {"isPublished": True},
            *self._by_group(principal, "ownerGroup", "instrumentGroup"),
        ]
        ways += self._by_group(principal, "accessGroups")
        if principal.is_authenticated and principal.email:
            ways.append({"sharedWith": principal.email})
        return {"$or": ways} if len(ways) > 1 else ways[0]

    def may_read(self, principal: Principal, document: Mapping[str, Any]) -> bool:
        """Return whether the principal may see a document that has the access fields."""
        if self._sees_all(principal) or document.get("isPublished") is True:
            return True
        groups = _groups(principal)
        if document.get("ownerGroup") in groups or document.get("instrumentGroup") in groups:
            return True
        if not groups.isdisjoint(_texts(document.get("accessGroups"))):
            return True
        return bool(principal.is_authenticated and principal.email) and principal.email in _texts(
            document.get("sharedWith")
        )

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may change."""
        if self._sees_all(principal):
            return {}
        ways = self._by_group(principal, "ownerGroup", "instrumentGroup")
        return {"$or": ways} if ways else NOTHING

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may delete."""
        return {} if principal.is_admin else NOTHING

    def _sees_all(self, principal: Principal) -> bool:
        return principal.is_authenticated and (principal.is_admin or principal.has(CATALOGUE_INGEST))

    def _by_group(self, principal: Principal, *fields: str) -> list[dict[str, Any]]:
        groups = sorted(_groups(principal))
        return [{field: {"$in": groups}} for field in fields] if groups else []


def _groups(principal: Principal) -> frozenset[str]:
    return frozenset(group for group in principal.groups if group) if principal.is_authenticated else frozenset()


def _texts(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset({value})
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()
