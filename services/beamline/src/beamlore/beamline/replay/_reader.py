"""Reading SPEC files, by silx."""

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import IO, Self

from silx.io.specfile import Scan, SfErrColNotFound, SpecFile

from beamlore.beamline.errors import NotASpecFileError
from beamlore.beamline.replay import _dates
from beamlore.beamline.replay._inspection import Inspection
from beamlore.beamline.replay._lines import read_lines
from beamlore.beamline.replay._metadata import MetadataTable, add_counters, add_header, add_motors
from beamlore.contract import MetadataValue

_LINE_SCAN = re.compile(r"(?:[ad]\d?scan|lup|th2th|hscan|kscan|lscan|hklscan)", re.IGNORECASE)
_NOT_FINITE = re.compile(r"(?<!\S)[+-]?(?:nan|inf|infinity)(?!\S)", re.IGNORECASE)
_UNTOLD = "the file does not tell of its end"
_ENDED = "Acquisition ended"
_BLUESKY_END = re.compile(r"exit_status\s*=\s*(\w+)")


@dataclass(frozen=True)
class SpecScan:
    """A scan of a SPEC file.

    Attributes:
        name: number and order as silx has them, such as ``12.1``.
        number: as the file has it.
        identity: the same for the same scan, wherever its file lies and whatever was added to it since.
        command: as typed.
        start: when it began.
        end: when it ended; the start where the file does not tell.
        aborted: why it did not come to its end; none: it did.
        is_end_told: whether the file tells how it ended: it does not while the scan is being made.
        points: that were measured and are whole.
        points_planned: by the command; none where it does not tell.
        metadata: motors, counters, environment.
    """

    name: str
    number: int
    identity: str
    command: str
    start: datetime
    end: datetime
    aborted: str | None
    is_end_told: bool
    points: int
    points_planned: int | None
    metadata: dict[str, MetadataValue]


class SpecFileReader:
    """The scans of one file, in its order.

    Raises:
        NotASpecFileError: the file holds no scan that silx can find.
    """

    def __init__(self, path: Path, inspection: Inspection, zone: tzinfo | None = None) -> None:
        """Open a file.

        Args:
            path: of the file.
            inspection: what `inspect` found in it.
            zone: of the clock that wrote it; none: as the file's own #E and #D lines tell, else UTC.
        """
        self.path = path
        self._zone = zone
        self._modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        self._copy = _readable_copy(path)
        try:
            self._file = SpecFile(self._copy.name)
            count = len(self._file)
        except OSError as error:
            self.close()
            raise NotASpecFileError(f"{path} is not a SPEC file: {error}") from error
        if count == 0:
            self.close()
            raise NotASpecFileError(f"{path} holds no SPEC scan")
        self._starts: dict[int, datetime] = {}
        self._not_finite = inspection.not_finite if inspection.scans == count else {}

    def close(self) -> None:
        """Let go of what was needed to read the file."""
        self._copy.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._file)

    def name(self, index: int) -> str:
        """Return number and order of a scan, such as ``12.1``."""
        return str(self._file.keys()[index])

    def scan(self, index: int) -> SpecScan:
        """Read a scan.

        Raises:
            ValueError: it cannot be read (silx's errors and those of decoding are such).
        """
        try:
            return self._read(index, self._file[index], self._not_finite.get(index, []))
        except (OSError, KeyError, IndexError, RuntimeError, SfErrColNotFound) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error

    def _read(self, index: int, scan: Scan, not_finite: list[tuple[int, int]]) -> SpecScan:
        header: Mapping[str, str] = scan.scan_header_dict
        file_header: Mapping[str, str] = scan.file_header_dict
        comments = header.get("C", "").splitlines()
        # "12 ascan th 0 1 10 1": silx keeps the number.
        command = header.get("S", "").strip().partition(" ")[2].strip()
        columns = scan.data
        points = int(columns.shape[1]) if columns.size else 0
        for row, column in not_finite:
            if row < points and column < len(columns):
                columns[column, row] = math.nan
        start = self._start(index, header, file_header)
        table = MetadataTable()
        add_motors(table, header, file_header)
        add_header(table, header, file_header)
        add_counters(table, scan.labels if points else [], columns)
        return SpecScan(
            name=f"{scan.number}.{scan.order}",
            number=int(scan.number),
            identity=_identity(scan),
            command=command,
            start=start,
            end=start + _duration(scan, header, comments, points),
            aborted=(aborted := _aborted(comments)),
            is_end_told=aborted != _UNTOLD and (aborted is not None or _ENDED in header.get("C", "")),
            points=points,
            points_planned=_planned(command),
            metadata=table.entries,
        )

    def _start(self, index: int, header: Mapping[str, str], file_header: Mapping[str, str]) -> datetime:
        """Return when a scan began: by its own date, else the file's, else the file's time of last change."""
        zone = self._zone or _dates.zone_of(file_header.get("E", ""), file_header.get("D", "")) or UTC
        dates = (of.get("D", "") for of in (header, file_header))
        found = ((_dates.parse_date(date, zone), date) for date in dates)
        moment, date = next(((at, date) for at, date in found if at is not None), (self._modified, ""))
        former = self._starts.get(index - 1)
        self._starts[index] = _dates.after(moment, date, zone, former)
        return self._starts[index]


