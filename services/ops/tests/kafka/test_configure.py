"""Topics, accounts and rules of beamlines, on a real broker."""

import asyncio
import secrets

import pytest
import yaml
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from beamlore.embedded import Installation
from beamlore.ops.errors import OpsError
from beamlore.ops.kafka.configure import administrator_of, configure
from beamlore.ops.kafka.settings import KafkaConfigureSettings


class Wanted:
    """A beamline of the test's own and what the command is told of it."""

    def __init__(self, servers: Installation, directory) -> None:
        account = servers.kafka_account("admin")
        self.beamline = f"ops-{secrets.token_hex(4)}"
        self.topic = f"scans.{self.beamline}"
        self._beamlines_file = directory / "beamlines.yaml"
        accounts = directory / "accounts"
        accounts.mkdir()
        self._password = accounts / f"beamline-{self.beamline}-password"
        (accounts / "cluster-id").write_text("not an account")
        self.set_password("first")
        self.set_partitions(2)
        self.settings = KafkaConfigureSettings(
            bootstrap=account.bootstrap,
            mechanism="SCRAM-SHA-512",
            password=account.password,
            accounts_dir=accounts,
            beamlines_file=self._beamlines_file,
            wait_seconds=5,
        )

    def set_password(self, password: str) -> None:
        self._password.write_text(password)

    def set_partitions(self, partitions: int) -> None:
        entry = {"name": self.beamline, "partitions": partitions, "simulate": True}
        self._beamlines_file.write_text(yaml.safe_dump([entry]))

    def admin(self) -> AdminClient:
        return administrator_of(self.settings).connect()

    def partitions(self) -> int:
        return len(self.admin().list_topics(self.topic, timeout=20).topics[self.topic].partitions)

    def send(self, password: str, topic: str) -> KafkaError | None:
        """Send a message as the beamline; return why it was refused."""
        errors: list[KafkaError | None] = []
        options = {
            **administrator_of(self.settings).options,
            "sasl.username": f"beamline-{self.beamline}",
            "sasl.password": password,
            "acks": "all",
            "message.timeout.ms": 10_000,
        }
        producer = Producer(options)
        producer.produce(topic, b"not a scan", on_delivery=lambda error, _: errors.append(error))
        producer.flush(20)
        return errors[0]


@pytest.fixture
async def wanted(servers: Installation, tmp_path):
    wanted = Wanted(servers, tmp_path)
    yield wanted
    admin = wanted.admin()
    try:
        await asyncio.to_thread(admin.delete_topics([wanted.topic])[wanted.topic].result, 20)
    except KafkaException as error:
        assert error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART


async def test_beamline_gets_a_topic_that_it_alone_writes(wanted):
    await configure(wanted.settings)

    assert wanted.partitions() == 2
    assert await asyncio.to_thread(wanted.send, "first", wanted.topic) is None
    refused = await asyncio.to_thread(wanted.send, "first", "scans.balder")
    assert refused.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


async def test_repeated_command_keeps_messages_and_sets_the_new_password(wanted):
    await configure(wanted.settings)
    assert await asyncio.to_thread(wanted.send, "first", wanted.topic) is None

    wanted.set_password("second")
    await configure(wanted.settings)

    assert await asyncio.to_thread(wanted.send, "second", wanted.topic) is None


async def test_topic_grows_only_when_that_is_asked_for(wanted):
    await configure(wanted.settings)
    wanted.set_partitions(3)

    await configure(wanted.settings)
    assert wanted.partitions() == 2
    await configure(wanted.settings, grow=True)
    assert wanted.partitions() == 3


async def test_broker_that_is_away_is_named(wanted):
    settings = wanted.settings.model_copy(update={"bootstrap": "127.0.0.1:9", "wait_seconds": 1})
    with pytest.raises(OpsError, match=r"127\.0\.0\.1:9 does not answer"):
        await configure(settings)


async def test_brokers_fewer_than_copies_are_waited_for(wanted):
    settings = wanted.settings.model_copy(update={"replication": 3, "wait_seconds": 1})
    with pytest.raises(OpsError, match="1 of 3 brokers"):
        await configure(settings)
