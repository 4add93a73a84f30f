"""Where visits are found."""

from collections.abc import Iterable
from datetime import datetime

from beamlore.useroffice.pages import Index, Page
from beamlore.useroffice.visits.models import Visit


class VisitRepository:
    """The visits of a seed, by id."""

    def __init__(self, visits: Iterable[Visit]) -> None:
        known = list(visits)
        self._visits = Index(known, lambda visit: visit.id)
        self._by_beamline: dict[str, list[Visit]] = {}
        for visit in known:
            self._by_beamline.setdefault(visit.beamline, []).append(visit)

    @property
    def beamlines(self) -> list[str]:
        """The beamlines that have visits, past and future ones too."""
        return list(self._by_beamline)

    def under_way(self, beamline: str, now: datetime) -> int:
        """Return how many visits there are at a beamline at a moment."""
        return sum(1 for visit in self._by_beamline[beamline] if visit.start <= now < visit.end)

    def page(self, limit: int, cursor: str | None, *, proposal: str | None, beamline: str | None) -> Page[Visit]:
        """Return some visits, by id: for a proposal, at a beamline, or both."""
        return self._visits.page(
            limit,
            cursor,
            lambda visit: proposal in (None, visit.proposal) and beamline in (None, visit.beamline),
        )
