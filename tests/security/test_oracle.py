"""Random people × groups × published states × every route that returns data, against a reference of about twenty lines.

Covers OWASP API Security 2023 API1 (broken object level authorization), API3 (broken object property level
authorization) and API5 (broken function level authorization); ASVS 5.0 V8.2.1, V8.2.2, V8.2.3 and V8.3.1.
"""

import asyncio
from itertools import count
from random import Random
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pymongo import AsyncMongoClient

from tests.security.conftest import Served
from tests.security.reference import NOBODY, User, finds, sees
from tests.security.routes import PROBES, SHOW_NO_DATA, Probe
from tests.security.world import World, build, marks_in, people, store

_numbers = count()
_REFUSALS = (401, 403, 404)


def _reading_routes(app: Any) -> set[str]:
    paths = app.openapi()["paths"]
    return {path for path, operations in paths.items() if "get" in operations}


async def test_every_route_that_reads_is_compared_with_the_reference(served: Served) -> None:
    routes = _reading_routes(served.app)
    unknown = routes - set(PROBES) - set(SHOW_NO_DATA)
    assert not unknown, "say in tests/security/routes.py what these may show"
    gone = (set(PROBES) | set(SHOW_NO_DATA)) - routes
    assert not gone, "these are not there any more, or not yet"


@settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(min_value=1))
async def test_everybody_sees_what_the_reference_says_and_nothing_else(
    served: Served, client: httpx.AsyncClient, mongo_database: Any, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - drawn documents, not secrets
    world = build(next(_numbers), chance)
    async with AsyncMongoClient(mongo_database.url, tz_aware=True) as database:
        await store(database[mongo_database.name], world)
    await _derived_data_follow(served, client, world)
    routes = _reading_routes(served.app)
    at_once = asyncio.Semaphore(8)

    async def compare(user: User, probe: Probe, headers: dict[str, str]) -> list[str]:
        async with at_once:
            return await _compare(client, headers, probe, user, world)

    found = await asyncio.gather(
        *(
            compare(user, probe, headers)
            for user, headers in [(user, served.headers(user)) for user in people(chance)]
            for path, probe in PROBES.items()
            if path in routes
        )
    )
    wrong = sorted(one for some in found for one in some)
    assert not wrong, f"{len(wrong)} answers are wrong\n" + "\n".join(wrong[:20])


async def _compare(
    client: httpx.AsyncClient, headers: dict[str, str], probe: Probe, user: User, world: World
) -> list[str]:
    wrong = []
    asked: list[dict[str, Any] | None] = list(world.documents[probe.ids]) if probe.ids else [None]
    for document in asked:
        answer = await _ask(client, headers, probe, document)
        allowed = _allowed(probe, user, world, document)
        shown = marks_in(answer.text)
        at = f"{user} GET {answer.url.raw_path.decode()} {answer.status_code}"
        if answer.status_code >= 500:
            wrong.append(f"{at}: {answer.text[:200]}")
        if not shown <= allowed:
            wrong.append(f"{at}: shows {sorted(shown - allowed)}")
        if probe.all and answer.status_code not in _REFUSALS:
            missing = _first_noun(probe, user, world) - shown
            if missing:
                wrong.append(f"{at}: withholds {sorted(missing)}: {answer.text[:200]}")
        if document is not None and probe.shows[:1] == (probe.ids,) and "{" in probe.path:
            seen = document["mark"] in shown
            may = document["mark"] in allowed
            if may and not seen and user is not NOBODY and not probe.path.endswith(("authorization", "logbook")):
                wrong.append(f"{at}: withholds {document['mark']}: {answer.text[:200]}")
    return wrong


async def _ask(
    client: httpx.AsyncClient, headers: dict[str, str], probe: Probe, document: dict[str, Any] | None
) -> httpx.Response:
    path, params = probe.path, dict(probe.params)
    if document is not None:
        head, brace, tail = path.partition("{")
        if brace:
            path = head + quote(document["_id"], safe="") + tail.partition("}")[2]
        params = {name: value.replace("{id}", document["_id"]) for name, value in params.items()}
    for name, value in (("{subsystem}", "Dataset"), ("{name}", "some"), ("{fk}", "none")):
        path = path.replace(name, value)
    return await client.get(path, params=params, headers=headers)


def _allowed(probe: Probe, user: User, world: World, document: dict[str, Any] | None) -> set[str]:
    who = NOBODY if probe.public else user
    if probe.through and document is not None:
        if not sees(who, probe.ids, document):
            return set()
        place = world.documents[probe.ids].index(document)
        return {one["mark"] for noun in probe.shows for one in world.documents[noun] if one["parent"] == place}
    allowed = {one["mark"] for noun in probe.shows for one in world.documents[noun] if sees(who, noun, one)}
    if probe.titles:
        pairs = zip(world.documents["Dataset"], world.documents["Proposal"], strict=True)
        own = [
            pair for pair in pairs if pair[1].get("ownerGroup") and pair[0].get("ownerGroup") == pair[1]["ownerGroup"]
        ]
        allowed |= {proposal["mark"] for dataset, proposal in own if sees(who, "Dataset", dataset)}
        allowed |= {proposal["mark"] for proposal in world.documents["Proposal"] if sees(who, "Proposal", proposal)}
    if probe.shows[:1] == ("Dataset",) and "Attachment" in probe.shows:
        # Pictures go with their dataset, as below it; on v3 files do, too.
        with_it = ("Attachment", "OrigDatablock", "Datablock") if "/v3/" in probe.path else ("Attachment",)
        datasets = world.documents["Dataset"]
        allowed |= {
            one["mark"]
            for noun in with_it
            for one in world.documents[noun]
            if sees(who, "Dataset", datasets[one["parent"]])
        }
    if probe.of_dataset and document is not None:
        parent = world.documents["Dataset"][document["parent"]]
        return allowed if sees(who, "Dataset", parent) else set()
    return allowed


def _first_noun(probe: Probe, user: User, world: World) -> set[str]:
    who = NOBODY if probe.public else user
    noun = probe.shows[0]
    if probe.own and who != NOBODY:
        return {one["mark"] for one in world.documents[noun] if finds(who, noun, {**one, "isPublished": False})}
    return {one["mark"] for one in world.documents[noun] if finds(who, noun, one)}


async def _derived_data_follow(served: Served, client: httpx.AsyncClient, world: World) -> None:
    """Wait until what was written behind the catalogue's back has reached what it derives from it."""
    root = served.headers(User("root", admin=True))
    probe = PROBES["/api/v3/datasets/fullfacet"]
    wanted = {one["mark"] for one in world.documents["Dataset"]}
    async with asyncio.timeout(20):
        while marks_in((await _ask(client, root, probe, None)).text) != wanted:
            await asyncio.sleep(0.05)
