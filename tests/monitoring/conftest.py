"""A running installation, watched by a real Prometheus, with something of everything that it measures."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from httpx_sse import aconnect_sse

from beamlore.beamline import Beamline
from beamlore.beamline.measurements import shown_measurements
from beamlore.beamline.settings import BeamlineSettings
from beamlore.beamline.testing import StaticGatherer
from beamlore.contract import MetadataValue
from beamlore.embedded import Installation, Tokens
from tests.monitoring import prometheus
from tests.monitoring.chart import write_rules
from tests.monitoring.prometheus import Prometheus
from tests.system.waiting import eventually

SERVICES = ("catalogue", "ingestor", "configurator", "useroffice")
_PROPOSAL = "20260101"


@pytest.fixture(scope="session")
async def instrument(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Beamline, str]]:
    """A beamline whose measurements are shown, and where."""
    settings = BeamlineSettings.model_validate(
        {
            name.removeprefix("BEAMLORE_").lower(): value
            for name, value in installation.environment("beamline-balder").items()
            if name.startswith("BEAMLORE_")
        }
        | {"spool_dir": tmp_path_factory.mktemp("spool"), "metrics_port": 0}
    )
    gatherer = StaticGatherer({"temperature": MetadataValue(290.0, unit="K")})
    async with Beamline(settings, gatherer=gatherer) as beamline:
        with shown_measurements(beamline, settings) as port:
            yield beamline, f"127.0.0.1:{port}"


@pytest.fixture(scope="session")
async def watching(
    installation: Installation, instrument: tuple[Beamline, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Prometheus]:
    """Prometheus, reading all services and the instrument."""
    directory = tmp_path_factory.mktemp("prometheus")
    jobs = {name: installation.services.address(name).removeprefix("http://") for name in SERVICES}
    jobs["simulation"] = instrument[1]
    rules = write_rules(directory / "rules", ".*", "beamlore")
    async with prometheus.running(directory, jobs, rules) as found:

        async def all_up() -> bool:
            up = await found.targets_up()
            return len(up) == len(jobs) and all(up.values())

        await eventually(all_up, "every target is read")
        yield found


@pytest.fixture(scope="session")
async def busy(
    installation: Installation,
    token: Tokens,
    watching: Prometheus,
    instrument: tuple[Beamline, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Prometheus:
    """Prometheus, after scans, a rejected one among them, reads of all kinds, an open page and refused tokens."""
    beamline, _ = instrument
    data = tmp_path_factory.mktemp("data")
    api = f"{installation.front_door}/api"
    headers = {"Authorization": f"Bearer {token('ada')}"}
    staff = {"Authorization": f"Bearer {token('staff')}"}
    async with httpx.AsyncClient(timeout=60) as http:
        # Twice, with a pause: a rate is a difference.
        for _ in range(2):
            async with aconnect_sse(http, "GET", f"{api}/beamlore/v1/events", headers=dict(headers)) as events:
                stream = events.aiter_sse()
                await anext(stream)
                pid = await _make_scans(beamline, data)
                await eventually(lambda: _is_catalogued(http, api, headers, pid), "the scan is catalogued")  # noqa: B023
                await _read(http, api, headers, pid)
                assert (await http.get(f"{api}/configurator/v1/beamlines", headers=staff)).status_code == 200
                await asyncio.sleep(2 * prometheus.SCRAPE_SECONDS)

        async def counted() -> bool:
            return bool(await watching.value("sum(increase(beamlore_ingestor_messages_total[1m])) > 0"))

        await eventually(counted, "the scans are counted")
    return watching


async def _make_scans(beamline: Beamline, data: Path) -> str:
    for proposal in (_PROPOSAL, "no-such-proposal", _PROPOSAL):
        async with beamline.scan("ascan mono 1 2 3 0.1", proposal, data, pid=f"test/{uuid.uuid4()}") as scan:
            await scan.update(points=1)
    return scan.pid


async def _is_catalogued(http: httpx.AsyncClient, api: str, headers: dict[str, str], pid: str) -> bool:
    answer = await http.get(f"{api}/v3/datasets/{pid.replace('/', '%2F')}", headers=headers)
    return answer.status_code == 200 and bool(answer.json())


async def _read(http: httpx.AsyncClient, api: str, headers: dict[str, str], pid: str) -> None:
    for path in (
        'v3/datasets?filter={"limits":{"limit":5}}',
        'v3/datasets/fullquery?fields={"text":"ascan"}&limits={"limit":5}',
        'v3/datasets/fullfacet?fields={}&facets=["type"]',
        "v3/datasets/count",
        f"v3/datasets/{pid.replace('/', '%2F')}",
    ):
        answer = await http.get(f"{api}/{path}", headers=headers)
        assert answer.status_code == 200, f"{path}: {answer.text}"
    refused = await http.get(f"{api}/v3/datasets", headers={"Authorization": "Bearer not-a-token"})
    assert refused.status_code == 401
