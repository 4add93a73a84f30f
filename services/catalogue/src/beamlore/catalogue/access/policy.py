"""The access rule.

A document is seen by everyone where it is published; by the members of its ``ownerGroup`` and of any of its
``accessGroups``; datasets, their files and attachments also by whom they are shared with (``sharedWith``, by e-mail
address; SciCat looks at it nowhere else). Administrators and the ingestor see
all. It is changed by the members of ``ownerGroup``. What the members of its ``instrumentGroup`` may is a setting: in
SciCat the field grants nothing, whatever its description says.

An empty group or address on either side grants nothing: it stands for something missing.

Source: SciCat's ``OwnableClass`` (OpenAPI, ``DatasetClass``) and its visibility rules.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from beamlore.catalogue.access.rights import NOTHING
from beamlore.contract import CATALOGUE_INGEST
from beamlore.core import Principal

ACCESS_FIELDS = ("ownerGroup", "accessGroups", "instrumentGroup", "isPublished", "sharedWith")
"""The fields the rule looks at; every projection that is checked afterwards must have them."""


InstrumentGroupMay: TypeAlias = Literal["nothing", "see", "change"]
"""What the members of a document's ``instrumentGroup`` may do with it; who may change it may see it."""


class AccessPolicy:
    """The rule, in the forms it is needed in."""

    def __init__(self, instrument_group_may: InstrumentGroupMay = "nothing", *, shares: bool = True) -> None:
        """Make the rule.

        Args:
            instrument_group_may: what the members of ``instrumentGroup`` may.
            shares: whether ``sharedWith`` lets anybody see.
        """
        self._staff_may = instrument_group_may
        self._shares = shares
        staff = ("instrumentGroup",)
        self._owners = ("ownerGroup", *(staff if instrument_group_may == "change" else ()))
        self.readers = ("ownerGroup", "accessGroups", *(staff if instrument_group_may != "nothing" else ()))
        """The fields that name groups whose members may see a document."""

    @property
    def unshared(self) -> "AccessPolicy":
        """The rule for documents that cannot be shared with an address."""
        return AccessPolicy(self._staff_may, shares=False)

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may see; empty where that is everything."""
        if self._sees_all(principal):
            return {}
        ways: list[dict[str, Any]] = [
            {"isPublished": True},
            *_by_group(principal, self.readers),
        ]
        if self._shares and principal.is_authenticated and principal.email:
            ways.append({"sharedWith": principal.email})
        return {"$or": ways} if len(ways) > 1 else ways[0]

    def may_read(self, principal: Principal, document: Mapping[str, Any]) -> bool:
        """Return whether the principal may see a document that has the access fields."""
        if self._sees_all(principal) or document.get("isPublished") is True:
            return True
        groups = _groups(principal)
        if any(not groups.isdisjoint(_texts(document.get(field))) for field in self.readers):
            return True
        by_address = self._shares and principal.is_authenticated and bool(principal.email)
        return by_address and principal.email in _texts(document.get("sharedWith"))

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may change."""
        return {} if self._sees_all(principal) else self.owned(principal)

    def owned(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what belongs to the principal's groups, whatever else they may."""
        ways = _by_group(principal, self._owners)
        return {"$or": ways} if ways else NOTHING

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of nothing: who may delete is said by each noun's own groups."""
        return NOTHING

    def _sees_all(self, principal: Principal) -> bool:
        return principal.is_authenticated and (principal.is_admin or principal.has(CATALOGUE_INGEST))


def _by_group(principal: Principal, fields: Sequence[str]) -> list[dict[str, Any]]:
    groups = sorted(_groups(principal))
    return [{field: {"$in": groups}} for field in fields] if groups else []


def _groups(principal: Principal) -> frozenset[str]:
    return frozenset(group for group in principal.groups if group) if principal.is_authenticated else frozenset()


def _texts(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset({value})
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()
