"""What is different between two states leads from either to the other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.catalogue.audit.delta import differences, redone, undone

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text("ab.$", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.$", max_size=2), inner, max_size=3),
    max_leaves=8,
)
_DOCUMENTS = st.dictionaries(st.text("ab.$", max_size=2), _VALUES, max_size=4)


@given(_DOCUMENTS, _DOCUMENTS)
def test_either_state_follows_from_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = differences(before, after)
    assert repr(_ordered(undone(after, found))) == repr(_ordered(before))
    assert repr(_ordered(redone(before, found))) == repr(_ordered(after))


@given(_DOCUMENTS)
def test_nothing_is_different_from_itself(document: dict[str, Any]) -> None:
    assert differences(document, document) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [{"path": ["a", "c"], "before": 2, "after": 3}]),
        ({"a": 1}, {"a": True}, [{"path": ["a"], "before": 1, "after": True}]),
        ({"a": 1}, {"a": 1.0}, [{"path": ["a"], "before": 1, "after": 1.0}]),
        ({"a": [1]}, {"a": [True]}, [{"path": ["a"], "before": [1], "after": [True]}]),
        ({"a": None}, {}, [{"path": ["a"], "before": None}]),
        ({}, {"a": None}, [{"path": ["a"], "after": None}]),
        ({"a": float("nan")}, {"a": float("nan")}, []),
    ],
)
def test_only_what_changed_is_told(before: dict[str, Any], after: dict[str, Any], expected: list[Any]) -> None:
    assert differences(before, after) == expected


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(one) for one in value] if isinstance(value, list) else value
