"""The columns of the scan log: any metadata parameter, hidden, moved, kept and shared."""

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.system.scan_source import ScanSource
from tests.system.waiting import eventually

METADATA = {
    "chopper_energy": {
        "value": 7112.123456789,
        "unit": "eV",
        "name": "Chopper energy",
        "group": "Optics",
        "source": "a/b/c/d",
    },
    "ghost_current": {"value": None, "unit": "mA", "name": "Ghost current", "available": False, "reason": "timed out"},
}


@pytest.fixture
async def scans(installation, token):
    async with httpx.AsyncClient(base_url=f"{installation.front_door}/api", timeout=30) as client:
        yield ScanSource(client, lambda: token.service("ingestor"))


@pytest.fixture
async def measured(scans, api) -> str:
    """A scan with metadata that can be chosen as columns."""
    pid = await scans.put(metadata=METADATA)

    async def offered() -> bool:
        answer = await api("ada").get("/beamlore/v1/scans/parameters", params={"search": "ghost_current"})
        return any(item["key"] == "ghost_current" for item in answer.json()["items"])

    await eventually(offered, "the parameters are offered")
    return pid


async def titles(page: Page) -> list[str]:
    found = await page.locator('[role="columnheader"][data-column]').all()
    return [str(await one.get_attribute("data-column")) for one in found]


async def add_column(page: Page, words: str) -> None:
    await page.get_by_role("button", name="Add column").click()
    await page.get_by_role("textbox", name="Search parameters").fill(words)
    await page.get_by_role("option", name=words).click()
    await page.keyboard.press("Escape")


async def test_added_column_shows_values_units_and_what_is_unavailable(scan_log_page, scans, measured):
    page = await scan_log_page("ada")
    await add_column(page, "Chopper energy")
    await add_column(page, "Ghost current")

    head = page.get_by_role("columnheader", name="Chopper energy")
    await expect(head).to_contain_text("eV")
    row = page.locator(f'[data-pid="{measured}"]')
    energy = row.locator('[data-column="m.chopper_energy"]')
    await expect(energy).to_have_text("7112.12")
    await expect(energy.locator("[title]")).to_have_attribute("title", "7112.123456789 eV")
    current = row.locator('[data-column="m.ghost_current"]')
    await expect(current).to_have_text("unavailable")
    await expect(current.locator("[title]")).to_have_attribute("title", "unavailable: timed out")

    live = await scans.put(metadata={"chopper_energy": METADATA["chopper_energy"] | {"value": 8333}})
    await expect(page.locator(f'[data-pid="{live}"] [data-column="m.chopper_energy"]')).to_have_text("8333")


async def test_columns_stay_after_a_reload_and_for_the_next_visit(scan_log_page, installation, measured):
    page = await scan_log_page("ada")
    await add_column(page, "Chopper energy")
    await page.get_by_role("columnheader", name="Proposal").hover()
    await page.get_by_role("button", name="Hide column Proposal").click()
    await expect(page.locator('[role="columnheader"][data-column="proposal"]')).to_have_count(0)
    shown = await titles(page)
    assert "m.chopper_energy" in shown
    assert f"columns={','.join(shown)}" in page.url

    await page.reload()
    await page.locator("[data-pid]").first.wait_for()
    assert await titles(page) == shown

    await page.goto(f"{installation.front_door}/")
    await page.locator("[data-pid]").first.wait_for()
    assert await titles(page) == shown
    assert f"columns={','.join(shown)}" in page.url


async def test_shared_address_shows_its_columns_and_keeps_ones_own(scan_log_page, installation, measured):
    page = await scan_log_page("ada")
    await page.get_by_role("columnheader", name="Files").hover()
    await page.get_by_role("button", name="Hide column Files").click()
    await expect(page.locator('[role="columnheader"][data-column="files"]')).to_have_count(0)
    own = await titles(page)

    await page.goto(f"{installation.front_door}/scans?columns=number,m.chopper_energy,state")
    await page.locator("[data-pid]").first.wait_for()
    assert await titles(page) == ["number", "m.chopper_energy", "state"]

    await page.goto(f"{installation.front_door}/scans")
    await page.locator("[data-pid]").first.wait_for()
    assert await titles(page) == own


async def test_columns_are_moved_by_pointer_and_by_keyboard(scan_log_page, measured):
    page = await scan_log_page("ada")
    await page.locator("[data-pid]").first.wait_for()
    before = await titles(page)
    assert before[:3] == ["start", "number", "name"]

    handle = page.get_by_role("columnheader", name="Start").get_by_role("button", name="Start", exact=True)
    target = await page.get_by_role("columnheader", name="Command").bounding_box()
    assert target is not None
    await handle.hover()
    await page.mouse.down()
    await page.mouse.move(target["x"] + target["width"] * 0.7, target["y"] + 10, steps=12)
    await page.mouse.up()
    await expect(page.locator('[role="columnheader"][data-column]').first).to_have_attribute("data-column", "number")
    assert (await titles(page))[:3] == ["number", "name", "start"]

    await handle.focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_text("Column Start is at its own place.")).to_be_attached()
    # The drag listens to keys from the next task on; this one stands behind it in the queue.
    await page.evaluate("new Promise((done) => setTimeout(done))")
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_text("Column Start is at the place of Command.")).to_be_attached()
    await page.keyboard.press("Space")
    await expect(page.locator('[role="columnheader"][data-column]').nth(1)).to_have_attribute("data-column", "start")
    assert (await titles(page))[:3] == ["number", "start", "name"]


async def test_columns_are_resized_and_stay_so(scan_log_page, measured):
    page = await scan_log_page("ada")
    head = page.get_by_role("columnheader", name="Beamline")
    before = await head.bounding_box()
    await page.get_by_role("separator", name="Width of column Beamline").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    after = await head.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] == before["width"] + 32

    await page.reload()
    await expect(head).to_be_visible()
    assert (await head.bounding_box() or {})["width"] == after["width"]
