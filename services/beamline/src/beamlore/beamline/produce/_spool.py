"""Messages that wait for the broker, on disk.

SQLite, because it is a transactional file and nothing else: a commit with ``synchronous=FULL`` is on the disk
(https://www.sqlite.org/pragma.html#pragma_synchronous), and a half-written one is rolled back at the next opening. Its
exclusive lock, held as long as the spool is open and released by the operating system with the process, keeps a second
process out. Messages that are appended at the same time share one commit.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from beamlore.beamline.errors import SpoolError, SpoolFullError, SpoolInUseError

_FILE = "spool.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,
    traceparent TEXT
);
CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, reason TEXT NOT NULL,
    at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
"""

T = TypeVar("T")
_Row = tuple[str, bytes, bytes, str | None]


@dataclass(frozen=True, slots=True)
class Spooled:
    """A message in the spool; ids grow in the order of appending."""

    id: int
    topic: str
    key: bytes
    value: bytes
    traceparent: str | None = None
    """Where the message belongs to a trace: the W3C's trace context."""


class Spool:
    """An ordered, durable queue in a directory; one process at a time.

    Use as ``async with Spool(directory) as spool``.

    Raises:
        SpoolInUseError: on entering, another process has it open.
        SpoolError: on entering, the directory cannot be written or the file is not a spool.
    """

    def __init__(self, directory: Path, max_bytes: int = 4 * 1024**3) -> None:
        self._directory = directory.expanduser()
        self._max_bytes = max_bytes
        # One thread owns the connection: SQLite calls never block the event loop, and never run side by side.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="beamlore-spool")
        self._pending: list[tuple[_Row, asyncio.Future[None]]] = []
        self._committer: asyncio.Task[None] | None = None
        self._depth = 0
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()

    @property
    def directory(self) -> Path:
        """Where the messages are."""
        return self._directory

    @property
    def depth(self) -> int:
        """Number of messages that wait for the broker."""
        return self._depth

    async def wait_filled(self) -> None:
        """Wait until a message is there."""
        await self._filled.wait()

    async def wait_empty(self) -> None:
        """Wait until no message is there."""
        await self._emptied.wait()

    async def append(self, topic: str, key: bytes, value: bytes, traceparent: str | None = None) -> None:
        """Keep a message; when this returns, it is on the disk.

        Raises:
            SpoolFullError: the size limit is reached or the disk is full.
            SpoolError: the disk cannot be written.
        """
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append(((topic, key, value, traceparent), kept))
        if self._committer is None or self._committer.done():
            self._committer = asyncio.create_task(self._commit_pending())
        await kept

    async def peek(self, max_bytes: int) -> list[Spooled]:
        """Return the oldest messages, in order: as many as have this size together, but at least one if any waits."""
        return await self._run(lambda: self._select(max_bytes))

    async def remove(self, ids: Iterable[int]) -> None:
        """Forget messages, because the broker has them."""
        gone = [(id_,) for id_ in ids]
        await self._run(lambda: self._delete(gone))
        self._count(-len(gone))

    async def set_aside(self, id_: int, reason: str) -> None:
        """Keep a message out of the way of the others, in the table ``refused``: the broker will never take it."""
        await self._run(lambda: self._refuse(id_, reason))
        self._count(-1)

    async def __aenter__(self) -> Self:
        self._depth = await self._run(self._open)
        self._count(0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._committer is not None:
            await self._committer
        await self._run(lambda: self._connection.close())
        self._thread.shutdown()

    def _count(self, change: int) -> None:
        self._depth += change
        if self._depth:
            self._filled.set()
            self._emptied.clear()
        else:
            self._filled.clear()
            self._emptied.set()

    async def _commit_pending(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, []
            rows = [row for row, _ in batch]
            try:
                await self._run(lambda rows=rows: self._insert(rows))  # type: ignore[misc]  # bound now, not later
            except SpoolError as error:
                for _, kept in batch:
                    if not kept.done():
                        kept.set_exception(error)
            else:
                self._count(len(batch))
                for _, kept in batch:
                    if not kept.done():
                        kept.set_result(None)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._translated(work))

    def _translated(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (sqlite3.Error, OSError) as error:
            code = getattr(error, "sqlite_errorcode", None)
            if code == sqlite3.SQLITE_FULL:
                raise SpoolFullError(
                    f"the spool {self._directory} is full ({self._max_bytes} bytes, or the disk): {self._depth} "
                    "messages wait for the broker and no more can be kept; free the disk, raise "
                    "BEAMLORE_SPOOL_MAX_BYTES, or bring the broker back"
                ) from error
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise SpoolInUseError(
                    f"the spool {self._directory} is in use by another process; "
                    "end that one, or give this one its own BEAMLORE_SPOOL_DIR"
                ) from error
            raise SpoolError(f"the spool {self._directory} cannot be used: {error}") from error

    # What follows runs in the spool's own thread.

    def _open(self) -> int:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._connection = sqlite3.connect(self._directory / _FILE, isolation_level=None, timeout=0.5)
        try:
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            # The first write takes the exclusive lock, which stays until the connection is closed.
            self._connection.executescript(f"BEGIN EXCLUSIVE; {_SCHEMA} COMMIT;")
            columns = {row[1] for row in self._connection.execute("PRAGMA table_info(waiting)")}
            if "traceparent" not in columns:
                # A spool that an earlier version made.
                self._connection.execute("ALTER TABLE waiting ADD COLUMN traceparent TEXT")
            page_size = self._connection.execute("PRAGMA page_size").fetchone()[0]
            self._connection.execute(f"PRAGMA max_page_count={max(16, self._max_bytes // page_size)}")
            return int(self._connection.execute("SELECT count(*) FROM waiting").fetchone()[0])
        except sqlite3.Error:
            self._connection.close()
            raise

    def _insert(self, rows: list[_Row]) -> None:
        with _Transaction(self._connection):
            self._connection.executemany(
                "INSERT INTO waiting (topic, key, value, traceparent) VALUES (?, ?, ?, ?)", rows
            )

    def _select(self, max_bytes: int) -> list[Spooled]:
        found: list[Spooled] = []
        size = 0
        for row in self._connection.execute("SELECT id, topic, key, value, traceparent FROM waiting ORDER BY id"):
            size += len(row[3])
            if found and size > max_bytes:
                break
            found.append(Spooled(*row))
        return found

    def _delete(self, ids: list[tuple[int]]) -> None:
        with _Transaction(self._connection):
            self._connection.executemany("DELETE FROM waiting WHERE id = ?", ids)
        self._connection.execute("PRAGMA incremental_vacuum(1000)").fetchall()

    def _refuse(self, id_: int, reason: str) -> None:
        with _Transaction(self._connection):
            self._connection.execute(
                "INSERT INTO refused (id, topic, key, value, reason) "
                "SELECT id, topic, key, value, ? FROM waiting WHERE id = ?",
                (reason, id_),
            )
            self._connection.execute("DELETE FROM waiting WHERE id = ?", (id_,))


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
