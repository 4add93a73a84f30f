"""Who may do what with datasets. Source: SciCat's group variables, and what they allow there.

| groups of | may |
| --- | --- |
| ``CREATE_DATASET_GROUPS`` | create datasets of a group they are in, without choosing the PID; change those |
| ``CREATE_DATASET_WITH_PID_GROUPS`` | the same, and choose the PID |
| ``CREATE_DATASET_PRIVILEGED_GROUPS`` | create datasets of any group; change those of a group they are in |
| ``UPDATE_DATASET_LIFECYCLE_GROUPS`` | see every dataset, and change its life cycle |
| ``DELETE_GROUPS`` | delete datasets |
| ``ADMIN_GROUPS`` | see, create, change and delete everything |
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from beamlore.catalogue.access import EVERYTHING, NOTHING, AccessPolicy
from beamlore.catalogue.settings import Settings
from beamlore.contract import CATALOGUE_INGEST
from beamlore.core import Principal

_EVERYONE = "#all"


class DatasetRights:
    """The rule for datasets, over the rule that all of SciCat's ownable documents share."""

    def __init__(self, policy: AccessPolicy, settings: Settings) -> None:
        self._policy = policy
        self._creating = frozenset(settings.create_dataset_groups)
        self._choosing_pid = frozenset(settings.create_dataset_with_pid_groups)
        self._privileged = frozenset(settings.create_dataset_privileged_groups)
        self._archiving = frozenset(settings.update_dataset_lifecycle_groups)
        self._deleting = frozenset(settings.delete_groups)

    @property
    def readers(self) -> Sequence[str]:
        """The fields that name groups whose members may see a dataset."""
        return self._policy.readers

    def sees_all(self, principal: Principal) -> bool:
        """Return whether the principal sees every dataset."""
        return self.is_archivist(principal) or self._policy.readable(principal) == EVERYTHING

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may see; empty where that is everything."""
        return {} if self.is_archivist(principal) else self._policy.readable(principal)

    def may_read(self, principal: Principal, document: Mapping[str, Any]) -> bool:
        """Return whether the principal may see a dataset that has the access fields."""
        return self.is_archivist(principal) or self._policy.may_read(principal, document)

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may change."""
        return self._policy.writable(principal) if self.may_write_any(principal) else dict(NOTHING)

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may delete."""
        return {} if self.may_delete_any(principal) else dict(NOTHING)

    def may_write_any(self, principal: Principal) -> bool:
        """Return whether there can be datasets the principal may create or change; which, depends on their group."""
        return self._is_trusted(principal) or any(
            _among(principal, groups) for groups in (self._creating, self._choosing_pid, self._privileged)
        )

    def may_delete_any(self, principal: Principal) -> bool:
        """Return whether the principal may delete datasets."""
        return principal.is_authenticated and principal.has(*self._deleting)

    def may_create(self, principal: Principal, owner_group: object, *, chooses_pid: bool) -> bool:
        """Return whether the principal may create a dataset of a group.

        Args:
            principal: who creates it.
            owner_group: its ``ownerGroup``.
            chooses_pid: whether it comes with a PID.
        """
        if self._is_trusted(principal) or (principal.is_authenticated and principal.has(*self._privileged)):
            return True
        if not isinstance(owner_group, str) or not owner_group or not principal.has(owner_group):
            return False
        return _among(principal, self._choosing_pid) or (not chooses_pid and _among(principal, self._creating))

    def is_archivist(self, principal: Principal) -> bool:
        """Return whether the principal may see every dataset and change its life cycle."""
        return principal.is_authenticated and principal.has(*self._archiving)

    def _is_trusted(self, principal: Principal) -> bool:
        return principal.is_authenticated and (principal.is_admin or principal.has(CATALOGUE_INGEST))


class LifecycleRights(DatasetRights):
    """The rule for a dataset's life cycle: who may change a dataset, and the archive's own groups."""

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of the datasets whose life cycle the principal may change."""
        return {} if self.is_archivist(principal) else super().writable(principal)


def _among(principal: Principal, groups: Collection[str]) -> bool:
    return principal.is_authenticated and (_EVERYONE in groups or principal.has(*groups))
