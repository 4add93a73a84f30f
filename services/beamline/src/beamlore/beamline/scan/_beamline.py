"""The instrument's way in: configuration, gathering and producing, put together."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from beamlore.beamline.configuration import ConfigurationClient
from beamlore.beamline.produce import Producer
from beamlore.beamline.scan._scan import Scan
from beamlore.beamline.settings import BeamlineSettings
from beamlore.beamline.tracing import Tracing
from beamlore.contract import (
    MAX_NAME,
    InvalidPidError,
    MetadataSet,
    MetadataValue,
    ScanMessage,
    check_pid,
    deterministic_pid,
    new_pid,
    plain_text,
)

_log = logging.getLogger(__name__)


class ReadsMetadata(Protocol):
    """What can read a metadata set: `beamlore.beamline.gather.Gatherer`, or a fake of `beamlore.beamline.testing`."""

    async def gather(self, metadata_set: MetadataSet) -> dict[str, MetadataValue]:
        """Return a value for every entry."""
        ...


class SendsMessages(Protocol):
    """What can send messages: `beamlore.beamline.produce.Producer`, or a fake of `beamlore.beamline.testing`."""

    @property
    def depth(self) -> int:
        """Number of messages that are not delivered yet."""
        ...

    @property
    def delivered(self) -> int:
        """Number of messages delivered so far."""
        ...

    @property
    def trouble(self) -> str | None:
        """Why messages are not delivered at the moment; ``None`` where they are."""
        ...

    async def send(self, message: ScanMessage, traceparent: str | None = None) -> None:
        """Take a message that will be delivered."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Beamline:
    """A beamline that makes scans: ``async with Beamline(BeamlineSettings()) as beamline``.

    Raises:
        TangoMissingError: on entering, pytango is not installed.
        SpoolInUseError: on entering, another process uses the spool.
        TracingMissingError: on making it, traces are asked for and OpenTelemetry is not installed.
    """

    def __init__(
        self,
        settings: BeamlineSettings,
        *,
        producer: SendsMessages | None = None,
        gatherer: ReadsMetadata | None = None,
    ) -> None:
        """Prepare a beamline.

        Args:
            settings: where everything is; ``BeamlineSettings()`` reads them from the environment.
            producer: sends the messages, in place of a `Producer` by the settings.
            gatherer: reads the metadata, in place of a `Gatherer` by the settings.
        """
        self._settings = settings
        self._producer = producer or Producer(settings)
        self._tracing = Tracing(settings)
        self._gatherer = gatherer
        self._configuration = ConfigurationClient(settings)
        self._warming: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The beamline's name."""
        return self._settings.beamline

    @property
    def configuration(self) -> ConfigurationClient:
        """What the beamline records now."""
        return self._configuration

    @property
    def undelivered(self) -> int:
        """Number of messages on disk that the broker has not acknowledged yet."""
        return self._producer.depth

    @property
    def delivered(self) -> int:
        """Number of messages the broker has acknowledged since the beamline was entered."""
        return self._producer.delivered

    @property
    def trouble(self) -> str | None:
        """Why messages are not delivered at the moment; ``None`` where they are."""
        return self._producer.trouble

    def scan(
        self,
        command: str,
        proposal: str,
        path: str | Path,
        *,
        number: int | None = None,
        sample: str = "",
        points_planned: int | None = None,
        metadata: Mapping[str, object] | None = None,
        pid: str | None = None,
    ) -> Scan:
        """Return a scan to enter: ``async with beamline.scan(...) as scan``.

        Args:
            command: as the user gave it, such as ``ascan mot01 0 10 100 0.1``.
            proposal: id of the proposal it belongs to.
            path: directory its files are written to.
            number: the scan's number in its session.
            sample: what was measured.
            points_planned: how many points it will have.
            metadata: what the instrument's code knows by itself, by key, of any kind; kept over what is gathered.
            pid: a PID to use; without one, or where it is not one, a new one is made.
        """
        header = {
            "pid": self._usable_pid(pid),
            "beamline": self._settings.beamline,
            "proposal": plain_text(proposal, MAX_NAME),
            "command": command,
            "path": path,
            "number": number,
            "sample": sample,
            "points_planned": points_planned,
        }
        return Scan(
            header,
            {} if metadata is None else metadata,
            self._gather,
            self._producer.send,
            self._tracing,
            self._settings.update_interval_seconds,
        )

    async def __aenter__(self) -> Self:
        if self._gatherer is None:
            # Importing pytango takes long enough to break the first scan's budget, so it is done now, off the loop.
            self._gatherer = await asyncio.to_thread(_tango_gatherer, self._settings.gather_budget_seconds)
        await self._producer.__aenter__()
        await self._configuration.__aenter__()
        self._warming = asyncio.create_task(self._connect_ahead())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._warming is not None:
            self._warming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._warming
        await self._configuration.__aexit__(kind, error, trace)
        await self._producer.__aexit__(kind, error, trace)
        await asyncio.to_thread(self._tracing.close)

    def _usable_pid(self, given: str | None) -> str:
        if given is None:
            return new_pid(self._settings.pid_prefix)
        text = plain_text(given, MAX_NAME)
        try:
            return check_pid(text)
        except InvalidPidError as error:
            made = deterministic_pid(self._settings.pid_prefix, text)
            _log.error("%s; the scan is told of as %s", error, made)
            return made

    async def _gather(self) -> dict[str, MetadataValue]:
        assert self._gatherer is not None  # noqa: S101 - scans send only while the beamline is entered
        return await self._gatherer.gather(self._configuration.metadata_set)

    async def _connect_ahead(self) -> None:
        """Read each new configuration once before a scan does, so that the scan finds its devices connected."""
        while True:
            await self._configuration.wait_changed()
            await self._gather()


def _tango_gatherer(budget_seconds: float) -> ReadsMetadata:
    from beamlore.beamline.gather import Gatherer

    return Gatherer(budget_seconds)
