"""Datasets as they were sent: page by page, one by one, and why one can or cannot be seen."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest
from pymongo import AsyncMongoClient

from ..conftest import BATCH, Served
from ..scan_items import START, item

DATASETS = "/api/beamlore/v1/datasets"


def at(pid: str, more: str = "") -> str:
    return f"{DATASETS}/{quote(pid, safe='')}{more}"


async def fill(served: Served, items: list[dict[str, Any]]) -> None:
    answer = await (await served.as_("ingestor")).post(BATCH, json={"items": items})
    assert {one["outcome"] for one in answer.json()["results"]} == {"created"}


async def walked(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = await client.get(DATASETS, params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        if "nextCursor" not in page:
            return found
        params["cursor"] = page["nextCursor"]


@pytest.mark.parametrize(
    "sort", ["-startTime", "startTime", "size", "-size", "-datasetName", "pid", "-pid", "createdAt"]
)
async def test_pages_join_without_gap_or_double_in_every_order_also_where_the_field_is_missing(
    served: Served, mongo_database: Any, sort: str
) -> None:
    documents = [
        {
            "_id": f"test/{number}",
            "ownerGroup": "g",
            "isPublished": False,
            "createdAt": START,
            "startTime": START + timedelta(seconds=number // 3),
            "size": number % 4,
            "datasetName": f"name {number % 5}",
        }
        for number in range(11)
    ]
    for number in (2, 3, 7):
        for field in ("startTime", "size", "datasetName"):
            documents[number].pop(field)
    documents[5]["size"] = None
    async with AsyncMongoClient(mongo_database.url) as client:
        await client[mongo_database.name]["Dataset"].insert_many(documents)

    whole = (await served.member_of("g").get(DATASETS, params={"sort": sort})).json()["items"]
    pages = await walked(served.member_of("g"), sort=sort, limit=2)

    assert len(whole) == 11
    assert [one["pid"] for one in pages] == [one["pid"] for one in whole]


async def test_a_cursor_holds_for_the_order_it_was_given_out_for(served: Served) -> None:
    await fill(served, [item(), item()])
    admin = await served.as_("admin")
    cursor = (await admin.get(DATASETS, params={"limit": 1})).json()["nextCursor"]
    for params in ({"cursor": cursor, "sort": "size"}, {"cursor": "e30"}, {"cursor": "…"}):
        answer = await admin.get(DATASETS, params=params)
        assert answer.status_code == 400
        assert "cursor" in answer.json()["detail"]


async def test_the_same_conditions_as_on_scicats_routes_narrow(served: Served) -> None:
    await fill(
        served,
        [
            item("20260101", metadata={"energy": {"value": 7.1, "unit": "keV"}}),
            item(
                "20260101", "balder", start=START + timedelta(days=1), metadata={"energy": {"value": 9, "unit": "keV"}}
            ),
            item("20260201", "cosaxs", metadata={}),
        ],
    )
    admin = await served.as_("admin")

    async def count(**params: Any) -> int:
        return len(await walked(admin, **params))

    assert await count() == 3
    assert await count(proposal="20260101") == 2
    assert await count(beamline="cosaxs") == 1
    assert await count(**{"from": (START + timedelta(hours=1)).isoformat()}) == 1
    assert await count(to=(START + timedelta(hours=1)).isoformat()) == 2
    assert await count(where='{"scientificMetadata.energy.value": {"$gt": 8}}') == 1
    condition = {"lhs": "energy", "relation": "LESS_THAN", "rhs": 8000, "unit": "eV"}
    assert await count(search=orjson.dumps({"scientific": [condition]}).decode()) == 1


@pytest.mark.parametrize(
    ("params", "at_fault"),
    [
        ({"where": '{"$where": "sleep(1000)"}'}, "where.$where"),
        ({"where": "{"}, "Invalid JSON in where"),
        ({"where": '{"nothing": 1}'}, "where.nothing"),
        ({"search": "[]"}, "search"),
        ({"columns": "pid,$where"}, "columns"),
        ({"columns": "nothing"}, "columns"),
        ({"columns": "beamlore"}, "columns"),
    ],
)
async def test_what_cannot_be_understood_is_refused_with_its_place(
    served: Served, params: dict[str, str], at_fault: str
) -> None:
    answer = await (await served.as_("ada")).get(DATASETS, params=params)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(at_fault)


async def test_datasets_of_one_day_are_found_by_their_creation_where_they_have_no_start(
    served: Served, mongo_database: Any
) -> None:
    async with AsyncMongoClient(mongo_database.url) as client:
        await client[mongo_database.name]["Dataset"].insert_one(
            {"_id": "old/1", "ownerGroup": "g", "isPublished": True, "creationTime": datetime(2020, 5, 5, tzinfo=UTC)}
        )
    nobody = await served.as_(None)
    day = {"from": "2020-05-05T00:00:00Z", "to": "2020-05-06T00:00:00Z"}
    assert [one["pid"] for one in await walked(nobody, **day)] == ["old/1"]
    assert await walked(nobody, to="2020-05-05T00:00:00Z") == []


_SENT = {
    "energy": {"value": 7.1, "unit": "keV", "human_name": "Energy"},
    "bare": 3,
    "text": "as it is",
    "list": [1, 2.5, "x", None],
    "nested": {"inner": {"value": 1, "unit": "mm"}},
    "mine": {"valueSI": 12},
    "dotted.key %41": {"value": 3},
}


@pytest.mark.parametrize("version", ["v3", "v4"])
async def test_a_dataset_comes_back_exactly_as_it_was_sent(served: Served, version: str) -> None:
    admin = await served.as_("admin")
    body = {
        "type": "custom",
        "ownerGroup": "g",
        "contactEmail": "a@facility.example",
        "sourceFolder": "/data",
        "creationTime": "2026-03-01T12:00:00.000Z",
        "datasetName": "one",
        "scientificMetadata": _SENT,
    }
    created = await admin.post(f"/api/{version}/datasets", json=body)
    assert created.status_code == 201, created.text
    assert "valueSI" in created.json()["scientificMetadata"]["energy"]

    found = (await admin.get(at(created.json()["pid"]))).json()

    assert found["scientificMetadata"] == _SENT
    assert {name: found[name] for name in body if name != "scientificMetadata"} == {
        name: body[name] for name in body if name != "scientificMetadata"
    }
    assert {"_id", "beamlore"}.isdisjoint(found)


async def test_what_scicat_derived_into_the_document_is_not_shown_as_sent(served: Served, mongo_database: Any) -> None:
    async with AsyncMongoClient(mongo_database.url) as client:
        await client[mongo_database.name]["Dataset"].insert_one(
            {
                "_id": "old/1",
                "__v": 0,
                "isPublished": True,
                "scientificMetadata": {"length": {"value": 1, "unit": "mm", "valueSI": 0.001, "unitSI": "m"}},
            }
        )
    found = (await (await served.as_(None)).get(at("old/1"))).json()
    assert found == {"pid": "old/1", "isPublished": True, "scientificMetadata": {"length": {"value": 1, "unit": "mm"}}}


async def test_columns_choose_the_fields(served: Served) -> None:
    one = item(metadata={"a": {"value": 1}, "b": {"value": 2}})
    await fill(served, [one])
    ada = await served.as_("ada")
    columns = "pid,datasetName,scientificMetadata.b,scientificMetadata"
    chosen = {"pid": one["pid"], "datasetName": "ascan energy 1 2 3"}
    assert (await ada.get(at(one["pid"]), params={"columns": "datasetName,scientificMetadata.b"})).json() == {
        **chosen,
        "scientificMetadata": {"b": {"value": 2}},
    }
    assert set((await walked(ada, columns=columns))[0]) == {*chosen, "scientificMetadata", "startTime"}


async def test_an_answer_that_the_caller_has_is_not_sent_again_until_it_changes(served: Served) -> None:
    one = item()
    await fill(served, [one])
    ada, bo = await served.as_("ada"), await served.as_("bo")
    for url in (DATASETS, at(one["pid"]), at(one["pid"], "/access")):
        first = await ada.get(url)
        known = {"If-None-Match": f'"other", W/{first.headers["etag"]}'}
        again = await ada.get(url, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert (await bo.get(url, headers=known)).status_code != 304
    await ada.patch(f"/api/beamlore/v1/scans/{quote(one['pid'], safe='')}", json={"comment": "new"})
    known = {"If-None-Match": first.headers["etag"]}
    changed = await ada.get(at(one["pid"]), headers=known)
    assert (changed.status_code, changed.json()["comment"]) == (200, "new")


async def test_people_learn_why_they_see_a_dataset_and_of_others_only_what_to_do(served: Served) -> None:
    hidden, published = item("20260101"), item("20260102", dataset={"isPublished": True})
    await fill(served, [hidden, published])

    async def told(person: str | None, one: dict[str, Any]) -> tuple[bool, list[str]]:
        answer = await (await served.as_(person)).get(at(one["pid"], "/access"))
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return found["changeable"], [reason["way"] for reason in found["reasons"] if reason["holds"]]

    assert await told("ada", hidden) == (True, ["ownerGroup"])
    assert await told("staff", hidden) == (True, ["instrumentGroup"])
    assert await told("admin", hidden) == (True, ["everything"])
    assert await told(None, published) == (False, ["isPublished"])
    for person in ("curator", None):
        client = await served.as_(person)
        unseen, absent = await client.get(at(hidden["pid"], "/access")), await client.get(at("no/such", "/access"))
        assert (unseen.status_code, absent.status_code) == (404, 404)
        assert unseen.text.replace(hidden["pid"], "") == absent.text.replace("no/such", "")
        assert "share it with your e-mail" in unseen.json()["advice"]


async def test_a_dataset_that_one_may_not_see_is_not_there(served: Served) -> None:
    one = item("20260101")
    await fill(served, [one])
    for person in ("bo", "curator", None):
        assert (await (await served.as_(person)).get(at(one["pid"]))).status_code == 404
