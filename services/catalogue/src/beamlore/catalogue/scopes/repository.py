"""What there is to choose from: metadata keys, proposals, beamlines."""

from typing import Any

from pymongo.asynchronous.collection import AsyncCollection

from beamlore.catalogue.access import ACCESS_FIELDS, AccessPolicy
from beamlore.catalogue.database.repository import Document, GuardedRepository, Query, told_plainly
from beamlore.catalogue.keys import sent_key
from beamlore.core import Principal

SCOPES_LOOKED_AT = 2_000
"""Scopes that are put together for one answer; who sees more narrows by beamline or proposal."""


class ScopeRepository(GuardedRepository):
    """Reads scopes for a principal, under the datasets' own access rule."""

    def __init__(self, collection: AsyncCollection[Document], policy: AccessPolicy, seconds: float) -> None:
        super().__init__(collection, policy, seconds)
        self._proposal_rights = policy.unshared

    async def parameters(
        self, principal: Principal, *, search: str, proposal: str | None, beamline: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return metadata keys whose key or human name has the text, by human name."""
        where: dict[str, Any] = {}
        if proposal is not None:
            where["proposalIds"] = proposal
        if beamline is not None:
            where["instrumentIds"] = beamline
        wanted = search.casefold()
        found: dict[str, dict[str, Any]] = {}
        query = Query(where, projection={"keys": 1, "_id": 0}, limit=SCOPES_LOOKED_AT, in_any_order=True)
        for scope in await self.find(principal, query):
            for stored, entry in (scope.get("keys") or {}).items():
                key = sent_key(stored)
                if key not in found and (wanted in key.casefold() or wanted in entry.get("name", "").casefold()):
                    found[key] = {"key": key, **entry, "name": entry.get("name") or key}
        return sorted(found.values(), key=lambda one: (str(one["name"]).casefold(), one["key"]))[:limit]

    async def proposals(self, principal: Principal) -> list[dict[str, Any]]:
        """Return proposals with their titles and beamlines, the highest id first.

        Whoever writes a dataset chooses which proposals it names. So a title is shown where the principal may see the
        proposal itself, or a dataset that belongs to the proposal's own group; else its identifier stands for it.
        """
        beamlines: dict[str, set[str]] = {}
        owners: dict[str, set[Any]] = {}
        query = Query({}, projection={"proposalIds": 1, "instrumentIds": 1, "ownerGroup": 1, "_id": 0})
        for scope in await self.find(principal, query):
            for proposal in scope.get("proposalIds") or ():
                beamlines.setdefault(proposal, set()).update(scope.get("instrumentIds") or ())
                owners.setdefault(proposal, set()).add(scope.get("ownerGroup"))
        fields = dict.fromkeys(("proposalId", "title", *ACCESS_FIELDS), 1) | {"_id": 0}
        with told_plainly():
            found = await self._proposals.find({"proposalId": {"$in": list(beamlines)}}, fields).to_list()
        titles = {
            one["proposalId"]: one.get("title")
            for one in found
            if (one.get("ownerGroup") and one["ownerGroup"] in owners[one["proposalId"]])
            or self._proposal_rights.may_read(principal, one)
        }
        return [
            {"id": proposal, "title": titles.get(proposal) or proposal, "beamlines": sorted(beamlines[proposal])}
            for proposal in sorted(beamlines, reverse=True)
        ]

    async def beamlines(self, principal: Principal) -> list[dict[str, Any]]:
        """Return the beamlines, by name."""
        query = Query({}, projection={"instrumentIds": 1, "_id": 0})
        scopes = await self.find(principal, query)
        return [
            {"name": name} for name in sorted({one for scope in scopes for one in scope.get("instrumentIds") or ()})
        ]

    @property
    def _proposals(self) -> Any:
        return self._collection.database["Proposal"]
