"""No address breaks the web app, and what breaks all the same says what to do."""

import pytest
from playwright.async_api import expect

from tests.system.test_scan_log_page import assert_accessible

NASTY = [
    "/scans?period=foo",
    "/scans?from=garbage&to=1",
    "/scans?from=2026-02-30T00:00Z&proposal=20260101",
    "/scans?from=+275760-09-13T00:00:00Z&to=-271821-04-20",
    "/scans?period=constructor&columns=constructor,toString,m.constructor",
    "/scans?__proto__=x&constructor=y&columns=__proto__,m.__proto__",
    "/scans?columns=" + ",".join(f"m.k{number}" for number in range(400)),
    "/scans?columns=m.%00,m.%F0%9F%98%80,m.%ED%A0%80",
    "/scans?proposal=%00%0a<script>&proposal=2",
    "/scans?scan=parameters",
    "/scans?scan=..%2F..%2Fconfig.json",
    "/scans?%E0%A4%A=%&&==#%E0%A4%A",
    "/scans#<img src=x onerror=alert(1)>",
    "/?period[]=7d&from=%22%22",
]
LOST = [
    "/scans/%FF%FE",
    "//evil.example/scans",
    "/scans/../nowhere",
    "/..%2f..%2fetc",
    "/constructor",
    "/scans/20.500%2Fx",
]


async def test_no_address_breaks_the_scan_log(scan_log_page, installation):
    page = await scan_log_page("ada")
    errors = []
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    for path in NASTY:
        await page.goto(installation.front_door + path, wait_until="commit")
        await expect(page.get_by_test_id("time-frame"), path).to_be_visible()
        await expect(page.locator('[data-pid], [data-testid="empty"]').first, path).to_be_visible()
        await expect(page.get_by_test_id("failure"), path).to_have_count(0)
    assert not errors


async def test_address_that_leads_nowhere_says_so(scan_log_page, installation):
    page = await scan_log_page("ada")
    for path in LOST:
        await page.goto(installation.front_door + path, wait_until="commit")
        await expect(page.get_by_text("There is no such page"), path).to_be_visible()
        await expect(page.get_by_role("link", name="Go to the scan log"), path).to_be_visible()


async def test_scan_that_a_link_names_in_vain_is_said_to_be_missing(scan_log_page):
    page = await scan_log_page("ada", "?scan=parameters")
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("No scan with this PID")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_page_that_breaks_says_what_to_do_and_comes_back(scan_log_page, scheme):
    page = await scan_log_page("ada")
    await page.emulate_media(color_scheme=scheme)
    # No catalogue answers like this: it is a fault of the page itself that is wanted.
    await page.route("**/api/beamlore/v1/scans?*", lambda route: route.fulfill(json={"items": [None]}))
    await page.reload()
    failure = page.get_by_test_id("failure")
    await expect(failure).to_contain_text("This page could not be shown")
    await expect(page.get_by_test_id("user-menu"), "the frame stays").to_be_visible()
    await assert_accessible(page)

    await page.unroute("**/api/beamlore/v1/scans?*")
    await failure.get_by_role("button", name="Reload the page").click()
    await expect(page.locator('[data-pid], [data-testid="empty"]').first).to_be_visible()
