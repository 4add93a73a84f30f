"""Accounts are looked at again while their tokens are used: how old an answer may be, and what holds without one.

Nobody waits for it who is active: an answer is renewed beside the requests before it is too old. Whoever comes back
after a while waits once. While the source does not answer, what it said last holds for a while longer.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from cachetools import LRUCache
from pymongo import WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.core._accounts import Account, AccountSource
from beamlore.core._errors import UnavailableError

log = structlog.get_logger(__name__)

_NEVER = float("-inf")
_RENEWED_AT = 0.75
"""The part of its age at which an answer is renewed beside the requests."""

_MOST = 20_000
_PAUSE_SECONDS = 5
_PATIENCE_SECONDS = 0.5
_STORE_SECONDS = 2
_KEPT_FOR = timedelta(days=1)


def _now() -> float:
    return time.time()


@dataclass
class _Entry:
    account: Account | None = None
    asked_at: float = _NEVER
    failed_at: float = _NEVER
    task: asyncio.Task[None] | None = None


class AccountRechecks:
    """What a source said of each account, not older than it may be."""

    COLLECTION: Final = "beamlore_accounts"

    def __init__(
        self, source: AccountSource, *, seconds: float, overdue_seconds: float, clock: Callable[[], float] | None = None
    ) -> None:
        """Prepare.

        Args:
            source: who knows.
            seconds: how old an answer may be.
            overdue_seconds: how much older while the source does not answer.
            clock: seconds since the epoch; without it the machine's, since processes share what they learn.
        """
        self._source = source
        self._seconds = seconds
        self._overdue_seconds = overdue_seconds
        self._clock = clock or _now
        self._entries: LRUCache[str, _Entry] = LRUCache(_MOST)
        self._kept: AsyncDatabase[dict[str, Any]] | None = None
        self._scope = ""

    def keep_in(self, database: AsyncDatabase[dict[str, Any]], scope: str) -> None:
        """Share answers with the other processes over a database, and have them after a restart.

        Args:
            database: the service's.
            scope: tells the keys of this source from those of others.
        """
        self._kept = database
        self._scope = scope

    async def account(self, key: str, *, proven_at: float = _NEVER, needed_since: float = _NEVER) -> Account | None:
        """Return what is known of an account; ``None`` where what the caller shows is newer and not too old.

        Args:
            key: the account's, as the source calls it.
            proven_at: when the source itself said what the caller shows, such as the time a token was issued.
            needed_since: an older answer does not do, where the source gives a newer one.

        Raises:
            UnavailableError: what is known is too old, and the source does not answer.
        """
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry()
        now = self._clock()
        proven_at = min(proven_at, now)
        age = now - max(proven_at, entry.asked_at)
        needed_since = min(needed_since, now)
        if entry.asked_at < needed_since or age > self._seconds * _RENEWED_AT:
            await self._renew(key, entry, age, needed_since)
            age = self._clock() - max(proven_at, entry.asked_at)
        if age > self._seconds + self._overdue_seconds:
            raise UnavailableError(
                "The identity provider does not answer, so that your account cannot be checked. Try again in a moment.",
                headers={"Retry-After": str(_PAUSE_SECONDS)},
            )
        return entry.account if entry.asked_at >= proven_at else None

    async def _renew(self, key: str, entry: _Entry, age: float, needed_since: float) -> None:
        """Ask again: beside the request, or before it goes on, where what is known does not do."""
        begun = self._clock()
        # One that is under way may have begun before what the caller needs.
        for _ in range(2):
            asking = self._begin(key, entry, needed_since)
            is_late = age > self._seconds or entry.asked_at < needed_since
            if asking is None or not is_late:
                return
            is_failing = entry.failed_at > entry.asked_at and age <= self._seconds + self._overdue_seconds
            # Who stops waiting does not stop it for the others; nobody waits for long once it has failed.
            await asyncio.wait({asking}, timeout=_PATIENCE_SECONDS if is_failing else None)
            if entry.asked_at >= max(needed_since, begun - self._seconds):
                return

    def _begin(self, key: str, entry: _Entry, needed_since: float) -> asyncio.Task[None] | None:
        if entry.task is not None and not entry.task.done():
            return entry.task
        if self._clock() - entry.failed_at < _PAUSE_SECONDS:
            return None
        entry.task = asyncio.create_task(self._ask(key, entry, needed_since), name="account recheck")
        return entry.task

    async def _ask(self, key: str, entry: _Entry, needed_since: float) -> None:
        begun = self._clock()
        stored = await self._load(key)
        if stored is not None and stored.asked_at > entry.asked_at:
            entry.account, entry.asked_at = stored, stored.asked_at
            if begun - entry.asked_at <= self._seconds * _RENEWED_AT and entry.asked_at >= needed_since:
                return
        try:
            account = await self._source.account(key)
        except (UnavailableError, PyMongoError) as error:
            entry.failed_at = self._clock()
            log.warning("an account cannot be checked; what was known goes on", error=str(error)[:200])
            return
        account = replace(account, asked_at=begun)
        entry.account, entry.asked_at = account, begun
        await self._save(key, account)

    async def _load(self, key: str) -> Account | None:
        if self._kept is None:
            return None
        try:
            async with asyncio.timeout(_STORE_SECONDS):
                found = await self._kept[self.COLLECTION].find_one({"_id": f"{self._scope}:{key}"})
        except (PyMongoError, TimeoutError) as error:
            log.info("what other processes know of an account cannot be read", error=repr(error)[:200])
            return None
        if found is None or found["askedAt"] < self._clock() - _KEPT_FOR.total_seconds():
            return None
        account = Account(
            is_active=found["isActive"],
            email=found["email"],
            groups=frozenset(found["groups"]),
            sessions=None if found["sessions"] is None else frozenset(found["sessions"]),
            not_before=found["notBefore"],
            asked_at=found["askedAt"],
        )
        return account

    async def _save(self, key: str, account: Account) -> None:
        if self._kept is None:
            return
        collection = self._kept.get_collection(self.COLLECTION, write_concern=WriteConcern(w=1))
        stored = {
            "isActive": account.is_active,
            "email": account.email,
            "groups": sorted(account.groups),
            "sessions": None if account.sessions is None else sorted(account.sessions),
            "notBefore": account.not_before,
            "askedAt": account.asked_at,
            "until": datetime.now(UTC) + _KEPT_FOR,
        }
        try:
            async with asyncio.timeout(_STORE_SECONDS):
                await collection.replace_one({"_id": f"{self._scope}:{key}"}, stored, upsert=True)
        except (PyMongoError, TimeoutError) as error:
            log.info("what is known of an account is not shared", error=repr(error)[:200])
