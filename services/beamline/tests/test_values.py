import math

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from beamlore.beamline._values import UnfitValueError, plain_value, recorded
from beamlore.contract import MetadataEntry, MetadataValue

scalars = st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=50))


@given(st.one_of(scalars, st.lists(scalars, max_size=20), st.binary(), st.none(), st.lists(st.lists(st.floats()))))
def test_any_value_is_recorded_or_unavailable_and_is_valid_json(raw):
    found = recorded(MetadataEntry(key="k", source="a/b/c/d"), raw)
    assert found.available == (found.reason == "")
    decoded = msgspec.json.decode(msgspec.json.encode(found), type=MetadataValue)
    assert decoded.available == found.available


@given(st.lists(st.floats()))
def test_list_keeps_its_length_and_loses_only_what_is_not_finite(values):
    found = plain_value(values)
    assert found == [value if math.isfinite(value) else None for value in values]


@given(st.integers())
def test_integer_fits_the_catalogue(value):
    try:
        found = plain_value(value)
    except UnfitValueError:
        found = None
    assert found is None or isinstance(found, float) or -(2**63) <= found < 2**63
