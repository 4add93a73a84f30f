"""Queries of the scan log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from beamlore.catalogue.database.repository import Document, GuardedRepository, Query
from beamlore.catalogue.scans.shape import projection
from beamlore.core import Principal

NEWEST_FIRST = (("startTime", -1), ("_id", -1))


@dataclass(frozen=True)
class ScanQuery:
    """Which scans, and which of their metadata (``columns``; ``None``: all)."""

    start_from: datetime | None = None
    start_to: datetime | None = None
    proposal: str | None = None
    beamline: str | None = None
    state: str | None = None
    idle_since: datetime | None = None
    columns: frozenset[str] | None = frozenset()


@dataclass(frozen=True)
class Position:
    """The last row of a page: the next page begins after it."""

    start: datetime
    pid: str


class ScanRepository(GuardedRepository):
    """Datasets as rows of the scan log: those that have a start."""

    async def page(self, principal: Principal, query: ScanQuery, after: Position | None, limit: int) -> list[Document]:
        """Return up to ``limit`` documents after a position, the newest start first."""
        where = scan_filter(query)
        if after is not None:
            where["startTime"] = {**_bounds(where), "$lte": after.start}
            where["$or"] = [
                {"startTime": {"$lt": after.start}},
                {"startTime": after.start, "_id": {"$lt": after.pid}},
            ]
        return await self.find(
            principal, Query(where, projection=projection(query.columns), sort=NEWEST_FIRST, limit=limit)
        )

    async def one(self, principal: Principal, pid: str) -> Document | None:
        """Return a scan's document with all its metadata."""
        return await self.find_one(principal, Query({"_id": pid}, projection=projection(None)))


def scan_filter(query: ScanQuery) -> dict[str, Any]:
    """Return the query's conditions."""
    bounds: dict[str, Any] = {}
    if query.start_from is not None:
        bounds["$gte"] = aware(query.start_from)
    if query.start_to is not None:
        bounds["$lt"] = aware(query.start_to)
    where: dict[str, Any] = {"startTime": bounds or {"$type": "date"}}
    if query.proposal is not None:
        where["proposalIds"] = query.proposal
    if query.beamline is not None:
        where["instrumentIds"] = query.beamline
    if query.state is not None:
        # What a SciCat client wrote has no state: it was written when it was over.
        where["beamlore.state"] = {"$in": ["finished", None]} if query.state == "finished" else query.state
    if query.idle_since is not None:
        where["beamlore.heardAt"] = {"$lt": aware(query.idle_since)}
    return where


def aware(moment: datetime) -> datetime:
    """Return the moment with its time zone; without one it is UTC."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _bounds(where: Mapping[str, Any]) -> dict[str, Any]:
    return {operator: value for operator, value in where["startTime"].items() if operator != "$type"}
