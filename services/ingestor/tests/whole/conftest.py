"""An ingestor in this process, with a catalogue and a user office of its own as processes, on the real servers."""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

from beamlore.contract import ScanMessage, encode_message, scan_topic
from beamlore.embedded import NO_AUTHORITIES
from beamlore.ingestor.app import build_app
from beamlore.ingestor.inbox.repository import record_id
from beamlore.ingestor.settings import Settings
from beamlore.ingestor.validate.models import Record

_BEAMLORE = str(Path(sys.executable).with_name("beamlore"))
_PARTITIONS = 2
_SECRETS = ("mongo_url", "kafka_password", "client_secret")
_PATIENCE_SECONDS = 150.0


async def eventually(check: Callable[[], Awaitable[Any]]) -> Any:
    """Return the first answer that is true."""
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found = await check()
        if found or time.monotonic() > give_up_at:
            assert found, "waited in vain"
            return found
        await asyncio.sleep(0.05)


class Service:
    """A service as a process of its own."""

    def __init__(self, name: str, environment: dict[str, str], log: Path, command: str = "serve") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._name = name
        self._environment = environment | {"BEAMLORE_HTTP_PORT": str(port)}
        self._log = log
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [_BEAMLORE, self._name, self._command], env=os.environ | self._environment, stdout=log, stderr=log
            )
        await eventually(self._ready)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def terminate(self) -> int | None:
        """Ask it to end, and return its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        process.send_signal(number)
        return process.wait(_PATIENCE_SECONDS)

    async def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"{self._name} ended: {self._log.read_text()[-2000:]}"
        try:
            async with httpx.AsyncClient(verify=NO_AUTHORITIES) as http:
                return (await http.get(f"{self.url}/health/ready")).is_success
        except httpx.HTTPError:
            return False


class Facility:
    """Two beamlines nobody else uses, what was produced there, and what came of it."""

    def __init__(self, servers: Any, token: Any, directory: Path) -> None:
        self.servers = servers
        self.token = token
        self._id = secrets.token_hex(4)
        self.beamline, self.other_beamline = f"a{self._id}", f"b{self._id}"
        self.proposal, self.other_proposal, self.proposal_elsewhere = f"{self._id}1", f"{self._id}2", f"{self._id}3"
        self.past_proposal = f"{self._id}4"
        self._databases = [f"test_{self._id}_catalogue", f"test_{self._id}_ingestor"]
        self._admin_url = servers.mongo_url("admin")
        self.group = f"beamlore-ingestor-{self._id}"
        seed = directory / "seed.yaml"
        seed.write_text(self._seed())
        self.useroffice = Service(
            "useroffice",
            self._environment("useroffice") | {"BEAMLORE_SEED_FILE": str(seed)},
            directory / "useroffice.log",
        )
        self.catalogue = Service(
            "catalogue",
            self._environment("catalogue")
            | {"BEAMLORE_MONGO_URL": self._admin_url, "BEAMLORE_MONGO_DATABASE": self._databases[0]},
            directory / "catalogue.log",
        )
        account = servers.kafka_account("admin")
        self._kafka = {
            "bootstrap_servers": account.bootstrap,
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": account.username,
            "sasl_plain_password": account.password,
        }
        self.producer = AIOKafkaProducer(**self._kafka, enable_idempotence=True, max_request_size=4 * 1024**2)

    def settings(self, **changes: Any) -> Settings:
        account = self.servers.kafka_account("ingestor")
        environment = {
            name.removeprefix("BEAMLORE_").lower(): value for name, value in self._environment("ingestor").items()
        }
        mine = {
            "kafka_bootstrap": account.bootstrap,
            "kafka_username": account.username,
            "kafka_password": account.password,
            "catalogue_url": self.catalogue.url,
            "useroffice_url": self.useroffice.url,
            "mongo_url": self._admin_url,
            "mongo_database": self._databases[1],
            "consumer_group": self.group,
            "max_message_bytes": 64 * 1024,
            "topic_refresh_seconds": 0.5,
            "proposal_unknown_ttl_seconds": 0.2,
            "probe_seconds": 0.5,
        }
        return Settings.model_validate(environment | mine | changes)

    def _environment(self, service: str) -> dict[str, str]:
        return {
            "BEAMLORE_OIDC_ISSUER": self.servers.issuer,
            "BEAMLORE_OIDC_BACKCHANNEL_URL": self.servers.keycloak.backchannel,
            "BEAMLORE_CLIENT_ID": service,
            "BEAMLORE_CLIENT_SECRET": self.servers.secrets.get(f"client:{service}"),
        }

    def ingestor(self, directory: Path) -> Service:
        """Return the ingestor as a process, not yet started."""
        settings = self.settings().model_dump(mode="json", exclude_none=True)
        secret = {name: getattr(self.settings(), name).get_secret_value() for name in _SECRETS}
        environment = {f"BEAMLORE_{name.upper()}": str(value) for name, value in (settings | secret).items()}
        return Service("ingestor", environment, directory / "ingestor.log", "run")

    async def start(self) -> None:
        await self.make_topics(self.beamline, self.other_beamline)
        await self.producer.start()
        await asyncio.gather(self.useroffice.start(), self.catalogue.start())

    async def stop(self) -> None:
        await self.producer.stop()
        self.useroffice.kill()
        self.catalogue.kill()
        async with AsyncMongoClient(self._admin_url) as client:
            for database in self._databases:
                await client.drop_database(database)

    async def make_topics(self, *beamlines: str) -> None:
        async with self._kafka_admin() as admin:
            await admin.create_topics([NewTopic(scan_topic(name), _PARTITIONS, 1) for name in beamlines])

    async def delete_topic(self, beamline: str) -> None:
        async with self._kafka_admin() as admin:
            await admin.delete_topics([scan_topic(beamline)])

            async def gone() -> bool:
                return scan_topic(beamline) not in await admin.list_topics()

            await eventually(gone)

    @asynccontextmanager
    async def _kafka_admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(**self._kafka)
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()

    async def produce(self, *messages: ScanMessage | bytes | None, beamline: str = "", key: str = "") -> list[str]:
        """Send, and return the ids the messages would have in the inbox."""
        ids = []
        for message in messages:
            of = beamline or self.beamline
            value = encode_message(message) if not isinstance(message, bytes | None) else message
            pid = key or (message.pid if not isinstance(message, bytes | None) else "key")
            sent = await self.producer.send_and_wait(
                scan_topic(of), value, key=pid.encode(), headers=[("from", b"test")]
            )
            ids.append(
                record_id(Record(sent.topic, sent.partition, sent.offset, sent.timestamp, pid.encode(), value, ()))
            )
        return ids

    async def scan(self, pid: str, *, state: str | None = None) -> dict[str, Any]:
        """Return the scan once it is catalogued, and in that state."""

        async def found() -> dict[str, Any] | None:
            scan = await self.scan_now(pid)
            return scan if scan and state in (None, scan["state"]) else None

        return await eventually(found)

    async def scan_now(self, pid: str) -> dict[str, Any] | None:
        answer = await self._get(f"/api/beamlore/v1/scans/{quote(pid, safe='')}")
        return answer.json() if answer.is_success else None

    async def members(self, count: int) -> None:
        """Wait until the ingestors' consumer group has so many members: those that were killed count for a while."""

        async def so_many() -> bool:
            return await self.group_size() == count

        await eventually(so_many)

    async def group_size(self) -> int:
        """Return how many members the ingestors' consumer group has."""
        async with self._kafka_admin() as admin:
            (answer,) = await admin.describe_consumer_groups([self.group])
            (group,) = answer.to_object()["groups"]
            return len(group["members"])

    async def uncommitted(self) -> int:
        """Return how many messages of the facility's beamline the ingestors have not committed."""
        consumer = AIOKafkaConsumer(**self._kafka, group_id=self.group, enable_auto_commit=False)
        await consumer.start()
        try:
            partitions = [TopicPartition(scan_topic(self.beamline), number) for number in range(_PARTITIONS)]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            committed = [await consumer.committed(partition) or 0 for partition in partitions]
            return sum(ends.values()) - sum(committed)
        finally:
            await consumer.stop()

    async def count_scans(self, pids: list[str]) -> int:
        return await self._count(self._databases[0], "Dataset", pids)

    async def count_in_inbox(self, *ids: str) -> int:
        return await self._count(self._databases[1], "Inbox", list(ids))

    async def _count(self, database: str, collection: str, ids: list[str]) -> int:
        async with AsyncMongoClient(self._admin_url) as client:
            return await client[database][collection].count_documents({"_id": {"$in": ids}})

    async def faults(self, **fault: Any) -> None:
        async with httpx.AsyncClient(base_url=self.useroffice.url, verify=NO_AUTHORITIES) as http:
            answer = await http.put(
                "/api/useroffice/v1/faults", json=fault, headers={"Authorization": f"Bearer {self.token('admin')}"}
            )
            answer.raise_for_status()

    async def _get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.catalogue.url, verify=NO_AUTHORITIES) as http:
            return await http.get(path, headers={"Authorization": f"Bearer {self.token('admin')}"})

    def _seed(self) -> str:
        def proposal(of: str, beamline: str, start: str, end: str) -> str:
            return (
                f'  - {{id: "{of}", title: "Proposal {of}", abstract: "What for.", beamline: {beamline},'
                f" principalInvestigator: ada, members: [bo], start: {start}, end: {end}}}\n"
            )

        return (
            "people:\n"
            "  - {username: ada, name: Ada Lovelace, email: ada@facility.example}\n"
            "  - {username: bo, name: Bo Andersson, email: bo@facility.example}\n"
            "proposals:\n"
            + proposal(self.proposal, self.beamline, "2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z")
            + proposal(self.other_proposal, self.beamline, "2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z")
            + proposal(self.proposal_elsewhere, self.other_beamline, "2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z")
            + proposal(self.past_proposal, self.beamline, "2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z")
        )


