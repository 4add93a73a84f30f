"""Services that are started before what they need: alive, not ready and saying why, and ready by themselves later."""

import asyncio
import base64
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import AsyncMongoClient

from beamlore.embedded import Installation, Tokens
from beamlore.embedded.servers.mongo import mongod

_BEAMLORE = str(Path(sys.executable).with_name("beamlore"))
_PATIENCE_SECONDS = 300
_SERVICES = ("catalogue", "configurator", "ingestor")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Way:
    """A way to a server that answers only once it is opened."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self.port = _free_port()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(*self._target)

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            try:
                while part := await source.read(65536):
                    sink.write(part)
                    await sink.drain()
            except OSError:
                pass
            finally:
                sink.close()

        await asyncio.gather(copy(reader, there_writer), copy(there_reader, writer))


class Facility:
    """Services as processes, and ways to what they need, none of it there at first."""

    def __init__(self, servers: Installation, directory: Path) -> None:
        self._servers = servers
        self._directory = directory
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports = {name: _free_port() for name in (*_SERVICES, "useroffice", "mongod")}
        self.keycloak = Way(*_address(servers.keycloak.backchannel.split("/")[2]))
        self.kafka = Way(*_address(servers.kafka_account("ingestor").bootstrap))
        self.passwords = {name: secrets.token_hex(8) for name in _SERVICES}
        self._group = f"beamlore-ingestor-{secrets.token_hex(4)}"

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def start(self, service: str) -> None:
        realm = self._servers.keycloak.backchannel.split("/", 3)[3]
        password = self.passwords.get(service)
        environment = self._servers.environment(service) | {
            "BEAMLORE_HTTP_PORT": str(self.ports[service]),
            "BEAMLORE_OIDC_BACKCHANNEL_URL": f"http://127.0.0.1:{self.keycloak.port}/{realm}",
            "BEAMLORE_MONGO_URL": f"mongodb://{service}:{password}@127.0.0.1:{self.ports['mongod']}/"
            "?replicaSet=starting&authSource=admin",
            "BEAMLORE_KAFKA_BOOTSTRAP": f"127.0.0.1:{self.kafka.port}",
            "BEAMLORE_CONSUMER_GROUP": self._group,
            "BEAMLORE_CATALOGUE_URL": self.url("catalogue"),
            "BEAMLORE_USEROFFICE_URL": self.url("useroffice"),
            "BEAMLORE_PROBE_SECONDS": "1",
        }
        command = [_BEAMLORE, service, "run" if service == "ingestor" else "serve"]
        self._run(service, command, environment)

    def start_mongod(self) -> None:
        data, key = self._directory / "data", self._directory / "key"
        data.mkdir()
        key.write_text(base64.b64encode(secrets.token_bytes(48)).decode())
        key.chmod(0o600)
        port = str(self.ports["mongod"])
        options = ["--port", port, "--dbpath", str(data), "--keyFile", str(key), "--wiredTigerCacheSizeGB", "0.25"]
        options += ["--replSet", "starting", "--bind_ip", "127.0.0.1", "--nounixsocket", "--quiet"]
        self._run("mongod", [str(mongod()), *options], {})

    async def initiate(self) -> None:
        host = f"127.0.0.1:{self.ports['mongod']}"
        async with AsyncMongoClient(host, directConnection=True, serverSelectionTimeoutMS=60_000) as client:
            await client.admin.command("replSetInitiate", {"_id": "starting", "members": [{"_id": 0, "host": host}]})
            async with asyncio.timeout(60):
                while not (await client.admin.command("hello"))["isWritablePrimary"]:
                    await asyncio.sleep(0.1)

    async def make_users(self) -> None:
        host = f"127.0.0.1:{self.ports['mongod']}"
        async with AsyncMongoClient(host, directConnection=True) as client:
            await client.admin.command("createUser", "root", pwd="root", roles=["root"])
        async with AsyncMongoClient(host, directConnection=True, username="root", password="root") as client:
            for name, password in self.passwords.items():
                roles = [{"role": role, "db": name} for role in ("readWrite", "dbAdmin")]
                await client.admin.command("createUser", name, pwd=password, roles=roles)

    async def health(self, service: str, status: int) -> dict[str, Any]:
        """Return the components of the first health with this status, while the process goes on living."""
        async with asyncio.timeout(_PATIENCE_SECONDS), httpx.AsyncClient(base_url=self.url(service)) as http:
            while True:
                self.check_alive(service)
                try:
                    answer = await http.get("/health/ready")
                    if answer.status_code == status:
                        assert (await http.get("/health/live")).status_code == 200
                        components: dict[str, Any] = answer.json()["components"]
                        return components
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.2)

    async def says(self, service: str, component: str, words: str) -> None:
        """Wait until a service, not ready, says this of a component."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while words not in (await self.health(service, 503))[component]["detail"]:
                await asyncio.sleep(0.2)

    def check_alive(self, service: str) -> None:
        log = self._directory / f"{service}.log"
        assert self._processes[service].poll() is None, f"{service} ended: {log.read_text()[-2000:]}"

    def _run(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        with (self._directory / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command, env=os.environ | environment, stdout=log, stderr=log, cwd=self._directory
            )

    async def stop(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()
        await self.keycloak.close()
        await self.kafka.close()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


@pytest.fixture
async def facility(servers: Installation, tmp_path: Path) -> AsyncIterator[Facility]:
    facility = Facility(servers, tmp_path)
    try:
        yield facility
    finally:
        await facility.stop()


@pytest.mark.timeout(900)
async def test_services_wait_for_what_they_need_and_say_what_it_is(facility: Facility, token: Tokens) -> None:
    ada = {"Authorization": f"Bearer {token('ada')}"}
    admin = {"Authorization": f"Bearer {token('admin')}"}
    for service in _SERVICES:
        facility.start(service)

    # Nothing is there.
    await facility.says("catalogue", "schema", "Connect call failed")
    await facility.says("configurator", "mongodb", "Connect call failed")
    await facility.says("ingestor", "schema", "Connect call failed")
    async with httpx.AsyncClient(base_url=facility.url("configurator"), headers=admin, timeout=30) as http:
        assert (await http.get("/api/configurator/v1/beamlines")).status_code == 503

    # The database is there, and not initiated; then it knows no users.
    facility.start_mongod()
    await facility.initiate()
    for service, component in (("catalogue", "schema"), ("configurator", "mongodb"), ("ingestor", "schema")):
        await facility.says(service, component, "Authentication failed")

    await facility.make_users()
    await facility.health("catalogue", 200)
    await facility.health("configurator", 200)
    async with httpx.AsyncClient(base_url=facility.url("catalogue"), timeout=30) as http:
        assert (await http.get("/api/v3/datasets")).status_code == 200, "public data need no identity provider"
        assert (await http.get("/api/v3/datasets", headers=ada)).status_code == 503

    # Kafka was never reached.
    assert not (await facility.health("ingestor", 503))["kafka"]["ok"]
    await facility.kafka.open()
    await facility.health("ingestor", 200)

    await facility.keycloak.open()
    async with asyncio.timeout(30), httpx.AsyncClient(timeout=30) as http:
        for address in (
            f"{facility.url('catalogue')}/api/v3/datasets",
            f"{facility.url('ingestor')}/api/ingestor/v1/inbox",
        ):
            while (await http.get(address, headers=admin)).status_code != 200:
                await asyncio.sleep(0.2)

    # The inbox is served without the user office; with it, all is well.
    assert not (await facility.health("ingestor", 200))["useroffice"]["ok"]
    facility.start("useroffice")
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not all(one["ok"] for one in (await facility.health("ingestor", 200)).values()):
            await asyncio.sleep(0.5)
    for service in (*_SERVICES, "useroffice"):
        facility.check_alive(service)
