"""Renderings of the chart that several tests look at."""

import pytest

from tests.chart.rendering import EXAMPLES, Resource, resources, values_of

# Everything that can be switched on.
EVERYTHING = (
    "--set=ingress.enabled=true,gateway.enabled=true,gateway.className=any,backup.enabled=true",
    "--set=catalogue.autoscaling.enabled=true,ingestor.autoscaling.enabled=true,web.autoscaling.enabled=true",
    "--set=beamlines[0].name=balder,beamlines[0].simulate=true,beamlines[0].proposals={p1}",
    "--set=monitoring.enabled=true,mongodb.topology=arbiter",
)


@pytest.fixture(scope="session", params=[None, "everything", *EXAMPLES], ids=lambda name: name or "defaults")
def objects(request: pytest.FixtureRequest) -> list[Resource]:
    """All objects: by default, with everything switched on, of each example."""
    if request.param == "everything":
        return resources(*EVERYTHING)
    return resources(*values_of(request.param))
