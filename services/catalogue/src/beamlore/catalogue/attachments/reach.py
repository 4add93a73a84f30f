"""Whether one may attach to something that exists: to what one's group owns.

Without this, who may attach to their own could put pictures on the pages of others.
"""

from typing import Any

from beamlore.catalogue.database import told_plainly
from beamlore.catalogue.hiding import UnseenError
from beamlore.catalogue.noun import Ground
from beamlore.core import ForbiddenError, Principal

_PLACES = {"dataset": ("Dataset", "_id"), "proposal": ("Proposal", "proposalId"), "sample": ("Sample", "sampleId")}


class Reach:
    """Looks up what attachments are said to hang on."""

    def __init__(self, ground: Ground) -> None:
        self._database = ground.database
        self._policy = ground.policy
        self._hides = ground.settings.hide_existence
        self._milliseconds = round(ground.settings.query_seconds * 1000)

    async def check(self, principal: Principal, relationships: object) -> None:
        """Let through attaching to what the principal's groups own, and to what is not there yet.

        Raises:
            ForbiddenError: some of it belongs to others.
        """
        keys: dict[str, set[str]] = {}
        for one in relationships if isinstance(relationships, list) else ():
            kind, key = (one.get("targetType"), one.get("targetId")) if isinstance(one, dict) else (None, None)
            if isinstance(kind, str) and kind in (*_PLACES, "published_data") and isinstance(key, str):
                keys.setdefault(kind, set()).add(key)
        if keys.pop("published_data", None):
            raise ForbiddenError("Unauthorized to attach to a publication")
        for kind, wanted in keys.items():
            collection, field = _PLACES[kind]
            foreign: dict[str, Any] = {"$nor": [self._policy.writable(principal)]}
            with told_plainly():
                found = await self._database[collection].find_one(
                    {"$and": [{field: {"$in": sorted(wanted)}}, foreign]},
                    {"_id": 1},
                    max_time_ms=self._milliseconds,
                )
                absent = self._hides and await self._database[collection].count_documents(
                    {field: {"$in": sorted(wanted)}}, maxTimeMS=self._milliseconds
                ) < len(wanted)
            if found is not None or absent:
                raise UnseenError(f"Unauthorized to attach to this {kind}")
