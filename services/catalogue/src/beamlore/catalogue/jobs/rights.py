"""Who may do what with jobs. Source: SciCat's job configuration and group variables, and what they allow there.

| who | may |
| --- | --- |
| nobody in particular | create jobs of types with ``#all``, ``#datasetPublic``; change groupless ones of ``#all`` |
| the user or the group a job belongs to | see it |
| whom the type's rule names | create and change jobs of that type |
| ``CREATE_JOB_PRIVILEGED_GROUPS`` | see and create every job; change none |
| ``UPDATE_JOB_PRIVILEGED_GROUPS`` | see and change every job; create none |
| both of these, ``ADMIN_GROUPS`` | see, create and change every job |
| ``DELETE_JOB_GROUPS`` | delete every job |
"""

from typing import Any

from beamlore.catalogue.access import EVERYTHING, NOTHING
from beamlore.catalogue.jobs.configuration import JobConfiguration, JobType
from beamlore.catalogue.settings import Settings
from beamlore.core import Principal

_NO_GROUP = {"ownerGroup": {"$in": [None, ""]}}
_OPEN_TO_CREATE = ("#all", "#datasetPublic")
_LOGGED_IN_MAY_CREATE = (*_OPEN_TO_CREATE, "#authenticated", "#datasetAccess", "#datasetOwner")


class JobRights:
    """The rule."""

    def __init__(self, configuration: JobConfiguration, settings: Settings) -> None:
        self._configuration = configuration
        self._creating = frozenset(settings.create_job_privileged_groups)
        self._changing = frozenset(settings.update_job_privileged_groups)
        self._deleting = frozenset(settings.delete_job_groups)

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may see; empty where that is everything."""
        if not principal.is_authenticated:
            return dict(NOTHING)
        if principal.is_admin or principal.has(*self._creating, *self._changing):
            return dict(EVERYTHING)
        return {"$or": [_of_user(principal), _of_group(principal)]}

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may change."""
        if principal.is_authenticated:
            if principal.is_admin or principal.has(*self._changing):
                return dict(EVERYTHING)
            if principal.has(*self._creating):
                return dict(NOTHING)
        ways = [way for kind in self._configuration if (way := _change(kind, principal)) is not None]
        return {"$or": ways} if ways else dict(NOTHING)

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of what the principal may delete."""
        may = principal.is_authenticated and principal.has(*self._deleting)
        return dict(EVERYTHING if may else NOTHING)

    def is_privileged(self, principal: Principal) -> bool:
        """Return whether the principal may create jobs of any type, user and group."""
        return principal.is_authenticated and (principal.is_admin or principal.has(*self._creating))

    def may_create(self, principal: Principal, kind: JobType) -> bool:
        """Return whether the principal may create jobs of a type; what it asks of their datasets is another matter."""
        if self.is_privileged(principal):
            return True
        if not principal.is_authenticated:
            return kind.create.auth in _OPEN_TO_CREATE
        if principal.has(*self._changing):
            return False
        return kind.create.auth in _LOGGED_IN_MAY_CREATE or _named(kind.create.auth, principal)

    def may_create_any(self, principal: Principal) -> bool:
        """Return whether there are jobs that the principal may create."""
        return self.is_privileged(principal) or any(self.may_create(principal, kind) for kind in self._configuration)

    def may_change_any(self, principal: Principal) -> bool:
        """Return whether there can be jobs that the principal may change."""
        return self.writable(principal) != NOTHING

    def may_delete_any(self, principal: Principal) -> bool:
        """Return whether there can be jobs that the principal may delete."""
        return self.deletable(principal) != NOTHING


def _change(kind: JobType, principal: Principal) -> dict[str, Any] | None:
    auth, of_type = kind.update.auth, {"type": kind.name}
    if not principal.is_authenticated:
        return of_type | _NO_GROUP if auth == "#all" else None
    match auth:
        case "#jobOwnerUser":
            return of_type | _of_user(principal)
        case "#jobOwnerGroup":
            return of_type | _of_group(principal)
        case _ if auth == "#all" or _named(auth, principal):
            return of_type
        case _:
            return None


def _named(auth: str, principal: Principal) -> bool:
    if auth.startswith("@"):
        return len(auth) > 1 and principal.has(auth[1:])
    return not auth.startswith("#") and bool(auth) and auth == principal.username


def _of_user(principal: Principal) -> dict[str, Any]:
    return {"ownerUser": principal.username} if principal.username else dict(NOTHING)


def _of_group(principal: Principal) -> dict[str, Any]:
    groups = sorted(group for group in principal.groups if group)
    return {"ownerGroup": {"$in": groups}} if groups else dict(NOTHING)