def _readable_copy(path: Path) -> IO[bytes]:
    """Return a copy of the file that silx reads whole.

    silx reads UTF-8 and line feeds only, passes over a last line without one, and ends a scan at a row with NaN or
    infinity in it, or reads them as 0: in the copy they are 0, and the reader puts them back.
    """
    copy = NamedTemporaryFile(prefix="beamlore-", suffix=".spec")  # noqa: SIM115 - closed with the reader
    for line in read_lines(path):
        text = line.text if line.text.startswith(("#", "@")) else _NOT_FINITE.sub("0", line.text)
        copy.write(text.encode() + b"\n")
    copy.flush()
    return copy


def _identity(scan: Scan) -> str:
    """Return a digest of what is written before a scan's first point, and so does not change while the file grows."""
    digest = hashlib.sha256()
    for line in _until_labels(scan):
        digest.update(line.strip().encode() + b"\n")
    digest.update(str(scan.order).encode())
    return digest.hexdigest()


def _until_labels(scan: Scan) -> Iterator[str]:
    yield from (line for line in scan.file_header if line.startswith(("#F", "#E", "#D")))
    for line in scan.scan_header:
        if not line.startswith("#C"):
            yield line
        if line.startswith("#L"):
            return


def _duration(scan: Scan, header: Mapping[str, str], comments: list[str], points: int) -> timedelta:
    told = _dates.duration_by_comments(_dates.local_date(header.get("D", "")), comments)
    if told is not None:
        return told
    if points == 0:
        return timedelta(0)
    for label in ("Epoch_float", "Epoch", "Time", "dt"):
        if label in scan.labels:
            column = scan.data_column_by_name(label)
            seconds = float(column[-1] - column[0])
            if 0 <= seconds < 30 * 86_400:
                return timedelta(seconds=seconds)
    return timedelta(0)


def _aborted(comments: list[str]) -> str | None:
    """Return why a scan did not come to its end, by its comments.

    SPEC says so; Sardana and bluesky say when a scan did end, so where they say nothing it did not.
    """
    text = "\n".join(comments)
    for comment in comments:
        if "Scan aborted" in comment:
            return comment[comment.index("Scan aborted") :].strip().rstrip(".")
    if (status := _BLUESKY_END.search(text)) is not None:
        return None if status.group(1) == "success" else f"exit status: {status.group(1)}"
    begun = "Acquisition started" in text or "plan_type" in text
    return _UNTOLD if begun and _ENDED not in text else None


def _planned(command: str) -> int | None:
    """Return the points of the usual macros, ``ascan motor start end intervals time`` and the like."""
    words = command.split()
    try:
        if words and _LINE_SCAN.fullmatch(words[0]):
            return abs(int(words[-2])) + 1
        if words and words[0] in ("mesh", "dmesh"):
            return (int(words[4]) + 1) * (int(words[8]) + 1)
        if words and words[0] in ("loopscan", "timescan"):
            return int(words[1]) or None
    except (ValueError, IndexError):
        return None
    return None
