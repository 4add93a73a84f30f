"""Members of a replica set as processes of a test's own."""

import asyncio
import secrets
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from beamlore.embedded.servers.mongo import mongod
from beamlore.ops.mongodb.connection import Connections


class Mongod:
    """One member: started, killed and started again, on the same data."""

    def __init__(self, directory: Path, key_file: Path, port: int | None = None) -> None:
        self._directory = directory
        self._key_file = key_file
        self.port = port or _free_port()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._directory.mkdir(exist_ok=True)
        with (self._directory.parent / f"{self._directory.name}.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(mongod()),
                *("--replSet", "beamlore", "--bind_ip", "127.0.0.1,::1", "--ipv6", "--port", str(self.port)),
                *("--dbpath", str(self._directory), "--keyFile", str(self._key_file), "--nounixsocket", "--quiet"),
                *("--wiredTigerCacheSizeGB", "0.25", "--setParameter", "diagnosticDataCollectionEnabled=false"),
                *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
                stdout=log,
            )

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)
            await self._process.wait()

    def move(self) -> None:
        """Listen on another port from the next start on."""
        self.port = _free_port()


class Members:
    """Makes members that share a key file, and ends them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.key_file = root / "keyfile"
        self.key_file.write_text(f"{secrets.token_hex(24)}\n{secrets.token_hex(24)}\n")
        self.key_file.chmod(0o600)
        self._all: list[Mongod] = []

    async def start(self, count: int) -> list[Mongod]:
        new = [Mongod(self._root / f"member-{len(self._all) + number}", self.key_file) for number in range(count)]
        self._all += new
        await asyncio.gather(*(one.start() for one in new))
        return new

    async def stop(self) -> None:
        await asyncio.gather(*(one.stop(signal.SIGKILL) for one in self._all))

    def connections(self) -> Connections:
        return Connections([self.key_file.read_text().replace("\n", "")])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def members(tmp_path: Path) -> AsyncIterator[Members]:
    members = Members(tmp_path)
    yield members
    await members.stop()
