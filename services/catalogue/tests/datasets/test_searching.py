"""Filters, relations and searches of SciCat's dataset routes on a real replica set."""

import json
from typing import Any

import httpx

from ..conftest import Served
from .requests import create, found


async def test_v3_takes_a_filter_in_a_header_too(served: Served) -> None:
    admin = await served.as_("admin")
    wanted, other = await create(admin), await create(admin)
    header = {"filter": json.dumps({"where": {"pid": wanted["pid"]}})}
    assert [one["pid"] for one in (await admin.get("/api/v3/datasets", headers=header)).json()] == [wanted["pid"]]
    assert (await admin.get("/api/v3/datasets/count", headers=header)).json() == {"count": 1}
    assert (await admin.get("/api/v3/datasets/findOne", headers=header)).json()["pid"] == wanted["pid"] != other["pid"]
    assert (await admin.get("/api/v3/datasets?filter={}", headers=header)).status_code == 400


async def test_included_relations_have_scopes_and_rules_of_their_own(served: Served) -> None:
    """Covers OWASP API1:2023, API3:2023; ASVS 4.2.1."""
    admin, member = served.member_of("admin"), served.member_of("p1")
    database = served.app.state.catalogue.database
    readers = {"accessGroups": [], "isPublished": False}
    blocks = [
        {"_id": f"b{number}", "ownerGroup": group, "size": number, **readers}
        for number, group in enumerate(["p1", "p1", "p2"])
    ]
    dataset = await create(admin, "v4", ownerGroup="p1", proposalIds=["one", "hidden"])
    await database["OrigDatablock"].insert_many([block | {"datasetId": dataset["pid"]} for block in blocks])
    await database["Proposal"].insert_many(
        [
            {"_id": "one", "proposalId": "one", "title": "t", "abstract": "a", "ownerGroup": "p1", **readers},
            {"_id": "hidden", "proposalId": "hidden", "title": "t", "ownerGroup": "p2", **readers},
        ]
    )

    async def included(client: httpx.AsyncClient, *relations: Any, **more: Any) -> dict[str, Any]:
        filter = {"where": {"pid": dataset["pid"]}, "include": list(relations), **more}
        [shown] = await found(client, "/api/v4/datasets", filter=filter)
        return dict(shown)

    assert {one["_id"] for one in (await included(member, "origdatablocks"))["origdatablocks"]} == {"b0", "b1"}
    assert len((await included(admin, "origdatablocks"))["origdatablocks"]) == 3
    largest = {"where": {"size": {"$gt": 0}}, "fields": ["size"], "limits": {"limit": 1, "sort": {"size": "desc"}}}
    scoped = await included(admin, {"relation": "origdatablocks", "scope": largest}, fields=["datasetName"])
    assert scoped["origdatablocks"] == [{"_id": "b2", "size": 2}]
    assert "ownerGroup" not in scoped
    shown = await included(member, "all")
    assert [one["proposalId"] for one in shown["proposals"]] == ["one"]
    assert (shown["instruments"], shown["samples"], shown["attachments"]) == ([], [], [])
    for wrong in (
        {"include": ["nonsense"]},
        {"include": [{"relation": "proposals", "scope": {"where": {"$where": "1"}}}]},
        {"include": [{"relation": "proposals", "scope": {"pipeline": []}}]},
        {"include": ["proposals"], "fields": ["proposals.title"]},
    ):
        answer = await admin.get("/api/v4/datasets", params={"filter": json.dumps(wrong)})
        assert answer.status_code == 400, wrong


async def test_a_search_is_among_ones_own_data_unless_published_data_are_asked_for(served: Served) -> None:
    admin, member = served.member_of("admin"), served.member_of("p1")
    mine = await create(admin, ownerGroup="p1", scientificMetadata={"Ring current": {"v": 1, "u": "A"}, "a.b": 1})
    public = await create(admin, ownerGroup="p2", isPublished=True, scientificMetadata={"c": {"d": 1, "e": 2}})

    async def searched(**fields: Any) -> set[str]:
        return {one["pid"] for one in await found(member, "/api/v3/datasets/fullquery", fields=fields)}

    assert await searched() == {mine["pid"]}
    assert await searched(isPublished=True) == {public["pid"]}
    facets = await found(member, "/api/v4/datasets/fullfacet", facets=["ownerGroup"])
    assert facets[0]["ownerGroup"] == [{"_id": "p1", "count": 1}]
    address = "/api/v3/datasets/metadataKeys"
    assert set(await found(member, address)) == {"Ring current", "a.b"}
    assert await found(member, address, fields={"metadataKey": "RING"}) == ["Ring current"]
    assert set(await found(member, "/api/v4/datasets/public/metadataKeys")) == {"c.d", "c.e"}
    assert set(await found(admin, "/api/v4/datasets/metadataKeys", limits={"limit": 5})) == {
        "Ring current",
        "a.b",
        "c.d",
        "c.e",
    }
