"""Folds the log of changes into the derived data, and compares them with the documents."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from prometheus_client import Counter
from pymongo import AsyncMongoClient, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.access import ACCESS_FIELDS
from beamlore.catalogue.database import Document
from beamlore.catalogue.derived.difference import Difference
from beamlore.catalogue.derived.fields import COUNTED, EVERYTHING, PROJECTION, SUMS, Deriver, sums_of
from beamlore.catalogue.derived.log import CHANGES, FIRST, LAST, new_epoch
from beamlore.catalogue.derived.transaction import transaction
from beamlore.catalogue.withdrawals import WithdrawalNotes

log = structlog.get_logger(__name__)

DATASETS = "Dataset"
SEARCH = "beamlore_search"
SIGNATURES = "beamlore_signatures"
ROLLUPS = "beamlore_rollups"
AT_ONCE = 300
"""Datasets folded in one transaction: more than this holds up requests of the same process."""

_AT_FIRST = 1_000
_READ_AT_ONCE = 50
_COUNTED = dict.fromkeys(("s", *COUNTED, *ACCESS_FIELDS), 1)
_drift = Counter("beamlore_catalogue_derived_drift", "Derived data that were found wrong.")
_folded = Counter("beamlore_catalogue_derived_folded", "Datasets looked at again because they may have changed.")


class OtherRulesError(Exception):
    """Everything is derived by other rules than this process has, or is being built."""


@dataclass(frozen=True)
class Compared:
    """A range of datasets that was compared: the last identifier (``None``: the end), how many, how many differed."""

    last: Any
    datasets: int
    differed: int


class Folder:
    """Brings derived data to where the documents are. Each method is one transaction."""

    def __init__(self, client: AsyncMongoClient[Document], database: AsyncDatabase[Document], deriver: Deriver) -> None:
        self._client = client
        self._database = database
        self._deriver = deriver
        self._withdrawals = WithdrawalNotes(database)

    async def fold(self) -> int:
        """Fold the oldest entries; return how many they were.

        The transaction begins behind no write that is not finished, in any database: an entry of the last moment that
        no majority has confirmed may not be among them yet.

        Raises:
            PyMongoError: another process folds at the same moment, or the database does not answer.
        """
        async with transaction(self._client) as session:
            changes = self._database[CHANGES]
            entries: list[Document] = []
            size = 0
            async for entry in changes.find({"_id": {"$gt": FIRST, "$lt": LAST}}, sort=[("_id", 1)], session=session):
                entries.append(entry)
                size += entry["n"]
                if size >= AT_ONCE:
                    break
            if not entries:
                return 0
            # First of all: of two folds at the same moment one fails before it has done anything.
            await self._move(session)
            pids = list({pid: None for entry in entries for pid in entry["pids"]})
            before = await self._search_documents(session, {"_id": {"$in": pids}})
            after = await self.derived(session, {"_id": {"$in": pids}})
            difference = Difference()
            for pid in pids:
                difference.add(before.get(pid), after.get(pid))
            await self._write(session, difference)
            # What another program has changed is noted by nobody else.
            await self._withdrawals.note(session, [(before.get(pid), after.get(pid)) for pid in pids])
            await changes.delete_many({"_id": {"$in": [one["_id"] for one in entries]}}, session=session)
        _folded.inc(len(pids))
        return len(entries)

    async def compare(self, after: Any, *, mend: bool, first: bool = False) -> Compared:
        """Compare the derived data of the datasets whose identifiers follow one, and mend them if so wanted.

        Args:
            after: the identifier the range begins after; ``None`` for the first.
            mend: whether what differs is written.
            first: whether everything is derived for the first time: what differs is no drift then.
        """
        size = _AT_FIRST if first else AT_ONCE
        async with transaction(self._client) as session:
            bounds: dict[str, Any] = {} if after is None else {"_id": {"$gt": after}}
            should = await self.derived(session, bounds, size)
            last = next(reversed(should)) if len(should) == size else None
            within = bounds if last is None else {"_id": {**bounds.get("_id", {}), "$lte": last}}
            stands = await self._search_documents(session, within)
            difference = Difference()
            differed = [pid for pid in {**stands, **should} if difference.add(stands.get(pid), should.get(pid))]
            pending = await self._pending(session, differed) if differed and not first else frozenset()
            if mend and differed:
                await self._move(session)
                await self._write(session, difference)
                if not first:
                    await self._withdrawals.note(session, [(stands.get(pid), should.get(pid)) for pid in differed])
        drifted = [pid for pid in differed if pid not in pending]
        if drifted and not first:
            _drift.inc(len(drifted))
            log.warning("derived data differed from the documents", datasets=len(drifted), first=str(drifted[0]))
        return Compared(last, len(should), len(drifted))

    async def check_sums(self, after: str, *, mend: bool) -> tuple[str | None, int]:
        """Compare the sums of the next signature with its search documents; behind the last, the sums of signatures.

        Args:
            after: the signature before it; empty for the first.
            mend: whether what differs is written.

        Returns:
            The signature, ``None`` behind the last, and how many sums differed.
        """
        async with transaction(self._client) as session:
            signature = await self._next_signature(session, after)
            difference = Difference()
            if signature is None:
                await self._sum_signatures(session, difference)
            else:
                cursor = self._database[SEARCH].find(
                    {"s": signature}, _COUNTED, batch_size=_READ_AT_ONCE, session=session
                )
                async for document in cursor:
                    difference.count_under(document, (signature,), 1)
            where: dict[str, Any] = {"$in": list(SUMS)} if signature is None else {"$eq": signature}
            async for document in self._database[SIGNATURES].find({"_id": where}, {"n": 1}, session=session):
                difference.signatures_counted[document["_id"]] -= document["n"]
            async for document in self._database[ROLLUPS].find({"s": where}, {"n": 1}, session=session):
                difference.values_counted[document["_id"]] -= document["n"]
            wrong = difference.wrong()
            if mend and wrong:
                await self._move(session)
                await self._write(session, difference)
        if wrong:
            _drift.inc(wrong)
            log.warning("sums differed from what they are the sums of", signature=signature, sums=wrong)
        return signature, wrong

    async def _next_signature(self, session: AsyncClientSession, after: str) -> str | None:
        """Return the signature after one that something is counted under, or that a dataset has."""
        found = []
        for name, field in ((SIGNATURES, "_id"), (ROLLUPS, "s"), (SEARCH, "s")):
            one = await self._database[name].find_one(
                {field: {"$gt": after, "$nin": list(SUMS)}}, {field: 1}, sort=[(field, 1)], session=session
            )
            found += [] if one is None else [one[field]]
        return min(found, default=None)

    async def _sum_signatures(self, session: AsyncClientSession, difference: Difference) -> None:
        published: set[str] = set()
        async for one in self._database[SIGNATURES].find({"_id": {"$nin": list(SUMS)}}, session=session):
            if one.get("isPublished") is True:
                published.add(one["_id"])
            for name in sums_of(one):
                difference.signatures_counted[name] += one["n"]
        async for one in self._database[ROLLUPS].find({"s": {"$nin": list(SUMS)}}, batch_size=1000, session=session):
            for name in SUMS if one["s"] in published else (EVERYTHING,):
                difference.values_counted[f"{name}:{one['f']}:{one['v']}"] += one["n"]

    async def _pending(self, session: AsyncClientSession, pids: Sequence[Any]) -> frozenset[Any]:
        """Return those of the datasets that wait to be folded: that they differ is no drift."""
        found = self._database[CHANGES].find({"pids": {"$in": list(pids)}}, {"pids": 1}, session=session)
        return frozenset([pid async for entry in found for pid in entry["pids"]])

    async def derived(
        self, session: AsyncClientSession, where: Mapping[str, Any], limit: int = 0
    ) -> dict[Any, Document]:
        """Return the search documents of datasets by their identifiers, as they should be.

        Args:
            session: the transaction to read them in.
            where: which.
            limit: so many at most, in the order of identifiers; 0 for all, in any order.
        """
        cursor = self._database[DATASETS].find(
            where,
            PROJECTION,
            sort=[("_id", 1)] if limit else None,
            limit=limit,
            batch_size=_READ_AT_ONCE,
            session=session,
        )
        found: dict[Any, Document] = {}
        async for dataset in cursor:
            found[dataset["_id"]] = self._deriver.search_document(dataset)
            if len(found) % 10 == 0:
                await asyncio.sleep(0)
        return found

    async def _search_documents(self, session: AsyncClientSession, where: Mapping[str, Any]) -> dict[Any, Document]:
        cursor = self._database[SEARCH].find(where, batch_size=_READ_AT_ONCE, session=session)
        return {one["_id"]: one async for one in cursor}

    async def _write(self, session: AsyncClientSession, difference: Difference) -> None:
        for name, operations in (
            (SEARCH, difference.search),
            (SIGNATURES, difference.signatures()),
            (ROLLUPS, difference.rollups()),
        ):
            if operations:
                await self._database[name].bulk_write(operations, ordered=False, session=session)
        for name, ids in zip((SIGNATURES, ROLLUPS), difference.fewer(), strict=True):
            if ids:
                await self._database[name].delete_many({"_id": {"$in": ids}, "n": 0}, session=session)

    async def _move(self, session: AsyncClientSession) -> None:
        """Begin a new epoch.

        Raises:
            OtherRulesError: another version of this service derives by other rules, or everything is being built.
        """
        epoch = new_epoch()
        marks = [
            UpdateOne(
                {"_id": FIRST, "rules": self._deriver.version, "building": {"$exists": False}},
                {"$set": {"epoch": epoch}},
            ),
            UpdateOne({"_id": LAST}, {"$set": {"epoch": epoch}}),
        ]
        moved = await self._database[CHANGES].bulk_write(marks, session=session)
        if moved.matched_count != len(marks):
            raise OtherRulesError
