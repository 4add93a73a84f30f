"""Where a reader of the live events is, as its ``Last-Event-ID`` says it.

``<hub>.<number>.<milliseconds>``: within the process that sent it, the number of the event; for any other process
(a restarted or a sister one), the time it was sent.
"""

import re
from collections import deque
from dataclasses import dataclass

_ID = re.compile(r"([0-9a-f]{8})\.(\d{1,15})\.(\d{1,15})")
_LATEST = 253_370_764_800_000
"""The year 9999 in milliseconds: what comes after it is no date."""


@dataclass(frozen=True)
class Position:
    """A place in the events of one hub."""

    hub: str
    number: int
    milliseconds: int

    def __str__(self) -> str:
        return f"{self.hub}.{self.number}.{self.milliseconds}"


def parse_position(text: str) -> Position | None:
    """Return the position an id stands for, ``None`` where it is not one of ours."""
    found = _ID.fullmatch(text)
    if found is None or int(found[3]) > _LATEST:
        return None
    return Position(found[1], int(found[2]), int(found[3]))


class Recent:
    """The PIDs of the newest changes, by number, so that a reader who comes back is told exactly what it missed."""

    def __init__(self, size: int) -> None:
        self._pids: deque[str] = deque(maxlen=size)
        self.number = 0

    def add(self, pid: str) -> int:
        """Add a change and return its number."""
        self._pids.append(pid)
        self.number += 1
        return self.number

    def after(self, number: int) -> list[str] | None:
        """Return the PIDs changed after this number, each once; ``None`` where that is no longer known."""
        missed = self.number - number
        if missed < 0 or missed > len(self._pids):
            return None
        return list(dict.fromkeys(list(self._pids)[len(self._pids) - missed :]))
