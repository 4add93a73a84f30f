"""Where visits are found."""

from collections.abc import Iterable

from beamlore.useroffice.pages import Index, Page
from beamlore.useroffice.visits.models import Visit


class VisitRepository:
    """The visits of a seed, by id."""

    def __init__(self, visits: Iterable[Visit]) -> None:
        self._visits = Index(visits, lambda visit: visit.id)

    def page(self, limit: int, cursor: str | None, *, proposal: str | None, beamline: str | None) -> Page[Visit]:
        """Return some visits, by id: for a proposal, at a beamline, or both."""
        return self._visits.page(
            limit,
            cursor,
            lambda visit: proposal in (None, visit.proposal) and beamline in (None, visit.beamline),
        )
