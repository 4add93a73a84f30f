"""Connections to single members of a replica set, as the members' own user."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from pymongo import AsyncMongoClient
from pymongo.errors import AutoReconnect, OperationFailure

from beamlore.ops.errors import OpsError

Client = AsyncMongoClient[dict[str, Any]]

_SYSTEM: Final = "__system"
# A machine that is full of work takes its time, also for a name; who refuses does so at once.
_CONNECT_SECONDS: Final = 10
_ANSWER_MS: Final = 15_000
_AUTHENTICATION_FAILED: Final = 18
_NOT_YET_INITIALIZED: Final = 94
_INVALID_CONFIGURATION: Final = 93


@dataclass(frozen=True)
class Found:
    """How a member was found.

    Attributes:
        fault: why it does not answer; empty where it does.
        is_initiated: whether it has ever had a configuration.
        is_lost: whether it does not find itself in the configuration it has.
        knows_itself_as: its host in its configuration.
    """

    fault: str = ""
    is_initiated: bool = False
    is_primary: bool = False
    is_lost: bool = False
    knows_itself_as: str | None = None


class Connections:
    """Opens connections to single members.

    Args:
        keys: of the key file. All are tried: which one the members use depends on how far a change of keys has come.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = list(keys)

    @asynccontextmanager
    async def to(self, host: str) -> AsyncIterator[Client]:
        """Connect to one member as ``__system``, which may do everything, also before there are any users.

        Raises:
            OpsError: none of the keys is its.
            AutoReconnect: it does not answer.
        """
        for key in list(self._keys):
            async with AsyncMongoClient[dict[str, Any]](
                host,
                directConnection=True,
                username=_SYSTEM,
                password=key,
                authSource="local",
                serverSelectionTimeoutMS=_ANSWER_MS,
                connectTimeoutMS=_ANSWER_MS,
                tz_aware=True,
                appname="beamlore-ops",
            ) as client:
                try:
                    await client.admin.command("ping")
                except OperationFailure as error:
                    if error.code != _AUTHENTICATION_FAILED:
                        raise
                    continue
                if key != self._keys[0]:
                    self._keys.remove(key)
                    self._keys.insert(0, key)
                yield client
                return
        raise OpsError(
            f"MongoDB at {host} does not take the key file's key.",
            way_out="All members and this command must have the same key file.",
        )

    async def look_at(self, host: str) -> Found:
        """Return how a member is.

        Raises:
            OpsError: none of the keys is its.
        """
        try:
            await _knock(host)
            async with self.to(host) as client:
                return await _look(client)
        except TimeoutError:
            return Found(fault=f"no connection within {_CONNECT_SECONDS} s")
        except (OSError, AutoReconnect) as error:
            return Found(fault=_short(error))


async def _knock(host: str) -> None:
    """Connect and go: PyMongo would try again and again where it is refused, until its time is over."""
    name, _, port = host.rpartition(":")
    async with asyncio.timeout(_CONNECT_SECONDS):
        _, writer = await asyncio.open_connection(name, int(port))
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def _look(client: Client) -> Found:
    hello = await client.admin.command("hello")
    try:
        await client.admin.command("replSetGetStatus")
    except OperationFailure as error:
        if error.code == _NOT_YET_INITIALIZED:
            return Found()
        if error.code != _INVALID_CONFIGURATION:
            raise
        return Found(is_initiated=True, is_lost=True)
    return Found(is_initiated=True, is_primary=bool(hello["isWritablePrimary"]), knows_itself_as=hello.get("me"))


def _short(error: Exception) -> str:
    # What PyMongo says goes on with time-outs and the topology's description.
    return str(error).split(" (configured timeouts")[0].split(", Timeout:")[0][:200]
