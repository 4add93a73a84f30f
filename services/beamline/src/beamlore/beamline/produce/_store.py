"""The spool's file: a queue in SQLite that can be emptied on a full disk.

SQLite, because it is a transactional file and nothing else: a commit with ``synchronous=FULL`` is on the disk
(https://www.sqlite.org/pragma.html#pragma_synchronous), and a half-written one is rolled back at the next opening. Its
exclusive lock, held as long as the file is open and released by the operating system with the process, keeps a second
process out.

Two things are allocated while there is space, so that nothing has to be when there is none:

- the rollback journal, which ``journal_mode=PERSIST`` overwrites in place and keeps also when the file is closed
  (https://www.sqlite.org/pragma.html#pragma_journal_mode): with it messages are removed without allocating a block;
- a reserve of pages in the table ``reserve``, given up when the disk is full: new messages then take its pages, and
  those of the messages that were removed.
"""

import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

from beamlore.beamline.produce._rescue import FILE, Spooled, rescue

_log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,
    traceparent TEXT
);
CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, reason TEXT NOT NULL,
    at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS reserve (id INTEGER PRIMARY KEY, filler BLOB NOT NULL);
"""
_JOURNAL_BYTES = 2 * 1024**2
_CHUNK_OF_RESERVE = 64 * 1024
# So many removals fit into the journal's space: each changes a page or two.
_REMOVED_AT_ONCE = 100
_FREE_PAGES = 256
_REFILL_SECONDS = 5.0

NO_SPACE = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE})
"""What SQLite answers on a full disk, and where a quota is used up."""

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
Row: TypeAlias = tuple[str, bytes, bytes, str | None]


class SpoolStore:
    """The file. All methods raise `sqlite3.Error`, and are called from one thread."""

    def __init__(self, directory: Path, max_bytes: int, reserve_bytes: int) -> None:
        self._directory = directory
        self._max_bytes = max_bytes
        self._chunks = min(reserve_bytes, max_bytes // 8) // _CHUNK_OF_RESERVE
        self._next_refill = 0.0
        self._waiting = 0
        # Still in the file because the disk did not take their removal; never handed out again.
        self._done: set[int] = set()
        self._kept_back: set[int] = set()
        self._connection: sqlite3.Connection

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return self._waiting

    def open(self) -> None:
        """Open the file, or make it.

        Raises:
            sqlite3.Error: another process has it, or it cannot be written or read.
            OSError: the directory cannot be made.
        """
        try:
            self._connect()
        except sqlite3.DatabaseError as error:
            if not is_of(error, DAMAGED):
                raise
            self.begin_afresh(error)

    def close(self) -> None:
        """Close the file, and let others have it."""
        self._connection.close()

    def append(self, rows: Sequence[Row]) -> None:
        """Keep messages, all or none. On a full disk the reserve is given up for them."""
        try:
            self._insert(rows)
        except sqlite3.Error as error:
            if not is_of(error, NO_SPACE) or not self._give_up_reserve():
                raise
            self._insert(rows)
        self._waiting += len(rows)

    def oldest(self, max_bytes: int) -> list[Spooled]:
        """Return the oldest messages, in order: as many as have this size together, but at least one if any waits."""
        found: list[Spooled] = []
        size = 0
        for row in self._connection.execute("SELECT id, topic, key, value, traceparent FROM waiting ORDER BY id"):
            if row[0] in self._done or row[0] in self._kept_back:
                continue
            size += len(row[3])
            if found and size > max_bytes:
                break
            found.append(Spooled(*row))
        return found

    def remove(self, ids: Iterable[int]) -> None:
        """Forget messages; needs no space. Where it fails they are not handed out again, and removed the next time."""
        fresh = set(ids) - self._done
        self._done |= fresh
        self._waiting -= len(fresh)
        gone = sorted(self._done)
        try:
            self._delete(gone)
        except sqlite3.Error as error:
            if not is_of(error, NO_SPACE):
                raise
            for first in range(0, len(gone), _REMOVED_AT_ONCE):
                self._delete(gone[first : first + _REMOVED_AT_ONCE])
        self._done.clear()
        self._tidy()

    def replace(self, id_: int, value: bytes) -> None:
        """Change a message."""
        with _Transaction(self._connection):
            self._connection.execute("UPDATE waiting SET value = ? WHERE id = ?", (value, id_))

    def refuse(self, id_: int, reason: str) -> None:
        """Move a message to the table ``refused``. Where that fails it is kept back until the next opening."""
        self._waiting -= 1
        self._kept_back.add(id_)
        with _Transaction(self._connection):
            self._connection.execute(
                "INSERT INTO refused (id, topic, key, value, reason) "
                "SELECT id, topic, key, value, ? FROM waiting WHERE id = ?",
                (reason, id_),
            )
            self._connection.execute("DELETE FROM waiting WHERE id = ?", (id_,))
        self._kept_back.discard(id_)

    def begin_afresh(self, cause: sqlite3.Error) -> None:
        """Put the damaged file aside, and go on with a new one that holds what can be read of it."""
        self._connection.close()
        aside, readable = rescue(self._directory)
        self._connect()
        left = [one for one in readable if one.id not in self._done]
        with _Transaction(self._connection):
            # Under their ids: some may be on their way to the broker.
            self._connection.executemany(
                "INSERT INTO waiting (id, topic, key, value, traceparent) VALUES (?, ?, ?, ?, ?)",
                [(one.id, one.topic, one.key, one.value, one.traceparent) for one in left],
            )
        self._done.clear()
        self._waiting = sum(one.id not in self._kept_back for one in left)
        _log.error(
            "the spool's file is damaged (%s) and was put aside as %s; %d messages could be read and will be sent",
            cause,
            aside,
            len(left),
        )

    def _connect(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._connection = sqlite3.connect(self._directory / FILE, isolation_level=None, timeout=0.5)
        try:
            self._prepare()
        except (sqlite3.Error, OSError):
            self._connection.close()
            raise

    def _prepare(self) -> None:
        execute = self._connection.execute
        execute("PRAGMA locking_mode=EXCLUSIVE")
        execute("PRAGMA auto_vacuum=INCREMENTAL")
        execute("PRAGMA temp_store=MEMORY")
        # Else what is freed is overwritten with zeros, and goes through the journal for that.
        execute("PRAGMA secure_delete=OFF")
        execute("PRAGMA synchronous=FULL")
        execute("PRAGMA journal_mode=PERSIST")
        # The exclusive lock stays until the connection is closed.
        self._connection.executescript(f"BEGIN EXCLUSIVE; {_SCHEMA} COMMIT;")
        columns = {row[1] for row in execute("PRAGMA table_info(waiting)")}
        if "traceparent" not in columns:
            # A spool that an earlier version made.
            execute("ALTER TABLE waiting ADD COLUMN traceparent TEXT")
        page_size = execute("PRAGMA page_size").fetchone()[0]
        execute(f"PRAGMA max_page_count={max(16, self._max_bytes // page_size)}")
        self._waiting = int(execute("SELECT count(*) FROM waiting").fetchone()[0])
        _allocate_journal(self._directory / f"{FILE}-journal")
        self._tidy()

    def _insert(self, rows: Sequence[Row]) -> None:
        with _Transaction(self._connection):
            self._connection.executemany(
                "INSERT INTO waiting (topic, key, value, traceparent) VALUES (?, ?, ?, ?)", rows
            )

    def _delete(self, ids: Sequence[int]) -> None:
        with _Transaction(self._connection):
            self._connection.executemany("DELETE FROM waiting WHERE id = ?", [(id_,) for id_ in ids])

    def _give_up_reserve(self) -> bool:
        """Turn the reserve into free pages; say whether there was one."""
        given_up = self._reserved()
        if given_up:
            with _Transaction(self._connection):
                self._connection.execute("DELETE FROM reserve")
            self._next_refill = time.monotonic() + _REFILL_SECONDS
            _log.warning("the disk of the spool is full: its reserve of %d bytes is used", given_up * _CHUNK_OF_RESERVE)
        return bool(given_up)

    def _reserved(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM reserve").fetchone()[0])

    def _tidy(self) -> None:
        """Fill the reserve up again, now and then; where it is full, give free pages back to the disk."""
        try:
            if self._reserved() < self._chunks:
                if time.monotonic() >= self._next_refill:
                    self._next_refill = time.monotonic() + _REFILL_SECONDS
                    while self._reserved() < self._chunks:
                        self._connection.execute(
                            "INSERT INTO reserve (filler) VALUES (zeroblob(?))", (_CHUNK_OF_RESERVE,)
                        )
                return
            free = self._connection.execute("PRAGMA freelist_count").fetchone()[0]
            if free > _FREE_PAGES:
                self._connection.execute(f"PRAGMA incremental_vacuum({free - _FREE_PAGES})").fetchall()
        except sqlite3.Error as error:
            if not is_of(error, NO_SPACE):
                raise
            _log.debug("no space for the spool's reserve yet: %s", error)


class _Transaction:
    """Commits at its end, rolls back where an error leaves it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            try:
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        elif self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def is_of(error: BaseException, codes: frozenset[int]) -> bool:
    """Return whether an error is SQLite's, of one of these codes (primary or extended)."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code in codes or code & 0xFF in codes)


def _allocate_journal(path: Path) -> None:
    """Give the journal its space. A journal that is in use begins with SQLite's magic bytes and is left alone."""
    try:
        with path.open("r+b" if path.exists() else "w+b") as file:
            head = file.read(8)
            size = file.seek(0, os.SEEK_END)
            if head.strip(b"\0") or size >= _JOURNAL_BYTES:
                return
            file.write(bytes(_JOURNAL_BYTES - size))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        _log.warning("no space for the spool's journal (%s): messages are sent, and removed when there is space", error)
