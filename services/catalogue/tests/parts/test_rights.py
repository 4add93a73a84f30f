"""Who may do what with parts of datasets (OWASP API1:2023, API5:2023; ASVS 8.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.catalogue.access import NOTHING, AccessPolicy
from beamlore.catalogue.parts.rights import Grant, PartRights, may_delete_anything
from beamlore.contract import CATALOGUE_ADMIN, CATALOGUE_INGEST
from beamlore.core import ANONYMOUS, Principal

OWNED = {"$or": [{"ownerGroup": {"$in": ["mine"]}}, {"instrumentGroup": {"$in": ["mine"]}}]}


def somebody(*groups: str) -> Principal:
    return Principal(subject="s", username="somebody", groups=frozenset(groups))


def rights(**grants: Grant) -> PartRights:
    nobody = Grant(administrators=False)
    return PartRights(AccessPolicy("change"), **{"create": nobody, "change": nobody, "delete": nobody, **grants})


@pytest.mark.parametrize(
    ("grant", "groups", "own", "anything"),
    [
        (Grant(), ("mine",), False, False),
        (Grant(own=("#all",)), ("mine",), True, False),
        (Grant(own=("mine",)), ("mine",), True, False),
        (Grant(own=("others",)), ("mine",), False, False),
        (Grant(anything=("mine",)), ("mine",), True, True),
        (Grant(anything=("#all",)), ("mine",), False, False),
        (Grant(anything=("#all",)), ("#all",), False, False),
        (Grant(), (CATALOGUE_ADMIN,), True, True),
        (Grant(), (CATALOGUE_INGEST,), True, True),
        (Grant(administrators=False), (CATALOGUE_ADMIN,), False, False),
        (Grant(own=("",), anything=("",)), ("",), False, False),
    ],
)
def test_a_grant_is_for_its_groups(grant: Grant, groups: tuple[str, ...], own: bool, anything: bool) -> None:
    assert grant.on_own(somebody(*groups)) is own
    assert grant.on_anything(somebody(*groups)) is anything


@given(
    st.lists(st.sampled_from(["", "#all", "mine", CATALOGUE_ADMIN])),
    st.lists(st.sampled_from(["", "#all", "mine"])),
    st.booleans(),
)
def test_nobody_is_granted_nothing(anything: list[str], own: list[str], administrators: bool) -> None:
    rule = rights(change=Grant(anything=anything, own=own, administrators=administrators))
    assert rule.writable(ANONYMOUS) == NOTHING
    assert not rule.may_create(ANONYMOUS, {"ownerGroup": ""})


def test_a_change_reaches_what_the_own_group_owns() -> None:
    rule = rights(change=Grant(own=("mine",)))
    assert rule.writable(somebody("mine")) == OWNED
    assert rule.writable(somebody("others")) == NOTHING
    assert rule.deletable(somebody("mine")) == NOTHING


@pytest.mark.parametrize("owner", [None, "", "others", ["mine"]])
def test_nothing_is_created_in_the_name_of_others(owner: object) -> None:
    rule = rights(create=Grant(own=("#all",)))
    assert not rule.may_create(somebody("mine", ""), {"ownerGroup": owner, "instrumentGroup": "mine"})


def test_only_the_delete_groups_delete() -> None:
    admin, keeper = somebody(CATALOGUE_ADMIN), somebody("keepers")
    assert not may_delete_anything(()).on_anything(admin)
    assert not may_delete_anything(("keepers",)).on_anything(admin)
    assert may_delete_anything(("keepers",)).on_anything(keeper)
