"""Things that break in the middle of a night shift. Nobody loses a scan, and the open page catches up by itself.

After each fault: scans produced = catalogued + in the inbox, none doubled, none half-written (`NightShift.settle`).
"""

import httpx
import pytest
from playwright.async_api import expect

from tests.chaos.producer import UNKNOWN_PROPOSAL
from tests.pages import scroll_until_seen, shown_pids

MANY = 30

# Every wait has a limit of its own.
pytestmark = pytest.mark.timeout(900)


async def assert_page_has_newest(page, shift):
    """The newest scan of each beamline stands on the page, finished, and the page was never loaded again."""
    newest = {}
    for one in shift.ledger():
        if one["proposal"] != UNKNOWN_PROPOSAL:
            newest[one["proposal"]] = one["pid"]
    for pid in newest.values():
        row = page.locator(f'[role="row"][data-pid="{pid}"]')
        await scroll_until_seen(page, row)
        await expect(row).to_have_attribute("data-state", "finished")
    assert await page.evaluate("window.openedBeforeTheFault"), "the page was not reloaded"


async def test_mongodb_primary_is_killed(shift, open_page):
    """The other member takes over; as the killed one stays away, writes are not confirmed by a majority."""
    killed = await shift.installation.primary()
    shift.installation.kill(killed, restart=False)
    before = {one["pid"] for one in shift.ledger()}
    await shift.more_catalogued(MANY)

    async def page_goes_on():
        return await shown_pids(open_page) & {one["pid"] for one in shift.ledger()} - before

    await shift.until(page_goes_on, "the open page shows a scan that was made after the fault")

    await shift.installation.start(killed)
    await shift.more_catalogued(MANY)

    await shift.settle()
    await assert_page_has_newest(open_page, shift)


async def test_both_mongodb_members_are_killed_one_after_the_other(shift, open_page):
    """What only the second primary had may be rolled back when the first returns: it is sent again."""
    first = await shift.installation.primary()
    second = next(name for name in ("mongo-1", "mongo-2") if name != first)
    shift.installation.kill(first, restart=False)
    await shift.more_catalogued(MANY)
    shift.installation.kill(second, restart=False)
    await shift.installation.start(first)
    await shift.more_catalogued(MANY)
    await shift.installation.start(second)
    await shift.more_catalogued(MANY)

    await shift.settle()
    await assert_page_has_newest(open_page, shift)


async def test_kafka_is_killed(shift, open_page):
    shift.installation.kill("kafka", restart=False)
    await shift.more(MANY)

    await shift.installation.start("kafka")
    await shift.more_catalogued(MANY)

    await shift.settle()
    await assert_page_has_newest(open_page, shift)


async def test_ingestor_is_killed_in_mid_batch(shift, open_page):
    for _ in range(3):
        await shift.more(MANY // 3)
        await shift.kill_and_await("ingestor")
    await shift.more_catalogued(MANY)

    await shift.settle()
    await assert_page_has_newest(open_page, shift)


async def test_catalogue_is_killed(shift, open_page):
    shift.installation.kill("catalogue", restart=False)
    await shift.more(MANY)

    await shift.installation.start("catalogue")
    await shift.more_catalogued(MANY)

    await shift.settle()
    await assert_page_has_newest(open_page, shift)


async def test_user_office_is_down_for_a_minute(shift, open_page, token):
    """It answers 503, then as before. What needs it waits, and nothing is sent to the inbox for it."""
    async with httpx.AsyncClient(
        base_url=f"{shift.installation.front_door}/api/useroffice/v1",
        headers={"Authorization": f"Bearer {token('admin')}"},
    ) as user_office:
        answer = await user_office.put("/faults", json={"mode": "down", "forSeconds": 60})
        assert answer.status_code == 200
        assert (await user_office.get("/proposals")).status_code == 503
        # A restarted ingestor knows no proposal yet, so all of its work waits for the user office.
        shift.installation.kill("ingestor")
        await shift.more(MANY)

        async def answers_again():
            return (await user_office.get("/proposals")).status_code == 200

        await shift.until(answers_again, "the user office answers again", 90)
    await shift.more_catalogued(MANY)

    await shift.settle()
    await assert_page_has_newest(open_page, shift)


async def test_topics_are_read_again_from_offset_0(shift, open_page):
    await shift.more_catalogued(MANY)
    before = await shift.settle()
    documents = await shift.snapshot()

    await shift.installation.stop("ingestor")
    offsets = await shift.rewind_to_the_beginning()
    await shift.installation.start("ingestor")
    await shift.until(lambda: shift.read_up_to(offsets), "everything is read again")

    assert await shift.snapshot() == documents, "reading everything twice changes nothing"
    assert before.produced > 0
    await assert_page_has_newest(open_page, shift)
