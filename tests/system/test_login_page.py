"""The identity provider's login page in a real browser."""

import pytest
from playwright.async_api import Page, expect

from tests.conftest import SIZE
from tests.system.test_scan_log_page import assert_accessible

SLOW = {"offline": False, "latency": 100, "downloadThroughput": 60_000, "uploadThroughput": 60_000}


@pytest.fixture
async def page(browser):
    async with await browser.new_context(viewport=SIZE) as context:
        yield await context.new_page()


async def open_login(page: Page, address: str) -> None:
    await page.goto(address)
    await page.get_by_role("button", name="Sign in").click()
    await page.locator("#username").wait_for()


async def test_login_page_shows_its_text_without_waiting_for_fonts(page, installation):
    fonts = []
    page.on("request", lambda request: fonts.append(request.url) if request.resource_type == "font" else None)
    await page.goto(f"{installation.front_door}/scans")
    sign_in = page.get_by_role("button", name="Sign in")
    await expect(sign_in).to_be_visible()
    await page.evaluate("document.fonts.ready")
    fonts.clear()

    network = await page.context.new_cdp_session(page)
    await network.send("Network.emulateNetworkConditions", SLOW)
    await sign_in.click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.evaluate("document.fonts.ready")
    families = await page.evaluate(
        "[...document.querySelectorAll('h1, label, input, button')].map(one => getComputedStyle(one).fontFamily)"
    )
    assert families
    assert all(family.startswith("system-ui") for family in families), families
    assert not [url for url in fonts if "RedHat" in url], fonts


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_login_page_is_accessible_and_works_from_the_keyboard(page, installation, scheme):
    await page.emulate_media(color_scheme=scheme)
    await open_login(page, f"{installation.front_door}/scans")
    await assert_accessible(page)
    await page.locator("#username").focus()
    await page.keyboard.type("ada")
    await page.keyboard.press("Tab")
    await page.keyboard.type("ada")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("user-menu")).to_be_visible()
