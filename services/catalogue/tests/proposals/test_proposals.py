"""SciCat's proposal routes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from beamlore.catalogue.types_file import TypesFileError, read_types

from ..conftest import BATCH, Served, serving, until
from ..facility import MALFORMED, asked, facility, listed, searchable
from ..scan_items import item

URL = "/api/v3/proposals"
NEW = {"proposalId": "20260101", "email": "ada@facility.example", "title": "Perovskites", "ownerGroup": "pg1"}
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAf"
    "FcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
async def served(mongo_database: Any, settings_for: Callable[..., Any], token: Any) -> AsyncIterator[Served]:
    async with facility(mongo_database, settings_for, token) as running:
        yield running


async def create(served: Served, **more: Any) -> dict[str, Any]:
    created: dict[str, Any] = await asked(served.member_of("user office"), "POST", URL, 201, json=NEW | more)
    return created


async def test_a_new_proposal_has_what_scicats_clients_expect(served: Served) -> None:
    period = {"instrument": "balder", "start": "2026-03-01T08:00:00Z", "end": "2026-03-02T08:00:00+02:00"}
    created = await create(served, MeasurementPeriodList=[period])
    assert created == created | {
        "_id": "20260101",
        "id": "20260101",
        "type": "Default Proposal",
        "accessGroups": [],
        "isPublished": False,
        "instrumentIds": [],
        "parentProposalId": None,
        "metadata": {},
        "numberOfDatasets": 0,
        "createdBy": "test",
        "updatedBy": "test",
    }
    (shown,) = created["MeasurementPeriodList"]
    assert shown["end"] == "2026-03-02T06:00:00.000Z"
    assert await asked(served.member_of("pg1"), "GET", f"{URL}/20260101") == created


async def test_who_may_write(served: Served) -> None:
    """OWASP API5:2023, ASVS 8.2.1."""
    for place, (groups, create, change, delete) in enumerate(
        [
            (("user office",), 201, 200, 403),
            (("admin",), 201, 200, 403),
            (("pg1",), 403, 403, 403),
            (("cleaners",), 403, 403, 200),
            ((), 403, 403, 403),
            (("",), 403, 403, 403),
        ]
    ):
        there = await asked(served.member_of("admin"), "POST", URL, 201, json=NEW | {"proposalId": f"there {place}"})
        client, url = served.member_of(*groups), f"{URL}/{quote(there['proposalId'])}"
        assert (await client.post(URL, json=NEW | {"proposalId": f"new {place}"})).status_code == create
        assert (await client.patch(url, json={"title": "other"})).status_code == change
        assert (await client.delete(url)).status_code == delete


async def test_without_delete_groups_administrators_delete(
    mongo_database: Any, settings_for: Callable[..., Any], token: Any
) -> None:
    async with serving(settings_for(*mongo_database), token) as served:
        admin = served.member_of("admin")
        await asked(admin, "POST", URL, 201, json=NEW)
        assert (await served.member_of("pg1").delete(f"{URL}/20260101")).status_code == 403
        assert (await asked(admin, "DELETE", f"{URL}/20260101"))["proposalId"] == "20260101"


async def test_who_may_see(served: Served) -> None:
    """OWASP API1:2023, ASVS 8.2.2: owners, who has access, everyone what is published; nothing for empty groups."""
    await create(served)
    await create(served, proposalId="shared", ownerGroup="pg2", accessGroups=["pg1", ""])
    await create(served, proposalId="hidden", ownerGroup="pg2")
    await create(served, proposalId="public", ownerGroup="pg2")
    proposals = served.app.state.catalogue.database["Proposal"]
    await proposals.update_one({"_id": "public"}, {"$set": {"isPublished": True}})
    everything = {"20260101", "shared", "hidden", "public"}
    for client, seen in (
        (served.member_of("pg1"), {"20260101", "shared", "public"}),
        (served.member_of(""), {"public"}),
        (await served.as_(None), {"public"}),
        (served.member_of("user office"), everything),
        (served.member_of("admin"), everything),
    ):
        assert await listed(client, URL, "proposalId") == seen
        assert await listed(client, f"{URL}/fullquery", "proposalId") == seen
        assert await asked(client, "GET", f"{URL}/count") == {"count": len(seen)}
        (facets,) = await asked(client, "GET", f"{URL}/fullfacet", params={"facets": '["proposalId"]'})
        assert {one["_id"] for one in facets["proposalId"]} == seen
        for proposal in everything:
            may = proposal in seen
            assert (await client.get(f"{URL}/{proposal}")).status_code == (200 if may else 403)
            assert await asked(client, "GET", f"{URL}/{proposal}/authorization") == {"canAccess": may}
    assert (await served.member_of("pg1").get(f"{URL}/nowhere")).status_code == 404
    assert await asked(await served.as_(None), "GET", f"{URL}/nowhere/authorization") == {"canAccess": False}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": None}, "title"),
    ({"email": "nobody"}, "email"),
    ({"pi_email": "a@b"}, "pi_email"),
    ({"ownerGroup": ""}, "ownerGroup"),
    ({"surprise": 1}, "surprise"),
    ({"isPublished": True}, "isPublished"),
    ({"startTime": "yesterday"}, "startTime"),
    ({"type": "Surprise"}, "Default Proposal"),
    ({"MeasurementPeriodList": [{"instrument": "balder"}]}, "MeasurementPeriodList"),
    ({"metadata": []}, "metadata"),
    ({"metadata": {"": 1}}, "metadata"),
]


async def test_what_is_wrong_is_refused_and_not_valid(served: Served) -> None:
    office = served.member_of("user office")
    for change, says in WRONG:
        answer = await office.post(URL, json=NEW | change)
        assert answer.status_code == 400
        assert says in answer.text
        assert await asked(office, "POST", f"{URL}/isValid", json=NEW | change) == {"valid": False}
    assert await asked(office, "POST", f"{URL}/isValid", json=NEW) == {"valid": True}
    assert await asked(office, "GET", f"{URL}/count") == {"count": 0}


async def test_types_come_from_scicats_file(
    mongo_database: Any, settings_for: Callable[..., Any], token: Any, tmp_path: Path
) -> None:
    types = tmp_path / "proposalTypes.json"
    types.write_text('{"Fast": "Rapid access"}')
    async with serving(settings_for(*mongo_database, proposal_types_file=types), token) as served:
        admin = served.member_of("admin")
        assert (await asked(admin, "POST", URL, 201, json=NEW | {"type": "Rapid access"}))["type"] == "Rapid access"
        assert (await admin.patch(f"{URL}/20260101", json={"type": "Slow"})).status_code == 400


@pytest.mark.parametrize("content", ["[1]", "{", '{"a": 1}', '{"a": ""}', None])
def test_a_file_of_types_that_is_none_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "types.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(TypesFileError, match=r"types\.json"):
        read_types(file)


async def test_an_identifier_is_taken_once(served: Served) -> None:
    await create(served)
    assert (await served.member_of("user office").post(URL, json=NEW)).status_code == 409


async def test_identifiers_may_have_slashes_and_paths_an_end(served: Served) -> None:
    await create(served, proposalId="20.500/2026 01")
    client = served.member_of("pg1")
    assert (await asked(client, "GET", f"{URL}/{quote('20.500/2026 01', safe='')}"))["_id"] == "20.500/2026 01"
    assert len(await asked(client, "GET", "/api/v3/Proposals/")) == 1


async def test_a_change_leaves_what_it_does_not_name(served: Served) -> None:
    period = {"instrument": "balder", "start": "2026-03-01T08:00:00Z", "end": "2026-03-02T08:00:00Z"}
    await create(served, parentProposalId="20250101", MeasurementPeriodList=[period], abstract="long")
    office = served.member_of("user office")
    changed = await asked(office, "PATCH", f"{URL}/20260101", json={"parentProposalId": None, "title": "New"})
    assert changed["parentProposalId"] is None
    assert changed["title"] == "New"
    assert changed["abstract"] == "long"
    assert len(changed["MeasurementPeriodList"]) == 1
    for wrong in ({"title": None}, {"proposalId": "other"}, {"numberOfDatasets": 7}, {"createdBy": "me"}):
        assert (await office.patch(f"{URL}/20260101", json=wrong)).status_code == 400
    assert (await office.patch(f"{URL}/nowhere", json={"title": "x"})).status_code == 404


async def test_of_two_changes_of_the_same_state_one_is_refused(served: Served) -> None:
    created = await create(served)
    office = served.member_of("user office")
    since = {"If-Unmodified-Since": created["updatedAt"]}
    answers = await asyncio.gather(
        *(office.patch(f"{URL}/20260101", json={"title": title}, headers=since) for title in ("one", "two"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_metadata_are_kept_as_they_were_sent(served: Served) -> None:
    metadata = {"pump.laser": {"value": 1, "unit": "cm"}, "50%25": "$gt", "$set": {"a": [{"b.c": None}]}}
    await create(served, metadata=metadata)
    shown = await asked(served.member_of("pg1"), "GET", f"{URL}/20260101")
    assert shown["metadata"] == metadata


async def find(client: httpx.AsyncClient, route: str = "", **params: Any) -> Any:
    encoded = {name: json.dumps(value) for name, value in params.items()}
    return await asked(client, "GET", f"{URL}{route}", params=encoded)


async def test_proposals_are_found(served: Served) -> None:
    await create(served)
    await create(served, proposalId="20260102", title="Batteries", startTime="2026-05-01T00:00:00Z")
    await create(served, proposalId="20260103", title="Magnets", parentProposalId="20260102")
    client = served.member_of("pg1")
    await until(lambda: searchable(client, URL))

    async def found(route: str, **params: Any) -> list[str]:
        return sorted(one["proposalId"] for one in await find(client, route, **params))

    assert await found("/fullquery", fields={"text": "perovskites"}) == ["20260101"]
    assert await found("/fullquery", fields={"title": {"$regex": "^mag", "$options": "i"}}) == ["20260103"]
    assert await found("/fullquery", fields={"startTime": {"begin": "2026-04-01", "end": "2026-06-01"}}) == ["20260102"]
    assert await found("/fullquery", fields={"proposalId": ["20260101", "20260103"]}) == ["20260101", "20260103"]
    related = {"$or": [{"proposalId": "20260102"}, {"parentProposalId": {"$in": ["20260102"]}}]}
    assert await found("", filters={"where": related}) == ["20260102", "20260103"]
    assert await find(client, "/count", filter=related) == {"count": 2}
    assert await find(client, "/count", fields={"text": "magnets"}, filter=related) == {"count": 1}
    assert await find(client, "/count", filters={"fields": {"title": ["Magnets"]}, "filter": related}) == {"count": 1}
    newest = await find(client, "", filters={"limits": {"limit": 1, "order": "proposalId:desc"}, "fields": ["title"]})
    assert [one["title"] for one in newest] == ["Magnets"]
    assert "ownerGroup" not in newest[0]


async def test_included_samples_are_those_the_caller_may_see(served: Served) -> None:
    """OWASP API3:2023: what is included has readers of its own."""
    await create(served)
    office = served.member_of("sample office")
    for group in ("pg1", "pg2"):
        sample = {"sampleName": group, "ownerGroup": group, "proposalId": "20260101"}
        await asked(office, "POST", "/api/v3/samples", 201, json=sample)
    (shown,) = await find(served.member_of("pg1"), "", filters={"include": ["samples"], "fields": ["title"]})
    assert [sample["sampleName"] for sample in shown["samples"]] == ["pg1"]
    admin = served.member_of("admin")
    (shown,) = await find(admin, "", filters={"include": [{"relation": "samples"}]})
    assert len(shown["samples"]) == 2
    scope = {"where": {"ownerGroup": "pg2"}, "fields": ["sampleName"], "limits": {"limit": 1}}
    (shown,) = await find(admin, "", filters={"include": [{"relation": "samples", "scope": scope}]})
    assert [sample["sampleName"] for sample in shown["samples"]] == ["pg2"]
    assert "ownerGroup" not in shown["samples"][0]


async def test_ingested_scans_are_counted_and_listed_below_their_proposal(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    details = {"title": "Perovskites", "piName": "Lovelace", "piEmail": "ada@facility.example"}
    scans = [item(proposalDetails=details), item(), item()]
    for _ in range(2):
        await asked(ingestor, "POST", BATCH, json={"items": scans})
    member, url = served.member_of("proposal:20260101"), f"{URL}/20260101"
    shown = await asked(member, "GET", url)
    assert shown == shown | {"numberOfDatasets": 3, "type": "Default Proposal", "metadata": {}, "title": "Perovskites"}
    assert shown["createdBy"] == shown["updatedBy"] != ""
    assert await listed(member, f"{url}/datasets", "pid") == {scan["pid"] for scan in scans}
    stranger = served.member_of("pg1")
    assert (await stranger.get(f"{url}/datasets")).status_code == 403
    office = served.member_of("user office")
    assert await asked(office, "GET", f"{url}/datasets") == []
    await asked(office, "PATCH", url, json={"abstract": "more"})
    await asked(ingestor, "POST", BATCH, json={"items": [item(proposalDetails=details | {"title": "New"})]})
    shown = await asked(member, "GET", url)
    assert (shown["title"], shown["abstract"], shown["numberOfDatasets"]) == ("New", "more", 4)


async def test_attachments_hang_on_a_proposal(served: Served) -> None:
    await create(served)
    office, url = served.member_of("user office"), f"{URL}/20260101/attachments"
    picture = {"caption": "the plan", "thumbnail": PICTURE}
    made = await asked(office, "POST", url, 201, json=picture)
    assert (made["proposalId"], made["ownerGroup"]) == ("20260101", "pg1")
    named = await asked(office, "POST", url, 201, json=picture | {"ownerGroup": "user office"})
    assert named["ownerGroup"] == "user office"
    member, stranger = served.member_of("pg1"), served.member_of("pg2")
    assert await listed(member, url, "id") == {made["id"], named["id"]}
    for client in (stranger, await served.as_(None)):
        assert (await client.get(url)).status_code == 403
    owner = served.member_of("user office", "pg1")
    changed = await asked(owner, "PATCH", f"{url}/{made['id']}", json={"caption": "the new plan"})
    assert changed["caption"] == "the new plan"
    for client in (member, office, stranger):
        assert (await client.post(url, json=picture)).status_code == (201 if client is office else 403)
        assert (await client.patch(f"{url}/{made['id']}", json={"caption": "mine"})).status_code == 403
        assert (await client.delete(f"{url}/{made['id']}")).status_code == 403
    await asked(owner, "DELETE", f"{url}/{made['id']}")
    assert (await owner.delete(f"{url}/{made['id']}")).status_code == 404
    assert (await owner.get(f"{URL}/nowhere/attachments")).status_code == 404


async def test_a_malformed_filter_is_refused(served: Served) -> None:
    """OWASP API8:2023, ASVS 1.2.5."""
    for filter in MALFORMED:
        answer = await served.member_of("admin").get(URL, params={"filters": filter})
        assert answer.status_code == 400
        assert answer.json()["message"].removeprefix("Invalid JSON in ").startswith("filter")


async def test_proposals_come_from_the_oldest_where_no_order_is_asked_for(served: Served) -> None:
    keys = ["20260303", "20260101", "20260202"]
    for key in keys:
        await create(served, proposalId=key)
    office = served.member_of("user office")
    for url in (URL, f"{URL}/fullquery"):
        assert [one["proposalId"] for one in await asked(office, "GET", url)] == keys
