"""Every query on the inbox. Each that answers people takes who asks: staff see their own beamlines', admins all."""

import base64
import binascii
import hashlib
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson
from beanie.exceptions import CollectionWasNotInitialized
from pymongo import AsyncMongoClient, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError, PyMongoError

from beamlore.contract import peek
from beamlore.core import (
    BadRequestError,
    Durability,
    DurableWriter,
    Health,
    Principal,
    UnavailableError,
)
from beamlore.ingestor.inbox.models import InboxItem, InboxState
from beamlore.ingestor.validate.models import Reason, Record, Rejection

COMPONENT = "inbox"
Fields: TypeAlias = dict[str, Any]
_WITHOUT_CONTENT = {"content": 0, "edited": 0, "headers": 0, "key": 0}
# MongoDB's limit for a document is 16 MiB; the rest is for what stands beside the content.
_MOST_BYTES = 15 * 1024**2
_WRITE_TIMED_OUT = 64
_RESOLVE_TIMEOUT_MS = 5_000
_LONGEST_NAME = 256
_DIGEST_BYTES = 6


class InboxUnavailableError(UnavailableError):
    """The inbox's database does not answer."""


class InboxRepository:
    """The inbox in MongoDB."""

    def __init__(self, client: AsyncMongoClient[dict[str, Any]], health: Health) -> None:
        self._writer = DurableWriter(client)
        self._health = health

    async def add(self, rejections: Sequence[Rejection]) -> Durability:
        """Keep the messages, those that are new, and return how durable that is.

        Raises:
            InboxUnavailableError: they are not known to be kept; add them again.
        """
        now = datetime.now(UTC)
        operations = [
            UpdateOne({"_id": record_id(one.record)}, {"$setOnInsert": _fields(one, now)}, upsert=True)
            for one in rejections
        ]
        with self._available():
            async with self._writer.write() as scope:
                collection = InboxItem.get_pymongo_collection().with_options(write_concern=scope.write_concern)
                try:
                    await collection.bulk_write(operations, ordered=False)
                except BulkWriteError as error:
                    if error.details["writeErrors"] or not _only_timed_out(error.details):
                        raise
                    scope.not_by_majority()
        return scope.durability

    async def durability(self) -> Durability:
        """Return how durable everything is that was kept before.

        Raises:
            InboxUnavailableError: the database does not answer.
        """
        with self._available():
            return await self._writer.current()

    async def page(
        self,
        principal: Principal,
        *,
        state: InboxState | None,
        beamline: str | None,
        reason: Reason | None,
        limit: int,
        cursor: str | None,
    ) -> tuple[list[Fields], str | None]:
        """Return messages without their content, newest first, and where to go on.

        Raises:
            BadRequestError: the cursor is not one that was given out.
            InboxUnavailableError: the database does not answer.
        """
        conditions = [_visible(principal)]
        wanted = {"state": state, "beamline": beamline, "reason": reason}
        conditions += [{field: value} for field, value in wanted.items() if value is not None]
        if cursor is not None:
            received_at, last = _read_cursor(cursor)
            conditions.append(
                {"$or": [{"received_at": {"$lt": received_at}}, {"received_at": received_at, "_id": {"$lt": last}}]}
            )
        with self._available():
            found = (
                InboxItem.get_pymongo_collection()
                .find({"$and": conditions}, _WITHOUT_CONTENT)
                .sort([("received_at", -1), ("_id", -1)])
                .limit(limit + 1)
            )
            items = await found.to_list()
        more = len(items) > limit
        return items[:limit], _write_cursor(items[limit - 1]) if more else None

    async def get(self, principal: Principal, item_id: str) -> InboxItem | None:
        """Return a message, ``None`` where there is none that the principal may see.

        Raises:
            InboxUnavailableError: the database does not answer.
        """
        with self._available():
            return await InboxItem.find_one({"$and": [{"_id": item_id}, _visible(principal)]})

    async def resolve(
        self, principal: Principal, item_id: str, state: InboxState, resolution: str, edited: str | None = None
    ) -> bool:
        """Close an open message; return whether it was open, and the principal may see it.

        Raises:
            InboxUnavailableError: the database does not answer, or a majority of it does not.
        """
        change = {
            "state": state,
            "resolution": resolution,
            "resolved_at": datetime.now(UTC),
            "resolved_by": principal.username,
            "edited": edited,
        }
        lasting = WriteConcern(w="majority", wtimeout=_RESOLVE_TIMEOUT_MS)
        with self._available():
            result = (
                await InboxItem.get_pymongo_collection()
                .with_options(write_concern=lasting)
                .update_one({"$and": [{"_id": item_id, "state": "open"}, _visible(principal)]}, {"$set": change})
            )
        return bool(result.matched_count)

    async def count_open(self) -> dict[str, int]:
        """Return how many messages wait for somebody, by reason.

        Raises:
            InboxUnavailableError: the database does not answer.
        """
        with self._available():
            groups = await InboxItem.get_pymongo_collection().aggregate(
                [{"$match": {"state": "open"}}, {"$group": {"_id": "$reason", "count": {"$sum": 1}}}]
            )
            return {group["_id"]: group["count"] async for group in groups}

    @contextmanager
    def _available(self) -> Generator[None, None, None]:
        try:
            yield
        except (PyMongoError, CollectionWasNotInitialized) as error:
            detail = f"the inbox's database does not answer: {type(error).__name__} {error}"
            self._health.set(COMPONENT, ok=False, detail=detail)
            raise InboxUnavailableError(detail) from error
        self._health.set(COMPONENT, ok=True)


def record_id(record: Record) -> str:
    """Return the id a message has in the inbox: ``<topic>-<partition>-<offset>-<digest>``.

    Where it stands in Kafka is not enough: a topic that is made anew, after its disks were lost, counts from 0 again.
    """
    digest = hashlib.blake2b(record.timestamp.to_bytes(8, signed=True), digest_size=_DIGEST_BYTES)
    digest.update(record.key or b"")
    digest.update(record.value or b"")
    return f"{record.topic}-{record.partition}-{record.offset}-{digest.hexdigest()}"


def _visible(principal: Principal) -> Fields:
    return {} if principal.is_admin else {"beamline": {"$in": sorted(principal.staff_of())}}


def _only_timed_out(details: Mapping[str, Any]) -> bool:
    errors = details.get("writeConcernErrors", [])
    return bool(errors) and all(error.get("code") == _WRITE_TIMED_OUT for error in errors)


def _fields(rejection: Rejection, now: datetime) -> Fields:
    record = rejection.record
    content = record.value
    told = _peek(content) if content is not None and len(content) <= _MOST_BYTES else {}
    return {
        "state": "open",
        "reason": rejection.reason.value,
        "text": rejection.text,
        "beamline": record.beamline,
        "pid": told.get("pid"),
        "proposal": told.get("proposal"),
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key,
        "headers": [list(header) for header in record.headers],
        "sent_at": datetime.fromtimestamp(record.timestamp / 1000, UTC),
        "received_at": now,
        "size": len(content) if content is not None else 0,
        "content": content[:_MOST_BYTES] if content is not None else None,
        "truncated": content is not None and len(content) > _MOST_BYTES,
    }


def _peek(content: bytes) -> dict[str, str]:
    return {name: value[:_LONGEST_NAME] for name, value in peek(content).items()}


def _write_cursor(item: Fields) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([item["received_at"], item["_id"]])).decode()


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        received_at, last = orjson.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(received_at), str(last)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadRequestError("the cursor is not one that was given out here") from error
