"""An installation on this machine: what there is, where it is, how it is brought up and down."""

import asyncio
import shutil
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import httpx
from filelock import FileLock, Timeout

from beamlore.configurator.app import PREFIX as CONFIGURATOR_PREFIX
from beamlore.configurator.seeding import SeedError, plant
from beamlore.configurator.seeding import load_seed as load_metadata_sets
from beamlore.embedded.concurrency import all_of
from beamlore.embedded.downloads.debian import provide_packages
from beamlore.embedded.downloads.java_servers import (
    JavaServers,
    find_java_servers,
    provide_kafka,
    provide_keycloak,
)
from beamlore.embedded.downloads.web_app import provide_web_app, web_app_directory
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.loopback import NO_AUTHORITIES
from beamlore.embedded.preparation import check_disk, check_ports, end_what_was_left, port_in_use
from beamlore.embedded.probes import until_ready
from beamlore.embedded.progress import Progress, SilentProgress
from beamlore.embedded.servers.beamlines import DEVICES, ENGINES, TANGO_DATABASE, Beamlines
from beamlore.embedded.servers.gateway import GATEWAY, Gateway
from beamlore.embedded.servers.kafka import Kafka, KafkaAccount
from beamlore.embedded.servers.keycloak import Keycloak, Tokens
from beamlore.embedded.servers.mongo import MEMBERS, Mongo
from beamlore.embedded.servers.services import SERVICES, Services
from beamlore.embedded.state import Ports, Secrets, StateDirectory, port_is_free
from beamlore.embedded.supervision.leftovers import end_leftovers
from beamlore.embedded.supervision.program import Program
from beamlore.embedded.supervision.supervisor import ProcessStatus, Supervisor
from beamlore.useroffice.seed import load_seed

Part: TypeAlias = Literal["servers", "services", "devices", "engines"]
"""MongoDB, Kafka and Keycloak; Beamlore's services and the gateway; Tango and the simulated devices; scans."""

_START_SECONDS: Final = 300.0
"""Ten times what the slowest needs by itself: machines have other things to do."""
_STOP_ORDER: Final = (
    ("engine-",),
    ("devices-",),
    (TANGO_DATABASE, GATEWAY),
    ("ingestor",),
    SERVICES,
    ("keycloak", "kafka", "mongo-"),
)
"""Beginnings of names, by stage: what uses a server ends before it."""


