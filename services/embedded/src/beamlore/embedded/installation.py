"""An installation of the servers on this machine: what there is, where it is, how it is brought up and down."""

import asyncio
import shutil
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from beamlore.embedded.downloads.debian import provide_packages
from beamlore.embedded.downloads.java_servers import JavaServers, provide_java_servers
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.probes import until_ready
from beamlore.embedded.progress import Progress, SilentProgress
from beamlore.embedded.servers.kafka import Kafka, KafkaAccount
from beamlore.embedded.servers.keycloak import Keycloak, Tokens
from beamlore.embedded.servers.mongo import MEMBERS, Mongo
from beamlore.embedded.state import Ports, Secrets, StateDirectory, port_is_free
from beamlore.embedded.supervision.leftovers import end_leftovers
from beamlore.embedded.supervision.program import Program
from beamlore.embedded.supervision.supervisor import ProcessStatus, Supervisor
from beamlore.useroffice.seed import load_seed

GATEWAY: Final = "gateway"
_START_SECONDS: Final = {"keycloak": 300.0, "kafka": 120.0}
_OTHER_START_SECONDS: Final = 60.0
_MEGABYTE: Final = 1024**2
_FREE_MEGABYTES_FIRST: Final = 3000
_FREE_MEGABYTES_LATER: Final = 500


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
        self._former_front_door_port = self._ports.all().get(GATEWAY)
        if front_door_port is not None:
            self._ports.put(GATEWAY, front_door_port)
        self.supervisor = Supervisor(self.state, self.secrets)
        self._lock = FileLock(self.state.lock, mode=0o600)
        self.mongo = Mongo(self.state, self._ports, self.secrets)
        self.kafka = Kafka(self.state, self._ports, self.secrets)

    @property
    def front_door(self) -> str:
        """The one address people and scripts need."""
        return f"http://127.0.0.1:{self._ports.get(GATEWAY)}"

    @property
    def keycloak(self) -> Keycloak:
        """The identity provider; it follows the front door."""
        return Keycloak(self.state, self._ports, self.secrets, self.front_door)

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

    async def up(self, progress: Progress | None = None) -> None:
        """Start the servers and wait until each does what it is for; what runs already is left running.

        Raises:
            EmbeddedError: something is missing, taken, full or does not start.
        """
        progress = progress or SilentProgress()
        self.state.create()
        self._check_disk()
        if not self.supervisor.answers():
            await self._clear_the_way(progress)
        await provide_packages(self.state.logs, progress)
        java = await provide_java_servers(self.state.cache, self.state.logs, progress)
        await self.kafka.format(java)
        await self.supervisor.launch(self._programs(java))
        await _all_of(
            self._mongo_up(progress),
            self._kafka_up(progress),
            self._keycloak_up(progress),
        )

    async def down(self) -> None:
        """End everything in order: what uses a server ends before it."""
        running = [status.name for status in self.status().values() if status.is_running]
        for stage in range(len(_STOP_ORDER)):
            await _all_of(*(self.supervisor.stop(name) for name in running if _stop_stage(name) == stage))
        await self.supervisor.shut_down()
        await asyncio.to_thread(end_leftovers, self.state.root)

    async def start(self, name: str) -> None:
        """Start one process and wait until it answers."""
        await self.supervisor.start(name)
        await until_ready(
            name,
            self._probe(name),
            self.supervisor,
            seconds=_START_SECONDS.get(name, _OTHER_START_SECONDS),
        )

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
        return [*self.mongo.programs(), *self.kafka.programs(java), *self.keycloak.programs(java)]

    def _probe(self, name: str) -> Callable[[], Awaitable[bool]]:
        if name in MEMBERS:
            return lambda: self.mongo.answers(name)
        if name == "kafka":
            return self.kafka.answers
        return self.keycloak.answers

    async def _mongo_up(self, progress: Progress) -> None:
        with progress.step("MongoDB: 2 members and an arbiter"):
            await _all_of(*(self.start(name) for name in MEMBERS))
            await self.mongo.provision()

    async def _kafka_up(self, progress: Progress) -> None:
        with progress.step("Kafka"):
            await self.start("kafka")
            await self.kafka.provision()

    async def _keycloak_up(self, progress: Progress) -> None:
        with progress.step("Keycloak"):
            await self.start("keycloak")
            await self.keycloak.provision(load_seed(None))

    async def _clear_the_way(self, progress: Progress) -> None:
        ended = await asyncio.to_thread(end_leftovers, self.state.root)
        if ended:
            progress.note(f"Ended what an earlier run had left: {', '.join(ended)}")
        for name, port in self.ports.items():
            if port_is_free(port):
                continue
            if name == GATEWAY:
                raise EmbeddedError(
                    f"Port {port} of 127.0.0.1 is in use by another program.",
                    way_out=f"End that program, or choose another port, for example BEAMLORE_PORT={port + 1}.",
                )
            progress.note(f"Port {port} is in use by another program: {name} moves to {self._ports.choose_again(name)}")

    def _check_disk(self) -> None:
        is_first = not (self.state.data / "mongo-1").exists()
        needed = _FREE_MEGABYTES_FIRST if is_first else _FREE_MEGABYTES_LATER
        free = shutil.disk_usage(self.state.root).free // _MEGABYTE
        if free < needed:
            raise EmbeddedError(
                f"The disk with {self.state.root} is full: {free} MB are free, {needed} MB are needed.",
                way_out="Free some space and start again.",
            )


_STOP_ORDER: Final = (
    ("engine-",),
    ("devices-",),
    ("tango-db", "gateway"),
    ("ingestor",),
    ("catalogue", "configurator", "useroffice"),
    ("keycloak", "kafka", "mongo-"),
)
"""Beginnings of names, by stage: what uses a server ends before it."""


def _stop_stage(name: str) -> int:
    return next(number for number, stage in enumerate(_STOP_ORDER) if name.startswith(stage))


async def _all_of(*work: Awaitable[None]) -> None:
    """Do it all at once; the first error ends the rest."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(_awaited(one))
    except* EmbeddedError as errors:
        raise errors.exceptions[0] from None


async def _awaited(one: Awaitable[None]) -> None:
    await one
