"""Limits, fields, includes, fullquery and scientific conditions."""

from typing import Any

import pytest

from beamlore.catalogue.datasets.vocabulary import DATASETS
from beamlore.catalogue.filters import FilterError, Style, parse_facets, parse_filter, parse_fullquery_fields, to_mongo

V3 = Style(DATASETS, strict=False, limit=100, sort=(), most=1000)
V4 = Style(DATASETS, strict=True, limit=10, sort=(("createdAt", -1),), most=1000)


def test_defaults_are_the_routes_own() -> None:
    assert parse_filter(None, V3).limits.limit == 100
    assert parse_filter("{}", V4).limits.sort == (("createdAt", -1),)


def test_limit_has_a_cap() -> None:
    assert parse_filter('{"limits": {"limit": 100000}}', V3).limits.limit == 1000


@pytest.mark.parametrize(
    ("limits", "sort"),
    [
        ('{"order": "creationTime:desc"}', (("creationTime", -1),)),
        ('{"order": "size asc"}', (("size", 1),)),
        ('{"order": "pid"}', (("_id", 1),)),
        ('{"sort": {"size": "desc", "pid": 1}}', (("size", -1), ("_id", 1))),
    ],
)
def test_orders_of_all_kinds_are_understood(limits: str, sort: tuple[tuple[str, int], ...]) -> None:
    assert parse_filter(f'{{"limits": {limits}}}', V3).limits.sort == sort


@pytest.mark.parametrize(
    "text",
    [
        '{"limits": {"limit": -1}}',
        '{"limits": {"skip": "x"}}',
        '{"limits": {"order": "size:sideways"}}',
        '{"limits": 3}',
        '{"fields": 3}',
        '{"fields": ["$where"]}',
        '{"include": ["secrets"]}',
        '{"surprise": 1}',
        "{",
        "[]",
    ],
)
def test_malformed_filters_are_refused(text: str) -> None:
    with pytest.raises(FilterError):
        parse_filter(text, V3)


def test_own_fields_are_never_shown() -> None:
    assert parse_filter(None, V3).projection == {"beamlore": 0}
    assert parse_filter('{"fields": ["pid", "proposalId"]}', V3).projection == {"pid": 1, "proposalIds": 1}
    assert parse_filter('{"fields": {"size": false}}', V3).projection == {"size": 0, "beamlore": 0}


def test_a_field_and_one_inside_it_can_be_asked_for_together() -> None:
    listing = parse_filter('{"fields": ["scientificMetadata", "scientificMetadata.a"]}', V3)
    assert listing.projection == {"scientificMetadata": 1}


def condition(**fields: Any) -> dict[str, Any]:
    import json

    return to_mongo(parse_fullquery_fields(json.dumps(fields), DATASETS))


def test_fullquery_fields_of_the_search_page() -> None:
    assert condition(type=["raw"]) == {"type": {"$in": ["raw"]}}
    assert condition(text="mono") == {"$text": {"$search": "mono"}}
    assert condition(size={"min": 1, "max": 5}) == {"$and": [{"size": {"$gte": 1}}, {"size": {"$lte": 5}}]}
    assert condition(creationTime={"begin": None, "end": None}) == {}
    assert condition(userGroups=["g"]) == {"$or": [{"ownerGroup": {"$in": ["g"]}}, {"accessGroups": {"$in": ["g"]}}]}
    assert condition(mode={"owner": "x"}) == {"owner": {"$eq": "x"}}


def test_two_conditions_on_one_quantity_are_both_kept() -> None:
    query = condition(
        scientific=[
            {"lhs": "t", "relation": "GREATER_THAN", "rhs": 1, "unit": ""},
            {"lhs": "t", "relation": "LESS_THAN", "rhs": 5, "unit": ""},
        ]
    )
    text = str(query)
    assert "'$gt': 1.0" in text
    assert "'$lt': 5.0" in text


@pytest.mark.parametrize(
    "scientific",
    [
        "x",
        [{"lhs": "t"}],
        [{"lhs": "t", "relation": "NEARLY", "rhs": 1}],
        [{"lhs": "t", "relation": "GREATER_THAN", "rhs": "warm"}],
        [{"lhs": "t", "relation": "RANGE", "rhs": 3}],
        [{"lhs": "$t", "relation": "GREATER_THAN", "rhs": 3}],
    ],
)
def test_malformed_scientific_conditions_are_refused(scientific: object) -> None:
    with pytest.raises(FilterError, match="scientific"):
        condition(scientific=scientific)


def test_facets_that_are_no_field_are_left_out() -> None:
    assert [field.path for field in parse_facets('["type", "keywords", "colour"]', DATASETS)] == ["type", "keywords"]
    with pytest.raises(FilterError):
        parse_facets('{"type": 1}', DATASETS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            '{"where": {"a": 1},}',
            "Invalid JSON in filter: Expected double-quoted property name in JSON at position 19 (line 1 column 20)",
        ),
        ('{"where":\n {"a" 1}}', "Invalid JSON in filter: unexpected character, expected '"),
        ("[1,]", "Invalid JSON in filter: trailing comma is not allowed in JSON at position 2 (line 1 column 3)"),
        ("nope", "Invalid JSON in filter: "),
    ],
)
def test_malformed_json_is_told_with_its_place(text: str, says: str) -> None:
    with pytest.raises(FilterError) as raised:
        parse_filter(text, V3)
    assert raised.value.detail.startswith(says)
