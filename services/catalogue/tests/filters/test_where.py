"""``where``: what is taken, what is refused, and that nothing of a caller's reaches the database as an operator."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.catalogue.datasets.vocabulary import DATASETS
from beamlore.catalogue.filters import FilterError, Style, parse_filter, parse_fullquery_fields, parse_where, to_mongo

_STYLE = Style(DATASETS, strict=False, limit=100, sort=(), most=1000)
_WRITTEN_BY_US = {
    *("$and", "$or", "$nor", "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$all", "$size"),
    *("$exists", "$regex", "$options", "$not", "$text", "$search"),
}


def built(where: object, *, strict: bool = False) -> dict[str, Any]:
    return to_mongo(parse_where(where, DATASETS, strict=strict))


@pytest.mark.parametrize(
    ("where", "query"),
    [
        ({"pid": "a/b"}, {"_id": {"$eq": "a/b"}}),
        ({"proposalId": "1"}, {"proposalIds": {"$eq": "1"}}),
        ({"size": {"gt": 10}}, {"size": {"$gt": 10}}),
        ({"size": {"$gt": "10"}}, {"size": {"$gt": 10}}),
        ({"size": {"between": [1, 2]}}, {"$and": [{"size": {"$gte": 1}}, {"size": {"$lte": 2}}]}),
        ({"owner": {"inq": ["a", "b"]}}, {"owner": {"$in": ["a", "b"]}}),
        ({"owner": {"like": "/^A/"}}, {"owner": {"$regex": "^A", "$options": ""}}),
        ({"owner": {"$regex": "a", "$options": "i"}}, {"owner": {"$regex": "a", "$options": "i"}}),
        ({"isPublished": "true"}, {"isPublished": {"$eq": True}}),
        ({"comment": {"$exists": False}}, {"comment": {"$exists": False}}),
        ({"creationTime": {"$gte": "2026-01-31"}}, {"creationTime": {"$gte": datetime(2026, 1, 31, tzinfo=UTC)}}),
        ({"owner": {"$not": {"$eq": "x"}}}, {"$nor": [{"owner": {"$eq": "x"}}]}),
        ({"and": [{"owner": "x"}, {"type": "raw"}]}, {"$and": [{"owner": {"$eq": "x"}}, {"type": {"$eq": "raw"}}]}),
        ({"scientificMetadata.t.value": 3}, {"scientificMetadata.t.value": {"$eq": 3}}),
    ],
)
def test_what_clients_send_is_understood(where: object, query: dict[str, Any]) -> None:
    assert built(where) == query


@pytest.mark.parametrize(
    ("where", "at"),
    [
        ({"$where": "sleep(1000)"}, "where.$where"),
        ({"$expr": {"$eq": [1, 1]}}, "where.$expr"),
        ({"owner": {"$function": {}}}, "where.owner.$function"),
        ({"owner": {"$gt": {"$where": "x"}}}, "where.owner.$gt"),
        ({"owner": {"$regex": "(a+)+$"}}, "where.owner.$regex"),
        ({"owner": {"$regex": "(a|b*)*c"}}, "where.owner.$regex"),
        ({"owner": {"$regex": "(.)\\1"}}, "where.owner.$regex"),
        ({"owner": {"$regex": "["}}, "where.owner.$regex"),
        ({"owner": {"$regex": "a" * 300}}, "where.owner.$regex"),
        ({"beamlore.sequence": 1}, "where.beamlore.sequence"),
        ({"a..b": 1}, "where.a..b"),
        ({"creationTime": "yesterday"}, "where.creationTime"),
        ({"size": "many"}, "where.size"),
        ({"$or": {}}, "where.$or"),
        ({"$or": []}, "where.$or"),
        ({"owner": {"$in": "x"}}, "where.owner.$in"),
        ("x", "where"),
        ([], "where"),
    ],
)
def test_what_is_not_taken_is_refused_and_said_where(where: object, at: str) -> None:
    with pytest.raises(FilterError) as refused:
        built(where)
    assert refused.value.detail.startswith(f"{at}")
    assert refused.value.status == 400


def test_depth_and_length_are_bounded() -> None:
    deep: dict[str, Any] = {"owner": "x"}
    for _ in range(20):
        deep = {"$and": [deep]}
    with pytest.raises(FilterError, match="deep"):
        built(deep)
    with pytest.raises(FilterError, match="conditions"):
        built({"$or": [{"owner": "x"}] * 300})
    with pytest.raises(FilterError, match="values"):
        built({"owner": {"$in": ["x"] * 5000}})


def test_v4_refuses_fields_no_dataset_has() -> None:
    with pytest.raises(FilterError, match="not a field"):
        built({"colour": "red"}, strict=True)
    assert built({"colour": "red"}) == {"colour": {"$eq": "red"}}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "owner",
                    "size",
                    "$or",
                    "$and",
                    "$gt",
                    "$where",
                    "$expr",
                    "$in",
                    "$regex",
                    "like",
                    "pid",
                    "$text",
                    "$not",
                ]
            )
            | st.text(max_size=6),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


def operators(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            if name.startswith("$"):
                yield name
            yield from operators(member)
    elif isinstance(value, list):
        for one in value:
            yield from operators(one)


@given(json_values)
def test_any_json_is_either_refused_or_built_of_our_operators_only(value: object) -> None:
    try:
        query = built(value)
    except FilterError:
        return
    assert set(operators(query)) <= _WRITTEN_BY_US


@given(st.text(max_size=40))
def test_any_text_as_a_filter_is_understood_or_refused(text: str) -> None:
    for parse in (lambda: parse_filter(text, _STYLE), lambda: parse_fullquery_fields(text, DATASETS)):
        try:
            parse()
        except FilterError as error:
            assert error.status == 400
