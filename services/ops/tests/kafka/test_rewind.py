"""A group of ingestors is set back on a real broker, and reads again."""

import asyncio
import secrets
import time
from datetime import UTC, datetime

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import NewTopic

from beamlore.embedded import Installation
from beamlore.ops.errors import OpsError
from beamlore.ops.kafka.connection import KafkaAdministrator
from beamlore.ops.kafka.rewind import Beginning, rewind


class Beamline:
    """A topic of the test's own with twenty messages in one partition, a second apart by their time stamps."""

    def __init__(self, servers: Installation) -> None:
        account = servers.kafka_account("admin")
        self.administrator = KafkaAdministrator(
            account.bootstrap, account.username, account.password, mechanism="SCRAM-SHA-512"
        )
        self.name = f"ops-{secrets.token_hex(4)}"
        self.topic = f"scans.{self.name}"
        self.group = f"beamlore-ingestor-{self.name}"
        self.begun = int(time.time()) - 100

    def make(self) -> None:
        admin = self.administrator.connect()
        admin.create_topics([NewTopic(self.topic, 1, 1)])[self.topic].result(20)
        producer = Producer(self.administrator.options)
        for number in range(20):
            producer.produce(self.topic, str(number).encode(), timestamp=(self.begun + number) * 1000)
        producer.flush(20)

    def remove(self) -> None:
        admin = self.administrator.connect()
        admin.delete_topics([self.topic])[self.topic].result(20)

    def consumer(self) -> Consumer:
        options = {"group.id": self.group, "auto.offset.reset": "earliest", "enable.auto.commit": False}
        consumer = Consumer(self.administrator.options | options)
        consumer.subscribe([self.topic])
        return consumer

    def read(self) -> list[int]:
        """Read to the end as an ingestor does, and commit."""
        consumer = self.consumer()
        found: list[int] = []
        while not found or found[-1] != 19:
            message = consumer.poll(20)
            assert message is not None
            assert message.error() is None
            found.append(int(message.value()))
        consumer.commit(asynchronous=False)
        consumer.close()
        return found

    def rewind(self, **beginning) -> int:
        return rewind(self.administrator, self.group, [self.name], Beginning(**beginning))


@pytest.fixture
async def beamline(servers: Installation):
    beamline = Beamline(servers)
    await asyncio.to_thread(beamline.make)
    yield beamline
    await asyncio.to_thread(beamline.remove)


async def test_messages_from_a_time_on_are_read_again(beamline):
    assert await asyncio.to_thread(beamline.read) == list(range(20))

    since = datetime.fromtimestamp(beamline.begun + 15, UTC)
    assert await asyncio.to_thread(beamline.rewind, since=since) == 5

    assert await asyncio.to_thread(beamline.read) == [15, 16, 17, 18, 19]


async def test_messages_from_an_offset_on_are_read_again(beamline):
    await asyncio.to_thread(beamline.read)

    assert await asyncio.to_thread(beamline.rewind, offsets={0: 18}) == 2

    assert await asyncio.to_thread(beamline.read) == [18, 19]


async def test_what_nobody_has_read_is_not_skipped(beamline):
    await asyncio.to_thread(beamline.rewind, since=datetime.now(UTC))

    assert await asyncio.to_thread(beamline.read) == list(range(20))


async def test_group_that_reads_is_left_alone(beamline):
    consumer = beamline.consumer()
    try:
        assert await asyncio.to_thread(consumer.poll, 20) is not None
        with pytest.raises(OpsError, match="run"):
            await asyncio.to_thread(beamline.rewind, offsets={0: 0})
    finally:
        await asyncio.to_thread(consumer.close)


async def test_beamline_without_a_topic_is_named(beamline):
    with pytest.raises(OpsError, match=r"scans\.nowhere"):
        await asyncio.to_thread(rewind, beamline.administrator, beamline.group, ["nowhere"], Beginning(offsets={0: 0}))


def test_beginnings_are_read_from_options():
    naive = datetime(2026, 11, 21, 8)
    assert Beginning.of(naive, []).since == datetime(2026, 11, 21, 8, tzinfo=UTC)
    assert Beginning.of(None, ["0:5", "1:7"]).offsets == {0: 5, 1: 7}
    for since, offsets in ((None, []), (naive, ["0:1"]), (None, ["five"])):
        with pytest.raises(OpsError):
            Beginning.of(since, offsets)
