"""The files a scan writes."""

import logging
from datetime import UTC, datetime
from pathlib import Path

from beamlore.contract import File

_log = logging.getLogger(__name__)


class ScanFiles:
    """Names the files of a scan and looks their size and time up when they are told of."""

    def __init__(self, directory: str) -> None:
        self._directory = Path(directory)
        self._files: dict[str, File | None] = {}

    def add(self, path: str | Path, size: int | None, time: datetime | None) -> None:
        """Remember a file; without size and time they are read from the disk each time they are needed."""
        given = Path(path)
        if given.is_absolute() and given.is_relative_to(self._directory):
            given = given.relative_to(self._directory)
        known = File(path=str(given), size=size, time=time) if size is not None and time is not None else None
        self._files[str(given)] = known

    def look(self) -> list[File]:
        """Return the files that are there now, in the order they were added. Reads the disk."""
        return [found for path, known in self._files.items() if (found := known or self._stat(path)) is not None]

    def _stat(self, path: str) -> File | None:
        try:
            stat = (self._directory / path).stat()
        except OSError as error:
            _log.warning("the file %s of the scan in %s is not told of: %s", path, self._directory, error.strerror)
            return None
        return File(path=path, size=stat.st_size, time=datetime.fromtimestamp(stat.st_mtime, UTC))
