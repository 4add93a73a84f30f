"""Groups grant what they name, and nothing grants nothing."""

from hypothesis import given
from hypothesis import strategies as st

from beamlore.contract import beamline_staff
from beamlore.core import ANONYMOUS, Principal


@given(st.frozensets(st.text(max_size=30)))
def test_no_made_up_group_makes_an_admin(groups):
    principal = Principal(subject="s", username="u", groups=groups - {"catalogue:admin"})

    assert not principal.is_admin


@given(st.frozensets(st.from_regex(r"[a-z0-9][a-z0-9-]{0,10}", fullmatch=True)))
def test_staff_groups_name_the_beamlines(beamlines):
    principal = Principal(subject="s", username="u", groups=frozenset(map(beamline_staff, beamlines)))

    assert principal.staff_of() == beamlines


def test_anonymous_has_nothing():
    assert not ANONYMOUS.is_authenticated
    assert not ANONYMOUS.is_admin
    assert not ANONYMOUS.has("")
    assert ANONYMOUS.staff_of() == frozenset()