class Running:
    """A running ingestor, asked as a person asks it."""

    def __init__(self, http: httpx.AsyncClient, token: Any) -> None:
        self._http = http
        self._token = token

    async def get(self, path: str, person: str = "admin", **params: Any) -> httpx.Response:
        return await self._http.get(path, params=params, headers=self._headers(person))

    async def post(self, path: str, body: dict[str, Any], person: str = "admin") -> httpx.Response:
        return await self._http.post(path, json=body, headers=self._headers(person))

    async def inbox(self, item_id: str, person: str = "admin") -> dict[str, Any]:
        """Return a message once it is in the inbox."""

        async def found() -> dict[str, Any] | None:
            answer = await self.get(f"/api/ingestor/v1/inbox/{item_id}", person)
            return answer.json() if answer.is_success else None

        return await eventually(found)

    async def health(self) -> dict[str, dict[str, Any]]:
        return (await self._http.get("/health/ready")).json()["components"]

    def _headers(self, person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token(person)}"}


@asynccontextmanager
async def running_ingestor(settings: Settings, token: Any) -> AsyncIterator[Running]:
    def fail() -> None:
        raise AssertionError("the ingestor could not go on")

    app = build_app(settings, on_failure=fail)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://ingestor.example", verify=NO_AUTHORITIES
        ) as http,
    ):
        running = Running(http, token)
        await eventually(lambda: _all_well(running))
        yield running