class Installation:
    """Everything of one instance.

    Args:
        state_dir: its directory, such as ``.beamlore/demo``; downloads are shared in ``cache`` beside it.
        front_door_port: the port of its one address; without it, the one used before, or a free one.
    """

    def __init__(self, state_dir: Path, front_door_port: int | None = None) -> None:
        self.state = StateDirectory(state_dir)
        self.secrets = Secrets(self.state.root / "secrets.json")
        self._ports = Ports(self.state.root / "ports.json")
        self._front_door_moves = front_door_port not in (None, self._ports.all().get(GATEWAY))
        if front_door_port is not None:
            self._ports.put(GATEWAY, front_door_port)
        self._lock = FileLock(self.state.lock, mode=0o600)
        self._seed = load_seed(None)
        self.supervisor = Supervisor(self.state, self.secrets)
        self.gateway = Gateway(self.state, self._ports)
        self.mongo = Mongo(self.state, self._ports, self.secrets)
        self.kafka = Kafka(self.state, self._ports, self.secrets)
        self.keycloak = Keycloak(self.state, self._ports, self.secrets, self.front_door)
        self.services = Services(self.state, self._ports, self.secrets, self.mongo, self.kafka, self.keycloak)
        self.beamlines = Beamlines(self.state, self._ports, self.services)

    @property
    def front_door(self) -> str:
        """The one address people and scripts need."""
        return self.gateway.address

    @property
    def issuer(self) -> str:
        """The ``iss`` of tokens."""
        return self.keycloak.issuer

    @property
    def ports(self) -> dict[str, int]:
        """All ports, by the names of their processes."""
        return self._ports.all()

    @property
    def token(self) -> Tokens:
        """Gives access tokens: ``token("ada")``, ``token.service("ingestor")``."""
        return Tokens(self.keycloak.backchannel, self.secrets)

    def environment(self, service: str) -> dict[str, str]:
        """Return all settings of a service: ``catalogue`` … or ``beamline-<name>``, as environment variables."""
        return self.services.environment(service)

    def mongo_url(self, user: str) -> str:
        """Return the connection string of a service's user; ``admin`` may do everything."""
        return self.mongo.url(user)

    def kafka_account(self, name: str) -> KafkaAccount:
        """Return how ``ingestor``, ``beamline-<name>`` or ``admin`` connects to Kafka."""
        return self.kafka.account(name)

    def claim(self) -> bool:
        """Take the instance for this process; false where another process has it."""
        self.state.root.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Let other processes have the instance."""
        self._lock.release()

    async def up(
        self, progress: Progress | None = None, parts: Iterable[Part] = ("servers", "services", "devices")
    ) -> None:
        """Start these parts and wait until each does what it is for; what runs already is left running.

        Raises:
            EmbeddedError: something is missing, taken, full or does not start.
        """
        progress, parts = progress or SilentProgress(), set(parts)
        self.state.create()
        check_disk(self.state)
        if not self.supervisor.answers():
            await end_what_was_left(self.state, progress)
            check_ports(self._ports, progress)
        elif self._front_door_moves and not port_is_free(self._ports.get(GATEWAY)):
            raise port_in_use(self._ports.get(GATEWAY))
        await provide_packages(self.state.logs, progress)
        java = await find_java_servers(self.state.cache)
        await self.supervisor.launch(self._programs(java))
        await self._start_parts(parts, java, progress)

    async def _start_parts(self, parts: set[Part], java: JavaServers, progress: Progress) -> None:
        """Fetch, build and start all at once; each waits for what it cannot do without.

        Keycloak comes first: it takes longest.
        """
        mongo, kafka, keycloak, page = (asyncio.Event() for _ in range(4))
        work = [
            _then(keycloak, self._keycloak_up(java, progress)),
            _then(mongo, self._mongo_up(progress)),
            _then(kafka, self._kafka_up(java, progress)),
        ]
        if "devices" in parts:
            work.append(self._devices_up(progress))
        if "services" in parts:
            work.append(_then(page, provide_web_app(self.state.cache, self.state.logs, progress)))
            work.append(self._services_up(progress, mongo, kafka, keycloak, page))
        await all_of(*work)
        if "engines" in parts:
            await all_of(*(self.start(name) for name in ENGINES))

    async def down(self) -> None:
        """End everything in order: what uses a server ends before it."""
        running = [status.name for status in self.status().values() if status.is_running]
        for stage in range(len(_STOP_ORDER)):
            await all_of(*(self.supervisor.stop(name) for name in running if _stop_stage(name) == stage))
        await self.supervisor.shut_down()
        await asyncio.to_thread(end_leftovers, self.state.root)

    def forget(self) -> None:
        """Remove all data, secrets and logs of the instance, which must be down; downloads stay."""
        shutil.rmtree(self.state.root, ignore_errors=True)

    async def start(self, name: str) -> None:
        """Start one process and wait until it answers."""
        await self.supervisor.start(name)
        await until_ready(name, self._probe(name), self.supervisor, seconds=_START_SECONDS)

    async def stop(self, name: str) -> None:
        """End one process as it wants to be ended; it stays away until it is started."""
        await self.supervisor.stop(name)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL, *, restart: bool = True) -> None:
        """Send a process a signal. The supervisor starts it again, unless ``restart`` is false."""
        self.supervisor.kill(name, number, restart=restart)

    def pid(self, name: str) -> int:
        """Return the number of a running process.

        Raises:
            EmbeddedError: it does not run.
        """
        status = self.status().get(name)
        if status is None or status.pid is None:
            raise EmbeddedError(f"{name} does not run.")
        return status.pid

    def status(self) -> dict[str, ProcessStatus]:
        """Return how each process is, by name; empty where nothing runs."""
        return self.supervisor.status()

    async def primary(self) -> str | None:
        """Return the name of MongoDB's primary, ``None`` while there is none."""
        return await self.mongo.primary()

    def _programs(self, java: JavaServers) -> list[Program]:
        return [
            *self.mongo.programs(),
            *self.kafka.programs(java),
            *self.keycloak.programs(java),
            *self.services.programs(),
            *self.gateway.programs(web_app_directory(), self.issuer),
            *self.beamlines.programs(self._seed),
        ]

    def _probe(self, name: str) -> Callable[[], Awaitable[bool]]:
        if name in MEMBERS:
            return lambda: self.mongo.answers(name)
        if name in SERVICES:
            return lambda: self.services.answers(name)
        if name in DEVICES:
            return lambda: self.beamlines.devices_answer(name)
        if name in ENGINES:
            return lambda: asyncio.to_thread(lambda: self.status()[name].state == "RUNNING")
        return {
            "kafka": self.kafka.answers,
            "keycloak": self.keycloak.answers,
            GATEWAY: self.gateway.answers,
            TANGO_DATABASE: self.beamlines.database_answers,
        }[name]

    async def _mongo_up(self, progress: Progress) -> None:
        with progress.step("MongoDB: 2 data members and an arbiter"):
            await all_of(*(self.start(name) for name in MEMBERS))
            await self.mongo.provision()

    async def _kafka_up(self, java: JavaServers, progress: Progress) -> None:
        await provide_kafka(java, self.state.logs, progress)
        await self.kafka.format(java)
        with progress.step("Kafka"):
            await self.start("kafka")
            await self.kafka.provision()

    async def _keycloak_up(self, java: JavaServers, progress: Progress) -> None:
        await provide_keycloak(java, self.state.logs, progress)
        with progress.step("Keycloak"):
            await self.start("keycloak")
            await self.keycloak.provision(self._seed)

    async def _devices_up(self, progress: Progress) -> None:
        with progress.step(f"Tango: database and devices of {len(DEVICES)} beamlines"):
            await self.start(TANGO_DATABASE)
            await all_of(*(self.start(name) for name in DEVICES))

    async def _services_up(
        self,
        progress: Progress,
        mongo: asyncio.Event,
        kafka: asyncio.Event,
        keycloak: asyncio.Event,
        page: asyncio.Event,
    ) -> None:
        with progress.step("Beamlore's services and the gateway"):
            await all_of(
                self._start_after("useroffice"),
                self._start_after("catalogue", mongo),
                self._start_after("configurator", mongo),
                self._start_after("ingestor", mongo, kafka, keycloak),
                self._start_after(GATEWAY, page),
            )
            await keycloak.wait()
            await self._plant_metadata_sets()

    async def _start_after(self, name: str, *events: asyncio.Event) -> None:
        for event in events:
            await event.wait()
        await self.start(name)

    async def _plant_metadata_sets(self) -> None:
        headers = {"Authorization": f"Bearer {await asyncio.to_thread(self.token, 'admin')}"}
        address = self.services.address("configurator") + CONFIGURATOR_PREFIX
        try:
            async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60, verify=NO_AUTHORITIES) as http:
                await plant(http, load_metadata_sets(None), lambda _: None)
        except SeedError as error:
            raise EmbeddedError(
                f"The beamlines' metadata sets could not be made: {error}.", log=self.state.logs / "configurator.log"
            ) from error


async def _then(event: asyncio.Event, work: Coroutine[Any, Any, object]) -> None:
    await work
    event.set()


def _stop_stage(name: str) -> int:
    return next(number for number, stage in enumerate(_STOP_ORDER) if name.startswith(stage))
