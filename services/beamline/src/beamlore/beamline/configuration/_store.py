"""The last known active configuration, on disk."""

import logging
import os
from pathlib import Path

from pydantic import BaseModel, ValidationError

from beamlore.contract import ActiveConfiguration

_log = logging.getLogger(__name__)


class Remembered(BaseModel):
    """An active configuration and the ETag it came with."""

    etag: str | None
    configuration: ActiveConfiguration


class ConfigurationStore:
    """A file that is whole at any instant: it is written beside itself, flushed, and put in place."""

    def __init__(self, directory: Path, beamline: str) -> None:
        self._path = directory.expanduser() / f"active-configuration-{beamline}.json"

    def load(self) -> Remembered | None:
        """Return what was saved last, ``None`` where nothing readable was."""
        try:
            return Remembered.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            _log.warning("the last known configuration cannot be read from %s: %s", self._path, error)
            return None

    def save(self, remembered: Remembered) -> None:
        """Keep a configuration over restarts.

        Raises:
            OSError: the disk cannot be written.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(remembered.model_dump_json(by_alias=True).encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
