"""A planned change of MongoDB's primary: before its node is drained, or its pod restarted.

A planned one takes tenths of a second; one that others have to notice takes the time to an election.
"""

import asyncio
from collections.abc import Collection

import structlog
from pymongo.errors import AutoReconnect, OperationFailure

from beamlore.ops.errors import OpsError
from beamlore.ops.mongodb.connection import Client, Connections
from beamlore.ops.mongodb.key_file import read_keys
from beamlore.ops.mongodb.settings import MongoConfigureSettings
from beamlore.ops.waiting import Deadline

log = structlog.get_logger(__name__)


async def step_down(settings: MongoConfigureSettings, *, away_from: Collection[str], seconds: int) -> None:
    """Let another member become primary.

    Args:
        settings: the members and their key file.
        away_from: beginnings of members' hosts, such as pods' names; where none of them is primary, nothing happens.
            Empty: whichever is primary steps down.
        seconds: so long the former primary does not stand for election.

    Raises:
        OpsError: there is no primary, or no other member that could be.
    """
    connections = Connections(read_keys(settings.key_file))
    hosts = [member.host for member in settings.all_members() if not member.is_arbiter]
    deadline = Deadline(settings.wait_seconds)
    former = await _primary(connections, hosts, deadline)
    if away_from and not former.startswith(tuple(away_from)):
        log.info("the primary is elsewhere", primary=former)
        return
    async with connections.to(former) as client:
        # Without one to hand over to, the primary would refuse reads and writes for as long as it may wait.
        await deadline.until("another data member", lambda: _missing_secondary(client))
        try:
            await client.admin.command("replSetStepDown", seconds, secondaryCatchUpPeriodSecs=min(seconds // 2, 30))
        except AutoReconnect:
            pass  # it closes connections when it steps down
        except OperationFailure as error:
            raise OpsError(
                f"{former} does not step down: {str(error)[:200]}.", way_out="Another data member must be near to it."
            ) from error
    rest = [host for host in hosts if host != former]
    log.info("stepped down", former=former, primary=await _primary(connections, rest, deadline))


async def _missing_secondary(client: Client) -> str:
    status = await client.admin.command("replSetGetStatus")
    sees = any(one["health"] == 1 and one["stateStr"] == "SECONDARY" for one in status["members"])
    return "" if sees else "the primary sees no secondary"


async def _primary(connections: Connections, hosts: Collection[str], deadline: Deadline) -> str:
    primary = ""

    async def missing() -> str:
        nonlocal primary
        found = await asyncio.gather(*map(connections.look_at, hosts))
        primary = next((host for host, one in zip(hosts, found, strict=True) if one.is_primary), "")
        return "" if primary else "none of the members is primary"

    await deadline.until("MongoDB's primary", missing)
    return primary
