"""``$elemMatch``: conditions on one member of a list."""

from typing import Any

import pytest

from beamlore.catalogue.attachments.vocabulary import ATTACHMENTS
from beamlore.catalogue.filters import FilterError, parse_where, to_mongo


def query(where: object, *, strict: bool = True) -> dict[str, Any]:
    return to_mongo(parse_where(where, ATTACHMENTS, strict=strict))


def test_all_conditions_hold_for_the_same_member() -> None:
    wanted = {"relationships": {"$elemMatch": {"targetId": {"$in": ["a", "b"]}, "targetType": "dataset"}}}
    assert query(wanted) == {
        "relationships": {
            "$elemMatch": {"$and": [{"targetId": {"$in": ["a", "b"]}}, {"targetType": {"$eq": "dataset"}}]}
        }
    }


@pytest.mark.parametrize(
    "inner",
    [{}, [], "x", {"$where": "1"}, {"$or": [{"targetId": "a"}]}, {"$eq": 1}, {"targetId": {"$where": "1"}}, {"$": 1}],
)
def test_operators_are_not_smuggled_in(inner: object) -> None:
    """OWASP API8:2023, ASVS 1.2.5."""
    with pytest.raises(FilterError):
        query({"relationships": {"$elemMatch": inner}}, strict=False)


def test_it_nests_no_deeper_than_anything_else() -> None:
    inner: dict[str, Any] = {"targetId": "a"}
    for _ in range(12):
        inner = {"relationships": {"$elemMatch": inner}}
    with pytest.raises(FilterError):
        query(inner, strict=False)
