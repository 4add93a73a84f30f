"""Query parameters that a route does not have, mistakes in plain English, and integers that nobody stores."""

from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from beamlore.core import Health, HttpSettings, create_app, takes_any_query

_router = APIRouter()


class _Thing(BaseModel):
    model_config = {"extra": "forbid"}

    size: Annotated[float, Field(ge=0)] | Annotated[int, Field(ge=0)]
    when: AwareDatetime | None = None
    names: list[str] = []
    note: Annotated[str, Field(max_length=3)] = ""


async def _shared(cursor: str = "") -> str:
    return cursor


@_router.get("/api/ours/v1/things")
async def _ours(
    cursor: Annotated[str, Depends(_shared)], limit: int = 1, start: Annotated[str, Query(alias="from")] = ""
) -> int:
    return limit


@_router.get("/api/ours/v1/back")
@takes_any_query
async def _back() -> int:
    return 1


@_router.get("/api/v3/things")
async def _others(limit: int = 1) -> int:
    return limit


@_router.post("/api/ours/v1/things")
async def _make(things: list[_Thing]) -> int:
    return len(things)


async def ask(method: str, path: str, **more: object) -> httpx.Response:
    app = create_app(
        title="t", prefix="/api/ours/v1", version="1", settings=HttpSettings(), routers=[_router], health=Health()
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.request(method, path, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("query", ["", "?limit=2", "?from=a&cursor=b", "?limit=2&limit=3"])
async def test_declared_parameters_are_taken(query: str) -> None:
    assert (await ask("GET", f"/api/ours/v1/things{query}")).status_code == 200


@pytest.mark.parametrize("name", ["where", "Limit", "start", "limit[]", "a%22%0d%0aX:1", "%C3%BC", ""])
async def test_unknown_parameters_are_refused_on_our_own_routes(name: str) -> None:
    answer = await ask("GET", f"/api/ours/v1/things?{name}=1&limit=2")
    assert answer.status_code == 400
    assert "unknown query parameter" in answer.json()["detail"]
    assert "cursor, from, limit" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["where", "Limit", "a%22%0d%0aX:1", "%C3%BC"])
async def test_unknown_parameters_are_told_about_on_others(name: str) -> None:
    answer = await ask("GET", f"/api/v3/things?{name}=1&limit=2")
    assert (answer.status_code, answer.json()) == (200, 2)
    assert answer.headers["warning"].startswith('299 - "unknown query parameter ignored: ')
    assert answer.headers["warning"].count('"') == 2
    assert "warning" not in (await ask("GET", "/api/v3/things?limit=2")).headers


async def test_a_route_may_take_any_query() -> None:
    assert (await ask("GET", "/api/ours/v1/back?code=1&state=2")).status_code == 200


@pytest.mark.parametrize(
    ("thing", "at", "message"),
    [
        ({"size": -1}, "[0].size", "must be greater than or equal to 0"),
        ({"size": "many"}, "[0].size", "must be a valid number"),
        ({}, "[0].size", "is missing"),
        ({"size": 1, "sise": 1}, "[0].sise", "is not a known field"),
        ({"size": 1, "names": ["a", 2]}, "[0].names[1]", "must be a valid string"),
        ({"size": 1, "note": "long"}, "[0].note", "must have at most 3 characters"),
        ({"size": 1, "when": "2026-01-01T00:00:00"}, "[0].when", "must have timezone info"),
    ],
)
async def test_mistakes_name_the_field_in_plain_english(thing: object, at: str, message: str) -> None:
    answer = await ask("POST", "/api/ours/v1/things", json=[thing])
    assert answer.status_code == 422
    (mistake,) = answer.json()["errors"]
    assert mistake["at"] == at
    assert mistake["message"].startswith(message)
    assert not any(word in answer.text for word in ("Input", "value_error", "constrained", "function-"))


async def test_a_wrong_parameter_is_named() -> None:
    answer = await ask("GET", "/api/ours/v1/things?limit=two")
    assert answer.json()["detail"].startswith("limit: must be a valid integer")


@pytest.mark.parametrize("value", [2**63, 2**64, -(2**63) - 1, 10**400])
@pytest.mark.parametrize("json", ['[{{"size": {}}}]', '[{{"note": "12345678901234567890", "size":[1, {}]}}]'])
async def test_an_integer_of_more_than_64_bits_is_refused_by_name(value: int, json: str) -> None:
    answer = await ask("POST", "/api/ours/v1/things", content=json.format(value), headers=_JSON)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("size: the integer ")


@pytest.mark.parametrize("value", ["9223372036854775807", "18446744073709551616.0", "1e300", '1, "note": "9" '])
async def test_other_numbers_are_taken(value: str) -> None:
    answer = await ask("POST", "/api/ours/v1/things", content=f'[{{"size": {value}}}]', headers=_JSON)
    assert answer.status_code == 200, answer.text


_JSON = {"Content-Type": "application/json"}
