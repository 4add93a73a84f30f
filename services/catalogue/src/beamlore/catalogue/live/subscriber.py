"""One reader of the live events: what it wants, and what it gets where it is too slow or may see less."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from beamlore.catalogue.live.proof import StreamProof
from beamlore.catalogue.live.reader import LiveEvent, Reader
from beamlore.catalogue.scans.repository import aware


@dataclass(frozen=True)
class LiveFilter:
    """Which scans a reader wants, and which of their metadata (``None``: all)."""

    columns: frozenset[str] | None = frozenset()
    proposal: str | None = None
    beamline: str | None = None
    start_from: datetime | None = None
    start_to: datetime | None = None

    def wants(self, document: Mapping[str, Any]) -> bool:
        """Return whether a dataset is one of these scans."""
        start = document.get("startTime")
        return (
            isinstance(start, datetime)
            and (self.start_from is None or start >= aware(self.start_from))
            and (self.start_to is None or start < aware(self.start_to))
            and (self.proposal is None or self.proposal in (document.get("proposalIds") or ()))
            and (self.beamline is None or self.beamline in (document.get("instrumentIds") or ()))
        )


class Subscriber(Reader):
    """A reader that is told to load the page again where it is too slow, or may see something else than before."""

    def __init__(self, proof: StreamProof, wanted: LiveFilter, size: int) -> None:
        super().__init__(proof, size)
        self.wanted = wanted
        self.resumed: dict[str, int] = {}
        """Versions it was sent when it came back, so that it is not sent them again, by PID."""

    def remove(self, event: LiveEvent) -> None:
        """Add the event that takes a dataset off the page; what waits of it is not sent any more."""
        self.drop(lambda waiting: waiting.pid == event.pid)
        self.resumed.pop(event.pid or "", None)
        self.put(event)

    def _overflow(self, event: LiveEvent) -> None:
        self._waiting.clear()
        self._waiting.append(LiveEvent("reset", event.id, "{}"))

    def _rights_changed(self) -> None:
        self._waiting.clear()
        self._waiting.append(LiveEvent("reset", None, "{}"))
