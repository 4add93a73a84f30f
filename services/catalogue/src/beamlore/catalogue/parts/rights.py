"""Who may do what with files and pictures, from SciCat's group variables.

Source: SciCat's documentation of ``CREATE_DATASET_*``, ``ATTACHMENT_*`` and ``DELETE_GROUPS``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beamlore.catalogue.access import EVERYTHING, NOTHING, AccessPolicy
from beamlore.contract import CATALOGUE_INGEST
from beamlore.core import Principal

_EVERYBODY = "#all"
"""Stands for everyone who is logged in; only for what their group owns, as SciCat takes it."""


@dataclass(frozen=True)
class Grant:
    """Whom one action is allowed: on anything, or on what their group owns."""

    anything: Sequence[str] = ()
    own: Sequence[str] = ()
    administrators: bool = True
    """Whether administrators, and the ingestor, may without being in one of the groups."""

    def on_anything(self, principal: Principal) -> bool:
        """Return whether the principal may do it to every document."""
        if not principal.is_authenticated:
            return False
        above = self.administrators and (principal.is_admin or principal.has(CATALOGUE_INGEST))
        return above or principal.has(*(group for group in self.anything if group and group != _EVERYBODY))

    def on_own(self, principal: Principal) -> bool:
        """Return whether the principal may do it at least to what their group owns."""
        if self.on_anything(principal):
            return True
        named = principal.has(*(group for group in self.own if group))
        return principal.is_authenticated and (named or _EVERYBODY in self.own)


class PartRights:
    """The access rule of one kind of part; what may be seen is the same for all: the ownable rule."""

    def __init__(
        self, policy: AccessPolicy, *, create: Grant, change: Grant, delete: Grant, read: Grant | None = None
    ) -> None:
        """Make the rule.

        Args:
            policy: who may see, and who owns.
            create: who may add one.
            change: who may change one.
            delete: who may take one away.
            read: who sees more than the policy says.
        """
        self._policy = policy
        self.create = create
        self.change = change
        self.delete = delete
        self._read = read or Grant(administrators=False)

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may see."""
        return EVERYTHING if self._read.on_anything(principal) else self._policy.readable(principal)

    def creatable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of the datasets the principal may add one to."""
        return self._predicate(self.create, principal)

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may change."""
        return self._predicate(self.change, principal)

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may delete."""
        return self._predicate(self.delete, principal)

    def may_create(self, principal: Principal, document: Mapping[str, Any]) -> bool:
        """Return whether the principal may add a document; its own group decides, not what it names beside that."""
        if self.create.on_anything(principal):
            return True
        owner = document.get("ownerGroup")
        return self.create.on_own(principal) and isinstance(owner, str) and bool(owner) and principal.has(owner)

    def _predicate(self, grant: Grant, principal: Principal) -> dict[str, Any]:
        if grant.on_anything(principal):
            return EVERYTHING
        return self._policy.writable(principal) if grant.on_own(principal) else NOTHING


def may_delete_anything(delete_groups: Sequence[str]) -> Grant:
    """Return the grant of ``DELETE_GROUPS``; administrators must be among them."""
    return Grant(anything=delete_groups, administrators=False)
