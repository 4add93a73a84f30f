"""A night shift: beamlines that scan without rest while things break, and the account that is asked for afterwards."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient

from beamlore.contract import scan_topic
from tests.chaos import producer
from tests.chaos.books import Account, Books

SHIFT = {"balder": "20260101", "cosaxs": "20260201", "hippie": "20260301"}
PRODUCER = Path(producer.__file__)
CATCH_UP_SECONDS = 150


class NightShift:
    """Producers on all beamlines; use as ``async with``, break things inside, then `settle`."""

    def __init__(self, installation: Any, directory: Path) -> None:
        self.installation = installation
        self._directory = directory
        self._processes: list[asyncio.subprocess.Process] = []
        self._clients = [
            AsyncMongoClient(installation.mongo_url(database), tz_aware=True) for database in ("catalogue", "ingestor")
        ]
        self._books = Books(self._clients[0]["catalogue"], self._clients[1]["ingestor"])

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

    async def more_catalogued(self, scans: int) -> None:
        """Wait until that many scans made from now on stand in the catalogue: the way is open again."""
        before = {line["pid"] for line in self.ledger()}

        async def enough() -> bool:
            return (
                await self._books.catalogued([one["pid"] for one in self.ledger() if one["pid"] not in before]) >= scans
            )

        await self.until(enough, f"{scans} new scans are catalogued")

    async def snapshot(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
        """Return all that is stored of this shift's scans."""
        return await self._books.snapshot(self.ledger())

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
        await self.until(lambda: self._books.have_all(ledger), "all that was produced is catalogued or in the inbox")
        account = await self._books.balance(ledger)
        print(account)
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
