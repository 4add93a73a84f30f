"""Conditions said of search documents mean the same as said of datasets, or are not said."""

import json
from typing import Any

import pytest

from beamlore.catalogue.datasets.vocabulary import DATASETS
from beamlore.catalogue.derived.fields import Deriver
from beamlore.catalogue.derived.query import NotCoveredError, search_query
from beamlore.catalogue.derived.terms import ordered
from beamlore.catalogue.filters import parse_fullquery_fields
from beamlore.catalogue.filters.where import parse_where

RULES = Deriver(("temperature", "axis*"))


def where(value: Any) -> Any:
    return search_query(parse_where(value, DATASETS, strict=False), RULES)


def scientific(**condition: Any) -> Any:
    return search_query(parse_fullquery_fields(json.dumps({"scientific": [condition]}), DATASETS), RULES)


@pytest.mark.parametrize(
    ("condition", "query"),
    [
        ({"type": "raw"}, {"type": {"$eq": "raw"}}),
        ({"scientificMetadata.axis_1.value": "left"}, {"t": "saxis_1\0value\0left"}),
        ({"$text": {"$search": "fine powder"}}, {"t": {"$in": ["wfine", "wpowder"]}}),
        ({"$text": {"$search": "sample_abc"}}, {"t": {"$all": ["wsample", "wabc"]}}),
        ({"$text": {"$search": '"fine" -dry'}}, {"$and": [{"t": "wfine"}, {"$nor": [{"t": "wdry"}]}]}),
        ({"$text": {"$search": ""}}, {"_id": {"$in": []}}),
    ],
)
def test_what_search_documents_hold_is_asked_of_them(condition: Any, query: Any) -> None:
    assert where(condition) == query


@pytest.mark.parametrize(
    "condition",
    [
        {"description": "fine"},
        {"scientificMetadata.pressure.value": 1},
        {"scientificMetadata.axis_1.value": {"$gt": 1}},
        {"scientificMetadata.axis_1.deep.value": 1},
        {"scientificMetadata.axis_1.value": "x" * 300},
        {"datasetlifecycle.archivable": True},
        {"$or": [{"type": "raw"}, {"comment": "no"}]},
        {"scientificMetadata.axis_1.value": 2**53},
    ],
)
def test_what_they_do_not_hold_is_asked_of_the_documents(condition: Any) -> None:
    with pytest.raises(NotCoveredError):
        where(condition)


def test_bounds_of_a_quantity_are_one_interval_of_its_term() -> None:
    found = scientific(lhs="temperature", relation="RANGE", rhs=[0, 20], unit="degC")
    stem = "qtemperature\0K\0"
    assert found == {"t": {"$elemMatch": {"$gt": stem + ordered(273.15), "$lt": stem + ordered(293.15)}}}


def test_a_bound_ends_with_the_key_it_is_about() -> None:
    found = scientific(lhs="temperature", relation="GREATER_THAN", rhs=300, unit="K")
    interval = found["t"]["$elemMatch"]
    assert interval["$gt"] < "qtemperature\0K\0" + ordered(1e300) < interval["$lt"]
    assert not interval["$gt"] < "qtemperature\0m\0" + ordered(301) < interval["$lt"]
