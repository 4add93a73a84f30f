"""One scan, from its start to its end."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from beamlore.beamline.errors import ScanStateError
from beamlore.beamline.scan._files import ScanFiles
from beamlore.beamline.scan._metadata import complete
from beamlore.beamline.tracing import Tracing
from beamlore.contract import (
    MAX_ABORT_REASON,
    MetadataValue,
    ScanAborted,
    ScanFinished,
    ScanMessage,
    ScanStarted,
    ScanUpdated,
    fit_count,
    fit_header,
    fit_metadata,
    note_changes,
    plain_text,
)

_log = logging.getLogger(__name__)

Gather = Callable[[], Awaitable[dict[str, MetadataValue]]]


class SendsMessage(Protocol):
    """Takes a message, and the trace context it belongs to."""

    async def __call__(self, message: ScanMessage, traceparent: str | None = None) -> None:
        """Take it."""
        ...


class Scan:
    """A scan that is under way: ``async with beamline.scan(...) as scan``.

    Entering tells that it has started, with the metadata gathered then. Leaving tells that it has finished, with all
    metadata, gathered once more, and all files; leaving by an exception tells that it was aborted, and why, and lets
    the exception through.

    What goes wrong with telling is logged and never ends a scan: neither values of any kind, nor a full disk.
    """

    def __init__(
        self,
        header: Mapping[str, Any],
        metadata: Mapping[str, object],
        gather: Gather,
        send: SendsMessage,
        tracing: Tracing,
        update_interval: float,
    ) -> None:
        """Made by `Beamline.scan`; ``header`` holds the fields that are the same in each message."""
        self._header = dict(header)
        notes = fit_header(self._header)
        self._own = fit_metadata(metadata)
        note_changes(self._own, notes)
        self._gathered: dict[str, MetadataValue] = {}
        self._gather = gather
        self._send = send
        self._tracing = tracing
        self._span = tracing.begin(str(header["pid"]), str(header["beamline"]), str(header["proposal"]))
        self._files = ScanFiles(str(header["path"]))
        self._interval = update_interval
        self._sequence = 0
        self._points: int | None = None
        self._unsent: dict[str, MetadataValue] = {}
        self._updated_at = 0.0
        self._running = False

    @property
    def pid(self) -> str:
        """The scan's persistent identifier."""
        return str(self._header["pid"])

    @property
    def messages(self) -> int:
        """Number of messages told of it so far."""
        return self._sequence

    async def update(self, points: int | None = None, metadata: Mapping[str, object] | None = None) -> None:
        """Tell that the scan has grown.

        Updates that come faster than ``BEAMLORE_UPDATE_INTERVAL_SECONDS`` are sent together with the next one, or with
        the end: calling this at every point costs nothing.

        Args:
            points: points measured so far.
            metadata: what is new or has changed, by key; a bare value of any kind, or one with unit and name.

        Raises:
            ScanStateError: the scan has not started or has ended.
        """
        self._check_running()
        if points is not None and (count := fit_count(points)) is not None:
            self._points = count
        if metadata is not None:
            fresh = fit_metadata(metadata)
            self._own |= fresh
            self._unsent |= fresh
        if time.monotonic() - self._updated_at < self._interval:
            return
        self._updated_at = time.monotonic()
        changed, self._unsent = self._unsent, {}
        files = await asyncio.to_thread(self._files.look)
        if not await self._tell(ScanUpdated, metadata=changed, files=files):
            self._unsent = changed | self._unsent

    def add_file(self, path: str | Path, size: int | None = None, time: datetime | None = None) -> None:
        """Tell of a file the scan writes.

        Args:
            path: relative to the scan's path, or absolute.
            size: in bytes; without size and time both are read from the disk.
            time: of its last change, with time zone.

        Raises:
            ScanStateError: the scan has not started or has ended.
        """
        self._check_running()
        self._files.add(path, size, time)

    async def __aenter__(self) -> Self:
        self._header["start"] = datetime.now(UTC)
        self._gathered = await self._read()
        self._updated_at = time.monotonic()
        try:
            await self._tell(ScanStarted, metadata=self._gathered | self._own)
        except asyncio.CancelledError as error:
            # It may be on disk already: then it must not stand as running.
            await self._tell_end(error)
            raise
        self._running = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running = False
        # A scan that is cancelled is still told of: the cancellation goes on when the message is on disk.
        ending = asyncio.ensure_future(self._tell_end(error))
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await ending
            raise

    async def _tell_end(self, error: BaseException | None) -> None:
        end = datetime.now(UTC)
        gathered, files = await asyncio.gather(self._read(), asyncio.to_thread(self._files.look))
        metadata = complete(self._gathered, gathered) | self._own
        if error is None:
            await self._tell(ScanFinished, end=end, metadata=metadata, files=files)
        else:
            await self._tell(ScanAborted, end=end, metadata=metadata, files=files, reason=_reason(error))
        if self._span is not None:
            self._span.end()

    async def _read(self) -> dict[str, MetadataValue]:
        try:
            return fit_metadata(await self._gather())
        except Exception:
            _log.exception("the metadata of scan %s cannot be gathered; it is told of without", self.pid)
            return {}

    async def _tell(self, kind: type[ScanMessage], **fields: Any) -> bool:
        """Send a message; return whether it is kept. Where it is not, that is logged: the measurement goes on."""
        self._sequence += 1
        try:
            message = kind(
                **self._header, sequence=self._sequence, sent=datetime.now(UTC), points=self._points, **fields
            )
            with self._tracing.message(self._span, kind.__name__) as traceparent:
                await self._send(message, traceparent)
        except Exception:
            _log.exception("message %d of scan %s (%s) is not sent", self._sequence, self.pid, kind.__name__)
            return False
        return True

    def _check_running(self) -> None:
        if not self._running:
            raise ScanStateError(f"scan {self.pid} is not running: use it inside 'async with beamline.scan(...)'")


def _reason(error: BaseException) -> str:
    if isinstance(error, asyncio.CancelledError):
        return "cancelled"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted from the keyboard"
    text = " ".join(plain_text(error, 4 * MAX_ABORT_REASON).split())
    return (f"{type(error).__name__}: {text}" if text else type(error).__name__)[:MAX_ABORT_REASON]
