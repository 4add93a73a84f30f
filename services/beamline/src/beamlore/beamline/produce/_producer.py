"""The producer: a spool, and a task that drains it to Kafka."""

import asyncio
import contextlib
import logging
from types import TracebackType
from typing import Self

from beamlore.beamline.errors import ProducerClosedError
from beamlore.beamline.produce._broker import BrokerConnection, TooLargeForBrokerError
from beamlore.beamline.produce._spool import Spool
from beamlore.beamline.settings import KafkaSettings
from beamlore.contract import (
    MAX_MESSAGE_BYTES,
    InvalidMessageError,
    ScanMessage,
    decode_message,
    encode_message,
    scan_topic,
    shrink_message,
)

_log = logging.getLogger(__name__)

_WINDOW_BYTES = 4 * 1024**2
_ALL = 2**31
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 2.0


class Producer:
    """Sends scan messages to Kafka, none lost and in the order of sending for each PID.

    `send` returns when the message is on the disk. A task in the background delivers and forgets only what the broker
    acknowledged: at least once on the wire, also over a killed process, a broker that is away for hours, or a full
    disk. Use as ``async with Producer(settings) as producer``.

    Raises:
        SpoolInUseError: on entering, another process has the spool open.
        SpoolError: on entering, the spool cannot be opened.
    """

    def __init__(self, settings: KafkaSettings, drain_seconds: float = 5.0) -> None:
        """Prepare a producer.

        Args:
            settings: the broker and the spool.
            drain_seconds: how long leaving waits for the broker to take the rest; what is left is sent the next time.
        """
        self._settings = settings
        self._drain_seconds = drain_seconds
        self._spool = Spool(settings.spool_dir, settings.spool_max_bytes, settings.spool_reserve_bytes)
        self._connection: BrokerConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._max_records = _ALL
        self._trouble: str | None = None
        self._delivered = 0

    @property
    def delivered(self) -> int:
        """Number of messages the broker has acknowledged since this producer was opened."""
        return self._delivered

    @property
    def depth(self) -> int:
        """Number of messages kept on disk that the broker has not acknowledged yet."""
        return self._spool.depth

    @property
    def trouble(self) -> str | None:
        """Why messages are not delivered at the moment; ``None`` where they are."""
        return self._trouble

    async def send(self, message: ScanMessage, traceparent: str | None = None) -> None:
        """Take a message; when this returns, it is on the disk and will be delivered.

        Of a message that the broker would not take for its size the largest values are left out, and it says so.

        Args:
            message: what to send.
            traceparent: the trace context it belongs to, where it is traced.

        Raises:
            SpoolFullError: the broker is away and the spool has reached its limit, or the disk is full.
            SpoolError: the disk cannot be written.
        """
        if self._task is None:
            raise ProducerClosedError("the producer is not open; use it as 'async with Producer(...)'")
        data = encode_message(shrink_message(message, MAX_MESSAGE_BYTES))
        await self._spool.append(scan_topic(message.beamline), message.pid.encode(), data, traceparent)

    async def flush(self, timeout: float | None = None) -> None:
        """Wait until the broker has acknowledged all messages.

        Raises:
            TimeoutError: it has not, after this many seconds.
        """
        async with asyncio.timeout(timeout):
            await self._spool.wait_empty()

    async def __aenter__(self) -> Self:
        await self._spool.__aenter__()
        self._task = asyncio.create_task(self._drain())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        with contextlib.suppress(TimeoutError):
            await self.flush(self._drain_seconds)
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._disconnect()
        if self.depth:
            _log.warning(
                "%d messages wait in %s; they are sent when it is opened again", self.depth, self._spool.directory
            )
        await self._spool.__aexit__(kind, error, trace)

    async def _drain(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            await self._spool.wait_filled()
            try:
                await self._deliver_all()
                pause = _FIRST_PAUSE_SECONDS
            except Exception as error:
                # Any error: nothing is lost by trying again, and giving up would stop the delivery for good.
                self._note_trouble(error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _deliver_all(self) -> None:
        while messages := await self._spool.peek(_WINDOW_BYTES):
            acknowledged: list[int] = []
            try:
                connection = await self._connected()
                await connection.deliver(messages, acknowledged.extend, self._max_records)
            except TooLargeForBrokerError as error:
                await self._disconnect()
                await self._isolate(error)
            except Exception:
                # The state of an idempotent producer after a failed batch is unknown: the next one begins anew.
                await self._disconnect()
                raise
            finally:
                if acknowledged:
                    self._delivered += len(acknowledged)
                    await self._spool.remove(acknowledged)
            if self._trouble is not None and acknowledged:
                _log.warning("messages are delivered again; %d wait", self.depth)
                self._trouble = None
        self._max_records = _ALL

    async def _isolate(self, error: TooLargeForBrokerError) -> None:
        """After a refused batch, find the message that is too large and send less of it, so that the others go on."""
        if len(error.messages) > 1:
            self._max_records = 1
            return
        refused = error.messages[0]
        smaller = _smaller(refused.value)
        if smaller is not None:
            _log.warning(
                "the broker refuses a message of scan %s with %d bytes; it is sent with %d, without its largest values",
                refused.key.decode(),
                len(refused.value),
                len(smaller),
            )
            await self._spool.replace(refused.id, smaller)
            return
        _log.error(
            "the broker refuses a message of scan %s with %d bytes: %s; it stays in %s, table 'refused'",
            refused.key.decode(),
            len(refused.value),
            error,
            self._spool.directory,
        )
        await self._spool.set_aside(refused.id, str(error))

    async def _connected(self) -> BrokerConnection:
        if self._connection is None:
            connection = BrokerConnection(self._settings.kafka_options)
            await connection.open()
            self._connection = connection
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _note_trouble(self, error: Exception) -> None:
        trouble = f"{type(error).__name__}: {error}"
        if self._trouble is None:
            _log.warning(
                "messages are kept in %s: %s does not take them (%s)",
                self._spool.directory,
                self._settings.kafka_bootstrap,
                trouble,
            )
        self._trouble = trouble


def _smaller(data: bytes) -> bytes | None:
    """Return a message at half its size, ``None`` where there is nothing left to leave out."""
    try:
        smaller = encode_message(shrink_message(decode_message(data), len(data) // 2))
    except InvalidMessageError:
        return None
    return smaller if len(smaller) < len(data) else None
