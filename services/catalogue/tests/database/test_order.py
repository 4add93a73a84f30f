"""Total orders, and the indexes that serve them."""

import json
from typing import Any

import pytest
from bson import json_util
from pymongo import AsyncMongoClient

from beamlore.catalogue.database import total_order
from beamlore.catalogue.derived.fold import SEARCH
from beamlore.catalogue.derived.repository import SEARCH_INDEXES


@pytest.mark.parametrize(
    ("sort", "ordered"),
    [
        ([], [("_id", 1)]),
        ([("size", 1)], [("size", 1), ("_id", 1)]),
        ([("owner", 1), ("size", -1)], [("owner", 1), ("size", -1), ("_id", -1)]),
        ([("_id", -1)], [("_id", -1)]),
        ([("createdAt", -1), ("_id", 1)], [("createdAt", -1), ("_id", 1)]),
    ],
)
def test_every_order_ends_with_the_identifier(sort: list[tuple[str, int]], ordered: list[tuple[str, int]]) -> None:
    assert total_order(sort) == ordered


@pytest.mark.parametrize(
    ("collection", "where", "sort"),
    [
        ("Dataset", {}, ("createdAt", -1)),
        ("Dataset", {}, ("createdAt", 1)),
        ("Dataset", {}, ("startTime", -1)),
        ("Dataset", {"ownerGroup": "a"}, ("startTime", -1)),
        ("OrigDatablock", {}, ("createdAt", -1)),
        ("Attachment", {}, ("createdAt", -1)),
        ("Proposal", {}, ("createdAt", -1)),
        ("Sample", {}, ("createdAt", -1)),
        ("Job", {}, ("createdAt", 1)),
        ("Job", {"ownerUser": "ada"}, ("createdAt", 1)),
        (SEARCH, {}, ("creationTime", -1)),
        (SEARCH, {"s": "x"}, ("creationTime", -1)),
        (SEARCH, {"t": "wpowder"}, ("creationTime", -1)),
    ],
    ids=str,
)
async def test_usual_pages_are_in_the_order_of_an_index(
    mongo_database: Any, collection: str, where: dict[str, Any], sort: tuple[str, int]
) -> None:
    url, name = mongo_database
    async with AsyncMongoClient(url) as client:
        if collection == SEARCH:
            await client[name][SEARCH].create_indexes(list(SEARCH_INDEXES))
        cursor = client[name][collection].find(where, sort=total_order([sort]), limit=10)
        plan = (await cursor.explain())["queryPlanner"]["winningPlan"]
    stages = json.loads(json_util.dumps(plan))
    assert '"stage": "IXSCAN"' in json.dumps(stages)
    assert '"stage": "SORT"' not in json.dumps(stages)
