"""How far a backup or a restore is, told every ten seconds."""

import threading
import time
from typing import Final

import structlog

log = structlog.get_logger(__name__)

_TELL_SECONDS: Final = 10.0


class ByteProgress:
    """Counts documents and bytes of several threads, and logs them now and then."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._lock = threading.Lock()
        self._documents = 0
        self._bytes = 0
        self._begun = self._told = time.monotonic()

    def __call__(self, size: int) -> None:
        """Take in a document of so many bytes."""
        with self._lock:
            self._documents += 1
            self._bytes += size
            now = time.monotonic()
            is_due = now - self._told >= _TELL_SECONDS
            if is_due:
                self._told = now
        if is_due:
            log.info(
                self._doing,
                documents=self._documents,
                megabytes=self._bytes // 1_000_000,
                megabytes_per_second=round(self._bytes / 1e6 / (now - self._begun), 1),
            )
