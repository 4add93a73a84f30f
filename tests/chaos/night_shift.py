"""A night shift: beamlines that scan without rest while things break, and the account that is asked for afterwards."""

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient

from beamlore.contract import scan_topic
from tests.chaos import producer

SHIFT = {"balder": "20260101", "cosaxs": "20260201", "hippie": "20260301"}
PRODUCER = Path(producer.__file__)
CATCH_UP_SECONDS = 150


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


class NightShift:
    """Producers on all beamlines; use as ``async with``, break things inside, then `settle`."""

    def __init__(self, installation: Any, directory: Path) -> None:
        self.installation = installation
        self._directory = directory
        self._processes: list[asyncio.subprocess.Process] = []
        self._clients = [
            AsyncMongoClient(installation.mongo_url(database), tz_aware=True) for database in ("catalogue", "ingestor")
        ]
        self._catalogue, self._inbox = (
            client[database] for client, database in zip(self._clients, ("catalogue", "ingestor"), strict=True)
        )

    async def __aenter__(self) -> "NightShift":
        for beamline, proposal in SHIFT.items():
            spool = self._directory / f"spool-{beamline}"
            log = (self._directory / f"{beamline}.log").open("w")
            environment = self.installation.environment(f"beamline-{beamline}") | {"BEAMLORE_SPOOL_DIR": str(spool)}
            self._processes.append(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    str(PRODUCER),
                    *("--beamline", beamline, "--proposal", proposal),
                    *("--ledger", str(self._directory / f"{beamline}.jsonl")),
                    env=os.environ | environment,
                    cwd=PRODUCER.parents[2],
                    stderr=log,
                )
            )
            log.close()
        await self.until(lambda: len(self.ledger()) >= 10, "the beamlines have made their first scans")
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
        for client in self._clients:
            await client.close()

    def ledger(self) -> list[dict[str, Any]]:
        """Return all scans told to their end so far, in the order of each beamline."""
        lines = []
        for beamline in SHIFT:
            path = self._directory / f"{beamline}.jsonl"
            lines += path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines if line.endswith("}")]

    async def until(self, true: Callable[[], Any], what: str, seconds: float = CATCH_UP_SECONDS) -> None:
        """Wait until a condition (plain or asynchronous) holds.

        Raises:
            AssertionError: it does not, in that time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = true()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"after {seconds:.0f} s still not: {what}")

    async def kill_and_await(self, name: str) -> None:
        """Kill a service, and wait until the supervisor has started another that is ready."""
        killed = self.installation.pid(name)
        self.installation.kill(name)
        await self.until(lambda: self.installation.status()[name].pid not in (None, killed), f"{name} is started again")
        await self.installation.start(name)

    async def more(self, scans: int) -> None:
        """Wait until that many more scans are made."""
        wanted = len(self.ledger()) + scans
        await self.until(lambda: len(self.ledger()) >= wanted, f"{scans} more scans are made")

    async def catalogued(self, pids: list[str]) -> int:
        """Return how many of these scans the catalogue has as finished."""
        return int(
            await self._catalogue["Dataset"].count_documents({"_id": {"$in": pids}, "beamlore.state": "finished"})
        )

    async def more_catalogued(self, scans: int) -> None:
        """Wait until that many scans made from now on stand in the catalogue: the way is open again."""
        before = {line["pid"] for line in self.ledger()}

        async def enough() -> bool:
            return await self.catalogued([one["pid"] for one in self.ledger() if one["pid"] not in before]) >= scans

        await self.until(enough, f"{scans} new scans are catalogued")

    async def snapshot(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
        """Return all that is stored of this shift's scans."""
        pids = [one["pid"] for one in self.ledger()]
        datasets = await self._catalogue["Dataset"].find({"_id": {"$in": pids}}).sort("_id").to_list()
        blocks = await self._catalogue["OrigDatablock"].find({"datasetId": {"$in": pids}}).sort("_id").to_list()
        return datasets, blocks, await self._inbox["Inbox"].count_documents({"pid": {"$in": pids}})

    async def rewind_to_the_beginning(self) -> dict[TopicPartition, int]:
        """Set the stopped ingestor's offsets back to the beginning; return where each topic ends."""
        async with self._consumer() as consumer:
            ends = await self._ends(consumer)
            beginnings = await consumer.beginning_offsets(list(ends))
            await consumer.commit({partition: beginnings[partition] for partition in ends})
            return ends

    async def read_up_to(self, ends: dict[TopicPartition, int]) -> bool:
        """Return whether the ingestor has committed up to these offsets."""
        async with self._consumer() as consumer:
            return all([(await consumer.committed(partition) or 0) >= end for partition, end in ends.items()])

    async def settle(self) -> Account:
        """End the shift; wait until all that was produced has arrived; check each scan; give the account."""
        for process in self._processes:
            process.terminate()
        codes = [await asyncio.wait_for(process.wait(), producer.DRAIN_SECONDS + 10) for process in self._processes]
        assert codes == [0, 0, 0], "every producer drained its spool"
        ledger = self.ledger()
        good = [one for one in ledger if one["proposal"] != producer.UNKNOWN_PROPOSAL]
        bad = [one for one in ledger if one["proposal"] == producer.UNKNOWN_PROPOSAL]

        async def arrived() -> bool:
            return await self.catalogued([one["pid"] for one in good]) == len(good) and len(
                await self._in_inbox(bad)
            ) == len(bad)

        await self.until(arrived, "all that was produced is catalogued or in the inbox")
        await self._check_documents(good)
        await self._check_inbox(good, bad)
        account = Account(len(ledger), len(good), len(bad), await self._longest_gap(good))
        print(account)
        assert account.produced == account.catalogued + account.inbox
        return account

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        """A consumer of the ingestor's own group that reads nothing."""
        consumer = AIOKafkaConsumer(group_id="beamlore-ingestor", enable_auto_commit=False, **self._kafka)
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    async def _ends(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
        admin = AIOKafkaAdminClient(**self._kafka)
        await admin.start()
        try:
            topics = await admin.describe_topics([scan_topic(beamline) for beamline in SHIFT])
        finally:
            await admin.close()
        partitions = [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in topics
            for partition in topic["partitions"]
        ]
        consumer.assign(partitions)
        return dict(await consumer.end_offsets(partitions))

    @property
    def _kafka(self) -> dict[str, str]:
        environment = self.installation.environment("ingestor")
        return {
            "bootstrap_servers": environment["BEAMLORE_KAFKA_BOOTSTRAP"],
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": environment["BEAMLORE_KAFKA_USERNAME"],
            "sasl_plain_password": environment["BEAMLORE_KAFKA_PASSWORD"],
        }

    async def _in_inbox(self, scans: list[dict[str, Any]]) -> set[str]:
        held = await self._inbox["Inbox"].distinct("pid", {"pid": {"$in": [one["pid"] for one in scans]}})
        return set(held)

    async def _check_documents(self, scans: list[dict[str, Any]]) -> None:
        """None half-written, none doubled: every document is whole and of its own scan."""
        for one in scans:
            document = await self._catalogue["Dataset"].find_one({"_id": one["pid"]})
            assert document is not None
            expected = producer.metadata(one["number"])
            assert document["beamlore"]["sequence"] == 3
            assert document["scientificMetadata"].keys() == expected.keys(), one["pid"]
            assert all(document["scientificMetadata"][key]["value"] == expected[key].value for key in expected)
            assert document["proposalIds"] == [one["proposal"]]
            assert document["endTime"] >= document["startTime"]
            blocks = await self._catalogue["OrigDatablock"].find({"datasetId": one["pid"]}).to_list()
            assert [entry["path"] for block in blocks for entry in block["dataFileList"]] == [
                f"scan_{one['number']:06}.h5"
            ]
        pids = [one["pid"] for one in scans]
        assert await self._catalogue["Dataset"].count_documents({"pid": {"$in": pids}}) == len(pids)

    async def _check_inbox(self, good: list[dict[str, Any]], bad: list[dict[str, Any]]) -> None:
        """What was rejected is in the inbox, each of its messages, and only there.

        A producer that lost its broker sends again what was not acknowledged, so the same bytes may be there twice.
        """
        pids = [one["pid"] for one in bad]
        held = await self._inbox["Inbox"].find({"pid": {"$in": pids}}, {"pid": 1, "content": 1}).to_list()
        assert len({(one["pid"], one["content"]) for one in held}) == 3 * len(pids)
        assert await self.catalogued(pids) == 0
        assert not await self._in_inbox(good)

    async def _longest_gap(self, scans: list[dict[str, Any]]) -> float:
        cursor = self._catalogue["Dataset"].find({"_id": {"$in": [one["pid"] for one in scans]}}, {"createdAt": 1})
        times = sorted([document["createdAt"] async for document in cursor])
        return max(((b - a).total_seconds() for a, b in itertools.pairwise(times)), default=0.0)
