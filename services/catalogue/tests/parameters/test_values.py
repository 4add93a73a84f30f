"""The values metadata parameters take."""

from datetime import timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from ..conftest import Served
from ..scan_items import START

VALUES = "/api/beamlore/v1/parameters/values"


@pytest.fixture
async def filled(served: Served, mongo_database: Any) -> Served:
    entries: list[tuple[str, Any]] = [
        ("g", {"value": 7.1, "unit": "keV"}),
        ("g", {"value": 7.1, "unit": "keV"}),
        ("g", {"value": 9, "unit": "keV"}),
        ("g", {"v": 8000, "u": "eV"}),
        ("g", 5),
        ("g", "closed"),
        ("g", {"value": None, "available": False}),
        ("g", {"value": float("nan")}),
        ("g", [1, 2]),
        ("g", "x" * 300),
        ("other", {"value": 99, "unit": "keV"}),
    ]
    async with AsyncMongoClient(mongo_database.url) as client:
        await client[mongo_database.name]["Dataset"].insert_many(
            [
                {
                    "_id": f"test/{number}",
                    "ownerGroup": group,
                    "startTime": START + timedelta(days=number),
                    "scientificMetadata": {"energy": entry, "a%2Eb": 3},
                }
                for number, (group, entry) in enumerate(entries)
            ]
        )
    return served


async def test_ranges_by_unit_and_values_by_frequency_of_what_one_may_see(filled: Served) -> None:
    answer = await filled.member_of("g").get(VALUES, params={"key": "energy"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["ranges"][0] == {"unit": "keV", "smallest": 7.1, "largest": 9.0, "count": 3}
    assert {"unit": "eV", "smallest": 8000.0, "largest": 8000.0, "count": 1} in found["ranges"]
    assert found["values"][0] == {"value": 7.1, "unit": "keV", "count": 2}
    values = [one["value"] for one in found["values"]]
    assert {8000, 5, "closed", 9} <= set(values)
    assert not any(isinstance(value, list) or value == "x" * 300 for value in values)
    assert (found["count"], found["complete"]) == (10, True)
    dotted = (await filled.member_of("g").get(VALUES, params={"key": "a.b"})).json()
    assert dotted["values"] == [{"value": 3, "count": 10}]
    again = await filled.member_of("g").get(
        VALUES, params={"key": "energy"}, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def test_a_query_narrows_and_unknown_parameters_have_no_values(filled: Served) -> None:
    member = filled.member_of("g")
    narrowed = (
        await member.get(VALUES, params={"key": "energy", "to": (START + timedelta(days=1)).isoformat()})
    ).json()
    assert narrowed["values"] == [{"value": 7.1, "unit": "keV", "count": 1}]
    for client, key in ((member, "nothing"), (await filled.as_(None), "energy")):
        found = (await client.get(VALUES, params={"key": key})).json()
        assert found == {"key": key, "count": 0, "complete": True, "ranges": [], "values": []}


@pytest.mark.parametrize("key", ["$where", "a.$b", "a..b", "a\x00b", "."])
async def test_a_key_that_cannot_be_one_is_refused(filled: Served, key: str) -> None:
    assert (await (await filled.as_(None)).get(VALUES, params={"key": key})).status_code == 400
