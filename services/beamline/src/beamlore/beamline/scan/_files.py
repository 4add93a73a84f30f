"""The files a scan writes."""

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

from beamlore.contract import MAX_PATH, File, fit_file, fit_moment, plain_text

_log = logging.getLogger(__name__)


class ScanFiles:
    """Names the files of a scan and looks their size and time up when they are told of."""

    def __init__(self, directory: str) -> None:
        self._directory = Path(directory)
        self._files: dict[str, File | None] = {}

    def add(self, path: object, size: object, time: object) -> None:
        """Remember a file; without size and time they are read from the disk each time they are needed."""
        given = _as_path(path)
        if given.is_absolute() and given.is_relative_to(self._directory):
            given = given.relative_to(self._directory)
        self._files[str(given)] = fit_file(given, size, fit_moment(time))

    def look(self) -> list[File]:
        """Return the files that are there now, in the order they were added. Reads the disk."""
        return [found for path, known in self._files.items() if (found := known or self._stat(path)) is not None]

    def _stat(self, path: str) -> File | None:
        try:
            stat = (self._directory / path).stat()
            changed = datetime.fromtimestamp(stat.st_mtime, UTC)
        except (OSError, ValueError, OverflowError) as error:
            # Not there, or a name with NUL in it, or a time no calendar has.
            _log.warning("the file %r of the scan in %s is not told of: %s", path, self._directory, error)
            return None
        return fit_file(path, stat.st_size, changed)


def _as_path(given: object) -> Path:
    """Return a path to look up, also one whose name is no Unicode: the message spells it as well as it can."""
    if isinstance(given, str | bytes | os.PathLike):
        return Path(os.fsdecode(given))
    return Path(plain_text(given, MAX_PATH))
