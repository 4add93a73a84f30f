"""Closes running scans as interrupted, of which no word came although everybody was listening.

"No word" must not mean "not yet read": a beamline's scans are closed only when, at every look for as long as a scan
may be silent, all that stands in its topic had been read, written and committed by the whole group of ingestors.
Lag, held messages, Kafka, the catalogue or the database away, or a start of this process begin that time anew. A
message that comes all the same, later, reopens the scan: its sequence number is above the stored one.
"""

import time
from datetime import UTC, datetime, timedelta

import structlog

from beamlore.ingestor import metrics
from beamlore.ingestor.consume.stream import KafkaUnavailableError, ScanStream
from beamlore.ingestor.settings import Settings
from beamlore.ingestor.write.catalogue import (
    Catalogue,
    CatalogueRefusedError,
    CatalogueUnavailableError,
    Interruption,
)

log = structlog.get_logger(__name__)


class IdleScans:
    """Looks for silent scans of the beamlines this process reads."""

    def __init__(self, stream: ScanStream, catalogue: Catalogue, settings: Settings) -> None:
        self._stream = stream
        self._catalogue = catalogue
        self._silent_for = settings.interrupted_after_seconds
        self._listening_since: dict[str, float] = {}

    async def look(self) -> int:
        """Close the scans that are silent for too long; return how many were closed."""
        metrics.idle_looks.inc()
        try:
            behind = await self._stream.behind()
            now = time.monotonic()
            self._listening_since = {
                beamline: self._listening_since.get(beamline, now)
                for beamline in self._stream.owned()
                if behind.get(beamline) == 0
            }
            closed = 0
            for beamline, since in self._listening_since.items():
                if now - since >= self._silent_for:
                    closed += await self._close(beamline)
        except KafkaUnavailableError:
            self._listening_since.clear()
            return 0
        except (CatalogueUnavailableError, CatalogueRefusedError) as error:
            log.warning("silent scans cannot be closed now", error=str(error))
            return 0
        return closed

    async def _close(self, beamline: str) -> int:
        silent_since = datetime.now(UTC) - timedelta(seconds=self._silent_for)
        cursor: str | None = None
        closed = 0
        while True:
            scans, cursor = await self._catalogue.running(beamline, silent_since, cursor)
            if scans:
                _, results = await self._catalogue.write(
                    [Interruption(pid=scan.pid, sequence=scan.sequence, proposal=scan.proposal) for scan in scans]
                )
                for result in results:
                    if result.outcome == "updated":
                        closed += 1
                        metrics.interrupted.inc()
                        log.info("closed as interrupted", pid=result.pid, beamline=beamline)
            if cursor is None:
                return closed