async def _all_well(running: Running) -> bool:
    return all(component["ok"] for component in (await running.health()).values())


@pytest.fixture(scope="session")
async def facility(servers: Any, token: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Facility]:
    """The facility of these tests."""
    facility = Facility(servers, token, tmp_path_factory.mktemp("facility"))
    try:
        await facility.start()
        yield facility
    finally:
        await facility.stop()


@pytest.fixture(scope="session")
def start_ingestor(facility: Facility) -> Callable[..., Any]:
    """Runs an ingestor with settings of its own: ``async with start_ingestor(batch_messages=2) as ingestor``."""

    def start(**changes: Any) -> Any:
        return running_ingestor(facility.settings(**changes), facility.token)

    return start


@pytest.fixture
async def ingestor(start_ingestor: Callable[..., Any]) -> AsyncIterator[Running]:
    """A running ingestor."""
    async with start_ingestor() as running:
        yield running


@pytest.fixture
def make(scan: Any, facility: Facility) -> Callable[..., ScanMessage]:
    """Makes a message of the facility's beamline and proposal: ``make("finished", pid, 3, proposal=…)``."""

    def make(kind: str, pid: str, sequence: int = 0, **changes: Any) -> ScanMessage:
        where = {"beamline": facility.beamline, "proposal": facility.proposal}
        message: ScanMessage = getattr(scan, kind)(pid, sequence, **(where | changes))
        return message

    return make


@pytest.fixture(scope="session", name="eventually")
def _eventually() -> Callable[..., Any]:
    """Waits for the first true answer of a coroutine function."""
    return eventually
