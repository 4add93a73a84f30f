import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.contract import (
    CATALOGUE_ADMIN,
    beamline_of_staff_group,
    beamline_staff,
    proposal_group,
    proposal_of_group,
)


@given(st.text(min_size=1))
def test_proposal_of_its_own_group(proposal: str) -> None:
    assert proposal_of_group(proposal_group(proposal)) == proposal


@given(st.text(min_size=1))
def test_beamline_of_its_own_staff_group(beamline: str) -> None:
    assert beamline_of_staff_group(beamline_staff(beamline)) == beamline


@pytest.mark.parametrize("group", [CATALOGUE_ADMIN, "", "beamline:balder", "balder:staff", "beamline::staff"])
def test_other_groups_are_no_staff(group: str) -> None:
    assert beamline_of_staff_group(group) is None


@pytest.mark.parametrize("group", [CATALOGUE_ADMIN, "", "20260101", "beamline:balder:staff"])
def test_other_groups_are_no_proposal(group: str) -> None:
    assert proposal_of_group(group) is None
