"""Real Tango servers and a Kafka topic of the test's own."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from beamlore.beamline.settings import KafkaSettings
from beamlore.contract import ScanMessage, decode_message, scan_topic

HERE = Path(__file__).parent


class Processes:
    """Starts processes and ends them with the test."""

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        log = self._log_dir / f"{uuid.uuid4().hex}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env=os.environ | (environment or {})
            )
        process.log = log  # type: ignore[attr-defined]
        self._running.append(process)
        return process

    def end(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()


class TangoFacility:
    """A Tango database, and device servers in it."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self.database = processes.start(
            str(Path(sys.executable).with_name("PyDatabaseds")),
            *("--port", "0", "--host", "127.0.0.1", "--print-host-port", "2"),
            environment={"PYTANGO_DATABASE_NAME": ":memory:"},
        )
        self.host = str(wait_for(lambda: _host_of(self.database)))
        self.device_servers: list[subprocess.Popen[bytes]] = []

    def serve(self, instance: str, *devices: str) -> subprocess.Popen[bytes]:
        server = self._processes.start(
            sys.executable, str(HERE / "odd_devices.py"), instance, *devices, environment={"TANGO_HOST": self.host}
        )
        wait_for(lambda: b"Ready to accept" in server.log.read_bytes())  # type: ignore[attr-defined]
        self.device_servers.append(server)
        return server

    def simulate(self, beamline: str) -> subprocess.Popen[bytes]:
        server = self._processes.start(
            str(Path(sys.executable).with_name("beamlore")),
            *("beamline", "devices", "--beamline", beamline),
            environment={"TANGO_HOST": self.host},
        )
        wait_for(lambda: b"Ready to accept" in server.log.read_bytes())  # type: ignore[attr-defined]
        self.device_servers.append(server)
        return server


def _host_of(database: subprocess.Popen[bytes]) -> str | None:
    import tango

    text = database.log.read_text()  # type: ignore[attr-defined]
    told = re.search(r"port=(\d+)", text)
    if told is None:
        return None
    port = told.group(1)
    try:
        tango.Database("127.0.0.1", int(port)).get_info()
    except tango.DevFailed:
        return None
    return f"127.0.0.1:{port}"


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> object:
    """Return what the condition gives, as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen")
        time.sleep(0.02)
    return result


def pause(process: subprocess.Popen[bytes]) -> None:
    """Let a process hang: all its threads stand still when this returns."""
    process.send_signal(signal.SIGSTOP)
    wait_for(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)


@pytest.fixture
def hang() -> Callable[[subprocess.Popen[bytes]], None]:
    return pause


@contextmanager
def facility(log_dir: Path) -> Iterator[TangoFacility]:
    processes = Processes(log_dir)
    try:
        yield TangoFacility(processes)
    finally:
        processes.end()


@pytest.fixture(scope="session")
def tango_facility(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TangoFacility]:
    """A Tango database that this process uses, with one odd device server and a simulated beamline."""
    with facility(tmp_path_factory.mktemp("tango")) as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TANGO_HOST", found.host)
        found.serve("well", *(f"odd/well/{number}" for number in range(8)))
        found.simulate("balder")
        yield found


@pytest.fixture
def own_facility(tmp_path: Path) -> Iterator[TangoFacility]:
    """A Tango database that a test may harm; used from processes of its own, by its ``host``."""
    with facility(tmp_path) as found:
        yield found


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    found = Processes(tmp_path)
    yield found
    found.end()


@pytest.fixture
def waiting() -> Callable[[Callable[[], object]], Awaitable[object]]:
    """Wait for a condition without holding up the event loop."""
    return lambda condition: asyncio.to_thread(wait_for, condition)


class SmallDisk:
    """A file system of a few megabytes, mounted for one test."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._hog = path / "hog"

    def fill(self) -> None:
        """Leave no block free."""
        with self._hog.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self) -> None:
        """Free what `fill` took."""
        self._hog.unlink()

    def make_read_only(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(self.path)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A file system that a test may fill."""
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(path)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", str(path)], check=True)


class Topic:
    """A topic of a test's own, and the beamline it belongs to."""

    def __init__(self, beamline: str, settings: KafkaSettings) -> None:
        self.beamline = beamline
        self.settings = settings

    async def read(self, done: Callable[[list[ScanMessage]], bool], seconds: float = 60.0) -> list[ScanMessage]:
        """Return the messages from the beginning, as soon as they are enough."""
        consumer = AIOKafkaConsumer(
            scan_topic(self.beamline), **self.settings.kafka_options, auto_offset_reset="earliest"
        )
        await consumer.start()
        messages: list[ScanMessage] = []
        try:
            async with asyncio.timeout(seconds):
                while not done(messages):
                    for batch in (await consumer.getmany(timeout_ms=100)).values():
                        messages += [decode_message(record.value) for record in batch]
        finally:
            await consumer.stop()
        return messages

    def environment(self) -> dict[str, str]:
        settings = self.settings
        assert settings.kafka_username and settings.kafka_password
        return {
            "BEAMLORE_BEAMLINE": self.beamline,
            "BEAMLORE_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "BEAMLORE_KAFKA_USERNAME": settings.kafka_username,
            "BEAMLORE_KAFKA_PASSWORD": settings.kafka_password.get_secret_value(),
            "BEAMLORE_SPOOL_DIR": str(settings.spool_dir),
        }


@pytest.fixture
async def topic(servers, tmp_path: Path) -> AsyncIterator[Topic]:
    """A topic with three partitions, gone afterwards."""
    account = servers.kafka_account("admin")
    settings = KafkaSettings(
        kafka_bootstrap=account.bootstrap,
        kafka_username=account.username,
        kafka_password=account.password,
        spool_dir=tmp_path / "spool",
    )
    beamline = f"test-{uuid.uuid4().hex[:12]}"
    admin = AIOKafkaAdminClient(**settings.kafka_options)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(scan_topic(beamline), num_partitions=3, replication_factor=1)])
        yield Topic(beamline, settings)
        await admin.delete_topics([scan_topic(beamline)])
    finally:
        await admin.close()


@pytest.fixture(scope="session")
def spec_files() -> Path:
    """The SPEC files of real instruments, beside the repository."""
    found = HERE.parents[3] / "shared" / "data" / "spec"
    if not found.is_dir():
        pytest.skip("the SPEC files of real instruments (../shared/data/spec) are not here")
    return found


@pytest.fixture
def limit_topic() -> Callable[[Topic, int], Awaitable[None]]:
    """Make a topic take no message larger than this many bytes."""

    async def limit(topic: Topic, size: int) -> None:
        admin = AIOKafkaAdminClient(**topic.settings.kafka_options)
        await admin.start()
        try:
            resource = ConfigResource(
                ConfigResourceType.TOPIC, scan_topic(topic.beamline), configs={"max.message.bytes": str(size)}
            )
            await admin.alter_configs([resource])
        finally:
            await admin.close()

    return limit
