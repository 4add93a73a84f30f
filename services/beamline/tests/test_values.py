import msgspec
from hypothesis import given
from hypothesis import strategies as st

from beamlore.beamline._values import recorded
from beamlore.contract import MetadataEntry, MetadataValue

scalars = st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=50))


@given(st.one_of(scalars, st.lists(scalars, max_size=20), st.binary(), st.none(), st.lists(st.lists(st.floats()))))
def test_any_value_is_recorded_or_unavailable_and_is_valid_json(raw):
    found = recorded(MetadataEntry(key="k", source="a/b/c/d"), raw)
    assert found.available or found.reason
    decoded = msgspec.json.decode(msgspec.json.encode(found), type=MetadataValue)
    assert decoded == found


def test_unit_of_a_source_is_cut_and_the_value_kept():
    found = recorded(MetadataEntry(key="k", source="a/b/c/d"), 1.0, unit="x" * 65)
    assert (found.value, found.unit, found.reason) == (1.0, "x" * 64, "the unit was cut to 64 characters")
