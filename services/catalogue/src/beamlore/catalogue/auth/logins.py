"""Logins: what every token that comes from one has in common, and what ends them all at once."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from cachetools import LRUCache
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import Document, told_plainly
from beamlore.catalogue.users.collections import REVOKED
from beamlore.catalogue.users.person import Person
from beamlore.core import Principal

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 2.0
_OVERLAP = timedelta(seconds=30)
"""How far back is looked: commits and the clocks of processes are apart by less than this."""

_MOST = 50_000


@dataclass(frozen=True)
class Login:
    """A login that has proved itself; it is inherited by each token that is made from one of its tokens."""

    name: str
    """As the identity provider calls it (``sid``); one of our own where no provider ends it."""

    proven_at: float
    """When it was last proved by a password or the identity provider, in seconds since the epoch."""

    ends_at: float
    """When it is over at the latest."""

    @property
    def claims(self) -> dict[str, Any]:
        """The claims of its tokens."""
        return {"sid": self.name, "proven_at": int(self.proven_at), "login_ends_at": int(self.ends_at)}


def login_of(person: Person, now: float, seconds: int, *, is_watched: bool) -> Login:
    """Return the login of somebody who has just proved who they are.

    Args:
        person: as their provider describes them.
        now: seconds since the epoch.
        seconds: how long the tokens of a login can be renewed.
        is_watched: whether the identity provider is asked if its login is over; without that, it is a login of ours.
    """
    proven_at = now if person.proven_at is None else min(now, person.proven_at)
    is_theirs = person.strategy == "oidc" and is_watched and person.session
    name = person.session if is_theirs else f"{person.strategy}:{secrets.token_urlsafe(16)}"
    return Login(name, proven_at, proven_at + seconds)


def renewed(principal: Principal, now: float, seconds: int, *, is_watched: bool) -> Login:
    """Return the login that a new token for a principal belongs to: the same, which ends no later.

    A token that comes from no login that is known to go on gives none that holds for longer than itself.
    """
    proven_at = now if principal.issued_at is None else min(now, principal.issued_at)
    ends_at = principal.session_ends_at
    if ends_at is None and principal.session and is_watched:
        ends_at = proven_at + seconds
    if ends_at is None:
        ends_at = now if principal.expires_at is None else principal.expires_at
    return Login(principal.session, proven_at, ends_at)


class EndedLogins:
    """The logins that were ended before their tokens run out, here or by another process."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._revoked = database[REVOKED]
        self._known: LRUCache[str, None] = LRUCache(_MOST)
        self._since = datetime.fromtimestamp(0, UTC)

    def __contains__(self, login: str) -> bool:
        """Return whether a login was ended."""
        return login in self._known

    async def end(self, login: str, user_id: object, until: datetime) -> None:
        """End a login: its tokens are refused here at once, by other processes a few seconds later.

        Raises:
            UnavailableError: the database does not answer.
        """
        ended = {"_id": f"login:{login}", "login": login, "userId": user_id, "endedAt": datetime.now(UTC)}
        with told_plainly():
            await self._revoked.replace_one({"_id": ended["_id"]}, {**ended, "until": until}, upsert=True)
        self._known[login] = None

    async def follow(self) -> None:
        """Learn what other processes end, until cancelled; by looking, since change streams may be silent."""
        while True:
            try:
                await self._look()
            except PyMongoError as error:
                log.warning("ended logins cannot be read; trying again", error=str(error))
            await asyncio.sleep(_LOOK_SECONDS)

    async def _look(self) -> None:
        begun = datetime.now(UTC)
        wanted: Mapping[str, Any] = {"endedAt": {"$gt": self._since}}
        async for one in self._revoked.find(wanted, {"login": 1}):
            self._known[one["login"]] = None
        self._since = begun - _OVERLAP
