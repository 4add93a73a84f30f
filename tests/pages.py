"""The web app as a person uses it, for tests and benchmarks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = "/usr/bin/chromium"
# Without these Chromium looks for its maker's servers at every start.
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser of the system's own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield browser
        finally:
            await browser.close()


async def sign_in(page: Page, address: str, user: str) -> None:
    """Open an address of the web app and log in through the identity provider, as one of the demo's people."""
    await page.goto(address)
    await page.get_by_role("button", name="Sign in").click()
    await page.locator("#username").fill(user)
    await page.locator("#password").fill(user)
    await page.locator("#kc-login").click()
    await page.wait_for_url(lambda url: url.startswith(address.split("?")[0].rstrip("/")) and "/auth/" not in url)
    await page.get_by_role("banner").wait_for()
