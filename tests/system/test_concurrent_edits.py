"""Two people change the same: nobody's words are lost, whatever happens on the way."""

import re

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.system.scan_source import ScanSource
from tests.system.test_scan_log_page import assert_accessible, cell, stored
from tests.system.waiting import eventually


@pytest.fixture
async def scans(installation, token):
    async with httpx.AsyncClient(base_url=f"{installation.front_door}/api", timeout=30) as client:
        yield ScanSource(client, lambda: token.service("ingestor"))


async def write(page: Page, pid: str, text: str) -> None:
    await cell(page, pid, "comment").get_by_role("button").click()
    await cell(page, pid, "comment").get_by_role("textbox").fill(text)


async def wait_for_comment(api, pid: str, text: str) -> None:
    async def is_stored() -> bool:
        return (await stored(api, pid)).get("comment") == text

    await eventually(is_stored, f"the comment {text!r} is stored")


async def comment_as(api, user: str, pid: str, **patch: object) -> None:
    answer = await api(user).patch(f"/beamlore/v1/scans/{pid.replace('/', '%2F')}", json=patch)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("Keep theirs", "theirs"), ("Save mine", "mine"), ("Save this text", "theirs / mine")],
)
async def test_comment_that_two_people_changed_is_chosen(scan_log_page, scans, api, choice, expected):
    pid = await scans.put()
    page = await scan_log_page("ada")
    await write(page, pid, "mine")
    await comment_as(api, "staff", pid, comment="theirs")
    await cell(page, pid, "comment").get_by_role("textbox").press("Enter")

    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("region", name="Theirs")).to_contain_text("theirs")
    await expect(dialog.get_by_role("region", name="Yours")).to_contain_text("mine")
    assert (await stored(api, pid))["comment"] == "theirs"
    if choice == "Save this text":
        await assert_accessible(page)
    await dialog.get_by_role("button", name=choice).press("Enter")

    await expect(dialog).to_have_count(0)
    await expect(cell(page, pid, "comment")).to_have_text(expected)
    await wait_for_comment(api, pid, expected)


async def test_rating_that_two_people_changed_is_chosen(scan_log_page, scans, api):
    pid = await scans.put()
    page = await scan_log_page("ada")
    await expect(cell(page, pid, "rating")).to_be_visible()
    # What others change is not heard of until this page has sent its own change.
    await page.route(re.compile("/api/beamlore/v1/events"), lambda route: route.abort())
    await page.reload()
    rating = cell(page, pid, "rating").get_by_role("radiogroup")
    await expect(rating).to_have_attribute("data-rating", "none")
    await comment_as(api, "staff", pid, rating=1)
    await rating.get_by_role("radio", name="0.5 of 3 stars").focus()
    for _ in range(5):
        await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Space")

    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("region", name="Theirs")).to_contain_text("1 of 3 stars")
    assert (await stored(api, pid))["rating"] == 1
    await dialog.get_by_role("button", name="Save mine").click()
    await expect(rating).to_have_attribute("data-rating", "3")

    async def is_stored() -> bool:
        return (await stored(api, pid)).get("rating") == 3

    await eventually(is_stored, "the rating is stored")


async def test_comment_on_a_running_scan_is_saved_beside_its_points(scan_log_page, scans, api):
    pid = await scans.put(state="running", points=0)
    page = await scan_log_page("ada")
    await write(page, pid, "looks good")
    await scans.put(pid, state="running", points=7)
    await cell(page, pid, "comment").get_by_role("textbox").press("Enter")
    await wait_for_comment(api, pid, "looks good")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_comment_typed_offline_outlives_a_reload_and_is_saved(scan_log_page, scans, api):
    pid = await scans.put()
    page = await scan_log_page("ada")
    await write(page, pid, "typed in the tunnel")
    await page.context.set_offline(True)
    field = cell(page, pid, "comment").get_by_role("textbox")
    await field.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("The comment was not saved")
    await page.context.set_offline(False)

    await page.reload()
    await expect(field).to_have_value("typed in the tunnel")
    await field.press("Enter")
    await wait_for_comment(api, pid, "typed in the tunnel")
    await page.reload()
    await expect(cell(page, pid, "comment")).to_have_text("typed in the tunnel")


async def test_comment_half_typed_outlives_the_end_of_the_session(scan_log_page, scans, api):
    pid = await scans.put()
    page = await scan_log_page("ada")
    await write(page, pid, "half a sen")
    await page.evaluate(
        """() => {
            const key = Object.keys(sessionStorage).find((name) => name.startsWith("oidc.user:"));
            const user = JSON.parse(sessionStorage.getItem(key));
            sessionStorage.setItem(key, JSON.stringify({...user, expires_at: 1, refresh_token: "spent"}));
        }"""
    )
    field = cell(page, pid, "comment").get_by_role("textbox")
    await field.press("Enter")
    await page.get_by_role("button", name="Sign in again").click()

    await expect(field).to_have_value("half a sen")
    await field.press("End")
    await page.keyboard.type("tence")
    await page.keyboard.press("Enter")
    await wait_for_comment(api, pid, "half a sentence")
