"""Live events on a real replica set."""

import asyncio
import time
from urllib.parse import quote

import httpx
import pytest

from beamlore.core import Principal

from ..conftest import BATCH, SCANS, Served
from ..scan_items import START, item
from .streams import EVENTS, Page, listening

pytestmark = pytest.mark.usefixtures("following")


async def write(client: httpx.AsyncClient, *items: object) -> None:
    answer = await client.post(BATCH, json={"items": list(items)})
    assert answer.status_code == 200, answer.text


async def test_a_scan_appears_grows_and_ends_on_the_page(served: Served) -> None:
    ingestor, ada = await served.as_("ingestor"), await served.as_("ada")
    pid = item()["pid"]
    async with listening(ada, columns="energy") as page:
        for sequence, state in ((1, "running"), (2, "running"), (3, "finished")):
            await write(ingestor, item(pid=pid, sequence=sequence, state=state))
            await page.heard(sequence)
    assert [scan["state"] for scan in page.scans] == ["running", "running", "finished"]
    assert page.scans[-1]["metadata"]["energy"]["value"] == 7.1
    listed = (await ada.get(SCANS, params={"columns": "energy"})).json()["items"]
    assert page.scans[-1] == listed[0]


async def test_from_commit_to_page_takes_less_than_a_moment(served: Served) -> None:
    ingestor, ada = await served.as_("ingestor"), await served.as_("ada")
    delays = []
    async with listening(ada) as page:
        for count in range(1, 21):
            await write(ingestor, item())
            written = time.monotonic()
            await page.heard(count)
            delays.append(time.monotonic() - written)
    assert sorted(delays)[10] < 0.25


async def test_access_is_checked_for_each_event(served: Served) -> None:
    ingestor, ada, bo = [await served.as_(name) for name in ("ingestor", "ada", "bo")]
    async with listening(ada) as ada_page, listening(bo) as bo_page:
        await write(ingestor, item("20260102"), item("20260101"), item("20260102"))
        await bo_page.heard(2)
        await ada_page.heard(1)
    assert {scan["proposal"] for scan in ada_page.scans} == {"20260101"}
    assert {scan["proposal"] for scan in bo_page.scans} == {"20260102"}


async def test_filters_choose_what_is_streamed(served: Served) -> None:
    ingestor, admin = await served.as_("ingestor"), await served.as_("admin")
    async with listening(admin, beamline="cosaxs", **{"from": START.isoformat()}) as page:
        await write(ingestor, item("20260101", "balder"), item("20260201", "cosaxs"))
        await page.heard(1)
    assert [scan["beamline"] for scan in page.scans] == ["cosaxs"]


async def test_a_comment_is_live_too(served: Served) -> None:
    ingestor, ada, staff = [await served.as_(name) for name in ("ingestor", "ada", "staff")]
    one = item()
    await write(ingestor, one)
    async with listening(staff) as page:
        await ada.patch(f"{SCANS}/{quote(one['pid'], safe='')}", json={"comment": "look at this"})
        await page.heard_that(lambda scan: scan["comment"] == "look at this")


async def test_what_another_program_writes_is_live_and_its_keys_are_listed(served: Served) -> None:
    ingestor, ada = await served.as_("ingestor"), await served.as_("ada")
    one = item()
    await write(ingestor, one)
    datasets = served.app.state.catalogue.database["Dataset"]
    async with listening(ada, columns="*") as page:
        await datasets.update_one(
            {"_id": one["pid"]},
            {"$set": {"scientificMetadata.humidity": {"value": 40, "unit": "%", "valueSI": 0.4, "unitSI": ""}}},
        )
        await page.heard_that(lambda scan: scan["metadata"].get("humidity") == {"value": 40, "unit": "%"})
    async with asyncio.timeout(30):
        while "humidity" not in (await ada.get(f"{SCANS}/parameters")).text:
            await asyncio.sleep(0.05)


async def test_who_comes_back_is_told_exactly_what_was_missed(served: Served) -> None:
    ingestor, ada = await served.as_("ingestor"), await served.as_("ada")
    before, missed = item(), [item() for _ in range(5)]
    async with listening(ada) as page:
        await write(ingestor, before)
        await page.heard(1)
    await write(ingestor, *missed, item("20260102"))
    async with listening(ada, page):
        await page.knows({one["pid"] for one in missed})
        await write(ingestor, item(pid=before["pid"], sequence=2))
        await page.heard_that(lambda scan: scan["pid"] == before["pid"])
    # Where the second member lags behind, something may be heard twice.
    assert {scan["pid"] for scan in page.scans} == {one["pid"] for one in (before, *missed)}
    assert [kind for kind in page.kinds if kind != "scan"] == ["ready", "ready"]


async def test_who_comes_back_to_another_process_has_no_gap(served: Served) -> None:
    ingestor, ada = await served.as_("ingestor"), await served.as_("ada")
    page = Page()
    page.last_id = f"00000000.12.{round(time.time() * 1000)}"
    one = item()
    await write(ingestor, one)
    async with listening(ada, page):
        await page.knows({one["pid"]})


async def test_who_cannot_be_told_what_was_missed_is_told_to_load_again(served: Served) -> None:
    ada = await served.as_("ada")
    page = Page()
    page.last_id = "not one of ours"
    async with listening(ada, page):
        await page.heard_kind("reset")


async def test_a_stream_needs_a_token(served: Served) -> None:
    assert (await (await served.as_(None)).get(EVENTS)).status_code == 401


async def test_a_stream_ends_when_its_token_does(served: Served) -> None:
    ends = time.time() + 3
    short = served.app.state.session_tokens.issue(Principal(subject="functional:x", username="x", expires_at=ends))
    client = await served.as_(None)
    async with asyncio.timeout(15):
        answer = await client.get(EVENTS, headers={"Authorization": f"Bearer {short}"}, timeout=15)
    assert answer.status_code == 200
    assert time.time() >= int(ends)
    assert "event: ready" in answer.text
