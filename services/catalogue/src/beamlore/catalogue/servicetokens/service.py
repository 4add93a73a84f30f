"""Makes, lists, revokes and verifies service tokens.

A token is ``blt_<id>_<secret>``: whoever finds one sees what it is, and programs that look for leaked secrets know it
by its beginning. Only a digest of the secret is stored; with 256 random bits there is nothing to guess, so it need not
be slow. Source: OWASP ASVS 4.0.3, 2.9 and 3.5; NIST SP 800-63B, section 5.1.1.2.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from bson import ObjectId
from pymongo import ASCENDING, IndexModel, WriteConcern
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import Document, Query, told_plainly
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.servicetokens.models import NewToken
from beamlore.catalogue.users.collections import SERVICE_TOKENS, object_id
from beamlore.catalogue.users.rights import OwnRecords
from beamlore.catalogue.users.service import UserService
from beamlore.core import BadRequestError, ConflictError, NotFoundError, Principal, UnauthenticatedError

log = structlog.get_logger(__name__)

PREFIX = "blt_"
_USES = "beamlore_token_uses"
"""By token: when it was last used; apart from the tokens, so that a use is no change of one."""

_SECRET_BYTES = 32
_MOST = 100
_LISTED = 1000
_NOTED_EVERY_SECONDS = 60.0
_FORGOTTEN_AFTER_DAYS = 90

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    SERVICE_TOKENS: [
        IndexModel([("userId", ASCENDING), ("createdAt", ASCENDING)]),
        IndexModel("expiresAt", expireAfterSeconds=_FORGOTTEN_AFTER_DAYS * 24 * 3600),
    ],
    _USES: [IndexModel("at", expireAfterSeconds=2 * 365 * 24 * 3600)],
}


class ServiceTokens:
    """The service tokens of everyone; people see and revoke their own, administrators everyone's."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store(SERVICE_TOKENS, OwnRecords("userId"))
        self._uses = ground.database[_USES].with_options(write_concern=WriteConcern(w=1))
        self._longest = timedelta(days=ground.settings.service_token_days)
        self._noted: dict[ObjectId, float] = {}
        self._noting: set[asyncio.Task[None]] = set()

    async def make(self, caller: Principal, external_id: str, wanted: NewToken) -> tuple[Document, str]:
        """Return a new token and what proves it.

        Args:
            caller: whose it becomes.
            external_id: how their identity provider calls them.
            wanted: what it is for.

        Raises:
            BadRequestError: it shall hold for too long, or names a group its maker is not in.
            ConflictError: there are too many of this user already.
        """
        lasts = timedelta(days=wanted.expires_in_days)
        if lasts > self._longest:
            raise BadRequestError(f"expiresInDays: at most {self._longest.days}")
        if wanted.groups is not None and not caller.is_admin and not caller.groups.issuperset(wanted.groups):
            raise BadRequestError("groups: names one you are not in")
        own = object_id(caller.subject)
        now = datetime.now(UTC)
        ends = now + lasts
        if not caller.session and caller.session_ends_at is not None:
            # The caller's token comes from no login of theirs: an administrator made it, for a while.
            ends = min(ends, datetime.fromtimestamp(caller.session_ends_at, UTC))
        if await self._store.count(caller, {"userId": own, "revokedAt": None, "expiresAt": {"$gt": now}}) >= _MOST:
            raise ConflictError(f"there are {_MOST} tokens of yours already; revoke one first")
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        made: Document = {
            "_id": ObjectId(),
            "userId": own,
            "externalId": external_id,
            "owner": caller.username,
            "name": wanted.name,
            "hash": _digest(secret),
            "scopes": sorted(set(wanted.scopes)),
            "groups": None if wanted.groups is None else sorted(set(wanted.groups)),
            "createdAt": now,
            "expiresAt": ends,
            "revokedAt": None,
        }
        await self._store.create(caller, made)
        log.info("a service token was made", token=str(made["_id"]), by=caller.username, scopes=made["scopes"])
        return made, f"{PREFIX}{made['_id']}_{secret}"

    async def listed(self, caller: Principal) -> list[Document]:
        """Return the tokens the caller may see, newest first, with their last use."""
        found = await self._store.find(caller, Query({}, {"hash": 0}, [("createdAt", -1)], limit=_LISTED))
        with told_plainly():
            uses = await self._uses.find({"_id": {"$in": [one["_id"] for one in found]}}).to_list()
        used = {one["_id"]: one["at"] for one in uses}
        return [{**one, "lastUsedAt": used.get(one["_id"])} for one in found]

    async def revoke(self, caller: Principal, token_id: str) -> None:
        """Take a token no longer, from the next request on.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        where = {"_id": object_id(token_id)}
        revoked = [{"$set": {"revokedAt": {"$ifNull": ["$revokedAt", "$$NOW"]}}}]
        if await self._store.change(caller, where, revoked) is None:
            raise NotFoundError(f"there is no service token {token_id[:40]} of yours")
        log.info("a service token was revoked", token=token_id, by=caller.username)

    async def verify(self, token: str, users: UserService) -> tuple[Principal, Sequence[str] | None]:
        """Return whom a token stands for as they are now, and to which of their groups it is narrowed.

        Raises:
            UnauthenticatedError: it is malformed, wrong, expired, revoked, or its maker is no more.
            UnavailableError: its maker's account could not be checked for too long.
        """
        name, _, secret = token.removeprefix(PREFIX).partition("_")
        key = object_id(name)
        found = await users.directory.service_token(key) if key is not None else None
        right = hmac.compare_digest(_digest(secret), str((found or {}).get("hash", "")))
        if found is None or not right or found.get("revokedAt") is not None:
            raise UnauthenticatedError("the service token is not valid")
        if found["expiresAt"] <= datetime.now(UTC):
            raise UnauthenticatedError("the service token has run out; make a new one")
        member = await users.present(str(found["userId"]))
        # A name that is given to somebody else brings its records along, and must not bring these.
        if member is None or found.get("externalId", member.external_id) != member.external_id:
            raise UnauthenticatedError("the user of this service token is no more")
        self._note(found["_id"])
        expires = found["expiresAt"].timestamp()
        return replace(member.principal, scopes=frozenset(found["scopes"]), expires_at=expires), found["groups"]

    def _note(self, key: ObjectId) -> None:
        """Remember that a token was used, without holding its request up."""
        now = time.monotonic()
        if now - self._noted.get(key, -_NOTED_EVERY_SECONDS) < _NOTED_EVERY_SECONDS:
            return
        self._noted[key] = now
        task = asyncio.create_task(self._write_use(key))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def _write_use(self, key: ObjectId) -> None:
        try:
            await self._uses.update_one({"_id": key}, {"$max": {"at": datetime.now(UTC)}}, upsert=True)
        except PyMongoError as error:
            self._noted.pop(key, None)
            log.warning("the use of a service token cannot be noted", token=str(key), error=str(error))


def narrowed(principal: Principal, groups: Sequence[str] | None) -> Principal:
    """Return a principal with only these of its groups."""
    return principal if groups is None else replace(principal, groups=principal.groups & frozenset(groups))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def shown(token: Mapping[str, Any]) -> dict[str, Any]:
    """Return a token as it is listed."""
    return {
        "id": token["_id"],
        **{name: token.get(name) for name in ("name", "owner", "scopes", "groups")},
        **{name: token.get(name) for name in ("createdAt", "expiresAt", "revokedAt", "lastUsedAt")},
    }
