"""The identity provider is away: who is signed in goes on, also with a catalogue that was started meanwhile."""

import httpx
import pytest
from playwright.async_api import expect

from beamlore.embedded import Installation, Tokens


@pytest.fixture
async def without_keycloak(installation: Installation):
    """Take the identity provider away; it is back afterwards."""

    async def take_away() -> None:
        await installation.stop("keycloak")

    yield take_away
    await installation.start("keycloak")


@pytest.mark.timeout(900)
async def test_people_who_are_signed_in_go_on(
    installation: Installation, token: Tokens, scan_log_page, without_keycloak
) -> None:
    headers = {"Authorization": f"Bearer {token('ada')}"}
    page = await scan_log_page("ada")
    await without_keycloak()

    await page.reload()
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", "live")
    await expect(page.get_by_role("table")).to_be_visible()
    await expect(page.get_by_test_id("stalled")).to_have_count(0)

    # A process without a memory of its own has the provider's keys from the database.
    await installation.stop("catalogue")
    await installation.start("catalogue")
    async with httpx.AsyncClient(base_url=installation.front_door, headers=headers, timeout=30) as http:
        assert (await http.get("/api/beamlore/v1/scans")).status_code == 200
        assert (await http.get("/api/configurator/v1/beamlines")).status_code in (200, 403)
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-status", "live")
