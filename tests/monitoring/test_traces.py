"""A scan is one trace, from the instrument over Kafka, ingestor and catalogue to the open page."""

import json
import os
import socket
import subprocess
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from httpx_sse import aconnect_sse

from beamlore.beamline import Beamline
from beamlore.beamline.settings import BeamlineSettings
from beamlore.beamline.testing import StaticGatherer
from beamlore.embedded import Installation, Tokens
from beamlore.embedded.servers.services import beamlore_command
from tests.monitoring.collector import Collector, Span, collecting
from tests.system.waiting import eventually

_PROPOSAL = "20260101"


@dataclass(frozen=True)
class Traced:
    """A catalogue and an ingestor that trace, beside the installation's own."""

    collector: Collector
    catalogue: str


@pytest.fixture(scope="module")
async def traced(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Traced]:
    catalogue_url, catalogue_database = await installation.mongo.new_database()
    inbox_url, inbox_database = await installation.mongo.new_database()
    catalogue, ingestor = _free_port(), _free_port()
    logs = tmp_path_factory.mktemp("traced")
    with collecting() as collector:
        tracing = {"BEAMLORE_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        catalogues = {
            "BEAMLORE_HTTP_PORT": str(catalogue),
            "BEAMLORE_MONGO_URL": catalogue_url,
            "BEAMLORE_MONGO_DATABASE": catalogue_database,
        }
        ingestors = {
            "BEAMLORE_HTTP_PORT": str(ingestor),
            "BEAMLORE_MONGO_URL": inbox_url,
            "BEAMLORE_MONGO_DATABASE": inbox_database,
            "BEAMLORE_CATALOGUE_URL": f"http://127.0.0.1:{catalogue}",
            "BEAMLORE_CONSUMER_GROUP": "beamlore-ingestor",
        }
        await installation.stop("ingestor")
        try:
            with (
                _running(installation, "catalogue", "serve", logs, catalogues | tracing),
                _running(installation, "ingestor", "run", logs, ingestors | tracing),
            ):
                for port in (catalogue, ingestor):
                    await eventually(lambda: _is_ready(port), f"a service is ready, see {logs}", 120)  # noqa: B023
                yield Traced(collector, f"http://127.0.0.1:{catalogue}")
        finally:
            await installation.start("ingestor")
            await installation.mongo.drop_database(catalogue_database)
            await installation.mongo.drop_database(inbox_database)


def _settings(installation: Installation, tmp_path: Path, **changes: object) -> BeamlineSettings:
    environment = {
        name.removeprefix("BEAMLORE_").lower(): value
        for name, value in installation.environment("beamline-balder").items()
        if name.startswith("BEAMLORE_")
    }
    return BeamlineSettings.model_validate(environment | {"spool_dir": tmp_path} | changes)


async def test_a_scan_is_one_trace_from_the_instrument_to_the_page(
    installation: Installation, traced: Traced, token: Tokens, tmp_path: Path
):
    pid = f"test/{uuid.uuid4()}"
    settings = _settings(installation, tmp_path, otlp_endpoint=traced.collector.endpoint)
    headers = {"Authorization": f"Bearer {token('ada')}"}
    async with (
        httpx.AsyncClient(base_url=traced.catalogue, timeout=60) as http,
        aconnect_sse(http, "GET", "/api/beamlore/v1/events", headers=headers) as events,
    ):
        stream = events.aiter_sse()
        await anext(stream)
        async with (
            Beamline(settings, gatherer=StaticGatherer()) as beamline,
            beamline.scan("ascan mono 1 2 3 0.1", _PROPOSAL, tmp_path, pid=pid),
        ):
            pass
        told = await anext(row async for row in _rows(stream) if row["pid"] == pid and row["state"] == "finished")

    expected = {
        ("beamlore-beamline", "scan", "beamlore-beamline", "send ScanStarted"),
        ("beamlore-beamline", "scan", "beamlore-beamline", "send ScanFinished"),
        ("beamlore-beamline", "send ScanFinished", "beamlore-ingestor", "ingest scan"),
        ("beamlore-ingestor", "ingest scan", "beamlore-catalogue", "write dataset"),
        ("beamlore-ingestor", "ingest scan", "beamlore-catalogue", "tell pages"),
    }

    async def complete() -> bool:
        return expected <= _steps(traced.collector.trace_of(pid))

    await eventually(complete, "every step has its span")
    assert {one.trace_id for one in traced.collector.trace_of(pid)} == {told["traceparent"].split("-")[1]}


