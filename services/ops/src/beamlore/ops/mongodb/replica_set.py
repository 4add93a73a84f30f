"""The replica set: begun once, then led step by step to the members that are wanted."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from beamlore.ops.errors import OpsError
from beamlore.ops.mongodb.connection import Client, Connections, Found
from beamlore.ops.mongodb.members import (
    Configuration,
    Member,
    Step,
    StepDown,
    forced_configuration,
    initial_configuration,
    next_step,
)
from beamlore.ops.waiting import Deadline

log = structlog.get_logger(__name__)

_ALREADY_INITIALIZED: Final = 23
_NOT_FOUND_THERE: Final = 74
_TRY_AGAIN: Final = {
    _NOT_FOUND_THERE,  # too few members answer: they start, or this one has not noticed yet that it is no primary
    109,  # ConfigurationInProgress
    189,  # PrimarySteppedDown
    308,  # CurrentConfigNotCommittedYet
    10107,  # NotWritablePrimary
    11602,  # InterruptedDueToReplStateChange
    11600,  # InterruptedAtShutdown
}
# With one data member of two away there is no majority: better said than waited for.
_MAJORITY_WITHIN: Final = {"w": "majority", "wtimeout": 30_000}
_READY_STATES: Final = {"PRIMARY", "SECONDARY", "ARBITER"}
_STEP_DOWN_SECONDS: Final = 120
_CATCH_UP_SECONDS: Final = 20


class ReplicaSet:
    """A replica set.

    Args:
        name: of the set.
        wanted: its members: data members first, then arbiters.
        connections: reach single members.
        election_timeout_ms: after so many milliseconds without the primary another is elected.
    """

    def __init__(
        self, name: str, wanted: Sequence[Member], connections: Connections, *, election_timeout_ms: int
    ) -> None:
        self._name = name
        self._wanted = list(wanted)
        self._connections = connections
        self._election_timeout_ms = election_timeout_ms

    async def configure(self, deadline: Deadline, *, force: bool = False) -> str:
        """Begin the set or change its members, and return the host of its primary.

        Each change waits for the one before. Where the members have all been moved, so that none finds itself in the
        configuration they have and none can be primary, the new one is forced, with a warning.

        Args:
            deadline: the end of all waiting.
            force: force it also where a majority of the members is lost. What only they had is lost.

        Raises:
            OpsError: members do not answer or elect no primary, or MongoDB refuses a change.
        """
        try:
            if not await self._is_initiated(deadline):
                await self._initiate(deadline)
            elif force:
                await self._force()
            while True:
                primary = await self._primary(deadline)
                if not await self._take_step(primary, deadline):
                    return primary
        except PyMongoError as error:
            raise OpsError(
                f"MongoDB's replica set {self._name} could not be configured: {str(error)[:300]}."
            ) from error

    async def _look(self, hosts: Sequence[str]) -> dict[str, Found]:
        return dict(zip(hosts, await asyncio.gather(*map(self._connections.look_at, hosts)), strict=True))

    @property
    def _hosts(self) -> list[str]:
        return [member.host for member in self._wanted]

    async def _is_initiated(self, deadline: Deadline) -> bool:
        """Wait until one member says that it has been, or all that they have not."""
        initiated = False

        async def missing() -> str:
            nonlocal initiated
            found = await self._look(self._hosts)
            initiated = any(one.is_initiated for one in found.values())
            # A member whose volume is new must not begin a second set while others have the data.
            return "" if initiated else _faults(found)

        await deadline.until("MongoDB's members", missing)
        return initiated

    async def _initiate(self, deadline: Deadline) -> None:
        configuration = initial_configuration(self._name, self._wanted, self._election_timeout_ms)

        async def missing() -> str:
            async with self._connections.to(self._hosts[0]) as client:
                try:
                    await client.admin.command("replSetInitiate", configuration)
                except OperationFailure as error:
                    if error.code == _NOT_FOUND_THERE:  # members do not find each other by their names yet
                        return str(error.details and error.details.get("errmsg"))[:300]
                    if error.code != _ALREADY_INITIALIZED:
                        raise
            return ""

        await deadline.until("MongoDB's members to find each other", missing)
        log.info("replica set begun", name=self._name, members=self._hosts)

    async def _are_all_lost(self, found: Mapping[str, Found]) -> bool:
        """Return whether every member answers, none finds itself in its configuration, and nobody else is primary."""
        if not all(one.is_lost for one in found.values()):
            return False
        former = [host for host in _hosts_of(await self._configuration(self._hosts[0])) if host not in found]
        # Another program, or another set, that has such an address now is an error, and not ours.
        elsewhere = await asyncio.gather(*map(self._connections.look_at, former), return_exceptions=True)
        return not any(isinstance(one, Found) and one.is_primary for one in elsewhere)

    async def _configuration(self, host: str) -> Configuration:
        async with self._connections.to(host) as client:
            configuration: Configuration = (await client.admin.command("replSetGetConfig"))["config"]
        return configuration

    async def _force(self) -> None:
        found = await self._look(self._hosts)
        if any(one.is_primary for one in found.values()):
            return
        data_members = [member.host for member in self._wanted if not member.is_arbiter]
        candidates = [host for host in data_members if found[host].is_initiated and not found[host].fault]
        if not candidates:
            raise OpsError("No data member of MongoDB's replica set answers: there is nothing to go on with.")
        newest = max([(await self._newest_entry(host), host) for host in candidates])[1]
        before = await self._configuration(newest)
        after = forced_configuration(before, self._wanted, self._election_timeout_ms)
        log.warning(
            "no primary can be: the configuration is forced", before=_hosts_of(before), after=self._hosts, by=newest
        )
        async with self._connections.to(newest) as client:
            await client.admin.command("replSetReconfig", after, force=True)

    async def _newest_entry(self, host: str) -> tuple[int, int]:
        async with self._connections.to(host) as client:
            last = await client.local["oplog.rs"].find_one({}, {"ts": 1}, sort=[("$natural", -1)])
        return (last["ts"].time, last["ts"].inc) if last else (0, 0)

    async def _primary(self, deadline: Deadline) -> str:
        """Wait for a primary, among the wanted members and those there have been, and return its host."""
        primary = ""

        async def missing() -> str:
            nonlocal primary
            found = await self._look(self._hosts)
            primary = next((host for host, one in found.items() if one.is_primary), "")
            if primary:
                return ""
            known = next((host for host, one in found.items() if one.is_initiated and not one.fault), None)
            others = (
                [host for host in _hosts_of(await self._configuration(known)) if host not in found] if known else []
            )
            elsewhere = await self._look(others)
            primary = next((host for host, one in elsewhere.items() if one.is_primary), "")
            if not primary and await self._are_all_lost(found):
                await self._force()
            return "" if primary else _faults(found) or "they elect none"

        await deadline.until(
            "MongoDB's primary",
            missing,
            way_out="A primary needs a majority of the configured members; their logs say who does not reach whom.",
        )
        return primary

    async def _take_step(self, primary: str, deadline: Deadline) -> bool:
        """Take the next step towards the wanted members; return whether there was one to take."""
        refusal = ""
        async with self._connections.to(primary) as client:
            try:
                current = (await client.admin.command("replSetGetConfig"))["config"]
                found = await self._look(list(dict.fromkeys([*self._hosts, *_hosts_of(current)])))
                itself = found[primary].knows_itself_as or primary
                await self._set_default_write_concern(client)
                step = next_step(
                    current,
                    self._wanted,
                    election_timeout_ms=self._election_timeout_ms,
                    primary=itself,
                    renamed=_renamed(found, self._hosts, _hosts_of(current)),
                    answering={host for host, one in found.items() if not one.fault},
                )
                if step is None:
                    if silent := [host for host in self._hosts if found[host].fault]:
                        log.warning("members do not answer now", members=silent)
                    return False
                await self._settle(client, deadline)
                await self._do(client, step, itself)
            except OperationFailure as error:
                if error.code not in _TRY_AGAIN:
                    raise
                refusal = f" The last change was refused: {str(error)[:300]}"
                await asyncio.sleep(1)
            except AutoReconnect:
                await asyncio.sleep(1)  # the primary has changed
        if deadline.is_over:
            raise OpsError(f"MongoDB's members were not all changed within {deadline.seconds:.0f} s.{refusal}")
        return True

    async def _do(self, client: Client, step: Step | StepDown, primary: str) -> None:
        if isinstance(step, Step):
            await client.admin.command("replSetReconfig", step.configuration)
            log.info("replica set changed", change=step.does)
            return
        log.info("the primary steps down, since it is to be removed", member=primary)
        await client.admin.command("replSetStepDown", _STEP_DOWN_SECONDS, secondaryCatchUpPeriodSecs=_CATCH_UP_SECONDS)

    async def _settle(self, client: Client, deadline: Deadline) -> None:
        """Wait until the change before is committed and members that are there have copied the data."""

        async def missing() -> str:
            answer = await client.admin.command("replSetGetConfig", commitmentStatus=True)
            if not answer["commitmentStatus"]:
                return "the change before is not yet known to a majority"
            status = await client.admin.command("replSetGetStatus")
            busy = [
                f"{member['name']} is {member['stateStr']}"
                for member in status["members"]
                if member["health"] == 1 and member["stateStr"] not in _READY_STATES
            ]
            return ", ".join(busy)

        await deadline.until("MongoDB's members to settle", missing)

    async def _set_default_write_concern(self, client: Client) -> None:
        """Say what writes wait for that do not say it themselves.

        MongoDB's own default, which changes with the members; and a change of members that would change it is refused
        where it was never said. With an arbiter one data member's absence would make every majority wait for ever.
        """
        wanted: int | str = 1 if any(member.is_arbiter for member in self._wanted) else "majority"
        known: Mapping[str, Any] = await client.admin.command("getDefaultRWConcern")
        if known.get("defaultWriteConcernSource") == "global" and known["defaultWriteConcern"]["w"] == wanted:
            return
        await client.admin.command(
            "setDefaultRWConcern", 1, defaultWriteConcern={"w": wanted}, writeConcern=_MAJORITY_WITHIN
        )
        log.info("default write concern set", w=wanted)


def _hosts_of(configuration: Configuration) -> list[str]:
    return [str(entry["host"]) for entry in configuration["members"]]


def _faults(found: Mapping[str, Found]) -> str:
    return "; ".join(f"{host}: {one.fault}" for host, one in found.items() if one.fault)


def _renamed(found: Mapping[str, Found], wanted: Sequence[str], configured: Sequence[str]) -> dict[str, str]:
    """Return the new host of each member that knows itself by another one than it is wanted under."""
    renamed = {}
    for host in wanted:
        known_as = found[host].knows_itself_as
        if known_as is not None and known_as != host and known_as in configured and host not in configured:
            renamed[known_as] = host
    return renamed
