"""A scan that is taken from somebody leaves their open page at once, and nobody else hears of it.

Covers OWASP API1:2023 (object level authorization, over time); ASVS 5.0 V8.3.2 (changes of rights apply at once).
"""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from ..conftest import BATCH, SCANS, Served, until
from ..facility import someone
from ..scan_items import item
from .streams import Page, listening

pytestmark = pytest.mark.usefixtures("following")

ME = "me@facility.example"


def address(pid: str) -> str:
    return f"/api/v4/datasets/{quote(pid, safe='')}"


async def write(served: Served, *items: dict[str, Any]) -> None:
    answer = await served.member_of("catalogue:ingest").post(BATCH, json={"items": list(items)})
    assert answer.status_code == 200, answer.text


async def prepare(served: Served, one: dict[str, Any], fields: dict[str, Any]) -> None:
    """Write a scan that I can see by these fields only."""
    await write(served, one)
    await datasets(served).update_one({"_id": one["pid"]}, {"$set": fields})


def datasets(served: Served) -> Any:
    return served.app.state.catalogue.database["Dataset"]


async def by_owner(admin: httpx.AsyncClient, pid: str) -> httpx.Response:
    return await admin.patch(address(pid), json={"ownerGroup": "others"})


async def by_access(admin: httpx.AsyncClient, pid: str) -> httpx.Response:
    return await admin.patch(address(pid), json={"accessGroups": []})


async def by_share(admin: httpx.AsyncClient, pid: str) -> httpx.Response:
    return await admin.patch(address(pid), json={"sharedWith": []})


async def by_state(admin: httpx.AsyncClient, pid: str) -> httpx.Response:
    return await admin.patch(address(pid), json={"isPublished": False})


async def by_deletion(admin: httpx.AsyncClient, pid: str) -> httpx.Response:
    return await admin.delete(address(pid))


@pytest.mark.parametrize(
    ("fields", "take"),
    [
        ({"ownerGroup": "mine"}, by_owner),
        ({"accessGroups": ["mine"]}, by_access),
        ({"sharedWith": [ME]}, by_share),
        ({"isPublished": True}, by_state),
        ({"ownerGroup": "mine"}, by_deletion),
    ],
)
async def test_withdrawn_scan_leaves_exactly_the_pages_it_was_on(
    served: Served, fields: dict[str, Any], take: Any
) -> None:
    admin, me = served.member_of("catalogue:admin"), someone(served, "mine", username="me", email=ME)
    mine, strange = item(), item("20260102")
    await prepare(served, mine, fields)
    await prepare(served, strange, {"ownerGroup": "others"})
    async with listening(me) as my_page, listening(someone(served, "others", username="bo")) as other_page:
        assert (await take(admin, strange["pid"])).is_success
        assert (await take(admin, mine["pid"])).is_success
        await my_page.lost(mine["pid"])
        if take is by_deletion:
            await other_page.lost(strange["pid"])
    assert my_page.removed == [mine["pid"]]
    known = set(other_page.removed) - {strange["pid"]}
    # Who saw it as a published one has lost it too; nobody else hears of it.
    assert known == ({mine["pid"]} if take is by_state else set())
    assert (await me.get(f"{SCANS}/{quote(mine['pid'], safe='')}")).status_code == 404


async def test_what_another_program_takes_away_leaves_the_page_too(served: Served) -> None:
    me = someone(served, "mine")
    one, two = item(), item()
    await prepare(served, one, {"ownerGroup": "mine"})
    await prepare(served, two, {"ownerGroup": "mine"})
    derived = served.app.state.catalogue.database["beamlore_search"]

    async def known() -> bool:
        return bool(await derived.count_documents({"ownerGroup": "mine"}) == 2)

    await until(known)
    async with listening(me) as page:
        await datasets(served).update_one({"_id": one["pid"]}, {"$set": {"ownerGroup": "others"}})
        await datasets(served).delete_one({"_id": two["pid"]})
        await page.lost(one["pid"], two["pid"])


async def test_scan_that_leaves_a_filter_leaves_the_page(served: Served) -> None:
    admin = served.member_of("catalogue:admin")
    one = item("20260101")
    await write(served, one)
    async with listening(admin, proposal="20260101") as page, listening(admin) as whole:
        assert (await admin.patch(address(one["pid"]), json={"proposalIds": ["20260102"]})).is_success
        await page.lost(one["pid"])
        await whole.heard_that(lambda scan: scan["proposal"] == "20260102")
    assert whole.removed == []


async def test_page_that_was_away_hears_what_it_has_lost(served: Served) -> None:
    admin, me = served.member_of("catalogue:admin"), someone(served, "mine")
    one = item()
    await prepare(served, one, {"ownerGroup": "mine"})
    page = Page()
    async with listening(me, page):
        await page.heard_kind("ready")
    assert (await by_owner(admin, one["pid"])).is_success
    async with listening(me, page):
        await page.lost(one["pid"])
    stranger = Page()
    stranger.last_id = page.last_id
    async with listening(someone(served, "strangers"), stranger):
        await stranger.heard_kind("ready")
    assert stranger.removed == []


async def test_scan_that_comes_back_is_on_the_page_again(served: Served) -> None:
    admin, me = served.member_of("catalogue:admin"), someone(served, "mine")
    one = item()
    await prepare(served, one, {"ownerGroup": "mine"})
    async with listening(me) as page:
        assert (await by_owner(admin, one["pid"])).is_success
        await page.lost(one["pid"])
        assert (await admin.patch(address(one["pid"]), json={"ownerGroup": "mine"})).is_success
        await page.knows({one["pid"]})
    assert page.kinds[-1] == "scan"
