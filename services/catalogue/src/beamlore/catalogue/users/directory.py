"""Who a user is and what they are a member of, asked with every request.

Kept for a second at most, and not for an instant after the user's own record has changed: what changes through this
process is forgotten at once, what others change as soon as the database's change stream tells. While the stream is
not there nothing is kept.
"""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import Document
from beamlore.catalogue.database.repository import told_plainly
from beamlore.catalogue.users.collections import (
    IDENTITIES,
    REVOKED,
    ROLES,
    SERVICE_TOKENS,
    USER_ROLES,
    USERS,
    object_id,
)
from beamlore.contract import CATALOGUE_INGEST
from beamlore.core import Principal

log = structlog.get_logger(__name__)

_KEPT_SECONDS = 1.0
_MOST = 4096
_RETRY_SECONDS = 1.0
_WATCHED = [{"$match": {"ns.coll": {"$in": [USERS, IDENTITIES, ROLES, USER_ROLES, REVOKED, SERVICE_TOKENS]}}}]


@dataclass(frozen=True)
class Member:
    """A user, and what is to be known of their tokens."""

    principal: Principal
    external_id: str
    """How their identity provider calls them; empty for local users."""

    revoked: frozenset[str]
    """Digests of their tokens that are taken no longer."""


def digest(token: str) -> str:
    """Return what stands for a token where it is not to be kept itself."""
    return hashlib.sha256(token.encode()).hexdigest()


class Directory:
    """Reads the users' collections for the catalogue itself; nothing of it goes to a caller unasked."""

    def __init__(
        self, database: AsyncDatabase[Document], ingest_roles: frozenset[str], *, email_is_trusted: bool = False
    ) -> None:
        """Look into a database.

        Args:
            database: the catalogue's.
            ingest_roles: roles of local users that may write every dataset.
            email_is_trusted: whether the identity provider's addresses count that it does not call verified.
        """
        self._database = database
        self._ingest_roles = ingest_roles
        self._email_is_trusted = email_is_trusted
        self._kept: dict[str, tuple[float, Member | None]] = {}
        self._asked: dict[str, asyncio.Task[Member | None]] = {}
        self._tokens: dict[ObjectId, tuple[float, Document | None]] = {}
        self._keeps = False
        self._changes = 0

    async def member(self, user_id: str) -> Member | None:
        """Return the user with their groups, ``None`` where there is none with this identifier.

        Raises:
            UnavailableError: the database does not answer.
        """
        known = self._kept.get(user_id)
        if known is not None and time.monotonic() - known[0] < _KEPT_SECONDS:
            return known[1]
        # Whoever asks meanwhile waits for the same answer; not those who ask after something has changed.
        task = self._asked.get(user_id)
        if task is None:
            task = self._asked[user_id] = asyncio.create_task(self._ask(user_id))
        return await asyncio.shield(task)

    async def _ask(self, user_id: str) -> Member | None:
        asked, changes = time.monotonic(), self._changes
        task = asyncio.current_task()
        try:
            found = await self._read(user_id)
        finally:
            if self._asked.get(user_id) is task:
                del self._asked[user_id]
        if self._keeps and changes == self._changes:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[user_id] = (asked, found)
        return found

    async def service_token(self, key: ObjectId) -> Document | None:
        """Return the record of a service token, ``None`` where there is none.

        Raises:
            UnavailableError: the database does not answer.
        """
        known = self._tokens.get(key)
        if known is not None and time.monotonic() - known[0] < _KEPT_SECONDS:
            return known[1]
        asked, changes = time.monotonic(), self._changes
        with told_plainly():
            found = await self._database[SERVICE_TOKENS].find_one({"_id": key})
        if self._keeps and changes == self._changes and len(self._tokens) < _MOST:
            self._tokens[key] = (asked, found)
        return found

    def forget(self) -> None:
        """Read everything again when it is asked for next: a record has changed."""
        self._changes += 1
        self._asked.clear()
        self._kept.clear()
        self._tokens.clear()

    async def follow(self) -> None:
        """Forget what others change, until cancelled."""
        while True:
            try:
                async with await self._database.watch(_WATCHED, max_await_time_ms=1000) as stream:
                    self._keeps = True
                    async for _ in stream:
                        self.forget()
            except PyMongoError as error:
                log.warning("changes of users cannot be followed; they are read with every request", error=str(error))
                await asyncio.sleep(_RETRY_SECONDS)
            finally:
                self._keeps = False
                self.forget()

    async def roles(self, user_id: ObjectId, session: AsyncClientSession | None = None) -> list[str]:
        """Return the names of the user's roles."""
        held = await self._database[USER_ROLES].find({"userId": user_id}, {"roleId": 1}, session=session).to_list()
        if not held:
            return []
        wanted = {"_id": {"$in": [one.get("roleId") for one in held]}}
        found = await self._database[ROLES].find(wanted, {"name": 1}, session=session).to_list()
        return [one["name"] for one in found if isinstance(one.get("name"), str) and one["name"]]

    async def _read(self, user_id: str) -> Member | None:
        key = object_id(user_id)
        if key is None:
            return None
        with told_plainly():
            user, identity, roles, revoked = await asyncio.gather(
                self._database[USERS].find_one({"_id": key}, {"password": 0}),
                self._database[IDENTITIES].find_one({"userId": key}, {"profile": 1, "externalId": 1}),
                self.roles(key),
                self._database[REVOKED].find({"userId": key}, {"_id": 1}).to_list(),
            )
        if user is None:
            return None
        profile = (identity or {}).get("profile") or {}
        return Member(
            self._principal(user, profile, roles),
            _text((identity or {}).get("externalId")),
            frozenset(one["_id"] for one in revoked),
        )

    def _principal(self, user: Mapping[str, Any], profile: Mapping[str, Any], roles: list[str]) -> Principal:
        listed = profile.get("accessGroups")
        groups = {one for one in listed if isinstance(one, str) and one} if isinstance(listed, list) else set()
        groups.update(roles)
        if user.get("authStrategy") == "local" and not self._ingest_roles.isdisjoint(roles):
            groups.add(CATALOGUE_INGEST)
        return Principal(
            subject=str(user["_id"]),
            username=_text(user.get("username")),
            name=_text(profile.get("displayName")) or _text(user.get("username")),
            email=proved_address(
                user.get("authStrategy"), profile, user.get("email"), is_trusted=self._email_is_trusted
            ),
            groups=frozenset(groups),
        )


def proved_address(strategy: object, profile: Mapping[str, Any], stored: object = "", *, is_trusted: bool) -> str:
    """Return a user's address; empty where their identity provider does not vouch for it.

    Accounts of a file and of an LDAP directory have the addresses that its operators wrote there. Of others it is
    written down whether the address is verified; a SciCat backend keeps the claims.

    Args:
        strategy: how the user logs in.
        profile: of their identity.
        stored: the address of their record, where the profile has none.
        is_trusted: whether the identity provider's addresses count that it does not call verified.
    """
    if strategy == "oidc" and not is_trusted:
        claims = profile.get("oidcClaims")
        claimed = claims.get("email_verified") if isinstance(claims, Mapping) else None
        if profile.get("emailVerified", claimed) is not True:
            return ""
    return _text(profile.get("email", stored))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
