"""What the engine has produced, one JSON object a line, for who wants to compare it with the catalogue."""

import json
from datetime import UTC, datetime
from typing import TextIO


class Report:
    """Writes a line for each event of a scan, with the totals so far.

    A scan counts as started, finished or aborted when its message is on the disk: from then on it must be catalogued.
    """

    def __init__(self, beamline: str, stream: TextIO | None) -> None:
        self._beamline = beamline
        self._stream = stream
        self._totals = {"started": 0, "finished": 0, "aborted": 0, "missed": 0}

    @property
    def totals(self) -> dict[str, int]:
        """Scans by what became of them; missed are those that were due but not begun."""
        return dict(self._totals)

    def tell(self, event: str, **details: object) -> None:
        """Write an event: started, finished, aborted, missed, or stopped at the engine's end."""
        if event in self._totals:
            self._totals[event] += 1
        if self._stream is not None:
            at = datetime.now(UTC).isoformat()
            line = {"event": event, "beamline": self._beamline, "at": at, **details, "totals": self._totals}
            self._stream.write(json.dumps(line) + "\n")
            self._stream.flush()
