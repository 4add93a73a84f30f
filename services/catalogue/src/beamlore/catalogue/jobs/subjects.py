"""What jobs are about: datasets, their files, and the people jobs are made for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from beamlore.catalogue.attachments.rights import ThroughParent, attachment_rights
from beamlore.catalogue.database import Document, Query
from beamlore.catalogue.database.repository import told_plainly
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.filters import to_mongo
from beamlore.catalogue.filters.grammar import All, AnyOf, Compare, Condition
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.parts.block_rights import block_rights
from beamlore.catalogue.users.collections import IDENTITIES
from beamlore.catalogue.users.directory import proved_address
from beamlore.contract import CATALOGUE_ADMIN
from beamlore.core import Principal

_HIDDEN = {"beamlore": 0}
_PUBLISHED = Compare("isPublished", "$eq", True)


class Subjects:
    """Looks them up.

    A dataset is looked at only for somebody who may see it: whoever names it in a job learns no more of it, and can
    have no more of it sent, than they could read. One that is not there is as one they may not see.
    """

    def __init__(self, ground: Ground) -> None:
        settings = ground.settings
        rights = DatasetRights(ground.policy, settings)
        self._milliseconds = round(settings.query_seconds * 1000)
        self._email_is_trusted = settings.oidc_email_trusted
        self._all = ground.database["Dataset"]
        self._rights = rights
        self._admin_groups = settings.admin_groups
        self._identities = ground.database[IDENTITIES]
        self._datasets = ground.store("Dataset", rights)
        self._files = ground.store("OrigDatablock", ThroughParent())
        self._parts = {
            "origdatablocks": ground.store("OrigDatablock", block_rights(ground.policy, settings)),
            "datablocks": ground.store("Datablock", block_rights(ground.policy.unshared, settings, deleters_read=True)),
        }
        self._attachments = ground.store("Attachment", attachment_rights(ground.policy, settings))

    async def datasets(
        self, readers: Iterable[Principal], pids: Iterable[str], fields: Sequence[str] = ()
    ) -> dict[str, Document]:
        """Return the datasets that any of these readers may see, by PID; whole, or only some fields."""
        wanted = list(pids)
        query = Query({"_id": {"$in": wanted}}, projection=dict.fromkeys(fields, 1) or _HIDDEN)
        found: dict[str, Document] = {}
        for reader in readers if wanted else ():
            found |= {one["_id"]: one for one in await self._datasets.find(reader, query)}
        return {pid: found[pid] for pid in wanted if pid in found}

    def sees_all(self, principal: Principal) -> bool:
        """Return whether the principal sees every dataset: what they do not see is not there."""
        return self._rights.sees_all(principal)

    async def count(self, pids: Iterable[str], condition: Condition) -> int:
        """Return of how many datasets a condition holds, whoever may see them."""
        where = to_mongo(All((Compare("_id", "$in", list(pids)), condition)))
        with told_plainly():
            return await self._all.count_documents(where, maxTimeMS=self._milliseconds)

    async def missing_files(self, principal: Principal, files: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Return which files named for datasets, which the principal may see, are not theirs.

        Who sees a dataset sees its files, below it, whether these are published or not.
        """
        asked = {pid: names for pid, names in files.items() if names}
        if not asked:
            return {}
        known: dict[str, set[str]] = {pid: set() for pid in asked}
        where = {"datasetId": {"$in": list(asked)}}
        query = Query(where, projection={"datasetId": 1, "dataFileList.path": 1})
        for block in await self._files.find(principal, query):
            known[block["datasetId"]].update(one.get("path") for one in block.get("dataFileList") or ())
        missing = {pid: [name for name in names if name not in known[pid]] for pid, names in asked.items()}
        return {pid: names for pid, names in missing.items() if names}

    async def person(self, username: str) -> Principal | None:
        """Return a user by name, with the groups of their latest login; ``None`` where nobody is known by it."""
        with told_plainly():
            found = await self._identities.find_one({"profile.username": username}, sort=[("created", -1)])
        if found is None:
            return None
        profile = found["profile"]
        groups = profile.get("accessGroups")
        held = {one for one in groups if isinstance(one, str) and one} if isinstance(groups, list) else set()
        if not held.isdisjoint(self._admin_groups):
            held.add(CATALOGUE_ADMIN)
        return Principal(
            subject=f"user:{found.get('userId')}",
            username=username,
            email=proved_address(found.get("authStrategy"), profile, is_trusted=self._email_is_trusted),
            groups=frozenset(held),
        )

    async def included(self, principal: Principal, pids: Iterable[str], *, details: bool) -> dict[str, Document]:
        """Return the datasets the principal may see, by PID.

        Args:
            principal: who asks.
            pids: which.
            details: whether they come with the blocks and attachments the principal may see.
        """
        datasets = await self.datasets([principal], pids)
        if details and datasets:
            for name, store in self._parts.items():
                blocks = await store.find(principal, Query({"datasetId": {"$in": list(datasets)}}, projection=_HIDDEN))
                for dataset in datasets.values():
                    dataset[name] = [one for one in blocks if one.get("datasetId") == dataset["_id"]]
            await self._attach(principal, datasets)
        return datasets

    async def _attach(self, principal: Principal, datasets: Mapping[str, Document]) -> None:
        pids = list(datasets)
        where = {"$or": [{"relationships.targetId": {"$in": pids}}, {"datasetId": {"$in": pids}}]}
        attached = await self._attachments.find(principal, Query(where, projection=_HIDDEN))
        for dataset in datasets.values():
            dataset["attachments"] = [one for one in attached if dataset["_id"] in _targets(one)]


def _targets(attachment: Mapping[str, Any]) -> set[Any]:
    named = {one.get("targetId") for one in attachment.get("relationships") or () if one.get("targetType") == "dataset"}
    return named | {attachment.get("datasetId")}


def accessible(principal: Principal | None) -> Condition:
    """Return the condition that somebody has a dataset, by group or because it is published."""
    groups = sorted(group for group in principal.groups if group) if principal is not None else []
    if not groups:
        return _PUBLISHED
    return AnyOf((Compare("ownerGroup", "$in", groups), Compare("accessGroups", "$in", groups), _PUBLISHED))


def published() -> Condition:
    """Return the condition that a dataset is published."""
    return _PUBLISHED


def owned(groups: Iterable[str]) -> Condition:
    """Return the condition that a dataset belongs to one of some groups."""
    return Compare("ownerGroup", "$in", sorted({group for group in groups if group}))
