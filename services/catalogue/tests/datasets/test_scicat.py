"""SciCat's dataset routes on a real replica set."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

import pytest

from ..conftest import BATCH, Served
from ..scan_items import item
from .requests import RAW, create, found, path


async def test_v3_shows_single_values_beside_the_lists_and_si_units_beside_what_was_sent(served: Served) -> None:
    admin, ada = await served.as_("admin"), await served.as_("ada")
    created = await create(admin)
    shown = (await ada.get(path(created["pid"]))).json()
    assert shown["principalInvestigator"] == "Ada Lovelace"
    assert shown["proposalId"] == "20260101"
    assert shown["proposalIds"] == ["20260101"]
    assert shown["createdBy"] == "admin"
    metadata = shown["scientificMetadata"]
    assert metadata["temperature"] == {"value": 20, "unit": "degC", "valueSI": 293.15, "unitSI": "K"}
    assert metadata["length"]["valueSI"] == [0.001, 0.002]
    assert metadata["length"]["unitSI"] == "m"
    assert metadata["yield"]["unitSI"] == "bananas"
    assert metadata["note"] == {"value": "fine"}
    assert "beamlore" not in shown
    stored = await served.app.state.catalogue.database["Dataset"].find_one({"_id": created["pid"]})
    assert stored["scientificMetadata"] == RAW["scientificMetadata"]
    assert stored["pid"] == created["pid"]


async def test_v4_takes_and_shows_lists(served: Served) -> None:
    admin = await served.as_("admin")
    created = await create(admin, "v4")
    shown = (await admin.get(path(created["pid"], "v4"))).json()
    assert shown["principalInvestigators"] == ["Ada Lovelace"]
    assert "principalInvestigator" not in shown
    assert (await admin.post("/api/v4/datasets", json=RAW)).status_code == 400


async def test_paths_are_taken_in_any_case(served: Served) -> None:
    admin = await served.as_("admin")
    created = await create(admin)
    assert (await admin.get(path(created["pid"]).replace("datasets", "Datasets"))).status_code == 200
    assert (await admin.get("/API/v3/DATASETS/FullQuery")).status_code == 200


async def test_what_is_wrong_is_refused_in_scicats_form(served: Served) -> None:
    admin = await served.as_("admin")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"owner": None}, "owner"),
        ({"surprise": 1}, "surprise"),
        ({"creationTime": "yesterday"}, "creationTime"),
        ({"pid": "line\nbreak"}, "printable"),
        ({"scientificMetadata": {"": 1}}, "cannot be a key"),
        ({"scientificMetadata": {"a": {"b\x00c": 1}}}, "cannot be a key"),
        ({"contactEmail": "ada@facility.example; nobody"}, "contactEmail"),
        ({"keywords": ["xas", 7]}, "each value in keywords must be a string"),
        ({"sourceFolder": ""}, "sourceFolder should not be empty"),
    ]
    for change, says in wrong:
        answer = await admin.post("/api/v3/datasets", json=RAW | change)
        assert answer.status_code == 400, change
        body = answer.json()
        assert set(body) == {"statusCode", "message", "error"}
        assert isinstance(body["message"], str), "v3 answers the faults of a dataset as text"
        assert says in body["message"]


async def test_who_may_create(served: Served) -> None:
    for person, status in (("ada", 201), ("bo", 403), ("staff", 403), (None, 403), ("ingestor", 201)):
        answer = await (await served.as_(person)).post("/api/v3/datasets", json=RAW)
        assert answer.status_code == status
    taken = await create(await served.as_("admin"))
    assert (
        await (await served.as_("admin")).post("/api/v3/datasets", json=RAW | {"pid": taken["pid"]})
    ).status_code == 409


async def test_who_may_see(served: Served) -> None:
    admin = await served.as_("admin")
    mine = await create(admin)
    published = await create(admin, ownerGroup="proposal:20260102", isPublished=True)
    shared = await create(admin, ownerGroup="proposal:20260102", sharedWith=["ada@facility.example"])
    hidden = await create(admin, ownerGroup="proposal:20260102")
    ada, nobody = await served.as_("ada"), await served.as_(None)
    seen = {one["pid"] for one in await found(ada, "/api/v3/datasets")}
    assert seen == {mine["pid"], published["pid"], shared["pid"]}
    assert await found(ada, "/api/v3/datasets/count") == {"count": 3}
    assert (await ada.get(path(hidden["pid"]))).status_code == 403
    assert (await ada.get(path("no/such"))).status_code == 404
    assert [one["pid"] for one in await found(nobody, "/api/v3/datasets")] == [published["pid"]]
    assert (await nobody.get("/api/v4/datasets")).status_code == 403
    forged = {"Authorization": "Bearer a.b.c"}
    assert (await nobody.get("/api/v4/datasets", headers=forged)).status_code == 401
    assert [one["pid"] for one in await found(nobody, "/api/v4/datasets/public")] == [published["pid"]]
    public = f"/api/v4/datasets/public/{quote(published['pid'], safe='')}"
    assert (await nobody.get(public)).status_code == 200
    hidden_there = await nobody.get(f"/api/v4/datasets/public/{quote(mine['pid'], safe='')}")
    assert (hidden_there.status_code, hidden_there.content) == (200, b"")


async def test_a_filter_narrows_and_never_widens(served: Served) -> None:
    admin, ada = await served.as_("admin"), await served.as_("ada")
    await create(admin)
    await create(admin, ownerGroup="proposal:20260102")
    for where in (
        {"ownerGroup": "proposal:20260102"},
        {"$or": [{"ownerGroup": {"$exists": True}}]},
        {"$nor": [{"pid": "x"}]},
    ):
        seen = await found(ada, "/api/v3/datasets", filter={"where": where})
        assert {one["ownerGroup"] for one in seen} <= {"proposal:20260101"}
    fields = {"userGroups": ["proposal:20260102"], "mode": {"$or": [{"ownerGroup": "proposal:20260102"}]}}
    assert await found(ada, "/api/v3/datasets/fullquery", fields=fields) == []


async def test_a_malformed_filter_is_refused_and_said_where(served: Served) -> None:
    admin = await served.as_("admin")
    for url, params, at in (
        ("/api/v3/datasets", {"filter": "{"}, "Invalid JSON in filter"),
        ("/api/v3/datasets", {"filter": '{"where": {"$where": "1"}}'}, "filter.where.$where"),
        ("/api/v4/datasets", {"filter": '{"where": {"colour": 1}}'}, "filter.where.colour"),
        ("/api/v3/datasets/fullquery", {"limits": "7"}, "limits"),
        ("/api/v3/datasets/fullquery", {"fields": '{"scientific": 1}'}, "fields.scientific"),
        ("/api/v3/datasets/fullfacet", {"facets": "{}"}, "facets"),
    ):
        answer = await admin.get(url, params=params)
        assert answer.status_code == 400, url
        assert answer.json()["message"].startswith(at)


async def test_limits_order_and_fields(served: Served) -> None:
    admin = await served.as_("admin")
    for size in range(4):
        await create(admin, size=size)
    listing = {"limits": {"limit": 2, "skip": 1, "order": "size:desc"}, "fields": ["size"]}
    seen = await found(admin, "/api/v3/datasets", filter=listing)
    assert [one["size"] for one in seen] == [2, 1]
    assert set(seen[0]) == {"_id", "size"}
    first = await found(admin, "/api/v3/datasets/findOne", filter={"limits": {"order": "size:asc"}})
    assert first["size"] == 0


async def test_words_are_found(served: Served) -> None:
    admin = await served.as_("admin")
    wanted = await create(admin, datasetName="perovskite film")
    await create(admin)
    seen = await found(admin, "/api/v3/datasets/fullquery", fields={"text": "perovskite"})
    assert [one["pid"] for one in seen] == [wanted["pid"]]


@pytest.mark.parametrize(
    ("relation", "rhs", "unit", "hits"),
    [
        ("GREATER_THAN", 290, "K", 1),
        ("LESS_THAN", 290, "K", 0),
        ("EQUAL_TO_NUMERIC", 293.15, "K", 1),
        ("EQUAL_TO_NUMERIC", 20, "celsius", 1),
        ("RANGE", [19, 21], "degC", 1),
        ("GREATER_THAN_OR_EQUAL", 20, "", 1),
        ("GREATER_THAN", 20, "", 0),
    ],
)
async def test_quantities_are_compared_across_units(
    served: Served, relation: str, rhs: object, unit: str, hits: int
) -> None:
    admin = await served.as_("admin")
    await create(admin)
    condition = {"lhs": "temperature", "relation": relation, "rhs": rhs, "unit": unit}
    seen = await found(admin, "/api/v3/datasets/fullquery", fields={"scientific": [condition]})
    assert len(seen) == hits


async def test_text_parts_and_bare_numbers_match(served: Served) -> None:
    admin = await served.as_("admin")
    await create(admin)
    for lhs, relation, rhs in (("note", "CONTAINS_STRING", "in"), ("plain", "EQUAL_TO_NUMERIC", 7)):
        condition = {"lhs": lhs, "relation": relation, "rhs": rhs, "unit": ""}
        assert len(await found(admin, "/api/v3/datasets/fullquery", fields={"scientific": [condition]})) == 1


async def test_facets_count_what_one_may_see(served: Served) -> None:
    admin, ada = await served.as_("admin"), await served.as_("ada")
    await create(admin)
    await create(admin, ownerGroup="proposal:20260102")
    (facets,) = await found(ada, "/api/v3/datasets/fullfacet", facets=["type", "keywords", "creationTime"])
    assert facets["all"] == [{"totalSets": 1}]
    assert facets["type"] == [{"_id": "raw", "count": 1}]
    assert {one["_id"] for one in facets["keywords"]} == {"xas", "powder"}
    assert facets["creationTime"] == [{"_id": {"year": 2026, "month": 3, "day": 1}, "count": 1}]
    (facets,) = await found(admin, "/api/v4/datasets/fullfacet", filters={"facets": ["ownerGroup"], "fields": {}})
    assert len(facets["ownerGroup"]) == 2


async def test_changes_are_made_by_members_and_not_by_others(served: Served) -> None:
    admin, ada, bo = [await served.as_(name) for name in ("admin", "ada", "bo")]
    created = await create(admin)
    changed = await ada.patch(path(created["pid"]), json={"comment": "good", "proposalId": "20260101"})
    assert changed.status_code == 200, changed.text
    assert changed.json()["comment"] == "good"
    assert changed.json()["updatedBy"] == "ada"
    assert (await bo.patch(path(created["pid"]), json={"comment": "mine"})).status_code == 403
    assert (await ada.patch(path(created["pid"]), json={"_id": "x"})).status_code == 400


async def test_a_change_of_something_changed_meanwhile_is_refused(served: Served) -> None:
    admin = await served.as_("admin")
    created = await create(admin)
    url = path(created["pid"], "v4")
    before = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    now = format_datetime(datetime.now(UTC), usegmt=True)
    refused = await admin.patch(url, json={"comment": "x"}, headers={"If-Unmodified-Since": before})
    assert refused.status_code == 412
    assert refused.json()["error"] == "Precondition Failed"
    assert (await admin.patch(url, json={"comment": "x"}, headers={"If-Unmodified-Since": now})).status_code == 200


async def test_a_merge_patch_merges(served: Served) -> None:
    admin = await served.as_("admin")
    created = await create(admin, "v4")
    url = path(created["pid"], "v4")
    kind = {"Content-Type": "application/merge-patch+json"}
    change = {"scientificMetadata": {"note": None, "more": {"value": 1}}}
    merged = await admin.patch(url, content=json.dumps(change), headers=kind)
    assert merged.status_code == 200, merged.text
    assert set(merged.json()["scientificMetadata"]) == {"temperature", "length", "yield", "plain", "more"}
    refused = await admin.patch(url, content=json.dumps({"ownerGroup": None}), headers=kind)
    assert refused.status_code == 400


async def test_the_ingestors_scans_are_datasets_with_their_files(served: Served) -> None:
    ingestor, ada = await served.as_("ingestor"), await served.as_("ada")
    one = item(files=[{"path": "a.h5", "size": 3, "time": "2026-03-01T12:00:00Z"}])
    await ingestor.post(BATCH, json={"items": [one]})
    shown = await found(ada, path(one["pid"]), filter={"include": [{"relation": "origdatablocks"}]})
    assert shown["proposalId"] == "20260101"
    assert shown["instrumentId"] == "balder"
    assert shown["scientificMetadata"]["energy"]["human_name"] == "Energy"
    assert shown["origdatablocks"][0]["dataFileList"][0]["path"] == "a.h5"
    assert "beamlore" not in shown["origdatablocks"][0]