async def test_a_scan_that_is_not_sampled_leaves_no_trace_anywhere(
    installation: Installation, traced: Traced, token: Tokens, tmp_path: Path
):
    pid = f"test/{uuid.uuid4()}"
    settings = _settings(installation, tmp_path, otlp_endpoint=traced.collector.endpoint, trace_ratio=0)
    headers = {"Authorization": f"Bearer {token('ada')}"}
    async with httpx.AsyncClient(base_url=traced.catalogue, headers=headers, timeout=60) as http:
        async with (
            Beamline(settings, gatherer=StaticGatherer()) as beamline,
            beamline.scan("ascan mono 1 2 3 0.1", _PROPOSAL, tmp_path, pid=pid),
        ):
            pass
        path = f"/api/beamlore/v1/scans/{pid.replace('/', '%2F')}"

        async def finished() -> dict | None:
            answer = await http.get(path)
            return answer.json() if answer.status_code == 200 and answer.json()["state"] == "finished" else None

        scan = await eventually(finished, "the scan is catalogued")

    assert "traceparent" not in scan
    assert not [one for one in traced.collector.spans if one.attributes.get("beamlore.pid") == pid]


async def test_a_request_is_one_trace_with_its_queries(traced: Traced, token: Tokens):
    mine = f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01"
    headers = {"Authorization": f"Bearer {token('ada')}", "traceparent": mine}
    async with httpx.AsyncClient(base_url=traced.catalogue, headers=headers, timeout=60) as http:
        assert (await http.get("/api/beamlore/v1/scans")).status_code == 200

    async def spans() -> dict[str, str]:
        found = {one.name: one.service for one in traced.collector.spans if one.trace_id == mine.split("-")[1]}
        return found if "GET /api/beamlore/v1/scans" in found and len(found) > 1 else {}

    found = await eventually(spans, "the request's spans have come")
    assert set(found.values()) == {"beamlore-catalogue"}
    assert any("find" in name for name in found)


async def test_heartbeats_and_looks_that_nobody_asked_for_are_not_traced(traced: Traced):
    assert not [one for one in traced.collector.spans if "hello" in one.name or one.name.endswith("getMore")]


def test_without_a_collector_nothing_of_the_sdk_is_imported():
    script = "import sys; import {}; print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    for module in ("beamlore.catalogue.app", "beamlore.ingestor.app", "beamlore.beamline.scan"):
        python = beamlore_command()[0].removesuffix("beamlore") + "python"
        done = subprocess.run([python, "-c", script.format(module)], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]", module


def _steps(spans: list[Span]) -> set[tuple[str, str, str, str]]:
    """Return what led to what: service and name of a span's parent, and its own."""
    by_id = {one.span_id: one for one in spans}
    return {
        (by_id[one.parent_id].service, by_id[one.parent_id].name, one.service, one.name)
        for one in spans
        if one.parent_id in by_id
    }


async def _rows(stream: AsyncIterator) -> AsyncIterator[dict]:
    async for event in stream:
        if event.event == "scan":
            yield json.loads(event.data)


@contextmanager
def _running(
    installation: Installation, service: str, verb: str, logs: Path, changes: dict[str, str]
) -> Iterator[None]:
    environment = os.environ | installation.environment(service) | changes
    with (logs / f"{service}.log").open("w") as log:
        process = subprocess.Popen(
            beamlore_command(service, verb), env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


async def _is_ready(port: int) -> bool:
    try:
        async with httpx.AsyncClient() as http:
            return (await http.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
