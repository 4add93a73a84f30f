"""The access rule against a reference of its own, in both of its forms."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beamlore.catalogue.access import AccessPolicy, InstrumentGroupMay
from beamlore.contract import CATALOGUE_ADMIN, CATALOGUE_INGEST
from beamlore.core import ANONYMOUS, Principal

_NAMES = ["", "proposal:1", "proposal:2", "beamline:balder:staff", CATALOGUE_ADMIN, CATALOGUE_INGEST]
_EMAILS = ["", "ada@facility.example", "bo@facility.example"]

principals = st.one_of(
    st.just(ANONYMOUS),
    st.builds(
        Principal,
        subject=st.sampled_from(["", "somebody"]),
        username=st.just("somebody"),
        email=st.sampled_from(_EMAILS),
        groups=st.frozensets(st.sampled_from(_NAMES), max_size=4),
    ),
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "ownerGroup": st.sampled_from([*_NAMES[:4], None]),
        "instrumentGroup": st.sampled_from([*_NAMES[:4], None]),
        "accessGroups": st.lists(st.sampled_from(_NAMES[:4]), max_size=2),
        "sharedWith": st.lists(st.sampled_from(_EMAILS), max_size=2),
        "isPublished": st.sampled_from([True, False, None]),
    },
)


WAYS: list[InstrumentGroupMay] = ["nothing", "see", "change"]


def reference(principal: Principal, document: dict[str, Any], instrument_group_may: str) -> bool:
    """The rule in the words of the specification."""
    if document.get("isPublished") is True:
        return True
    if principal.subject == "":
        return False
    if CATALOGUE_ADMIN in principal.groups or CATALOGUE_INGEST in principal.groups:
        return True
    readers = {document.get("ownerGroup"), *document.get("accessGroups", [])}
    if instrument_group_may != "nothing":
        readers.add(document.get("instrumentGroup"))
    if any(group in readers for group in principal.groups if group):
        return True
    return principal.email != "" and principal.email in document.get("sharedWith", [])


def matches(where: dict[str, Any], document: dict[str, Any]) -> bool:
    """MongoDB's meaning of the operators the predicate is made of."""
    for name, condition in where.items():
        if name == "$or":
            if not any(matches(one, document) for one in condition):
                return False
            continue
        stored = document.get(name)
        values = stored if isinstance(stored, list) else [stored]
        wanted = condition["$in"] if isinstance(condition, dict) else [condition]
        if not any(value in wanted for value in values):
            return False
    return True


@settings(max_examples=1000)
@given(principals, documents, st.sampled_from(WAYS))
def test_both_forms_of_the_rule_say_what_the_reference_says(
    principal: Principal, document: dict[str, Any], staff_may: InstrumentGroupMay
) -> None:
    policy = AccessPolicy(staff_may)
    expected = reference(principal, document, staff_may)
    assert policy.may_read(principal, document) is expected
    assert matches(policy.readable(principal), document) is expected


@given(principals, documents, st.sampled_from(WAYS))
def test_who_may_change_a_dataset_may_see_it(
    principal: Principal, document: dict[str, Any], staff_may: InstrumentGroupMay
) -> None:
    policy = AccessPolicy(staff_may)
    if matches(policy.writable(principal), document | {"_id": "x"}):
        assert policy.may_read(principal, document)


@pytest.mark.parametrize("staff_may", WAYS)
def test_instrument_group_may_what_the_setting_says(staff_may: InstrumentGroupMay) -> None:
    policy, document = AccessPolicy(staff_may), {"instrumentGroup": "balder", "_id": "x"}
    staff = Principal(subject="s", username="staff", groups=frozenset({"balder"}))
    assert policy.may_read(staff, document) is (staff_may != "nothing")
    assert matches(policy.writable(staff), document) is (staff_may == "change")
    assert matches(policy.deletable(staff), document) is False


def test_nobody_may_change_anything() -> None:
    assert AccessPolicy().writable(ANONYMOUS) == {"_id": {"$in": []}}
