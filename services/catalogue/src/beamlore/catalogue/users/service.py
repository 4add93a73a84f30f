"""The users' records, as their routes show and change them."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from beamlore.catalogue.auth.logins import EndedLogins
from beamlore.catalogue.database import Change, Document, Query, told_plainly
from beamlore.catalogue.filters import to_mongo
from beamlore.catalogue.filters.grammar import Condition
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.users.accounts import load_accounts
from beamlore.catalogue.users.collections import IDENTITIES, REVOKED, SETTINGS, USERS, object_id
from beamlore.catalogue.users.directory import Directory, Member, digest
from beamlore.catalogue.users.keeper import AccountKeeper
from beamlore.catalogue.users.ldap import LdapLogin
from beamlore.catalogue.users.passwords import hashed, matches
from beamlore.catalogue.users.people import People
from beamlore.catalogue.users.rights import OwnRecords
from beamlore.catalogue.users.standing import UserAccounts
from beamlore.catalogue.users.vocabulary import with_identifiers
from beamlore.core import (
    AccountRechecks,
    BadRequestError,
    ForbiddenError,
    KeycloakAccounts,
    NotFoundError,
    Principal,
    check_account,
)

_MOST_USERS = 100_000
_DEFAULTS: Mapping[str, Any] = {"datasetCount": 25, "jobCount": 25, "externalSettings": {}}
_LOCAL = "local"
_A_DAY = timedelta(days=1)


class UserService:
    """Reads and changes the records of users. People see and change their own, administrators everyone's."""

    def __init__(self, ground: Ground) -> None:
        settings = ground.settings
        self.directory = Directory(
            ground.database, frozenset(settings.ingest_roles), email_is_trusted=settings.oidc_email_trusted
        )
        self.people = People(ground, self.directory)
        self.ldap = LdapLogin(settings)
        self.ended = EndedLogins(ground.database)
        provider = KeycloakAccounts(settings) if settings.checks_accounts else None
        self.rechecks = AccountRechecks(
            UserAccounts(ground, self.people, self.ldap, provider),
            seconds=settings.identity_check_seconds,
            overdue_seconds=settings.identity_overdue_seconds,
        )
        self.rechecks.keep_in(ground.database, "user")
        self._raw = ground.database[USERS]
        self._revoked = ground.database[REVOKED]
        self._transactions = ground.transactions
        self._users = ground.store(USERS, OwnRecords("_id"))
        self._identities = ground.store(IDENTITIES, OwnRecords("userId"))
        self._settings = ground.store(SETTINGS, OwnRecords("userId"))
        accounts = load_accounts(ground.settings)
        self._keeper = AccountKeeper(ground, self.people.sources, accounts)

    async def run(self) -> None:
        """Write the functional accounts and follow what others change, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keeper.keep())
            tasks.create_task(self.directory.follow())
            tasks.create_task(self.ended.follow())

    async def present(self, user_id: str, shown: Principal | None = None) -> Member | None:
        """Return a user as they are now, ``None`` where there is no such user.

        Args:
            user_id: their identifier.
            shown: what a token of theirs proves of its login; ``None`` where nobody has logged in for it.

        Raises:
            UnauthenticatedError: their account, or the login, is over.
            UnavailableError: the account could not be checked for too long, or the database does not answer.
        """
        proven_at = shown.issued_at if shown is not None and shown.issued_at is not None else float("-inf")
        account = await self.rechecks.account(user_id, proven_at=proven_at)
        if account is not None:
            check_account(account, shown or Principal(user_id, ""))
        return await self.directory.member(user_id)

    async def check(self, username: str, password: str) -> Document | None:
        """Return the local user with this name and password, ``None`` where either is wrong.

        Raises:
            UnavailableError: the functional accounts do not stand yet, or the database does not answer.
        """
        await self._keeper.stand()
        with told_plainly():
            found: dict[str, Any] = (
                await self._raw.find_one({"username": username, "password": {"$type": "string"}}) or {}
            )
        stored = found.get("password")
        right = await matches(stored if isinstance(stored, str) else None, password)
        return found if right else None

    async def logged_in(self, user: Document) -> None:
        """Do what belongs to a login: groups are asked for again, and there are settings."""
        if user.get("authStrategy") == _LOCAL:
            await self.people.refresh(user, await self.directory.roles(user["_id"]))
        await self._ensure_settings(user["_id"])

    async def end_session(self, caller: Principal, token: str) -> None:
        """End the login that a token comes from: the token, and what was renewed from it, count no longer.

        Args:
            caller: whose it is, as the token proves it.
            token: the token.
        """
        until = caller.session_ends_at or caller.expires_at
        if caller.session:
            latest = datetime.fromtimestamp(until or 0, UTC)
            await self.ended.end(caller.session, object_id(caller.subject), max(latest, datetime.now(UTC) + _A_DAY))
            return
        ended = {
            "_id": digest(token),
            "userId": object_id(caller.subject),
            "until": datetime.fromtimestamp(until, UTC) if until else None,
        }

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            await self._revoked.replace_one({"_id": ended["_id"]}, ended, upsert=True, session=session)
            return ()

        await self._transactions.run(work)
        self.directory.forget()

    async def users(self, principal: Principal) -> list[Document]:
        """Return the users the principal may see."""
        query = Query(projection={"password": 0}, sort=[("username", 1)], limit=_MOST_USERS)
        return await self._users.find(principal, query)

    async def user(self, principal: Principal, user_id: str) -> Document:
        """Return one user.

        Raises:
            ForbiddenError: it is another one.
            NotFoundError: there is none.
        """
        found = await self._users.find_one(principal, Query({"_id": _own(principal, user_id)}, {"password": 0}))
        if found is None:
            raise NotFoundError(f"there is no user {user_id[:40]}")
        return found

    async def identity(self, principal: Principal, user_id: str) -> Document:
        """Return what a user's identity provider said at their last login.

        Raises:
            ForbiddenError: it is another user's.
            NotFoundError: there is none.
        """
        found = await self._identities.find_one(principal, Query({"userId": _own(principal, user_id)}))
        if found is None:
            raise NotFoundError(f"there is no identity of user {user_id[:40]}")
        return found

    async def find_identity(self, principal: Principal, where: Condition) -> Document:
        """Return the first identity that matches.

        Raises:
            ForbiddenError: it is another user's, or there is none: one does not learn which.
            NotFoundError: there is none.
        """
        query = Query(with_identifiers(to_mongo(where)), sort=[("_id", 1)])
        found = await self._identities.find_one(principal, query)
        if found is None and not principal.is_admin:
            raise ForbiddenError("Access Forbidden or Unauthorized")
        if found is None:
            raise NotFoundError("there is no such identity")
        return found

    async def is_there(self, principal: Principal, where: Condition) -> bool:
        """Return whether any identity that the principal may see matches."""
        return (
            await self._identities.find_one(principal, Query(with_identifiers(to_mongo(where)), {"_id": 1})) is not None
        )

    async def settings(self, principal: Principal, user_id: str) -> Document:
        """Return a user's settings; what is usual, where there are none.

        Raises:
            ForbiddenError: they are another user's.
            NotFoundError: there is no such user.
        """
        key = _own(principal, user_id)
        found = await self._settings.find_one(principal, Query({"userId": key}))
        if found is None:
            await self.user(principal, user_id)
            return {**_DEFAULTS, "userId": key}
        return {**_DEFAULTS, **found}

    async def change_settings(
        self, principal: Principal, user_id: str, given: Mapping[str, Any], *, merged: bool = False
    ) -> Document:
        """Change a user's settings, which are made first where there are none.

        Args:
            principal: who changes them.
            user_id: whose they are.
            given: members of ``_DEFAULTS``.
            merged: whether the external settings that are not given stay.

        Raises:
            ForbiddenError: they are another user's.
            NotFoundError: there is no such user.
        """
        key = _own(principal, user_id)
        await self.user(principal, user_id)
        await self._ensure_settings(key)
        changed: dict[str, Any] = {name: {"$literal": value} for name, value in given.items()}
        if merged and "externalSettings" in changed:
            changed["externalSettings"] = {
                "$mergeObjects": [{"$ifNull": ["$externalSettings", {}]}, changed["externalSettings"]]
            }
        stages = [{"$set": changed}] if changed else [{"$set": {"userId": "$userId"}}]
        after = await self._settings.change(principal, {"userId": key}, stages)
        return {**_DEFAULTS, **(after or {"userId": key})}

    async def delete_settings(self, principal: Principal, user_id: str) -> Document | None:
        """Delete a user's settings and return them.

        Raises:
            ForbiddenError: they are another user's.
        """
        return await self._settings.delete(principal, {"userId": _own(principal, user_id)})

    async def change_own_password(self, principal: Principal, present: str, new: str) -> None:
        """Change the principal's own password.

        Raises:
            BadRequestError: the present one is wrong, or the new one is too long.
            ForbiddenError: the password is not kept here.
        """
        user = await self.check(principal.username, present)
        if user is None or str(user["_id"]) != principal.subject:
            raise BadRequestError("Current password is incorrect")
        if user.get("authStrategy", _LOCAL) != _LOCAL:
            raise ForbiddenError("Only local users are allowed to change password")
        await self._write_password(principal, user["_id"], new)

    async def change_password(self, principal: Principal, user_id: str, new: str) -> None:
        """Change anybody's password, as an administrator.

        Raises:
            ForbiddenError: the principal is not an administrator, or the password is not kept here.
            NotFoundError: there is no such user.
        """
        if not principal.is_admin:
            raise ForbiddenError("Forbidden resource")
        user = await self.user(principal, user_id)
        if user.get("authStrategy", _LOCAL) != _LOCAL:
            raise ForbiddenError("Only local users passwords can be changed by admin")
        await self._write_password(principal, user["_id"], new)

    async def _write_password(self, principal: Principal, key: ObjectId, new: str) -> None:
        await self._users.change(principal, {"_id": key}, {"$set": {"password": await hashed(new)}})
        self.directory.forget()

    async def _ensure_settings(self, key: ObjectId) -> None:
        owner = Principal(subject=str(key), username="")
        if await self._settings.find_one(owner, Query({"userId": key}, {"_id": 1})) is None:
            await self._settings.create(owner, {"_id": ObjectId(), **_DEFAULTS, "userId": key, "__v": 0})


def _own(principal: Principal, user_id: str) -> ObjectId:
    """Return the identifier of a user the principal may look at.

    Raises:
        ForbiddenError: it is another user.
        NotFoundError: it is no identifier.
    """
    if not principal.is_admin and user_id != principal.subject:
        raise ForbiddenError("Access Forbidden or Unauthorized")
    key = object_id(user_id)
    if key is None:
        raise NotFoundError(f"there is no user {user_id[:40]}")
    return key
