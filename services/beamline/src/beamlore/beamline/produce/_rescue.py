"""What can still be read of a damaged spool."""

import logging
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

_log = logging.getLogger(__name__)

FILE = "spool.sqlite3"


@dataclass(frozen=True, slots=True)
class Spooled:
    """A message in the spool; ids grow in the order of appending."""

    id: int
    topic: str
    key: bytes
    value: bytes
    traceparent: str | None = None
    """Where the message belongs to a trace: the W3C's trace context."""


def rescue(directory: Path) -> tuple[Path, list[Spooled]]:
    """Put a damaged file aside, and return where, and what can still be read of it, in its order.

    Raises:
        OSError: it cannot be renamed.
    """
    aside = directory / f"spool-damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.sqlite3"
    (directory / FILE).replace(aside)
    journal = directory / f"{FILE}-journal"
    if journal.exists():
        # SQLite looks for it under the name of the file it belongs to.
        journal.replace(directory / f"{aside.name}-journal")
    connection = sqlite3.connect(aside, isolation_level=None)
    readable: list[Spooled] = []
    try:
        for id_ in _readable_ids(connection):
            try:
                query = "SELECT id, topic, key, value, traceparent FROM waiting WHERE id = ?"
                readable += [Spooled(*row) for row in connection.execute(query, (id_,))]
            except sqlite3.DatabaseError as error:
                _log.warning("message %d of the damaged spool cannot be read: %s", id_, error)
    finally:
        connection.close()
    return aside, [one for one in readable if isinstance(one.key, bytes) and isinstance(one.value, bytes)]


def _readable_ids(connection: sqlite3.Connection) -> list[int]:
    """Return the ids from both ends of the table up to where it is damaged."""
    found: set[int] = set()
    for order in ("ASC", "DESC"):
        try:
            for (id_,) in connection.execute(f"SELECT id FROM waiting ORDER BY id {order}"):  # noqa: S608 - ours
                found.add(id_)
        except sqlite3.DatabaseError as error:
            _log.debug("the damaged spool, read %s: %s", order, error)
    return sorted(found)
