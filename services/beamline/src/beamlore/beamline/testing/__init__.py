"""Fakes for the tests of an instrument's own code: a beamline with no broker, no configurator and no devices.

```python
async with recording_beamline("balder", tmp_path) as (beamline, producer):
    async with beamline.scan("ascan mot01 0 1 10 0.1", proposal="20260101", path=tmp_path) as scan:
        await scan.update(points=5)
assert [type(message) for message in producer.messages] == [ScanStarted, ScanUpdated, ScanFinished]
```
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from beamlore.beamline.scan import Beamline
from beamlore.beamline.settings import BeamlineSettings
from beamlore.contract import MetadataSet, MetadataValue, ScanMessage, decode_message, encode_message

__all__ = ["RecordingProducer", "StaticGatherer", "recording_beamline"]


class RecordingProducer:
    """Keeps messages in a list instead of sending them; checks each against the schema, as the ingestor would."""

    def __init__(self) -> None:
        self.messages: list[ScanMessage] = []

    @property
    def depth(self) -> int:
        """Nothing ever waits."""
        return 0

    @property
    def delivered(self) -> int:
        """All there were."""
        return len(self.messages)

    @property
    def trouble(self) -> str | None:
        """There is none."""
        return None

    async def send(self, message: ScanMessage, traceparent: str | None = None) -> None:
        """Keep a message.

        Raises:
            InvalidMessageError: it does not have the schema's form.
        """
        self.messages.append(decode_message(encode_message(message)))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is to be closed."""


class StaticGatherer:
    """Gives the same values for any metadata set; ``values`` may be changed between two scans."""

    def __init__(self, values: Mapping[str, MetadataValue] | None = None) -> None:
        self.values = dict(values or {})

    async def gather(self, metadata_set: MetadataSet) -> dict[str, MetadataValue]:
        """Return the values."""
        return dict(self.values)


@asynccontextmanager
async def recording_beamline(
    name: str, directory: Path, values: Mapping[str, MetadataValue] | None = None
) -> AsyncIterator[tuple[Beamline, RecordingProducer]]:
    """Run a beamline whose messages are recorded.

    Args:
        name: of the beamline.
        directory: for what it keeps on disk, such as pytest's ``tmp_path``.
        values: what it gathers.
    """
    settings = BeamlineSettings(
        beamline=name,
        kafka_bootstrap="nowhere:9092",
        spool_dir=directory,
        configurator_url=None,
        update_interval_seconds=0,
    )
    producer = RecordingProducer()
    async with Beamline(settings, producer=producer, gatherer=StaticGatherer(values)) as beamline:
        yield beamline, producer
