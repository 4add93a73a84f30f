"""Words are searched where there is an index of them; elsewhere, and where MongoDB cannot, it is the caller's 400."""

import json
from typing import Any

import pytest

from beamlore.contract import CATALOGUE_ADMIN

from ..conftest import Served

WORDS = {"$text": {"$search": "x"}}
ODD_WHERES: tuple[Any, ...] = (
    WORDS,
    {"$and": [WORDS, WORDS]},
    {"$or": [WORDS, {"_id": "x"}]},
    {"$nor": [WORDS]},
    {"_id": {"$in": [None, 1, "x", True]}},
    {"_id": {"$regex": "x", "$options": "ims"}},
    {"_id": {"$not": {"$regex": "^x"}}},
    {"ownerGroup": {"$elemMatch": {"$gt": 1}}},
    {"createdAt": {"$gt": "x"}},
    {"createdAt": {"$exists": "yes"}},
    {"a.b.$c": 1},
    {"a..b": 1},
    {"": 1},
    {"a": {"$size": -1}},
    {"a": {"$mod": [0, 0]}},
    {"ownerGroup": "\u0000"},
    {"owner\u0000Group": "x"},
    {"ownerGroup": {"$regex": "\u0000"}},
    {"ownerGroup": {"$regex": "(?<n>x)\\\\k<n>"}},
)
ODD_FIELDS: tuple[Any, ...] = (
    {"text": "x"},
    {"text": '"'},
    {"text": "-"},
    {"text": "x", "mode": WORDS},
    {"mode": {"$or": [WORDS, {"_id": "x"}]}},
    {"text": {"$search": "x"}},
    {"metadataKey": "$x"},
    {"metadataKey": "a..b"},
    {"metadataKey": {"a": 1}},
    {"userGroups": [None, 1]},
    {"scientific": [{"lhs": "$x", "relation": "EQUAL_TO", "rhs": 1, "unit": ""}]},
    {"scientific": [{"lhs": "a\u0000b", "relation": "GREATER_THAN", "rhs": 1, "unit": "m"}]},
    {"createdAt": {"begin": "x"}},
    {"size": {"min": 10**30}},
    {"ownerGroup": [None]},
    {"_id": {"$in": [{}]}},
)
ODD_LIMITS: tuple[Any, ...] = (
    {"order": "$x:asc"},
    {"order": "a..b:asc"},
    {"order": ":asc"},
    {"order": "a:asc,a:desc,a.b:asc"},
    {"skip": 2**63, "limit": 1},
    {"skip": -1},
    {"limit": -1},
    {"sort": {"$x": "asc"}},
)
V3, V4 = "/api/v3", "/api/v4"
WITH_FILTER = (
    *(f"{V3}/{noun}" for noun in ("datasets", "origdatablocks", "datablocks", "samples", "instruments", "policies")),
    *(f"{V3}/{noun}" for noun in ("publisheddata", "jobs", "datasets/count", "datasets/findOne", "samples/findOne")),
    *(f"{V4}/{noun}" for noun in ("datasets", "origdatablocks", "attachments", "jobs", "publisheddata")),
    *(f"{V4}/{noun}" for noun in ("origdatablocks/files", "datasets/public", "metadatakeys")),
)
WITH_FIELDS = (
    *(f"{V3}/{noun}/fullquery" for noun in ("datasets", "origdatablocks", "proposals", "samples", "jobs")),
    *(f"{V3}/{noun}/fullfacet" for noun in ("datasets", "origdatablocks", "proposals", "jobs")),
    f"{V3}/origdatablocks/fullquery/files",
    f"{V3}/origdatablocks/fullfacet/files",
    f"{V4}/origdatablocks/fullfacet",
    f"{V4}/jobs/fullfacet",
)


async def test_words_in_blocks_are_the_callers_mistake(served: Served) -> None:
    admin = served.member_of(CATALOGUE_ADMIN)

    for kind in ("fullquery", "fullfacet", "fullquery/files", "fullfacet/files"):
        answer = await admin.get(f"{V3}/origdatablocks/{kind}", params={"fields": '{"text": "x"}'})

        assert answer.status_code == 400, answer.text
        assert "words cannot be searched" in answer.json()["message"]


@pytest.mark.parametrize("path", WITH_FILTER)
async def test_odd_filters_are_answered_or_refused_with_400(served: Served, path: str) -> None:
    admin = served.member_of(CATALOGUE_ADMIN)
    odd = [{"where": where} for where in ODD_WHERES] + [{"limits": limits} for limits in ODD_LIMITS]

    wrong = await answered_otherwise(admin, path, [{"filter": json.dumps(one)} for one in odd])

    assert wrong == []


@pytest.mark.parametrize("path", WITH_FIELDS)
async def test_odd_fields_are_answered_or_refused_with_400(served: Served, path: str) -> None:
    admin = served.member_of(CATALOGUE_ADMIN)
    odd = [{"fields": json.dumps(fields), "facets": '["ownerGroup"]'} for fields in ODD_FIELDS]
    odd += [{"fields": "{}", "limits": json.dumps(limits)} for limits in ODD_LIMITS]
    odd += [{"fields": "{}", "facets": json.dumps(facets)} for facets in (["$x"], ["a..b"], [""], [None], ["a\u0000"])]

    wrong = await answered_otherwise(admin, path, odd)

    assert wrong == []


async def answered_otherwise(client: Any, path: str, questions: list[dict[str, str]]) -> list[Any]:
    """Return the questions that are neither answered nor refused as the caller's mistake."""
    wrong = []
    for params in questions:
        answer = await client.get(path, params=params)
        if answer.status_code not in (200, 400, 404):
            wrong.append((params, answer.status_code, answer.text[:200]))
    return wrong
