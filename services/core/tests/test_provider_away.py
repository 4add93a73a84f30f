"""The identity provider is away, or not there yet: who is logged in stays so, and nobody waits for it."""

import asyncio
import base64
import json
import socket
import time

import httpx
import pytest
from fastapi import FastAPI
from pymongo import AsyncMongoClient

from beamlore.core import (
    ClientSettings,
    OidcSettings,
    ServiceAccountAuth,
    TokenVerifier,
    UnauthenticatedError,
    UnavailableError,
)


class Way:
    """The way to the identity provider, on a port of its own: open, cut, or silent."""

    def __init__(self, target: str) -> None:
        self._target = target.split("//")[1].split("/")[0]
        self.connections = 0
        self.silent = False
        self._writers: set[asyncio.StreamWriter] = set()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._server: asyncio.Server | None = None

    def base(self, issuer: str) -> str:
        return f"http://127.0.0.1:{self._port}/{issuer.split('/', 3)[3]}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._writers:
                writer.close()
            await self._server.wait_closed()
            self._server = None

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        if self.silent:
            return
        host, port = self._target.split(":")
        there_reader, there_writer = await asyncio.open_connection(host, int(port))
        self._writers.add(there_writer)

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            try:
                while part := await source.read(65536):
                    sink.write(part)
                    await sink.drain()
            except OSError:
                pass
            finally:
                sink.close()

        await asyncio.gather(copy(reader, there_writer), copy(there_reader, writer))


@pytest.fixture
async def way(servers):
    way = Way(servers.keycloak.backchannel)
    yield way
    await way.cut()


@pytest.fixture
def settings(servers, way):
    return OidcSettings(oidc_issuer=servers.issuer, oidc_backchannel_url=way.base(servers.keycloak.backchannel))


async def test_tokens_are_verified_as_soon_as_the_provider_is_there(way, settings, token):
    verifier = TokenVerifier(settings)
    with pytest.raises(UnavailableError):
        await verifier.verify(token("ada"))

    await way.open()
    async with asyncio.timeout(20):
        while True:
            try:
                principal = await verifier.verify(token("ada"))
                break
            except UnavailableError:
                await asyncio.sleep(0.1)
    assert principal.username == "ada"


async def test_nobody_new_is_refused_because_the_provider_is_away(way, settings, token):
    verifier = TokenVerifier(settings)
    await way.open()
    await verifier.verify(token("ada"))
    await way.cut()

    assert (await verifier.verify(token("bo"))).username == "bo", "a token that was not seen before"


async def test_a_provider_that_is_silent_holds_up_no_queue_of_requests(way, settings, token):
    way.silent = True
    await way.open()
    verifier = TokenVerifier(settings)
    ada = token("ada")
    begun = time.monotonic()

    answers = await asyncio.gather(*(verifier.verify(ada) for _ in range(20)), return_exceptions=True)

    assert all(isinstance(answer, UnavailableError) for answer in answers)
    assert time.monotonic() - begun < 40
    assert way.connections == 1, "all of them waited for one question"


async def test_unknown_keys_cost_nobody_time_while_the_provider_hangs(way, settings, token):
    verifier = TokenVerifier(settings)
    await way.open()
    ada = token("ada")
    await verifier.verify(ada)
    way.silent = True
    # Nothing is fetched within a moment after the last time.
    verifier.keys._tried_at = float("-inf")
    before = way.connections
    header = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": "unknown"}).encode()).decode().rstrip("=")
    forged = ".".join((header, *ada.split(".")[1:]))

    begun = time.monotonic()
    answers = await asyncio.gather(*(verifier.verify(forged) for _ in range(20)), return_exceptions=True)
    once = time.monotonic() - begun
    async with asyncio.timeout(30):
        while not verifier.keys._is_away:
            await asyncio.sleep(0.05)
    begun = time.monotonic()
    for _ in range(20):
        verifier.keys._tried_at = float("-inf")
        with pytest.raises(UnauthenticatedError):
            await verifier.verify(forged)

    assert all(isinstance(answer, UnauthenticatedError) for answer in answers)
    assert time.monotonic() - begun < once, "once it is known to be away, nobody waits"
    assert way.connections <= before + 2
    assert (await verifier.verify(ada)).username == "ada"
    await asyncio.wait({verifier.keys._fetching})


async def test_a_process_that_starts_meanwhile_has_the_keys_from_the_database(way, settings, token, mongo_database):
    async with AsyncMongoClient(mongo_database.url, tz_aware=True) as client:
        database = client[mongo_database.name]
        await way.open()
        before = TokenVerifier(settings)
        before.keys.begin(database)
        async with asyncio.timeout(20):
            while await database["beamlore_issuer_keys"].find_one({}) is None:
                await asyncio.sleep(0.05)
        await way.cut()

        after = TokenVerifier(settings)
        after.keys.begin(database)

        assert (await after.verify(token("ada"))).username == "ada"


async def test_a_service_goes_on_with_its_token_and_renews_it_when_half_its_life_is_over(way, settings, servers):
    client = ClientSettings(client_id="ingestor", client_secret=servers.secrets.get("client:ingestor"))
    await way.open()
    now = time.monotonic()
    auth = ServiceAccountAuth(settings, client, lambda: now)
    app = FastAPI()

    @app.get("/")
    async def take() -> None:
        return None

    async with httpx.AsyncClient(auth=auth, transport=httpx.ASGITransport(app), base_url="http://service") as http:

        async def used() -> str:
            return (await http.get("/")).request.headers["authorization"]

        first = await used()
        claims = json.loads(base64.urlsafe_b64decode(first.split(".")[1] + "=="))
        life = claims["exp"] - claims["iat"]
        now += life * 0.45
        assert await used() == first
        await way.cut()
        now += life * 0.1
        assert await used() == first, "half its life is over, and nobody renews it: it is still good"
        await way.open()
        now += 10
        assert await used() != first
