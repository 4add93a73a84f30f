"""Several tabs of one browser: they share the login, and signing out of one ends all."""

import re

import httpx
import pytest
from playwright.async_api import BrowserContext, Page, expect

from beamlore.embedded import NO_AUTHORITIES
from tests.conftest import SIZE
from tests.pages import sign_in

DEEP_LINK = "/scans?period=7d&proposal=20260101&columns=start,number,state"


@pytest.fixture
async def context(browser):
    async with await browser.new_context(viewport=SIZE) as context:
        yield context


@pytest.fixture
async def address(installation):
    return installation.front_door


async def open_tab(context: BrowserContext, address: str) -> Page:
    page = await context.new_page()
    await page.goto(address, wait_until="commit")
    return page


async def stored_user(page: Page) -> dict[str, str]:
    return await page.evaluate(
        """() => JSON.parse(sessionStorage.getItem(
            Object.keys(sessionStorage).find((name) => name.startsWith("oidc.user:"))))"""
    )


async def kept_sessions(page: Page, storage: str) -> list[str]:
    return await page.evaluate(f"Object.keys({storage}).filter((name) => name.startsWith('oidc.user'))")


async def test_new_tab_is_signed_in_where_its_link_leads(context, address):
    first = await context.new_page()
    await sign_in(first, f"{address}/scans", "ada")

    second = await open_tab(context, address + DEEP_LINK)
    await expect(second.get_by_test_id("connection")).to_have_text("Live")
    assert second.url == address + DEEP_LINK
    await expect(second.get_by_role("button", name="Sign in")).to_have_count(0)
    assert not await kept_sessions(second, "localStorage")


async def test_signing_in_to_one_tab_signs_in_the_others(context, address):
    waiting = await open_tab(context, address + DEEP_LINK)
    await expect(waiting.get_by_role("button", name="Sign in")).to_be_visible()

    other = await context.new_page()
    await sign_in(other, f"{address}/scans", "ada")

    await expect(waiting.get_by_test_id("user-menu")).to_be_visible()
    assert waiting.url == address + DEEP_LINK


async def test_signing_out_of_one_tab_ends_all_and_the_providers_session(context, address, installation):
    first = await context.new_page()
    await sign_in(first, f"{address}/scans", "ada")
    second = await open_tab(context, address + DEEP_LINK)
    await expect(second.get_by_test_id("connection")).to_have_text("Live")
    before = await stored_user(second)
    requests = []
    second.on("request", lambda request: requests.append(request.url))

    await first.get_by_test_id("user-menu").click()
    async with first.expect_request(re.compile("/protocol/openid-connect/logout")) as logout:
        await first.get_by_role("menuitem", name="Sign out").click()
    assert "id_token_hint=" in (await logout.value).url

    await expect(second.get_by_text("You were signed out in another tab.")).to_be_visible()
    await expect(second.get_by_test_id("connection")).to_have_count(0)
    assert (
        await second.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('oidc.user')).length") == 0
    )
    assert not [url for url in requests if "/events" in url], "the live connection is not opened again"
    await expect(first.get_by_role("button", name="Sign in")).to_be_visible()

    async with httpx.AsyncClient(verify=NO_AUTHORITIES, timeout=30) as http:
        renewal = await http.post(
            f"{installation.issuer}/protocol/openid-connect/token",
            data={
                "grant_type": "refresh_token",
                "client_id": "beamlore-web",
                "refresh_token": before["refresh_token"],
            },
        )
    assert renewal.json()["error"] == "invalid_grant"

    await second.get_by_role("button", name="Sign in").click()
    await expect(second.locator("#username")).to_be_visible()


async def test_login_that_was_finished_before_leads_to_the_scan_log(context, address):
    page = await context.new_page()
    await sign_in(page, f"{address}/scans", "ada")
    await page.goto(f"{address}/auth/callback?code=spent&state=unknown")
    await expect(page.get_by_test_id("user-menu")).to_be_visible()


async def test_broken_answer_of_a_login_says_what_to_do(context, address):
    page = await open_tab(context, f"{address}/auth/callback?code=x&state=unknown")
    await expect(page.get_by_role("alert")).to_contain_text("Sign in again")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
