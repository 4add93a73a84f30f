"""Sends the scans of SPEC files, as fast as possible or at the pace they were made."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Literal

from beamlore.beamline.errors import NotASpecFileError
from beamlore.beamline.replay._inspection import Problem, inspect
from beamlore.beamline.replay._lines import read_lines
from beamlore.beamline.replay._metadata import MetadataTable
from beamlore.beamline.replay._reader import SpecFileReader, SpecScan
from beamlore.beamline.scan import SendsMessages
from beamlore.contract import File, ScanAborted, ScanFinished, ScanStarted, ScanUpdated, deterministic_pid

_log = logging.getLogger(__name__)

_UPDATE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """How files are replayed.

    Attributes:
        beamline: at which the scans count as made.
        proposal: to which they belong.
        speed: times the original pace; 0: as fast as possible.
        shift_to: ``now``: the scans count as made now; ``none``: when the file says.
        zone: of the clock that wrote the files; none: as each file tells.
        pid_prefix: the facility's.
    """

    beamline: str
    proposal: str
    speed: float = 0.0
    shift_to: Literal["now", "none"] = "now"
    zone: tzinfo | None = None
    pid_prefix: str = "beamlore"


@dataclass
class FileOutcome:
    """What became of a file.

    Attributes:
        path: of the file.
        sent: scans that were sent.
        unreadable: scans that could not be read.
        problems: found in the file.
        failure: why nothing of it could be read; empty where it could.
        shifted: by how much its times were moved.
    """

    path: Path
    sent: int = 0
    unreadable: int = 0
    problems: list[Problem] = field(default_factory=list)
    failure: str = ""
    shifted: timedelta = timedelta(0)

    @property
    def is_damaged(self) -> bool:
        """Whether something of the file is lost or cannot be trusted."""
        return bool(self.failure or self.unreadable or any(problem.is_damage for problem in self.problems))


class Replay:
    """Replays SPEC files.

    The PID of a scan follows from its content, beamline and proposal, and its sequence numbers from its points:
    replaying a file again changes nothing, replaying one that has grown adds what is new.
    """

    def __init__(self, producer: SendsMessages, options: ReplayOptions, advance: Callable[[], None]) -> None:
        """Prepare.

        Args:
            producer: takes the messages.
            options: how.
            advance: called after each scan.
        """
        self._producer = producer
        self._options = options
        self._advance = advance

    async def file(self, path: Path) -> FileOutcome:
        """Send every scan of a file that can be read.

        Raises:
            SpoolError: the messages cannot be kept.
        """
        outcome = FileOutcome(path)
        try:
            inspection = await asyncio.to_thread(inspect, path)
            outcome.problems = inspection.problems
            reader = await asyncio.to_thread(SpecFileReader, path, inspection, self._options.zone)
        except (NotASpecFileError, OSError) as error:
            outcome.failure = str(error)
            return outcome
        with reader:
            await self._scans(reader, outcome)
        return outcome

    async def _scans(self, reader: SpecFileReader, outcome: FileOutcome) -> None:
        if self._options.shift_to == "now" and self._options.speed == 0:
            outcome.shifted = await asyncio.to_thread(_shift_to_now, reader)
        before: SpecScan | None = None
        for index in range(len(reader)):
            scan = await self._readable(reader, index, outcome)
            if scan is not None:
                await self._pause(before, scan)
                await self._send(scan, reader.path, outcome.shifted)
                outcome.sent += 1
                before = scan
            self._advance()

    async def _readable(self, reader: SpecFileReader, index: int, outcome: FileOutcome) -> SpecScan | None:
        try:
            return await asyncio.to_thread(reader.scan, index)
        except ValueError as error:
            name = reader.name(index)
            outcome.unreadable += 1
            outcome.problems.append(Problem(_line_of(reader.path, index), name, f"the scan cannot be read: {error}"))
            return None

    async def _pause(self, before: SpecScan | None, scan: SpecScan) -> None:
        if self._options.speed > 0 and before is not None:
            await asyncio.sleep(max(0.0, (scan.start - before.end).total_seconds()) / self._options.speed)

    async def _send(self, scan: SpecScan, path: Path, shift: timedelta) -> None:
        live = self._options.speed > 0 and self._options.shift_to == "now"
        start = datetime.now(UTC) if live else scan.start + shift
        metadata = dict(scan.metadata)
        if live or shift:
            table = MetadataTable()
            table.entries = metadata
            table.add("original_start", scan.start.isoformat(), group="Replay", source=path.name)
            table.add("original_end", scan.end.isoformat(), group="Replay", source=path.name)
        stat = await asyncio.to_thread(path.stat)
        file = File(path=path.name, size=stat.st_size, time=datetime.fromtimestamp(stat.st_mtime, UTC))
        header: dict[str, Any] = {
            "pid": deterministic_pid(
                self._options.pid_prefix, "spec", self._options.beamline, self._options.proposal, scan.identity
            ),
            "beamline": self._options.beamline,
            "proposal": self._options.proposal,
            "command": scan.command[:4096],
            "start": start,
            "path": str(path.parent.absolute()),
            "number": scan.number,
            "points_planned": scan.points_planned,
            "files": [file],
        }
        await self._producer.send(
            ScanStarted(**header, sequence=1, sent=datetime.now(UTC), points=0, metadata=metadata)
        )
        if self._options.speed > 0:
            await self._grow(scan, header)
        # Grows with the points, and when the file tells of the end: a scan that was replayed while it was still made is
        # brought up to date the next time.
        ending: dict[str, Any] = {
            **header,
            "sequence": 2 * scan.points + 2 + scan.is_end_told,
            "points": scan.points,
            "metadata": metadata,
            "sent": datetime.now(UTC),
            "end": datetime.now(UTC) if live else scan.end + shift,
        }
        if scan.aborted is None:
            await self._producer.send(ScanFinished(**ending))
        else:
            await self._producer.send(ScanAborted(**ending, reason=scan.aborted[:1024]))

    async def _grow(self, scan: SpecScan, header: dict[str, Any]) -> None:
        """Let a scan take its time, and tell how far it is about every second."""
        takes = (scan.end - scan.start).total_seconds() / self._options.speed
        loop = asyncio.get_running_loop()
        began = loop.time()
        told = 0
        while (left := began + takes - loop.time()) > 0:
            await asyncio.sleep(min(left, _UPDATE_SECONDS))
            points = int(scan.points * min(1.0, (loop.time() - began) / takes))
            if told < points < scan.points:
                told = points
                await self._producer.send(
                    ScanUpdated(**header, sequence=1 + points, sent=datetime.now(UTC), points=points)
                )


def count_scans(path: Path) -> int:
    """Return how many scans a file begins."""
    return sum(line.text.startswith("#S ") for line in read_lines(path))


def _shift_to_now(reader: SpecFileReader) -> timedelta:
    """Return what to add to the times of a file so that its last scan ends now."""
    ends = []
    for index in range(len(reader)):
        try:
            ends.append(reader.scan(index).end)
        except ValueError:
            # It is told of when it is its turn.
            continue
    return datetime.now(UTC) - max(ends) if ends else timedelta(0)


def _line_of(path: Path, index: int) -> int:
    """Return the number of the line on which a scan begins."""
    begins = [line.number for line in read_lines(path) if line.text.startswith("#S ")]
    return begins[index] if index < len(begins) else 0
