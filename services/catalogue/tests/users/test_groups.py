"""Where groups come from: each provider, at real HTTP services (OWASP API10:2023: nothing is granted in doubt)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import SecretStr

from beamlore.catalogue.settings import Settings
from beamlore.catalogue.users.groups import group_sources
from beamlore.catalogue.users.person import Person
from beamlore.embedded import listening_socket

NORA = Person(
    strategy="oidc",
    external_id='sub "1"',
    username="nora",
    email="nora@facility.example",
    payload={"groups": ["a", " ", 5, "b"], "orcid": "0000/1"},
)


class Asked:
    """A user office that answers groups, and what it was asked."""

    def __init__(self) -> None:
        self.address = ""
        self.answer: Any = ["proposal:1", "", 7, "proposal:2"]
        self.requests: list[tuple[str, dict[str, str], Any]] = []


@pytest.fixture
async def office() -> AsyncIterator[Asked]:
    app, asked = FastAPI(), Asked()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def answer(request: Request) -> JSONResponse:
        body = await request.json() if request.method == "POST" else None
        asked.requests.append((request.scope["raw_path"].decode(), dict(request.headers), body))
        return JSONResponse(asked.answer)

    listener = listening_socket()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, loop="none", lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    asked.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    yield asked
    server.should_exit = True
    await running
    listener.close()


async def groups_of(person: Person, **more: Any) -> list[str]:
    settings = Settings(mongo_url=SecretStr("mongodb://localhost/x"), **more)
    return await group_sources(settings).groups(person)


async def test_claims_and_static_groups_are_put_together() -> None:
    assert await groups_of(NORA, access_groups_static_values=("all", "a")) == ["all", "a", "b"]
    assert await groups_of(NORA, oidc_access_groups_property="orcid") == []
    assert await groups_of(NORA, access_groups_oidcpayload_enabled=False) == []
    assert await groups_of(Person("local", "", "x", payload={"groups": ["a"]})) == []


async def test_ldap_groups_are_those_of_the_configured_attribute() -> None:
    groups = [{"cn": ["a"], "ou": "x"}, {"cn": "b"}, {"cn": []}, {"ou": "y"}]
    person = Person("ldap", "n", "nora", payload={"_groups": groups})
    assert await groups_of(person, access_groups_ldappayload_enabled=True) == ["a", "b"]
    assert await groups_of(person) == []


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("userId", "/groups/sub%20%221%22"),
        ("username", "/groups/nora"),
        ("email", "/groups/nora%40facility.example"),
        ("payload.orcid", "/groups/0000%2F1"),
    ],
)
async def test_a_rest_service_is_asked_by_what_it_knows(office: Asked, field: str, path: str) -> None:
    found = await groups_of(
        NORA,
        access_groups_oidcpayload_enabled=False,
        access_groups_rest_enabled=True,
        access_groups_service_rest_api_url=f"{office.address}/groups/{{userId}}",
        access_groups_service_rest_auth_key="X-Key",
        access_groups_service_rest_auth_value=SecretStr(" secret "),
        access_groups_service_rest_user_id_field=field,
    )
    assert found == ["proposal:1", "proposal:2"]
    assert office.requests[0][0] == path
    assert office.requests[0][1]["x-key"] == "secret"


async def test_a_graphql_service_is_asked_and_its_answer_looked_through(office: Asked) -> None:
    office.answer = {"data": {"userByOIDCSub": {"proposals": [{"proposalId": "1"}, {"proposalId": "2"}]}}}
    found = await groups_of(
        NORA,
        access_groups_oidcpayload_enabled=False,
        access_groups_graphql_enabled=True,
        access_group_service_api_url=f"{office.address}/graphql",
        access_group_service_token=SecretStr("secret"),
    )
    assert found == ["1", "2"]
    _, headers, body = office.requests[0]
    assert headers["authorization"] == "Bearer secret"
    assert '(oidcSub: "sub \\"1\\"")' in body["query"]


@pytest.mark.parametrize("answer", [{"error": "no"}, "proposal:1", None, [None, {"a": 1}]])
async def test_what_is_not_a_list_of_groups_grants_none(office: Asked, answer: Any) -> None:
    office.answer = answer
    more = {
        "access_groups_rest_enabled": True,
        "access_groups_service_rest_api_url": office.address,
        "access_groups_graphql_enabled": True,
        "access_group_service_api_url": office.address,
    }
    assert await groups_of(NORA, access_groups_oidcpayload_enabled=False, **more) == []


async def test_a_service_that_does_not_answer_grants_none_and_the_others_count() -> None:
    more = {"access_groups_rest_enabled": True, "access_groups_service_rest_api_url": "http://127.0.0.1:9/x"}
    assert await groups_of(NORA, **more) == ["a", "b"]
