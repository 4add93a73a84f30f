"""What tests that cross services share: a browser, a signed-in scan log, the catalogue's API as a person sees it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from beamlore.embedded import NO_AUTHORITIES, Installation, Tokens
from tests.pages import chromium, sign_in

SIZE = {"width": 1400, "height": 900}
# What is waited for comes within a moment on a machine that is idle; on one that has ten things to do it comes later.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def scan_log_page(installation: Installation, browser: Browser) -> AsyncIterator[Callable[..., Awaitable[Page]]]:
    """Opens the scan log for a person, in a browser profile of its own: `await scan_log_page("ada")`."""
    async with AsyncExitStack() as opened:

        async def open_page(user: str, query: str = "") -> Page:
            context = await opened.enter_async_context(await browser.new_context(viewport=SIZE))
            page = await context.new_page()
            await sign_in(page, f"{installation.front_door}/{query}", user)
            return page

        yield open_page


@pytest.fixture
async def api(installation: Installation, token: Tokens) -> AsyncIterator[Callable[[str], httpx.AsyncClient]]:
    """The front door's API as a person: `api("ada")`."""
    async with AsyncExitStack() as opened:
        clients: dict[str, httpx.AsyncClient] = {}
        for user in ("ada", "bo", "staff", "curator", "admin"):
            clients[user] = await opened.enter_async_context(
                httpx.AsyncClient(
                    base_url=f"{installation.front_door}/api",
                    headers={"Authorization": f"Bearer {token(user)}"},
                    timeout=30,
                    verify=NO_AUTHORITIES,
                )
            )
        yield clients.__getitem__
