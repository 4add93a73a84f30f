"""The number of datasets of a proposal, where others wrote behind the catalogue's back."""

from typing import Any

import pytest
from pymongo import AsyncMongoClient

from beamlore.catalogue.proposals.recount import Recount


@pytest.fixture
async def database(mongo_database: Any) -> Any:
    url, name = mongo_database
    async with AsyncMongoClient(url, tz_aware=True) as client:
        await client[name]["Dataset"].insert_many(
            [{"_id": place, "proposalIds": ["p1", "p2"] if place else ["p1"]} for place in range(3)]
        )
        await client[name]["Proposal"].insert_many(
            [
                {"_id": "p1", "proposalId": "p1", "numberOfDatasets": 7},
                {"_id": "p2", "proposalId": "p2", "numberOfDatasets": 2},
                {"_id": "p3", "proposalId": "p3", "numberOfDatasets": 1},
                {"_id": "p4", "proposalId": "p4"},
                {"_id": "of old times"},
            ]
        )
        yield client[name]


async def numbers(database: Any) -> dict[str, int | None]:
    return {one["_id"]: one.get("numberOfDatasets") async for one in database["Proposal"].find()}


async def nothing_happens() -> None:
    """Wait for nothing."""


async def test_wrong_numbers_are_mended_and_right_ones_left(database: Any) -> None:
    recount = Recount(database, 3600)
    assert await recount.once(nothing_happens) == 2
    assert await numbers(database) == {"p1": 3, "p2": 2, "p3": 0, "p4": None, "of old times": None}
    assert await recount.once(nothing_happens) == 0
    await database["Dataset"].insert_one({"_id": "more", "proposalIds": ["p4"]})
    assert await recount.once(nothing_happens) == 1
    assert (await numbers(database))["p4"] == 1


async def test_a_dataset_that_is_counted_a_moment_later_is_not_counted_twice(database: Any) -> None:
    recount = Recount(database, 3600)
    await recount.once(nothing_happens)
    await database["Dataset"].insert_one({"_id": "new", "proposalIds": ["p1"]})

    async def counted_meanwhile() -> None:
        await database["Proposal"].update_one({"_id": "p1"}, {"$inc": {"numberOfDatasets": 1}})

    assert await recount.once(counted_meanwhile) == 0
    assert (await numbers(database))["p1"] == 4
