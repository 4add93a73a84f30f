"""Writes the functional accounts into SciCat's collections.

A SciCat backend makes those that are missing and leaves the others. Here a change of the file counts as well: a new
password in it is the account's, and a role that is no longer in it is taken away; what was changed by the routes since
then stays, until the file changes again.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import Change, Document
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.users.accounts import GLOBAL_ACCESS, FunctionalAccount
from beamlore.catalogue.users.collections import IDENTITIES, LOCAL, ROLES, SYSTEM, USER_ROLES, USERS, address_for
from beamlore.catalogue.users.groups import GroupSources
from beamlore.catalogue.users.passwords import hashed, is_hash
from beamlore.catalogue.users.person import Person
from beamlore.core import BeamloreError, ConflictError, UnavailableError

log = structlog.get_logger(__name__)

_TAKEN = "beamlore_accounts"
"""By account: what was last taken from the file, without anything a password could be guessed from."""

_RETRY_SECONDS = 1.0
_PATIENCE_SECONDS = 10.0


class AccountKeeper:
    """Knows when the accounts stand."""

    def __init__(self, ground: Ground, sources: GroupSources, accounts: Sequence[FunctionalAccount]) -> None:
        """Keep accounts.

        Args:
            ground: what services are built from.
            sources: who knows groups beside the file.
            accounts: those of the file.
        """
        self._database = ground.database
        self._transactions = ground.transactions
        self._key = ground.settings.secret.encode()
        self._sources = sources
        self._accounts = accounts
        self._stand = asyncio.Event()

    async def keep(self) -> None:
        """Write the accounts, as soon as the database takes them."""
        while not self._stand.is_set():
            try:
                await self._role(GLOBAL_ACCESS)
                for account in self._accounts:
                    await self._keep_once_or_again(account)
            except (BeamloreError, PyMongoError) as error:
                log.warning("functional accounts cannot be written yet", error=str(error))
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self._stand.set()

    async def _keep_once_or_again(self, account: FunctionalAccount) -> None:
        try:
            await self._keep(account)
        except ConflictError:
            # Another process that starts at the same moment was first, and the account is there now. Or it is taken.
            try:
                await self._keep(account)
            except ConflictError as error:
                log.error("a functional account is somebody else's", account=account.username, error=str(error))

    async def stand(self) -> None:
        """Wait until the accounts are written.

        Raises:
            UnavailableError: that takes too long.
        """
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._stand.wait()
        except TimeoutError as error:
            raise UnavailableError("the functional accounts are not written yet; try again in a moment") from error

    async def _keep(self, account: FunctionalAccount) -> None:
        mark = hmac.new(self._key, account.password.encode(), hashlib.sha256).hexdigest()
        told: Document = {"_id": account.username, "password": mark, "roles": account.roles}
        taken = await self._database[_TAKEN].find_one({"_id": account.username})
        user = await self._find(account)
        if user is not None and taken == told:
            return
        secret = None
        if user is None or (taken is not None and taken["password"] != mark):
            secret = account.password if is_hash(account.password) else await hashed(account.password)
        roles = [await self._role(name) for name in account.roles]
        lost = [await self._role(name) for name in (taken or {}).get("roles", ()) if name not in account.roles]
        person = Person("local", "", account.username, account.username, account.email)
        groups = list(dict.fromkeys([*account.roles, *await self._sources.groups(person)]))

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            key, changes = await self._write_user(session, user, account, secret)
            changes += await self._identify(session, key, account, groups)
            for role in roles:
                changes += await self._give(session, key, role)
            for role in lost:
                changes += await self._take(session, key, role)
            await self._database[_TAKEN].replace_one({"_id": told["_id"]}, told, upsert=True, session=session)
            return changes

        await self._transactions.run(work)

    async def _find(self, account: FunctionalAccount) -> Document | None:
        """Return the local user that the account is; never somebody's who comes from an identity provider."""
        wanted: list[dict[str, Any]] = [{"username": account.username}]
        if account.email:
            wanted.append({"email": account.email})
        return await self._database[USERS].find_one({"$and": [{"$or": wanted}, LOCAL]}, {"password": 0})

    async def _write_user(
        self, session: AsyncClientSession, user: Document | None, account: FunctionalAccount, secret: str | None
    ) -> tuple[ObjectId, list[Change]]:
        if user is None:
            key = _identifier("account", account.username)
            created: Document = {
                "_id": key,
                "username": account.username,
                "password": secret,
                "email": await address_for(self._database[USERS], account.email, key, {"$nor": [LOCAL]}),
                "authStrategy": "local",
                "__v": 0,
            }
            await self._database[USERS].insert_one(created, session=session)
            return key, [Change(USERS, "create", SYSTEM, None, created)]
        if secret is None:
            return user["_id"], []
        await self._database[USERS].update_one({"_id": user["_id"]}, {"$set": {"password": secret}}, session=session)
        return user["_id"], [Change(USERS, "change", SYSTEM, user, {**user, "password": secret})]

    async def _identify(
        self, session: AsyncClientSession, key: ObjectId, account: FunctionalAccount, groups: list[str]
    ) -> list[Change]:
        now = datetime.now(UTC)
        before = await self._database[IDENTITIES].find_one({"userId": key}, session=session)
        if before is not None:
            profile = {**(before.get("profile") or {}), "accessGroups": groups}
            after = {**before, "profile": profile, "modified": now}
            await self._database[IDENTITIES].replace_one({"_id": before["_id"]}, after, session=session)
            return [Change(IDENTITIES, "change", SYSTEM, before, after)]
        identity: Document = {
            "_id": ObjectId(),
            "authStrategy": "local",
            "credentials": {},
            "externalId": "",
            "profile": {
                "_id": ObjectId(),
                "displayName": account.username,
                "email": account.email,
                "username": account.username,
                "thumbnailPhoto": "error: no photo found",
                "id": str(key),
                "emails": [{"value": account.email}],
                "accessGroups": groups,
            },
            "provider": "local",
            "userId": key,
            "created": now,
            "modified": now,
            "__v": 0,
        }
        await self._database[IDENTITIES].insert_one(identity, session=session)
        return [Change(IDENTITIES, "create", SYSTEM, None, identity)]

    async def _role(self, name: str) -> ObjectId:
        """Return the identifier of a role, which is made where there is none of this name."""
        found = await self._database[ROLES].find_one({"name": name}, {"_id": 1})
        if found is not None:
            return ObjectId(found["_id"])
        now = datetime.now(UTC)
        role: Document = {"_id": _identifier("role", name), "name": name, "created": now, "modified": now, "__v": 0}

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            await self._database[ROLES].insert_one(role, session=session)
            return [Change(ROLES, "create", SYSTEM, None, role)]

        try:
            await self._transactions.run(work)
        except ConflictError:
            log.debug("another process made the role at the same moment", role=name)
        return ObjectId(role["_id"])

    async def _give(self, session: AsyncClientSession, key: ObjectId, role: ObjectId) -> list[Change]:
        held: Document = {"userId": key, "roleId": role}
        if await self._database[USER_ROLES].find_one(held, {"_id": 1}, session=session) is not None:
            return []
        given = {"_id": ObjectId(), **held, "__v": 0}
        await self._database[USER_ROLES].insert_one(given, session=session)
        return [Change(USER_ROLES, "create", SYSTEM, None, given)]

    async def _take(self, session: AsyncClientSession, key: ObjectId, role: ObjectId) -> list[Change]:
        held: Document = {"userId": key, "roleId": role}
        before = await self._database[USER_ROLES].find_one_and_delete(held, session=session)
        return [] if before is None else [Change(USER_ROLES, "delete", SYSTEM, before, None)]


def _identifier(kind: str, name: str) -> ObjectId:
    """Return the identifier of what is made at start: the same in all processes, so that it is made once."""
    return ObjectId(hashlib.sha256(f"beamlore {kind} {name}".encode()).digest()[:12])
