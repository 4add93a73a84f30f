"""What the route of metadata keys does."""

from typing import Any

from beamlore.catalogue.database import GuardedRepository, Query
from beamlore.catalogue.filters import Style, parse_filter, to_mongo
from beamlore.catalogue.metadatakeys.keeper import COLLECTION, KeyKeeper
from beamlore.catalogue.metadatakeys.rights import KeyRights
from beamlore.catalogue.metadatakeys.vocabulary import METADATA_KEYS
from beamlore.catalogue.noun import Ground
from beamlore.core import Principal


class MetadataKeyService:
    """Lists metadata keys, all changes counted."""

    def __init__(self, ground: Ground) -> None:
        rights = KeyRights()
        self._keys = GuardedRepository(ground.database[COLLECTION], rights, ground.settings.query_seconds)
        self.keeper = KeyKeeper(ground.database, ground.transactions)
        self._style = Style(
            METADATA_KEYS, strict=True, limit=100, sort=(("createdAt", -1),), most=ground.settings.query_limit
        )

    async def find(self, principal: Principal, filter: str | None) -> list[dict[str, Any]]:
        """Return the keys a filter asks for; of their groups, those the principal is in.

        Raises:
            FilterError: the filter is malformed.
        """
        listing = parse_filter(filter, self._style)
        await self.keeper.settle()
        limits = listing.limits
        found = await self._keys.find(
            principal,
            Query(
                to_mongo(listing.where),
                projection=listing.projection,
                sort=limits.sort,
                skip=limits.skip,
                limit=limits.limit,
            ),
        )
        return [_shown(principal, one) for one in found]


def _shown(principal: Principal, key: dict[str, Any]) -> dict[str, Any]:
    """Return a key without the names of groups that the principal is not in."""
    if principal.is_authenticated and principal.is_admin:
        return key
    if "userGroups" in key:
        key["userGroups"] = [group for group in key["userGroups"] if group in principal.groups]
    if "userGroupCounts" in key:
        key["userGroupCounts"] = {
            group: number for group, number in key["userGroupCounts"].items() if group in principal.groups
        }
    return key
