"""Messages that wait for the broker, on disk. Those that are appended at the same time share one commit."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from beamlore.beamline.errors import SpoolError, SpoolFullError, SpoolInUseError
from beamlore.beamline.produce._rescue import Spooled
from beamlore.beamline.produce._store import DAMAGED, NO_SPACE, Row, SpoolStore, is_of

_log = logging.getLogger(__name__)

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_MAX_BYTES = 4 * 1024**3
_RESERVE_BYTES = 16 * 1024**2

T = TypeVar("T")


class Spool:
    """An ordered, durable queue in a directory; one process at a time.

    Use as ``async with Spool(directory) as spool``.

    Raises:
        SpoolInUseError: on entering, another process has it open.
        SpoolError: on entering, the directory cannot be written.
    """

    def __init__(self, directory: Path, max_bytes: int = _MAX_BYTES, reserve_bytes: int = _RESERVE_BYTES) -> None:
        """Prepare a spool.

        Args:
            directory: on a local disk.
            max_bytes: at which it takes no more messages.
            reserve_bytes: allocated ahead, for messages while the disk is full.
        """
        self._directory = directory.expanduser()
        self._max_bytes = max_bytes
        self._store = SpoolStore(self._directory, max_bytes, reserve_bytes)
        # One thread owns the file: SQLite's calls never block the event loop, and never run side by side.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="beamlore-spool")
        self._pending: list[tuple[Row, asyncio.Future[None]]] = []
        self._committer: asyncio.Task[None] | None = None
        self._removal_fails = False
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()

    @property
    def directory(self) -> Path:
        """Where the messages are."""
        return self._directory

    @property
    def depth(self) -> int:
        """Number of messages that wait for the broker."""
        return self._store.waiting

    async def wait_filled(self) -> None:
        """Wait until a message is there."""
        await self._filled.wait()

    async def wait_empty(self) -> None:
        """Wait until no message is there."""
        await self._emptied.wait()

    async def append(self, topic: str, key: bytes, value: bytes, traceparent: str | None = None) -> None:
        """Keep a message; when this returns, it is on the disk.

        Raises:
            SpoolFullError: the size limit is reached or the disk is full; a smaller message may still fit.
            SpoolError: the disk cannot be written.
        """
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append(((topic, key, value, traceparent), kept))
        if self._committer is None or self._committer.done():
            self._committer = asyncio.create_task(self._commit_pending())
        await kept

    async def peek(self, max_bytes: int) -> list[Spooled]:
        """Return the oldest messages, in order: as many as have this size together, but at least one if any waits."""
        return await self._run(lambda: self._store.oldest(max_bytes))

    async def remove(self, ids: Iterable[int]) -> None:
        """Forget messages, because the broker has them.

        Where the disk does not take it they are not handed out again, and removed with the next ones.
        """
        gone = list(ids)
        try:
            await self._run(lambda: self._store.remove(gone))
        except SpoolError as error:
            if not self._removal_fails:
                _log.warning("sent messages stay in the spool, and are removed later: %s", error)
            self._removal_fails = True
        else:
            self._removal_fails = False
        self._note_depth()

    async def replace(self, id_: int, value: bytes) -> None:
        """Let a shorter message take the place of one that the broker refuses."""
        await self._run(lambda: self._store.replace(id_, value))

    async def set_aside(self, id_: int, reason: str) -> None:
        """Keep a message out of the way of the others, in the table ``refused``: the broker will never take it."""
        try:
            await self._run(lambda: self._store.refuse(id_, reason))
        except SpoolError as error:
            _log.warning("the refused message stays among those that wait, and is tried at the next start: %s", error)
        self._note_depth()

    async def __aenter__(self) -> Self:
        await self._run(self._store.open)
        self._note_depth()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._committer is not None:
            await self._committer
        if self._removal_fails:
            await self.remove(())
        await self._run(self._store.close)
        self._thread.shutdown()

    def _note_depth(self) -> None:
        if self.depth:
            self._filled.set()
            self._emptied.clear()
        else:
            self._filled.clear()
            self._emptied.set()

    async def _commit_pending(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, []
            await self._commit(batch)

    async def _commit(self, batch: Sequence[tuple[Row, asyncio.Future[None]]]) -> None:
        rows = [row for row, _ in batch]
        try:
            await self._run(lambda: self._store.append(rows))
        except SpoolFullError as error:
            if len(batch) == 1:
                _settle(batch, error)
                return
            # Together they do not fit; some may.
            for one in batch:
                await self._commit([one])
        except SpoolError as error:
            _settle(batch, error)
        else:
            self._note_depth()
            _settle(batch, None)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._translated(work))

    # What follows runs in the spool's own thread.

    def _translated(self, work: Callable[[], T]) -> T:
        try:
            try:
                return work()
            except sqlite3.DatabaseError as error:
                if not is_of(error, DAMAGED):
                    raise
                self._store.begin_afresh(error)
                return work()
        except (sqlite3.Error, OSError) as error:
            if is_of(error, NO_SPACE):
                raise SpoolFullError(
                    f"the spool {self._directory} is full ({self._max_bytes} bytes, or the disk): {self.depth} "
                    "messages wait for the broker and no more can be kept; free the disk, raise "
                    "BEAMLORE_SPOOL_MAX_BYTES, or bring the broker back"
                ) from error
            if is_of(error, _BUSY):
                raise SpoolInUseError(
                    f"the spool {self._directory} is in use by another process; "
                    "end that one, or give this one its own BEAMLORE_SPOOL_DIR"
                ) from error
            raise SpoolError(
                f"the spool {self._directory} cannot be used: {error}; "
                "set BEAMLORE_SPOOL_DIR to a directory on a local disk that this account may write"
            ) from error


def _settle(batch: Sequence[tuple[Row, asyncio.Future[None]]], error: SpoolError | None) -> None:
    for _, kept in batch:
        if kept.done():
            continue
        if error is None:
            kept.set_result(None)
        else:
            kept.set_exception(error)
