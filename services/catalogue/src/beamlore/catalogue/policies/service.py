"""What the policy routes do."""

import uuid
from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.database import Document, Query
from beamlore.catalogue.filters import OLDEST_FIRST, Listing, Style, parse_filter, parse_where, to_mongo
from beamlore.catalogue.filters.listing import decode
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.policies.defaults import COLLECTION, DefaultPolicies
from beamlore.catalogue.policies.models import ChangePolicy
from beamlore.catalogue.policies.rights import PolicyRights
from beamlore.catalogue.policies.vocabulary import POLICIES
from beamlore.catalogue.records import Records, stamps
from beamlore.core import BadRequestError, ForbiddenError, NotFoundError, Principal

_GROUPS_AT_MOST = 100


class PolicyService:
    """Keeps policies."""

    def __init__(self, ground: Ground) -> None:
        self.rights = PolicyRights(ground.policy, ground.settings)
        self._records = Records(ground, COLLECTION, self.rights, "Policy")
        self._defaults = DefaultPolicies(ground)
        self._style = Style(POLICIES, strict=False, limit=100, sort=OLDEST_FIRST, most=ground.settings.query_limit)

    def listing(self, text: str | None) -> Listing:
        """Return what a ``filter`` asks for."""
        return parse_filter(text, self._style)

    async def create(self, principal: Principal, fields: Mapping[str, Any]) -> Document:
        """Create a policy (``CreatePolicy``) and return it.

        Raises:
            ForbiddenError: the principal may not.
        """
        if not self.rights.create.on_anything(principal):
            raise ForbiddenError("Forbidden resource")
        defaults = ChangePolicy().model_dump(exclude={"ownerGroup", "instrumentGroup"})
        return await self._records.store.create(
            principal, {"_id": str(uuid.uuid4()), "isPublished": False, **defaults, **fields, **stamps(principal)}
        )

    async def find(self, principal: Principal, listing: Listing) -> list[Document]:
        """Return the policies a listing asks for."""
        return await self._records.listed(principal, listing)

    async def count(self, principal: Principal, where: str | None) -> int:
        """Return how many policies a condition (JSON) holds for."""
        condition = parse_where(decode(where, "where"), POLICIES, strict=False)
        return await self._records.store.count(principal, to_mongo(condition))

    async def get(self, principal: Principal, policy: str) -> Document:
        """Return a policy.

        Raises:
            NotFoundError: there is none.
        """
        return await self._records.get(principal, policy)

    async def change(self, principal: Principal, policy: str, fields: Mapping[str, Any]) -> Document:
        """Change a policy (``ChangePolicy``) and return it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not.
        """
        return await self._records.change(principal, policy, fields)

    async def change_of_groups(self, principal: Principal, groups: str, fields: Mapping[str, Any]) -> None:
        """Change the policies of groups; a group without a policy gets one first, managed by the principal.

        Args:
            principal: who does it: an administrator, or a manager of each of the policies.
            groups: their names, with commas between them.
            fields: ``ChangePolicy``.

        Raises:
            BadRequestError: no group is named, or too many, or a group's new name is given for several.
            ForbiddenError: the principal is not a manager of one; none is changed then.
        """
        names = list(dict.fromkeys(name for one in groups.split(",") if (name := one.strip().strip('"'))))
        if not 0 < len(names) <= _GROUPS_AT_MOST:
            raise BadRequestError(f"ownerGroupList: names 1 to {_GROUPS_AT_MOST} groups, with commas between them")
        if "ownerGroup" in fields and len(names) > 1:
            raise BadRequestError("data.ownerGroup: several policies cannot become those of one group")
        policies = [await self._of(principal, name) for name in names]
        for policy in policies:
            if not principal.is_admin and not _manages(principal, policy):
                raise ForbiddenError("User not authorised for action based on policy")
        for policy in policies:
            await self._records.change(principal, policy["_id"], fields)

    async def delete(self, principal: Principal, policy: str) -> Document:
        """Delete a policy and return it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not.
        """
        return await self._records.delete(principal, policy)

    async def _of(self, principal: Principal, group: str) -> Document:
        await self._defaults.ensure(principal, group, managers=(principal.email,))
        found = await self._records.store.find_one(principal, Query({"ownerGroup": group}))
        if found is None:
            raise NotFoundError(f"Policy: that of {group} not found")
        return found


def _manages(principal: Principal, policy: Mapping[str, Any]) -> bool:
    """Return whether the principal's address, which is proved to be theirs, is one of the managers'."""
    managers = policy.get("manager")
    return bool(principal.email) and isinstance(managers, list) and principal.email in managers
