"""Who should be measuring now: what an alert needs to tell silence from a beamline without visitors."""

from datetime import UTC, datetime
from functools import partial

from prometheus_client import Gauge

from beamlore.useroffice.visits.repository import VisitRepository

_visits = Gauge("beamlore_useroffice_visits", "Visits under way.", ["beamline"])


def watch(visits: VisitRepository) -> None:
    """Count the visits under way, each time somebody asks for the measurements."""
    for beamline in visits.beamlines:
        _visits.labels(beamline).set_function(partial(_now, visits, beamline))


def _now(visits: VisitRepository, beamline: str) -> float:
    return visits.under_way(beamline, datetime.now(UTC))
