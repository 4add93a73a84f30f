"""A caller whose slow requests have used up their time is told to wait; nobody else is."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request

from beamlore.catalogue.costs import SLOW_SECONDS, CostlyRequests, Costs
from beamlore.contract import CATALOGUE_ADMIN
from beamlore.core import ANONYMOUS, Principal, TooManyRequestsError

ADA, BO = Principal(subject="ada", username="ada"), Principal(subject="bo", username="bo")


def asking(address: str = "10.0.0.1", method: str = "GET") -> Request:
    return Request({"type": "http", "method": method, "headers": [], "client": (address, 1), "app": SimpleNamespace()})


async def test_slow_requests_use_up_the_callers_time_and_nobody_elses() -> None:
    """OWASP API-2023 API4."""
    costs = Costs(2)
    for _ in range(3):
        await costs.allow(asking(), ADA)
        await costs.charge("ada", 0.9)
    with pytest.raises(TooManyRequestsError) as refused:
        await costs.allow(asking(), ADA)
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    await costs.allow(asking(), BO)


async def test_quick_requests_cost_nothing() -> None:
    costs = Costs(1)
    for _ in range(100):
        await costs.charge("ada", SLOW_SECONDS * 0.99)
    await costs.allow(asking(), ADA)


async def test_anonymous_callers_are_told_apart_by_address() -> None:
    costs = Costs(1)
    await costs.charge("address 10.0.0.1", 5)
    with pytest.raises(TooManyRequestsError):
        await costs.allow(asking("10.0.0.1"), ANONYMOUS)
    await costs.allow(asking("10.0.0.2"), ANONYMOUS)


async def test_writes_and_administrators_are_not_held_up() -> None:
    costs = Costs(1)
    await costs.charge("ada", 5)
    await costs.allow(asking(method="POST"), ADA)
    await costs.allow(asking(), replace(ADA, groups=frozenset({CATALOGUE_ADMIN})))


async def test_without_a_limit_nobody_is_refused() -> None:
    costs = Costs(0)
    await costs.charge("ada", 1_000)
    await costs.allow(asking(), ADA)


async def test_the_time_until_the_answer_begins_is_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = Costs(1)
    now = [0.0]
    monkeypatch.setattr("beamlore.catalogue.costs.time.monotonic", lambda: now[0])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await costs.allow(Request(scope), ADA)
        now[0] += 3
        await send({"type": "http.response.start", "status": 200, "headers": []})
        now[0] += 100
        await send({"type": "http.response.body", "body": b""})

    async def nothing(*_: Any) -> Any:
        return {}

    scope = asking().scope
    await CostlyRequests(app, costs)(scope, nothing, nothing)
    with pytest.raises(TooManyRequestsError):
        await costs.allow(asking(), ADA)
