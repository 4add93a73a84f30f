"""The web app as a person uses it, for tests and benchmarks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Locator, Page, async_playwright

from tests.system.waiting import eventually

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


async def shown_pids(page: Page) -> set[str]:
    """Return the PIDs of the rows that are rendered: of a long log those about the place that is scrolled to."""
    return set(await page.locator("[data-pid]").evaluate_all("rows => rows.map(row => row.dataset.pid)"))


async def scroll_until_seen(page: Page, wanted: Locator) -> None:
    """Scroll the scan log down from its beginning, again and again, until a row of it is rendered."""
    log = page.get_by_role("region", name="Scan log")
    await log.evaluate("element => element.scrollTo(0, 0)")

    async def scrolled() -> bool:
        if await wanted.count() > 0:
            return True
        await log.evaluate(
            """element => {
                const isEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - 1;
                element.scrollTo(0, isEnd ? 0 : element.scrollTop + element.clientHeight);
            }"""
        )
        return False

    await eventually(scrolled, "the row is scrolled to", 120)
    await wanted.scroll_into_view_if_needed()
