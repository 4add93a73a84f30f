"""How far each scan's story was sent on, for as many scans as can still be talked of."""

from typing import Final, TypeAlias

from beamlore.contract import Place

Scan: TypeAlias = tuple[str, str]
"""PID and proposal."""
NOTHING: Final[Place] = (False, -1)


class SentOn:
    """Remembers the scans of the last messages, at least ``scans`` and less than twice as many.

    Two dictionaries that take turns: a least-recently-used cache costs more for each message than making its item.
    """

    def __init__(self, scans: int) -> None:
        self._scans = scans
        self._recent: dict[Scan, Place] = {}
        self._former: dict[Scan, Place] = {}

    def advance(self, scan: Scan, place: Place) -> None:
        """Note that a scan was sent on up to this place."""
        self._recent[scan] = max(place, self.upto(scan))
        if len(self._recent) >= self._scans:
            self._former, self._recent = self._recent, {}

    def upto(self, scan: Scan) -> Place:
        """Return how far a scan was sent on, `NOTHING` where nothing is known of it."""
        found = self._recent.get(scan)
        return self._former.get(scan, NOTHING) if found is None else found

    def clear(self) -> None:
        """Forget all."""
        self._recent.clear()
        self._former.clear()
