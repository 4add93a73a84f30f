"""The policy of a group that has none yet, made with its first dataset, as SciCat does it."""

import re
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from beamlore.catalogue.database import Document, told_plainly
from beamlore.catalogue.database.gathering import Gathered
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.policies.rights import PolicyRights
from beamlore.catalogue.records import stamps
from beamlore.core import ConflictError, Principal

COLLECTION = "Policy"
_NAMESPACE = uuid.UUID("5b4d2f0e-8f0c-5f43-9d5c-0d8d6a1d9a55")
_AVAILABILITY = re.compile(r"\bAV=([^,]+)")


class DefaultPolicies:
    """Finds a group's policy, and makes it where there is none."""

    def __init__(self, ground: Ground) -> None:
        self._policies = ground.database[COLLECTION]
        self._store = ground.store(COLLECTION, PolicyRights(ground.policy, ground.settings))
        self._milliseconds = round(ground.settings.query_seconds * 1000)
        self._gathered: Gathered[str, Document] = Gathered()

    async def classification(self, principal: Principal, dataset: Mapping[str, Any]) -> str:
        """Return the ``classification`` of a new dataset; its group has a policy afterwards.

        The availability is what the policy says of redundancy on tape; where there is no policy yet, what the dataset
        says (``AV=…``), and the new policy says the same.

        Args:
            principal: who creates the dataset.
            dataset: its ``ownerGroup``, ``accessGroups``, ``ownerEmail`` and ``classification``.
        """
        group, said = str(dataset["ownerGroup"]), dataset.get("classification")
        policy = await self._of(group)
        if policy is not None:
            return _classification(said, policy.get("tapeRedundancy") or "low")
        found = _AVAILABILITY.search(str(said or ""))
        redundancy = found[1] if found else "low"
        managers = [one.strip() for one in str(dataset.get("ownerEmail") or "").split(",")]
        await self.ensure(principal, group, dataset.get("accessGroups") or (), managers, redundancy)
        return _classification(said, redundancy)

    async def ensure(
        self,
        principal: Principal,
        group: str,
        access_groups: Sequence[str] = (),
        managers: Sequence[str] = (),
        redundancy: str = "low",
    ) -> None:
        """Make a group's policy where there is none; of two at once, one is made."""
        if await self._of(group) is not None:
            return
        document = default_policy(principal, group, access_groups, managers, redundancy)
        with suppress(ConflictError):
            await self._store.create(principal, document)

    async def _of(self, group: str) -> Document | None:
        return await self._gathered.get(None, group, self._read)

    async def _read(self, groups: Sequence[str]) -> Mapping[str, Document]:
        with told_plainly():
            found = self._policies.find({"ownerGroup": {"$in": list(groups)}}, max_time_ms=self._milliseconds)
            return {policy["ownerGroup"]: policy async for policy in found}


def default_policy(
    principal: Principal,
    group: str,
    access_groups: Sequence[str] = (),
    managers: Sequence[str] = (),
    redundancy: str = "low",
) -> Document:
    """Return the policy of a group that has none. Source: what SciCat's backend makes with a group's first dataset."""
    return {
        # The same for every process that finds none: the second one is refused by the database.
        "_id": str(uuid.uuid5(_NAMESPACE, group)),
        "ownerGroup": group,
        "accessGroups": list(access_groups),
        "isPublished": False,
        "manager": [one for one in managers if one],
        "tapeRedundancy": redundancy or "low",
        "autoArchive": False,
        "autoArchiveDelay": 7,
        "archiveEmailNotification": True,
        "archiveEmailsToBeNotified": [],
        "retrieveEmailNotification": True,
        "retrieveEmailsToBeNotified": [],
        "embargoPeriod": 3,
        **stamps(principal),
    }


def _classification(said: object, availability: str) -> str:
    """Return what a dataset says of integrity and confidentiality, with the availability of its policy."""
    levels = {"IN": "medium", "AV": "low", "CO": "low"}
    for part in str(said or "").split(","):
        name, _, level = part.strip().partition("=")
        if name in levels and level:
            levels[name] = level
    return ",".join(f"{name}={level}" for name, level in (levels | {"AV": availability}).items())
