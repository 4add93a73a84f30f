"""Keys of metadata: whatever was sent comes back, and the database takes what is stored."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.catalogue.keys import as_sent, sent_key, spellings, storable, stored_key
from beamlore.core import BadRequestError

_KEYS = st.text(alphabet=st.sampled_from("a.$%2E25 é"), min_size=1, max_size=12)
_METADATA = st.recursive(
    st.one_of(st.integers(), st.text(max_size=5), st.none()),
    lambda inner: st.one_of(st.dictionaries(_KEYS, inner, max_size=4), st.lists(inner, max_size=3)),
    max_leaves=12,
)


@given(_METADATA)
def test_metadata_come_back_as_they_were_sent(metadata: Any) -> None:
    assert as_sent(storable("m", metadata)) == metadata


@given(st.text(min_size=1).filter(lambda key: "\x00" not in key))
def test_no_stored_key_is_an_operator_or_a_path(key: str) -> None:
    stored = stored_key(key)
    assert not stored.startswith("$")
    assert "." not in stored
    assert sent_key(stored) == key


@pytest.mark.parametrize("key", ["Ring current", "a.b", "50%", "µ"])
def test_a_key_is_found_as_scicats_backend_stores_it(key: str) -> None:
    assert quote(key, safe="").replace(".", "%2E") in spellings(key)
    assert key in spellings(key)


def test_a_plain_key_has_one_spelling() -> None:
    assert spellings("temperature_1") == ("temperature_1",)


@pytest.mark.parametrize("metadata", [{"": 1}, {"a": [{"b\x00": 1}]}])
def test_keys_the_database_cannot_hold_are_refused(metadata: Any) -> None:
    with pytest.raises(BadRequestError, match="cannot be a key"):
        storable("m", metadata)


def test_nesting_is_bounded() -> None:
    deep: Any = 1
    for _ in range(60):
        deep = {"a": deep}
    with pytest.raises(BadRequestError, match="nested"):
        storable("m", deep)
