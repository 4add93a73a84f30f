"""What the catalogue and the inbox hold of the scans that were made, and the account of them."""

import itertools
from dataclasses import dataclass
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from tests.chaos import producer

Database = AsyncDatabase[dict[str, Any]]
Scans = list[dict[str, Any]]


@dataclass
class Account:
    """What became of everything that was produced."""

    produced: int
    catalogued: int
    inbox: int
    longest_gap: float

    def __str__(self) -> str:
        return (
            f"produced {self.produced} = catalogued {self.catalogued} + inbox {self.inbox}; "
            f"longest gap in the catalogue {self.longest_gap:.1f} s"
        )


class Books:
    """The databases of the catalogue and of the ingestor, asked about the scans of a ledger."""

    def __init__(self, catalogue: Database, inbox: Database) -> None:
        self._datasets = catalogue["Dataset"]
        self._blocks = catalogue["OrigDatablock"]
        self._inbox = inbox["Inbox"]

    async def catalogued(self, pids: list[str]) -> int:
        """Return how many of these scans the catalogue has as finished."""
        return int(await self._datasets.count_documents({"_id": {"$in": pids}, "beamlore.state": "finished"}))

    async def have_all(self, ledger: Scans) -> bool:
        """Return whether every scan is where it belongs: in the catalogue, or in the inbox."""
        good, bad = sorted_out(ledger)
        return await self.catalogued([one["pid"] for one in good]) == len(good) and len(
            await self._in_inbox(bad)
        ) == len(bad)

    async def snapshot(self, ledger: Scans) -> tuple[Scans, Scans, int]:
        """Return all that is stored of these scans."""
        pids = [one["pid"] for one in ledger]
        datasets = await self._datasets.find({"_id": {"$in": pids}}).sort("_id").to_list()
        blocks = await self._blocks.find({"datasetId": {"$in": pids}}).sort("_id").to_list()
        return datasets, blocks, await self._inbox.count_documents({"pid": {"$in": pids}})

    async def balance(self, ledger: Scans) -> Account:
        """Check each scan and return the account.

        Raises:
            AssertionError: one is missing, doubled, half-written, or in the wrong place.
        """
        good, bad = sorted_out(ledger)
        await self._check_documents(good)
        await self._check_inbox(good, bad)
        account = Account(len(ledger), len(good), len(bad), await self._longest_gap(good))
        assert account.produced == account.catalogued + account.inbox
        return account

    async def _in_inbox(self, scans: Scans) -> set[str]:
        held = await self._inbox.distinct("pid", {"pid": {"$in": [one["pid"] for one in scans]}})
        return set(held)

    async def _check_documents(self, scans: Scans) -> None:
        """None half-written, none doubled: every document is whole and of its own scan."""
        pids = [one["pid"] for one in scans]
        documents = {one["_id"]: one for one in await self._datasets.find({"_id": {"$in": pids}}).to_list()}
        blocks: dict[str, list[str]] = {}
        async for block in self._blocks.find({"datasetId": {"$in": pids}}):
            blocks.setdefault(block["datasetId"], []).extend(entry["path"] for entry in block["dataFileList"])
        for one in scans:
            document = documents[one["pid"]]
            expected = producer.metadata(one["number"])
            assert document["beamlore"]["sequence"] == 3
            assert document["scientificMetadata"].keys() == expected.keys(), one["pid"]
            assert all(document["scientificMetadata"][key]["value"] == expected[key].value for key in expected)
            assert document["proposalIds"] == [one["proposal"]]
            assert document["endTime"] >= document["startTime"]
            assert blocks[one["pid"]] == [f"scan_{one['number']:06}.h5"]
        assert await self._datasets.count_documents({"pid": {"$in": pids}}) == len(pids)

    async def _check_inbox(self, good: Scans, bad: Scans) -> None:
        """What was rejected is in the inbox, each of its messages, and only there.

        A producer that lost its broker sends again what was not acknowledged, so the same bytes may be there twice.
        """
        pids = [one["pid"] for one in bad]
        held = await self._inbox.find({"pid": {"$in": pids}}, {"pid": 1, "content": 1}).to_list()
        assert len({(one["pid"], one["content"]) for one in held}) == 3 * len(pids)
        assert await self.catalogued(pids) == 0
        assert not await self._in_inbox(good)

    async def _longest_gap(self, scans: Scans) -> float:
        cursor = self._datasets.find({"_id": {"$in": [one["pid"] for one in scans]}}, {"createdAt": 1})
        times = sorted([document["createdAt"] async for document in cursor])
        return max(((b - a).total_seconds() for a, b in itertools.pairwise(times)), default=0.0)


def sorted_out(ledger: Scans) -> tuple[Scans, Scans]:
    """Return the scans that belong into the catalogue, and those that belong into the inbox."""
    good = [one for one in ledger if one["proposal"] != producer.UNKNOWN_PROPOSAL]
    return good, [one for one in ledger if one["proposal"] == producer.UNKNOWN_PROPOSAL]
