"""The scan log page in a real browser: login, live rows, filters, comments, ratings, offline, accessibility."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.pages import scroll_until_seen
from tests.system.scan_source import ScanSource
from tests.system.waiting import eventually

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
LEFT_HALF_OF_THIRD_STAR = {"x": 36, "y": 8}


@pytest.fixture
async def scans(installation, token):
    async with httpx.AsyncClient(base_url=f"{installation.front_door}/api", timeout=30) as client:
        yield ScanSource(client, lambda: token.service("ingestor"))


def row(page: Page, pid: str) -> Locator:
    return page.locator(f'[role="row"][data-pid="{pid}"]')


def cell(page: Page, pid: str, column: str) -> Locator:
    return row(page, pid).locator(f'[data-column="{column}"]')


async def stored(api, pid: str, user: str = "ada") -> dict:
    return (await api(user).get(f"/beamlore/v1/scans/{quote(pid, safe='')}")).json()


async def assert_accessible(page: Page) -> None:
    """Axe finds nothing wrong on the page, once nothing moves any more."""
    await page.evaluate(
        "Promise.all(document.getAnimations().filter(a => a.effect.getTiming().iterations === 1)"
        ".map(a => a.finished.catch(() => null)))"
    )
    await page.evaluate(AXE.read_text())
    found = (await page.evaluate("axe.run(document, {resultTypes: ['violations']})"))["violations"]
    told = [f"{one['id']}: {one['help']} at {one['nodes'][0]['html'][:200]}" for one in found]
    assert not told, "\n".join(told)


async def test_login_shows_who_is_signed_in_and_logout_ends_the_session(scan_log_page):
    page = await scan_log_page("ada")
    await page.get_by_test_id("user-menu").click()
    await expect(page.get_by_text("Ada Lovelace", exact=True)).to_be_visible()

    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()

    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator("#username")).to_be_visible()


async def test_ended_session_asks_to_sign_in_again_and_keeps_the_address(scan_log_page):
    page = await scan_log_page("ada", "?period=7d&proposal=20260101")
    await page.evaluate(
        """() => {
            const key = Object.keys(sessionStorage).find((name) => name.startsWith("oidc.user:"));
            const user = JSON.parse(sessionStorage.getItem(key));
            sessionStorage.setItem(key, JSON.stringify({...user, expires_at: 1, refresh_token: "spent"}));
        }"""
    )
    await page.reload()
    await page.get_by_role("button", name="Sign in again").click()

    await expect(page.get_by_test_id("connection")).to_have_text("Live")
    assert "/scans?period=7d&proposal=20260101" in page.url


async def test_scan_appears_grows_and_finishes_without_a_reload(scan_log_page, scans):
    page = await scan_log_page("ada")
    await expect(page.get_by_test_id("connection")).to_have_text("Live")

    pid = await scans.put(state="running", points=0, pointsPlanned=40, number=7001)
    await expect(row(page, pid)).to_have_attribute("data-state", "running")
    await expect(cell(page, pid, "number")).to_have_text("7001")

    await scans.put(pid, state="running", points=30, pointsPlanned=40, number=7001)
    await expect(cell(page, pid, "points")).to_have_text("30 / 40")

    await scans.put(pid, points=40, pointsPlanned=40, number=7001)
    await expect(row(page, pid)).to_have_attribute("data-state", "finished")
    await expect(cell(page, pid, "duration")).to_have_text("4.2 s")


async def test_scans_of_others_do_not_appear(scan_log_page, scans):
    page = await scan_log_page("bo")
    await expect(page.get_by_test_id("connection")).to_have_text("Live")
    hidden = await scans.put()
    seen = await scans.of("20260102", "balder").put()
    await expect(row(page, seen)).to_be_visible()
    await expect(row(page, hidden)).to_have_count(0)


async def test_new_scans_do_not_move_what_is_being_read(scan_log_page, scans):
    older = await scans.put_many(400, age=timedelta(hours=2))
    page = await scan_log_page("ada")
    await expect(page.get_by_test_id("connection")).to_have_text("Live")
    reading = row(page, older[150])
    await scroll_until_seen(page, reading)
    place = await reading.bounding_box()

    newest = await scans.put()
    await expect(page.get_by_role("button", name=re.compile("1 new scan"))).to_be_visible()
    assert await reading.bounding_box() == place

    await page.get_by_role("button", name=re.compile("new scan")).click()
    await expect(row(page, newest)).to_be_in_viewport()
    await expect(page.get_by_role("button", name=re.compile("new scan"))).to_have_count(0)


async def test_filters_stand_in_the_address_and_come_back_from_it(scan_log_page, scans):
    old = await scans.put(age=timedelta(days=3))
    cosaxs = await scans.of("20260201", "cosaxs").put()
    page = await scan_log_page("ada")
    await expect(row(page, cosaxs)).to_be_visible()
    await expect(row(page, old)).to_have_count(0)

    await page.get_by_test_id("time-frame").click()
    await page.get_by_role("button", name="Last 7 days").click()
    await page.get_by_role("combobox", name="Proposal").fill("20260101")
    await page.get_by_role("option", name=re.compile("20260101")).click()
    await expect(row(page, cosaxs)).to_have_count(0)
    assert "period=7d" in page.url
    assert "proposal=20260101" in page.url
    await page.get_by_role("row").nth(1).wait_for()

    await page.reload()
    await expect(page.get_by_test_id("time-frame")).to_have_text("Last 7 days")
    await expect(page.get_by_role("combobox", name="Proposal")).to_have_value(re.compile("^20260101"))
    await expect(row(page, cosaxs)).to_have_count(0)


async def test_empty_time_frame_offers_a_wider_one(scan_log_page, scans):
    await scans.put()
    page = await scan_log_page("ada", "?from=2001-01-01T00:00Z&to=2001-01-02T00:00Z")
    await expect(page.get_by_test_id("empty")).to_contain_text("No scans you can see in this time frame")
    await assert_accessible(page)
    await page.get_by_role("button", name="Show all time").click()
    await expect(page.locator("[data-pid]").first).to_be_visible()
    assert "period=all" in page.url


async def test_comment_written_in_the_row_is_stored(scan_log_page, scans, api):
    pid = await scans.put()
    page = await scan_log_page("ada")
    await cell(page, pid, "comment").get_by_role("button").click()
    field = cell(page, pid, "comment").get_by_role("textbox")
    await field.fill("beam lost at point 12")
    await field.press("Enter")
    await expect(cell(page, pid, "comment")).to_have_text("beam lost at point 12")
    await eventually(lambda: _has(api, pid, comment="beam lost at point 12"), "the comment is stored")

    await cell(page, pid, "comment").get_by_role("button").click()
    await field.fill("something else")
    await field.press("Escape")
    await expect(cell(page, pid, "comment")).to_have_text("beam lost at point 12")
    assert (await stored(api, pid))["comment"] == "beam lost at point 12"


async def test_comment_that_is_refused_is_taken_back_and_told(scan_log_page, scans, api):
    pid = await scans.of("20260102", "balder").put(is_published=True)
    page = await scan_log_page("ada")
    await cell(page, pid, "comment").get_by_role("button").click()
    field = cell(page, pid, "comment").get_by_role("textbox")
    await field.fill("not mine to say")
    await field.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("The comment was not saved")
    await expect(field).to_have_value("not mine to say")
    await field.press("Escape")
    assert "comment" not in await stored(api, pid)


async def test_rating_in_half_stars_is_stored_and_can_be_taken_away(scan_log_page, scans, api):
    pid = await scans.put()
    page = await scan_log_page("ada")
    rating = cell(page, pid, "rating").get_by_role("radiogroup")
    await expect(rating).to_have_attribute("data-rating", "none")
    assert "rating" not in await stored(api, pid), "unrated is not zero"

    await rating.hover(position=LEFT_HALF_OF_THIRD_STAR)
    await expect(rating.locator("[data-active]").first).to_be_attached()
    await rating.click(position=LEFT_HALF_OF_THIRD_STAR)
    await expect(rating).to_have_attribute("data-rating", "2.5")
    await eventually(lambda: _has(api, pid, rating=2.5), "the rating is stored")

    await rating.get_by_role("radio", name="2.5 of 3 stars").press("ArrowLeft")
    await page.keyboard.press("Space")
    await expect(rating).to_have_attribute("data-rating", "2")
    await eventually(lambda: _has(api, pid, rating=2), "the rating by keyboard is stored")

    await rating.hover()
    await page.get_by_role("button", name=f"Take away the rating of scan {pid}").click()
    await expect(rating).to_have_attribute("data-rating", "none")
    await eventually(lambda: _has(api, pid, rating=None), "the rating is gone")


async def _has(api, pid: str, **expected: object) -> bool:
    scan = await stored(api, pid)
    return all(scan.get(name) == value for name, value in expected.items())


async def test_page_says_that_it_is_offline_and_catches_up(scan_log_page, scans):
    page = await scan_log_page("ada")
    await expect(page.get_by_test_id("connection")).to_have_text("Live")
    await page.context.set_offline(True)
    await expect(page.get_by_test_id("connection")).to_have_text("Offline")
    missed = await scans.put()

    await page.context.set_offline(False)
    await expect(page.get_by_test_id("connection")).to_have_text("Live")
    await expect(row(page, missed)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_page_is_accessible(scan_log_page, scans, scheme):
    metadata = {"energy": {"value": 7112.0, "unit": "eV", "name": "Energy"}}
    await scans.put(state="running", points=3, pointsPlanned=40, number=1)
    await scans.put(state="aborted", points=3, pointsPlanned=40, number=2)
    pid = await scans.put(number=3, metadata=metadata)
    page = await scan_log_page("ada")
    await page.emulate_media(color_scheme=scheme)
    await expect(row(page, pid)).to_be_visible()
    await assert_accessible(page)

    await page.get_by_role("button", name="Add column").click()
    await expect(page.get_by_role("option").first).to_be_visible()
    await assert_accessible(page)
    await page.keyboard.press("Escape")

    await row(page, pid).get_by_role("button", name="Details of scan 3").press("Enter")
    await expect(page.get_by_role("dialog").get_by_text("7112 eV")).to_be_visible()
    await assert_accessible(page)
