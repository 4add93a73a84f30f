"""MongoDB's users: one for each service's database, the administrator, and the one that backs up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from beamlore.ops.errors import OpsError
from beamlore.ops.mongodb.connection import Client

log = structlog.get_logger(__name__)

ADMIN: Final = "admin"

_AUTHENTICATION_FAILED: Final = 18
_USER_EXISTS: Final = 51003
# Users are written to a majority. With one data member of two away there is none: better said than waited for.
_CONCERN: Final = {"w": "majority", "wtimeout": 30_000}


@dataclass(frozen=True)
class User:
    """A user: its database is where it logs in (``authSource``)."""

    name: str
    database: str
    roles: tuple[tuple[str, str], ...]
    """Each a role and the database it is for."""
    password: str


def service_user(name: str, password: str, *, login_database: str) -> User:
    """Return a service's user, which reaches the database of its own name only."""
    return User(name, login_database, (("readWrite", name), ("dbAdmin", name)), password)


def users_of(passwords: Mapping[str, str]) -> list[User]:
    """Return the users of passwords by name: ``root``, ``backup``, and the services' for all other names.

    All log in at ``admin``.
    """
    return [_user(name, password) for name, password in passwords.items()]


def _user(name: str, password: str) -> User:
    match name:
        case "root":
            return User(name, ADMIN, (("root", ADMIN),), password)
        case "backup":
            roles = tuple((role, ADMIN) for role in ("backup", "restore", "clusterMonitor"))
            return User(name, ADMIN, roles, password)
        case _:
            return service_user(name, password, login_database=ADMIN)


async def provide_users(client: Client, host: str, users: Sequence[User]) -> None:
    """Make users that are not there; set passwords and roles that differ. No user is removed.

    Args:
        client: of the primary, as one who may change users.
        host: of the primary; passwords are tried there.
        users: who is to be there.

    Raises:
        OpsError: MongoDB refuses, or a majority of the data members is away.
    """
    for user in users:
        try:
            await _provide(client, host, user)
        except PyMongoError as error:
            raise OpsError(f"MongoDB's user {user.name} could not be made or changed: {str(error)[:300]}.") from error


async def _provide(client: Client, host: str, user: User) -> None:
    roles = [{"role": role, "db": database} for role, database in user.roles]
    known = (await client[user.database].command("usersInfo", user.name))["users"]
    if not known:
        try:
            await client[user.database].command(
                "createUser", user.name, pwd=user.password, roles=roles, writeConcern=_CONCERN
            )
            log.info("user made", user=user.name)
            return
        except OperationFailure as error:
            if error.code != _USER_EXISTS:  # made by another who does the same
                raise
    changes: dict[str, Any] = {}
    if known and {(one["role"], one["db"]) for one in known[0]["roles"]} != set(user.roles):
        changes["roles"] = roles
    if not await _logs_in(host, user):
        changes["pwd"] = user.password
    if changes:
        await client[user.database].command("updateUser", user.name, **changes, writeConcern=_CONCERN)
        log.info("user changed", user=user.name, changed=sorted(changes))


async def _logs_in(host: str, user: User) -> bool:
    async with AsyncMongoClient[dict[str, Any]](
        host,
        directConnection=True,
        username=user.name,
        password=user.password,
        authSource=user.database,
        serverSelectionTimeoutMS=5000,
    ) as client:
        try:
            await client.admin.command("ping")
        except OperationFailure as error:
            if error.code != _AUTHENTICATION_FAILED:
                raise
            return False
    return True
