"""The log of changes: which datasets may have changed since they were folded, and the epoch of what was."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bson import ObjectId
from pymongo import UpdateOne, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.database import Document
from beamlore.catalogue.derived.shared import Shared

CHANGES = "beamlore_changes"
FIRST, LAST = "0", "9"
"""The marks: no fold was between them where both have the same epoch. The first one also says by which rules
everything was derived, whether all of it was, and how far a build is."""

BEGINNING = "clear"
"""The first stage of a build; see ``building``."""

_ENTRY = "5"
_LOOKED_AT = 1_000
_OF_AN_ENTRY = 250
_ATTEMPTS = 20


@dataclass(frozen=True)
class LogState:
    """What the log says at a moment: the epoch, and how much is not folded yet."""

    epoch: str
    rules: str
    built: bool
    """Whether every dataset has been derived by these rules."""

    building: bool
    """Whether everything is being built: nothing is folded meanwhile."""

    entries: frozenset[str]
    datasets: int
    """How many datasets the entries name; of a long log only the beginning."""


@dataclass(frozen=True)
class Backlog:
    """How much waits to be folded: entries (about), and seconds since the oldest was made."""

    entries: int
    seconds: float
    built: bool


class ChangeLog:
    """Writes entries, and says what the log holds."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._changes = database[CHANGES]
        self._others = self._changes.with_options(write_concern=WriteConcern(w=1))
        self._listeners: list[Callable[[], None]] = []
        self.state = Shared(self._state)
        """The state at a moment after the call."""

    def when_written(self, listener: Callable[[], None]) -> None:
        """Call this one after entries were written by this process; their transaction may not be committed yet."""
        self._listeners.append(listener)

    async def note(self, session: AsyncClientSession, pids: Sequence[str]) -> None:
        """Say that datasets change, in the transaction that changes them."""
        if not pids:
            return
        portions = range(0, len(pids), _OF_AN_ENTRY)
        entries = [new_entry(pids[start : start + _OF_AN_ENTRY]) for start in portions]
        if len(entries) == 1:
            # For the driver half the work of a bulk of one.
            await self._changes.insert_one(entries[0], session=session)
        else:
            await self._changes.insert_many(entries, session=session)
        self._tell()

    async def note_others(self, pids: Sequence[str]) -> None:
        """Say that another program has changed datasets."""
        await self._others.insert_one(new_entry(pids))
        self._tell()

    async def prepare(self, rules: str) -> None:
        """Create the marks where there are none, and begin a build where other rules held."""
        epoch = new_epoch()
        marks = [UpdateOne({"_id": one}, {"$setOnInsert": {"epoch": epoch}}, upsert=True) for one in (FIRST, LAST)]
        await self._changes.bulk_write(marks)
        await self._changes.update_one(
            {"_id": FIRST, "rules": {"$ne": rules}},
            {
                "$set": {"rules": rules, "built": False, "building": {"stage": BEGINNING}},
                "$unset": {"after": "", "until": ""},
            },
        )

    async def begin_anew(self, *, build: bool = False) -> None:
        """Say that every dataset is to be derived again; a build that goes on does so from the beginning.

        Args:
            build: whether what stands is thrown away first.
        """
        beginning = {"stage": BEGINNING}
        building = beginning if build else {"$cond": [{"$ifNull": ["$building", False]}, beginning, "$$REMOVE"]}
        await self._changes.update_one(
            {"_id": FIRST},
            [
                {"$set": {"built": False, "generation": new_epoch(), "building": building}},
                {"$unset": ["after", "until"]},
            ],
        )

    async def backlog(self) -> Backlog:
        """Return how much waits, cheaply: the number of entries comes from the collection's own count.

        Raises:
            PyMongoError: the database does not answer.
        """
        entries = max(0, await self._changes.estimated_document_count() - len((FIRST, LAST)))
        mark = await self._changes.find_one({"_id": FIRST}, {"built": 1})
        oldest = await self._changes.find_one({"_id": {"$gt": FIRST, "$lt": LAST}}, {"at": 1}, sort=[("_id", 1)])
        seconds = 0.0 if oldest is None else max(0.0, (datetime.now(UTC) - oldest["at"]).total_seconds())
        return Backlog(entries if oldest is not None else 0, seconds, bool(mark and mark.get("built") is True))

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    async def _state(self) -> LogState | None:
        """Return the state; ``None`` where nothing is prepared, or folds come one upon the other."""
        for _ in range(_ATTEMPTS):
            cursor = self._changes.find({}, {"pids": 0, "at": 0}, sort=[("_id", 1)], limit=_LOOKED_AT)
            found = await cursor.to_list()
            if not found or found[0]["_id"] != FIRST:
                return None
            first, rest = found[0], found[1:]
            if rest and rest[-1]["_id"] == LAST:
                if rest.pop()["epoch"] != first["epoch"]:
                    continue
            elif len(found) < _LOOKED_AT:
                return None
            return LogState(
                first["epoch"],
                first.get("rules", ""),
                first.get("built") is True,
                "building" in first,
                frozenset(one["_id"] for one in rest),
                sum(one["n"] for one in rest),
            )
        return None


def new_entry(pids: Sequence[str]) -> Document:
    """Return an entry; entries are read about in the order they were made."""
    return {"_id": f"{_ENTRY}{ObjectId()}", "pids": list(pids), "n": len(pids), "at": datetime.now(UTC)}


def new_epoch() -> str:
    """Return a name no epoch had."""
    return secrets.token_hex(8)
