"""Creating jobs: what a new job is like, and who may ask for it.

Source: SciCat's documentation of the jobs' authorization, and what its routes answer.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from beamlore.catalogue.database import Document
from beamlore.catalogue.jobs.configuration import OF_DATASETS, JobConfiguration, JobType
from beamlore.catalogue.jobs.former import parameters_of
from beamlore.catalogue.jobs.parameters import DATASETS, chosen_datasets, storable
from beamlore.catalogue.jobs.rights import JobRights
from beamlore.catalogue.jobs.subjects import Subjects, accessible, owned, published
from beamlore.catalogue.settings import Settings
from beamlore.core import BadRequestError, ForbiddenError, Principal, UnprocessableError

_NO_ACCESS = "User does not have access to all datasets, cannot create job."


@dataclass(frozen=True)
class Asked:
    """A new job, as a client asks for it (v4)."""

    type: str
    parameters: Mapping[str, Any]
    owner_user: str = ""
    owner_group: str = ""
    contact: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """The request as actions see it."""
        named = {"ownerUser": self.owner_user, "ownerGroup": self.owner_group, "contactEmail": self.contact}
        return {"type": self.type, "jobParams": dict(self.parameters)} | {
            name: value for name, value in named.items() if value
        }


class Creation:
    """Decides on new jobs."""

    def __init__(
        self, configuration: JobConfiguration, rights: JobRights, subjects: Subjects, settings: Settings
    ) -> None:
        self._configuration = configuration
        self._rights = rights
        self._subjects = subjects
        self._code = settings.job_default_status_code
        self._message = settings.job_default_status_message

    def kind(self, name: object) -> JobType:
        """Return a job type.

        Raises:
            BadRequestError: there is none of this name.
        """
        found = self._configuration.types.get(name) if isinstance(name, str) else None
        if found is None:
            raise BadRequestError(f"Invalid job type: {'undefined' if name is None else str(name)[:80]}")
        return found

    async def decide(self, principal: Principal, asked: Asked) -> tuple[JobType, Document]:
        """Return a new job's type and the job, not yet stored.

        Raises:
            BadRequestError: there is no such type, or the parameters cannot be stored.
            UnprocessableError: its datasets or files do not exist, or are not named as they must be.
            ForbiddenError: the principal may not create it.
        """
        kind = self.kind(asked.type)
        storable("jobParams", asked.parameters)
        files = chosen_datasets(asked.parameters[DATASETS]) if DATASETS in asked.parameters else {}
        owner = await self._owner(principal, asked)
        if not principal.is_authenticated and asked.owner_group:
            raise ForbiddenError("Invalid new job. Unauthenticated user cannot initiate a job owned by another user.")
        if not self._rights.may_create(principal, kind):
            raise ForbiddenError("Unauthorized to create this job.")
        await self._check_readable(kind, files, principal)
        await self._check_datasets(kind, asked, files, principal, owner)
        await self._check_files(files, principal)
        return kind, self._job(kind, asked, principal, owner)

    async def from_former(self, principal: Principal, body: Mapping[str, Any]) -> Asked:
        """Return what a v3 body asks for, as v4 has it: with the user and the group the job is for.

        Raises:
            BadRequestError: there is no such type.
        """
        kind = self.kind(body.get("type"))
        parameters = parameters_of(body)
        asked = Asked(
            kind.name,
            parameters,
            contact=body.get("emailJobInitiator") or (principal.email if principal.is_authenticated else ""),
        )
        owner: Principal | None = principal if principal.is_authenticated else None
        if isinstance(parameters.get("username"), str):
            owner = await self._subjects.person(parameters["username"])
        return replace(
            asked,
            owner_user=owner.username if owner is not None else "",
            owner_group=await self._group(kind, parameters, principal, owner),
        )

    async def _check_readable(self, kind: JobType, files: Mapping[str, Sequence[str]], principal: Principal) -> None:
        """Let through a job whose datasets its creator may see.

        Of types that only check requests and note jobs, anybody may name any PID, as with SciCat: nothing is looked
        up for it, and nothing sent. Whether it is there cannot be told from the answer.

        Raises:
            ForbiddenError: something would be looked at or sent that the creator may not see, or is not there.
            UnprocessableError: it is not there, for who sees every dataset.
        """
        seen = await self._subjects.datasets([principal], files, ["_id"])
        unseen = [pid for pid in files if pid not in seen]
        if not unseen:
            return
        if self._subjects.sees_all(principal):
            raise UnprocessableError(f"Datasets with pid {','.join(unseen)} do not exist.")
        if kind.reaches_out or any(files[pid] for pid in unseen):
            raise ForbiddenError(_NO_ACCESS)

    async def _check_files(self, files: Mapping[str, Sequence[str]], principal: Principal) -> None:
        """Let through files that are there and that the job's creator may see."""
        missing = await self._subjects.missing_files(principal, files)
        if missing:
            told = [{"pid": pid, "nonExistFiles": names} for pid, names in missing.items()]
            raise UnprocessableError(
                "At least one requested file could not be found.", error=orjson.dumps(told).decode()
            )

    async def _owner(self, principal: Principal, asked: Asked) -> Principal | None:
        """Return the user the job is for, ``None`` where it is nobody's."""
        if not principal.is_authenticated:
            return None
        if self._rights.is_privileged(principal):
            if not (asked.owner_group or asked.owner_user or asked.contact):
                raise UnprocessableError("Contact email should be specified for an anonymous job.")
            if not asked.owner_user:
                return None
            if asked.owner_user == principal.username:
                return principal
            return await self._subjects.person(asked.owner_user) or principal
        if not asked.owner_group:
            raise ForbiddenError("Invalid new job. Owner group should be specified.")
        if asked.owner_user and asked.owner_user != principal.username:
            raise ForbiddenError("Invalid new job. User owning the job should match user logged in.")
        if not principal.has(asked.owner_group):
            raise ForbiddenError("Invalid new job. User needs to belong to job owner group.")
        return principal

    async def _check_datasets(
        self,
        kind: JobType,
        asked: Asked,
        files: Mapping[str, Any],
        principal: Principal,
        owner: Principal | None,
    ) -> None:
        auth = kind.create.auth
        if principal.is_admin or auth not in OF_DATASETS:
            return
        if not files:
            raise UnprocessableError("Dataset ids list was not provided in jobParams")
        privileged = self._rights.is_privileged(principal)
        who = owner if privileged else principal if principal.is_authenticated else None
        if auth == "#datasetPublic":
            condition = published()
        elif auth == "#datasetAccess":
            condition = accessible(who)
        else:
            groups = set(who.groups) if who is not None else set()
            if privileged:
                groups.add(asked.owner_group)
            condition = owned(groups)
        if await self._subjects.count(files, condition) < len(files):
            raise ForbiddenError(_NO_ACCESS)

    async def _group(
        self, kind: JobType, parameters: Mapping[str, Any], principal: Principal, owner: Principal | None
    ) -> str:
        """Return the group that v3 makes a job for: the one named, or that of its datasets."""
        if isinstance(parameters.get("ownerGroup"), str):
            return str(parameters["ownerGroup"])
        auth = kind.create.auth
        listed = parameters[DATASETS]
        if not listed or auth == "#datasetPublic":
            return ""
        pids = chosen_datasets(listed)
        seen = await self._subjects.datasets([principal], pids, ["ownerGroup", "accessGroups", "isPublished"])
        datasets = list(seen.values())
        groups = owner.groups if owner is not None else frozenset()
        if auth == "#datasetOwner" and not (owner is not None and owner.is_admin):
            datasets = [one for one in datasets if one.get("ownerGroup") in groups]
        if auth == "#datasetAccess":
            datasets = [one for one in datasets if _has(one, groups)]
        if len(datasets) != len(pids):
            return ""
        own = [one for one in datasets if auth != "#datasetAccess" or not one.get("isPublished")]
        if own:
            return str(own[0].get("ownerGroup") or "")
        return min(groups, default="")

    def _job(self, kind: JobType, asked: Asked, principal: Principal, owner: Principal | None) -> Document:
        now, key = datetime.now(UTC), str(uuid.uuid4())
        parameters = dict(asked.parameters)
        status = parameters.pop("jobStatusMessage", None)
        status = status if isinstance(status, str) and status else None
        job: Document = {
            "_id": key,
            "id": key,
            "type": kind.name,
            "statusCode": status or self._code,
            "statusMessage": status or self._message,
            "jobParams": parameters,
            "contactEmail": asked.contact
            or (owner.email if owner is not None else "")
            or (principal.email if principal.is_authenticated else ""),
            "configVersion": kind.version,
            "jobResultObject": {},
            "accessGroups": [],
            "isPublished": False,
            "createdBy": principal.username,
            "updatedBy": principal.username,
            "createdAt": now,
            "updatedAt": now,
        }
        if asked.owner_group:
            job["ownerGroup"] = asked.owner_group
        if owner is not None:
            job["ownerUser"] = owner.username
        return job


def _has(dataset: Mapping[str, Any], groups: frozenset[str]) -> bool:
    return (
        dataset.get("isPublished") is True
        or dataset.get("ownerGroup") in groups
        or not groups.isdisjoint(dataset.get("accessGroups") or ())
    )
