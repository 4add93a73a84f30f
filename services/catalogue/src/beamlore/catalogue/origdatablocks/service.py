"""What the OrigDatablock routes do beside what all blocks have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

from beamlore.catalogue.database import Document, GuardedRepository, Query, told_plainly, total_order
from beamlore.catalogue.datasets.conversion import as_v4
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.filters import (
    FilterError,
    Listing,
    Style,
    parse_facets,
    parse_filter,
    parse_fullquery_fields,
    parse_limits,
    to_mongo,
)
from beamlore.catalogue.filters.facets import facet_stages
from beamlore.catalogue.filters.listing import decode
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.origdatablocks.vocabulary import ORIG_DATABLOCKS
from beamlore.catalogue.parts.block_rights import block_rights
from beamlore.catalogue.parts.blocks import HIDDEN, BlockService
from beamlore.catalogue.parts.file_metadata import FileMetadataSchema
from beamlore.catalogue.parts.totals import DATASETS
from beamlore.core import NotFoundError, Principal

COLLECTION = "OrigDatablock"
_PLACE = "placeOfFile"
_EACH_FILE: Mapping[str, Any] = {"$unwind": {"path": "$dataFileList", "includeArrayIndex": _PLACE}}


class OrigDatablockService(BlockService):
    """Keeps OrigDatablocks, and lists them and their files."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, COLLECTION, block_rights(ground.policy, ground.settings))
        settings = ground.settings
        self.metadata = FileMetadataSchema(settings.datafiles_metadata_schema)
        self._parents_shown = GuardedRepository(
            ground.database[DATASETS], DatasetRights(ground.policy, settings), settings.query_seconds
        )
        most = settings.query_limit
        self._v3 = Style(ORIG_DATABLOCKS, strict=False, limit=100, sort=(), most=most)
        self._v4 = Style(ORIG_DATABLOCKS, strict=True, limit=10, sort=(("createdAt", -1),), most=most)

    def v3_listing(self, text: str | None) -> Listing:
        """Return what a v3 ``filter`` asks for."""
        return parse_filter(text, self._v3)

    def v4_listing(self, text: str | None) -> Listing:
        """Return what a v4 ``filter`` asks for; unknown fields are refused."""
        return parse_filter(text, self._v4)

    def counting(self, text: str | None) -> Listing:
        """Return what a ``filter`` that only counts asks for: it has a ``where`` and nothing else.

        Raises:
            FilterError: it has more.
        """
        value = decode(text, "filter")
        more = set(value) - {"where"} if isinstance(value, dict) else set()
        if more:
            raise FilterError(f"filter.{sorted(more)[0][:40]}", "is not taken where only a count is asked for")
        return self.v4_listing(text)

    def fullquery_listing(self, fields: str | None, limits: str | None) -> Listing:
        """Return what ``fullquery`` asks for."""
        return Listing(
            where=parse_fullquery_fields(fields, ORIG_DATABLOCKS),
            projection=dict(HIDDEN),
            limits=parse_limits(decode(limits, "limits"), "limits", self._v3),
        )

    def relations(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the relations that ``include`` names.

        Raises:
            FilterError: one of them is none.
        """
        wanted: list[str] = []
        for name in names:
            value = decode(name, "include") if name.lstrip().startswith("[") else name.split(",")
            wanted += [one if isinstance(one, str) else str(one)[:40] for one in value if one]
        for name in wanted:
            if name != "all" and name not in ORIG_DATABLOCKS.relations:
                raise FilterError("include", f"{name[:40]!r} is not one of dataset, all")
        return tuple(sorted(ORIG_DATABLOCKS.relations)) if wanted else ()

    async def find(self, principal: Principal, listing: Listing) -> list[Document]:
        """Return the blocks a listing asks for, with what it includes."""
        limits = listing.limits
        projection = _with_link(listing)
        query = Query(to_mongo(listing.where), projection, limits.sort, limits.skip, limits.limit)
        found = await self._store.find(principal, query)
        await self.include(principal, found, listing.include)
        return found

    async def files(self, principal: Principal, listing: Listing) -> list[Document]:
        """Return a block for each file: ``dataFileList`` is the one file, ``datasetExist`` tells of its dataset."""
        limits = listing.limits
        # A block's files follow each other: their place in it decides between them.
        stages: list[Mapping[str, Any]] = [_EACH_FILE]
        if limits.sort:
            stages.append({"$sort": {**dict(total_order(limits.sort)), _PLACE: 1}})
        else:
            stages.insert(0, {"$sort": {"_id": 1}})
        stages += [{"$skip": limits.skip}, {"$limit": limits.limit}, {"$unset": _PLACE}]
        stages.append({"$project": _with_link(listing)})
        found = await self._store.aggregate(principal, to_mongo(listing.where), stages)
        pids = sorted({one["datasetId"] for one in found if "datasetId" in one})
        with told_plainly():
            known = await self._datasets.distinct("_id", {"_id": {"$in": pids}}) if pids else []
        for one in found:
            one["datasetExist"] = one.get("datasetId") in known
        await self.include(principal, found, listing.include)
        return found

    async def count_files(self, principal: Principal, listing: Listing) -> int:
        """Return how many files there are in the blocks a condition holds for."""
        each = {"$size": {"$ifNull": ["$dataFileList", []]}}
        stages = [{"$group": {"_id": None, "count": {"$sum": each}}}]
        counted = await self._store.aggregate(principal, to_mongo(listing.where), stages)
        return int(counted[0]["count"]) if counted else 0

    async def facets(
        self, principal: Principal, fields: str | None, facets: Any, *, of_files: bool = False
    ) -> list[Document]:
        """Return how many blocks (or files) there are for each value of some fields."""
        where = to_mongo(parse_fullquery_fields(fields, ORIG_DATABLOCKS))
        wanted = facets if isinstance(facets, list | str) else None
        stages: list[Mapping[str, Any]] = [_EACH_FILE] if of_files else []
        return await self._store.aggregate(
            principal, where, [*stages, *facet_stages(parse_facets(wanted, ORIG_DATABLOCKS))]
        )

    async def with_dataset(self, principal: Principal, key: str, include: Sequence[str] = ()) -> Document:
        """Return a block that the principal may see, of a dataset that they may see.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not see it, or its dataset.
        """
        block = await self.own(principal, key)
        await self.parents.readable(principal, block["datasetId"])
        await self.include(principal, [block], include)
        return block

    async def published(self, principal: Principal, key: str, include: Sequence[str] = ()) -> Document:
        """Return a published block.

        Raises:
            NotFoundError: there is none, or it is not published.
        """
        query = Query({"_id": key, "isPublished": True}, projection=HIDDEN)
        block = await self._store.find_one(principal, query)
        if block is None:
            raise NotFoundError(f"OrigDatablock: {key} not found")
        await self.include(principal, [block], include)
        return block

    async def include(self, principal: Principal, blocks: Sequence[Document], relations: Sequence[str]) -> None:
        """Add to each block the dataset it belongs to, if the principal may see that, as a list and as v4 shows it."""
        if "dataset" not in relations or not blocks:
            return
        pids = sorted({block["datasetId"] for block in blocks})
        found = await self._parents_shown.find(principal, Query({"_id": {"$in": pids}}, projection=HIDDEN))
        shown = {one["_id"]: as_v4(one) for one in found}
        for block in blocks:
            block["dataset"] = [shown[block["datasetId"]]] if block["datasetId"] in shown else []


def _with_link(listing: Listing) -> dict[str, Any]:
    """Return a projection that keeps the field that leads to the dataset."""
    projection = dict(listing.projection)
    if any(projection.values()) and listing.include:
        projection["datasetId"] = 1
    return projection
