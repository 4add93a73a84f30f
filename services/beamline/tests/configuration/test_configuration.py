import asyncio
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest

from beamlore.beamline.configuration import ConfigurationClient
from beamlore.beamline.settings import BeamlineSettings

PREFIX = "/api/configurator/v1"
NEW = {"If-None-Match": "*"}


class Staff:
    """What the staff of a beamline of the test's own does at the configurator."""

    def __init__(self, http: httpx.AsyncClient, beamline: str) -> None:
        self._http = http
        self.beamline = beamline

    async def make_set(self, name: str, *keys: str) -> None:
        entries = [{"key": key, "source": f"odd/well/0/{key}"} for key in keys]
        answer = await self._http.post(f"/beamlines/{self.beamline}/sets", json={"name": name, "entries": entries})
        answer.raise_for_status()

    async def activate(self, name: str) -> None:
        address = f"/beamlines/{self.beamline}/active"
        now = await self._http.get(address)
        headers = {"If-Match": now.headers["ETag"]} if now.is_success else NEW
        (await self._http.put(address, json={"name": name}, headers=headers)).raise_for_status()


@pytest.fixture
async def configurator(servers) -> AsyncIterator[str]:
    """The configurator's address; it runs before and after as it did."""
    await servers.start("configurator")
    yield servers.services.address("configurator")
    await servers.start("configurator")


@pytest.fixture
async def staff(configurator, token) -> AsyncIterator[Staff]:
    beamline = f"test-{uuid.uuid4().hex[:12]}"
    headers = {"Authorization": f"Bearer {await asyncio.to_thread(token, 'admin')}"}
    async with httpx.AsyncClient(base_url=configurator + PREFIX, headers=headers) as http:
        made = await http.put(f"/beamlines/{beamline}", json={"name": beamline, "description": ""}, headers=NEW)
        made.raise_for_status()
        staff = Staff(http, beamline)
        await staff.make_set("first", "number", "text")
        await staff.activate("first")
        yield staff


@pytest.fixture
def settings(servers, configurator, staff, tmp_path) -> BeamlineSettings:
    environment = servers.environment("beamline-balder")
    return BeamlineSettings(
        beamline=staff.beamline,
        configurator_url=configurator,
        oidc_issuer=environment["BEAMLORE_OIDC_ISSUER"],
        oidc_backchannel_url=environment["BEAMLORE_OIDC_BACKCHANNEL_URL"],
        client_id=environment["BEAMLORE_CLIENT_ID"],
        client_secret=environment["BEAMLORE_CLIENT_SECRET"],
        kafka_bootstrap="unused:9092",
        spool_dir=tmp_path,
        configuration_poll_seconds=0.1,
    )


def keys(client: ConfigurationClient) -> list[str]:
    return [entry.key for entry in client.metadata_set.entries]


async def test_active_set_is_known_when_it_begins(settings):
    async with ConfigurationClient(settings) as client:
        assert keys(client) == ["number", "text"]
        assert client.trouble is None


async def test_change_of_the_active_set_is_noticed(settings, staff):
    async with ConfigurationClient(settings) as client:
        await client.wait_changed()
        await staff.make_set("second", "flag")
        await staff.activate("second")
        async with asyncio.timeout(20):
            assert (await client.wait_changed()).metadata_set.name == "second"
        assert keys(client) == ["flag"]


async def test_configurator_away_leaves_the_last_known_set_also_after_a_restart(settings, servers):
    async with ConfigurationClient(settings):
        pass
    await servers.stop("configurator")
    async with ConfigurationClient(settings) as client:
        assert keys(client) == ["number", "text"]
        assert client.trouble is not None
        await servers.start("configurator")
        async with asyncio.timeout(20):
            while client.trouble is not None:
                await asyncio.sleep(0.05)


async def test_identity_provider_away_leaves_the_last_known_set(settings):
    async with ConfigurationClient(settings):
        pass
    nowhere = settings.model_copy(update={"oidc_backchannel_url": "http://127.0.0.1:9/idp/realms/facility"})
    async with ConfigurationClient(nowhere) as client:
        assert keys(client) == ["number", "text"]
        assert client.trouble is not None


async def test_wrong_secret_is_told_and_does_not_stop_the_scans(settings):
    wrong = BeamlineSettings(**settings.model_dump() | {"client_secret": "wrong"})
    async with ConfigurationClient(wrong) as client:
        assert keys(client) == []
        assert client.trouble is not None
        assert "401" in client.trouble


async def test_damaged_file_counts_as_nothing_known(settings, tmp_path):
    async with ConfigurationClient(settings):
        pass
    (file,) = tmp_path.glob("active-configuration-*.json")
    file.write_bytes(file.read_bytes()[:40])
    away = settings.model_copy(update={"configurator_url": "http://127.0.0.1:9"})
    async with ConfigurationClient(away) as client:
        assert keys(client) == []


async def test_unchanged_configuration_is_answered_by_its_etag_alone(settings, configurator, token):
    async with ConfigurationClient(settings) as client:
        assert client.active is not None
        etag = client._known.etag
    headers = {"Authorization": f"Bearer {await asyncio.to_thread(token.service, 'beamline-balder')}"}
    async with httpx.AsyncClient(base_url=configurator + PREFIX, headers=headers) as http:
        answer = await http.get(f"/beamlines/{settings.beamline}/active", headers={"If-None-Match": etag})
    assert answer.status_code == 304
