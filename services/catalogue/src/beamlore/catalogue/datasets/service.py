"""What SciCat's dataset routes show."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from beamlore.catalogue.answers import to_json
from beamlore.catalogue.database import Query
from beamlore.catalogue.datasets.repository import DatasetRepository
from beamlore.catalogue.datasets.vocabulary import DATASETS
from beamlore.catalogue.derived import Derived
from beamlore.catalogue.filters import (
    FilterError,
    Listing,
    Scope,
    Style,
    parse_facets,
    parse_filter,
    parse_fullquery_fields,
)
from beamlore.catalogue.filters.facets import facet_stages
from beamlore.catalogue.filters.grammar import All, AnyOf, Compare, Condition
from beamlore.catalogue.filters.listing import decode, parse_limits
from beamlore.catalogue.hiding import UnseenError
from beamlore.catalogue.rendering import Renderer, View
from beamlore.catalogue.samples.keys import characteristic_keys
from beamlore.catalogue.settings import Settings
from beamlore.core import NotFoundError, Principal

_RENDERED_BYTES = 32 * 1024 * 1024
PUBLISHED = Compare("isPublished", "$eq", True)


class DatasetService:
    """Shows, lists and counts datasets."""

    def __init__(self, datasets: DatasetRepository, derived: Derived, settings: Settings) -> None:
        self._datasets = datasets
        self._derived = derived
        self._renderer = Renderer(_RENDERED_BYTES)
        most = settings.query_limit
        self._v3 = Style(DATASETS, strict=False, limit=100, sort=(("createdAt", 1),), most=most)
        self._search = Style(DATASETS, strict=False, limit=100, sort=(), most=most)
        self._keys_at_most = settings.metadata_keys_return_limit
        self._looked_through_at_most = settings.metadata_parent_instances_return_limit
        self._v4 = Style(DATASETS, strict=True, limit=10, sort=(("createdAt", -1),), most=most)

    def v3_listing(self, text: str | None) -> Listing:
        """Return what a v3 ``filter`` asks for."""
        return replace(parse_filter(text, self._v3), includes_all_blocks=True)

    def v4_listing(self, text: str | None) -> Listing:
        """Return what a v4 ``filter`` asks for; unknown fields are refused."""
        return parse_filter(text, self._v4)

    def fullquery_listing(self, principal: Principal, fields: str | None, limits: str | None) -> Listing:
        """Return what ``fullquery`` asks for."""
        return Listing(
            where=self.searched(principal, fields),
            projection={"beamlore": 0},
            limits=parse_limits(decode(limits, "limits"), "limits", self._search),
        )

    def searched(self, principal: Principal, fields: str | None) -> Condition:
        """Return the condition of a search page's ``fields``.

        Whoever does not see everything searches their groups' data and what is shared with them; published data of
        others only where ``fields`` asks for ``isPublished`` (SciCat, ``fullquery`` and ``fullfacet``).
        """
        where = parse_fullquery_fields(fields, DATASETS)
        own = self._own(principal)
        if own is None or _asks_for_published(fields):
            return where
        return All((where, own))

    def _own(self, principal: Principal) -> Condition | None:
        if not principal.is_authenticated or self._datasets.rights.sees_all(principal):
            return None
        groups = sorted(group for group in principal.groups if group)
        ways = [Compare(name, "$in", groups) for name in self._datasets.rights.readers]
        if principal.email:
            ways.append(Compare("sharedWith", "$eq", principal.email))
        return AnyOf(tuple(ways))

    async def get(
        self,
        principal: Principal,
        pid: str,
        include: tuple[str, ...] = (),
        scopes: Mapping[str, Scope] | None = None,
        *,
        all_blocks: bool = False,
    ) -> dict[str, Any]:
        """Return a dataset.

        Args:
            principal: who asks.
            pid: which.
            include: related documents to add.
            scopes: what is wanted of them.
            all_blocks: whether its blocks of files are all among them, whosever they are.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not see it.
        """
        document = await self._datasets.one(principal, pid)
        if document is None:
            if await self._datasets.exists(pid):
                raise UnseenError("Unauthorized access")
            raise NotFoundError(f"dataset: {pid} not found")
        await self._datasets.include(principal, [document], include, scopes, all_blocks=all_blocks)
        return document

    async def find(self, principal: Principal, listing: Listing) -> list[dict[str, Any]]:
        """Return what a listing asks for."""
        page = await self._derived.page(principal, listing.where, listing.limits)
        return await self._datasets.listed(principal, listing, page)

    async def chosen(self, principal: Principal, pid: str, listing: Listing) -> dict[str, Any]:
        """Return what a listing chooses of one dataset.

        Raises:
            NotFoundError: there is none, or not one that its ``where`` holds for.
            ForbiddenError: the principal may not see it.
        """
        this = Compare("_id", "$eq", pid)
        one = replace(listing, where=All((this, listing.where)), limits=replace(listing.limits, limit=1, skip=0))
        found = await self._datasets.listed(principal, one)
        if not found:
            await self.get(principal, pid)
            raise NotFoundError(f"dataset: {pid} not found")
        return found[0]

    async def shown(
        self,
        principal: Principal,
        pid: str,
        view: View,
        include: tuple[str, ...] = (),
        scopes: Mapping[str, Scope] | None = None,
        *,
        all_blocks: bool = False,
    ) -> bytes:
        """Return the JSON of a dataset in a view.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not see it.
        """
        if not include:
            document = await self._datasets.by_id_raw(principal, pid)
            if document is not None:
                return self._renderer.render(document, view)
        return to_json(view.show(await self.get(principal, pid, include, scopes, all_blocks=all_blocks)))

    async def page(self, principal: Principal, listing: Listing, view: View) -> bytes:
        """Return the JSON list of what a listing asks for, in a view."""
        if listing.include or not listing.is_whole:
            return to_json([view.show(one) for one in await self.find(principal, listing)])
        limits = listing.limits
        page = await self._derived.page(principal, listing.where, limits)
        if page is not None:
            return self._renderer.render_list(await self._datasets.these_raw(principal, page), view)
        where = await self._derived.of_documents(principal, listing.where)
        query = Query(where, sort=limits.sort, skip=limits.skip, limit=limits.limit)
        return self._renderer.render_list(await self._datasets.find_raw(principal, query), view)

    async def count(self, principal: Principal, where: Condition) -> int:
        """Return how many datasets a condition holds for."""

        async def documents() -> int:
            return await self._datasets.count(principal, await self._derived.of_documents(principal, where))

        return await self._derived.count(principal, where, documents)

    async def facets(self, principal: Principal, fields: str | None, facets: Any, also: Condition | None = None) -> Any:
        """Return how many datasets there are for each value of some fields, as JSON is made of."""
        asked = self.searched(principal, fields)
        where = All((asked, also)) if also is not None else asked
        counted_by = parse_facets(facets, DATASETS)

        async def documents() -> list[dict[str, Any]]:
            matching = await self._derived.of_documents(principal, where)
            return await self._datasets.aggregate(principal, matching, facet_stages(counted_by))

        return await self._derived.facets(principal, where, counted_by, documents)

    async def metadata_keys(
        self, principal: Principal, fields: str | None, limits: str | None, also: Condition | None = None
    ) -> list[str]:
        """Return the metadata keys of the datasets a search finds, each once, nested ones with dots between.

        ``metadataKey`` in ``fields`` is what a key must contain, in any case.
        """
        value = decode(fields, "fields")
        asked = dict(value) if isinstance(value, Mapping) else {}
        part = asked.pop("metadataKey", None) or ""
        if not isinstance(part, str):
            raise FilterError("fields.metadataKey", "is text")
        searched = self.searched(principal, to_json(asked).decode() if asked else None)
        bounds = parse_limits(decode(limits, "limits"), "limits", self._search)
        query = Query(
            await self._derived.of_documents(principal, All((searched, also)) if also is not None else searched),
            projection={"scientificMetadata": 1},
            sort=bounds.sort,
            skip=bounds.skip,
            limit=min(bounds.limit, self._looked_through_at_most or bounds.limit),
        )
        found = await self._datasets.find(principal, query)
        return characteristic_keys((one.get("scientificMetadata") for one in found), part)[: self._keys_at_most]


def _asks_for_published(fields: str | None) -> bool:
    value = decode(fields, "fields")
    return isinstance(value, Mapping) and value.get("isPublished") in (True, "true", [True])
