"""A dataset's sizes and numbers of files: the sums of its blocks, as long as it has blocks.

What a client sends in these fields is kept while there are no blocks, as in SciCat. From the first block on, only the
blocks count, whoever sends what in which order; after the last one is deleted the sums are zero.

One block changes the sums by its own weight, so that the thousandth costs what the first did. That is right only on
top of a right sum: ``beamlore.summed`` says of which kinds of blocks this service has made the sum once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.database import Change, Document
from beamlore.core import NotFoundError, Principal

DATASETS = "Dataset"
_REVISED = {"$add": [{"$ifNull": ["$beamlore.revision", 0]}, 1]}


@dataclass(frozen=True)
class BlockTotals:
    """Which of a dataset's fields are the sums of which blocks."""

    blocks: str
    """The collection of the blocks."""

    size: str
    """A block's field with its size in bytes, and the dataset's with the sum of them."""

    files: str
    """The dataset's field with the number of files."""

    def weight(self, block: Mapping[str, Any] | None) -> tuple[float, int]:
        """Return what a block adds to the sums: bytes and files; ``None`` adds nothing."""
        if block is None:
            return 0, 0
        return block.get(self.size) or 0, len(block.get("dataFileList") or ())

    def summing(self, by: str | None) -> list[Document]:
        """Return the stages that sum blocks up: their number ``n``, ``size`` and ``files``, by an expression."""
        files = {"$size": {"$cond": [{"$isArray": "$dataFileList"}, "$dataFileList", []]}}
        return [{"$group": {"_id": by, "n": {"$sum": 1}, "size": {"$sum": f"${self.size}"}, "files": {"$sum": files}}}]

    def of(self, dataset: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return the totals a dataset has."""
        return dataset.get(self.size), dataset.get(self.files)


ORIG_DATABLOCKS = BlockTotals("OrigDatablock", "size", "numberOfFiles")
DATABLOCKS = BlockTotals("Datablock", "packedSize", "numberOfFilesArchived")
KINDS = (ORIG_DATABLOCKS, DATABLOCKS)


class Totals:
    """Keeps the totals right in the transaction that changes blocks or the totals themselves.

    Every change of a block writes its dataset, so that it and a deletion of the dataset cannot both be committed.
    """

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database
        self._datasets = database[DATASETS]

    async def amend(self, session: AsyncClientSession, changes: Sequence[Change]) -> Sequence[Change]:
        """Write the totals that changes call for, and return the changes with these in them.

        Raises:
            NotFoundError: a block was added to a dataset that is being deleted.
        """
        amended = list(changes)
        for kind in KINDS:
            for place, change in enumerate(amended):
                if _changes_totals(change, kind):
                    amended[place] = await self._kept(session, change, kind)
            for pid, of_blocks in _by_dataset(change for change in changes if change.collection == kind.blocks):
                amended += await self._counted(session, kind, pid, of_blocks)
        return amended

    async def sums(self, session: AsyncClientSession, kind: BlockTotals, pid: str) -> tuple[int, float, int]:
        """Return the number of a dataset's blocks of a kind, their bytes and their files."""
        stages = [{"$match": {"datasetId": pid}}, *kind.summing(None)]
        async for one in await self._database[kind.blocks].aggregate(stages, session=session):
            return one["n"], one["size"], one["files"]
        return 0, 0, 0

    async def sum_again(self, session: AsyncClientSession, principal: Principal, pids: Iterable[str]) -> list[Change]:
        """Make the sums of these datasets again where they have blocks, and return the changes that it took."""
        changes = []
        for pid in pids:
            right: Document = {}
            for kind in KINDS:
                blocks, size, files = await self.sums(session, kind, pid)
                if blocks:
                    right |= {kind.size: size, kind.files: files}
            before = await self._datasets.find_one({"_id": pid}, session=session)
            if before is None or all(before.get(name) == value for name, value in right.items()):
                continue
            after = await self._datasets.find_one_and_update(
                {"_id": pid},
                {"$set": right, "$inc": {"beamlore.revision": 1}, "$currentDate": {"updatedAt": True}},
                return_document=ReturnDocument.AFTER,
                session=session,
            )
            changes.append(Change(DATASETS, "change", principal, before, after))
        return changes

    async def _kept(self, session: AsyncClientSession, change: Change, kind: BlockTotals) -> Change:
        """Put the sums back where somebody changed a dataset's totals and it has blocks."""
        after = change.after or {}
        if not await self._blocks_up_to(session, kind, after["_id"], 1):
            return change
        _, size, files = await self.sums(session, kind, after["_id"])
        if kind.of(after) == (size, files):
            return change
        right = await self._datasets.find_one_and_update(
            {"_id": after["_id"]},
            {"$set": {kind.size: size, kind.files: files}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return Change(DATASETS, "change", change.principal, change.before, right, change.request)

    async def _counted(
        self, session: AsyncClientSession, kind: BlockTotals, pid: str, of_blocks: Sequence[Change]
    ) -> Sequence[Change]:
        there = await self._blocks_up_to(session, kind, pid, len(of_blocks) + 1)
        dataset = await self._datasets.find_one({"_id": pid}, {f"beamlore.summed.{kind.blocks}": 1}, session=session)
        if dataset is None:
            if any(change.operation == "create" for change in of_blocks):
                raise NotFoundError(f"dataset: {pid} not found")
            return []
        created = sum(change.operation == "create" for change in of_blocks)
        more = [kind.weight(change.after) for change in of_blocks]
        less = [kind.weight(change.before) for change in of_blocks]
        size = sum(one[0] for one in more) - sum(one[0] for one in less)
        files = sum(one[1] for one in more) - sum(one[1] for one in less)
        totals: dict[str, Any]
        if there == 0:
            totals = {kind.size: 0, kind.files: 0}
        elif there == created:
            totals = {kind.size: size, kind.files: files}
        elif ((dataset.get("beamlore") or {}).get("summed") or {}).get(kind.blocks):
            totals = {kind.size: _plus(kind.size, size), kind.files: _plus(kind.files, files)}
        else:
            _, size, files = await self.sums(session, kind, pid)
            totals = {kind.size: size, kind.files: files}
        own = {"updatedAt": "$$NOW", "beamlore.revision": _REVISED, f"beamlore.summed.{kind.blocks}": True}
        before = await self._datasets.find_one_and_update(
            {"_id": pid}, [{"$set": {**totals, **own}}], return_document=ReturnDocument.BEFORE, session=session
        )
        after = await self._datasets.find_one({"_id": pid}, session=session)
        return [Change(DATASETS, "change", of_blocks[0].principal, before, after)]

    async def _blocks_up_to(self, session: AsyncClientSession, kind: BlockTotals, pid: str, most: int) -> int:
        """Return how many blocks of a kind a dataset has, counting no further than ``most``: read from the index."""
        return await self._database[kind.blocks].count_documents({"datasetId": pid}, limit=most, session=session)


def _changes_totals(change: Change, kind: BlockTotals) -> bool:
    """Return whether somebody has changed the totals of a dataset by themselves."""
    if change.collection != DATASETS or change.before is None or change.after is None:
        return False
    return kind.of(change.before) != kind.of(change.after)


def _by_dataset(changes: Iterable[Change]) -> Sequence[tuple[str, list[Change]]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        pid = (change.after or change.before or {}).get("datasetId")
        if isinstance(pid, str):
            found.setdefault(pid, []).append(change)
    return list(found.items())


def _plus(field: str, more: float) -> dict[str, Any]:
    return {"$max": [0, {"$add": [{"$ifNull": [f"${field}", 0]}, more]}]}
