"""Every request has an id, is measured by its route, and has a line in the log where it was slow or failed."""

import asyncio
import io
import json
import logging
import sys
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, Request
from prometheus_client import REGISTRY

from beamlore.core import (
    CurrentPrincipal,
    Health,
    HttpSettings,
    UnauthenticatedError,
    configure_logging,
    create_app,
    measured,
    service_client,
    working_on,
)

router = APIRouter()


@router.get("/datasets/{pid}")
async def dataset(pid: str) -> str:
    return pid


@router.get("/slow/{pid}")
async def slow(pid: str) -> str:
    with measured("database"):
        await asyncio.sleep(0.06)
    return pid


@router.get("/broken")
async def broken() -> None:
    raise RuntimeError("the password is 1234")


@router.get("/mine")
async def mine(principal: CurrentPrincipal) -> str:
    return principal.username


@router.post("/taken")
async def taken(request: Request) -> int:
    return len(await request.body())


async def _nothing() -> None:
    return None


@router.get("/open")
async def open_to_all(_: Annotated[None, Depends(_nothing)]) -> str:
    return "all"


class _Refusing:
    async def verify(self, token: str) -> None:
        raise UnauthenticatedError("it is over", reason="expired")


@pytest.fixture
async def client():
    settings = HttpSettings(slow_request_seconds=0.05)
    app = create_app(title="t", prefix="/api/t", version="1", settings=settings, routers=[router], health=Health())
    app.state.verifier = _Refusing()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        yield client


@pytest.fixture
def log_lines(monkeypatch):
    """The lines of the log so far, as JSON."""
    root = logging.getLogger()
    written = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", written)
        patched.setattr(root, "handlers", [])
        patched.setattr(root, "level", root.level)
        configure_logging("tested", HttpSettings(log_format="json"))

        def read() -> list[dict[str, object]]:
            root.handlers[0].flush()
            return [json.loads(line) for line in written.getvalue().splitlines()]

        yield read


def count(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_requests_are_counted_under_their_route_and_not_their_path(client):
    labels = {"method": "GET", "route": "/datasets/{pid}"}
    before = count("beamlore_http_requests_total", **labels, status="200")

    await client.get("/datasets/a")
    await client.get("/datasets/b")

    assert count("beamlore_http_requests_total", **labels, status="200") == before + 2
    assert count("beamlore_http_request_duration_seconds_count", **labels) >= 2


async def test_what_callers_make_up_does_not_become_a_label(client):
    for number in range(3):
        await client.request("BREW", f"/made-up/{number}")

    page = (await client.get("/metrics")).text
    assert "made-up" not in page
    assert "BREW" not in page
    assert count("beamlore_http_requests_total", method="OTHER", route="none", status="404") >= 3


async def test_a_slow_request_says_which_phase_was_slow(client, log_lines):
    await client.get("/slow/20.500/x", headers={"X-Request-ID": "ignored"})
    answer = await client.get("/slow/abc", headers={"X-Request-ID": "r-1"})

    line = next(line for line in log_lines() if line.get("request_id") == "r-1")
    assert answer.headers["x-request-id"] == "r-1"
    assert (line["event"], line["route"], line["pid"]) == ("request was slow", "/slow/{pid}", "abc")
    assert line["phases"]["database"] >= 0.06


async def test_a_failed_request_has_one_line_and_its_answer_the_id(client, log_lines):
    answer = await client.get("/broken", headers={"X-Request-ID": "r-2"})

    lines = [line for line in log_lines() if line.get("request_id") == "r-2"]
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == "r-2"
    assert "1234" not in answer.text
    assert [line["event"] for line in lines if line["logger"] == "beamlore.core._requests"] == ["request failed"]
    assert count("beamlore_http_requests_total", method="GET", route="/broken", status="500") >= 1


async def test_a_caller_who_goes_away_while_sending_is_no_failure(client, log_lines):
    sent = iter(({"type": "http.request", "body": b"begun", "more_body": True}, {"type": "http.disconnect"}))
    answered = []

    async def receive():
        return next(sent)

    async def send(message):
        answered.append(message)

    scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": "/taken", "raw_path": b"/taken"}
    scope |= {"query_string": b"", "headers": [], "root_path": "", "scheme": "http", "server": ("service", 80)}

    await client._transport.app(scope, receive, send)

    assert answered == []
    assert log_lines() == []
    assert count("beamlore_http_requests_total", method="POST", route="/taken", status="499") == 1


async def test_a_quick_request_has_no_line(client, log_lines):
    await client.get("/open")

    assert log_lines() == []


async def test_refused_tokens_are_counted_by_reason(client):
    expired, malformed = (count("beamlore_http_token_failures_total", reason=one) for one in ("expired", "malformed"))

    await client.get("/mine", headers={"Authorization": "Bearer x"})
    await client.get("/mine", headers={"Authorization": "Basic x"})

    assert count("beamlore_http_token_failures_total", reason="expired") == expired + 1
    assert count("beamlore_http_token_failures_total", reason="malformed") == malformed + 1


async def test_calls_to_other_services_carry_the_id_of_the_work_they_are_made_for():
    seen = []

    async def other_service(scope, receive, send):
        seen.append(dict(scope["headers"]).get(b"x-request-id", b"").decode())
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async with service_client(base_url="http://other", auth=httpx.Auth(), timeout=1) as client:
        client._transport = httpx.ASGITransport(other_service)
        with working_on("batch-7"):
            await client.get("/")
        await client.get("/")

    assert seen[0] == "batch-7"
    assert len(seen[1]) == 32


def test_a_component_that_is_away_shows_in_the_measurements():
    health = Health()
    health.set("user office", False, "no answer")
    assert count("beamlore_health_component_ready", component="user office") == 0

    health.set("user office", True)
    assert count("beamlore_health_component_ready", component="user office") == 1
