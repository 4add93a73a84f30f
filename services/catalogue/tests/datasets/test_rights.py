"""Who may do what with datasets, by SciCat's group variables. Covers OWASP API1:2023, API5:2023; ASVS 4.1.1, 4.1.3."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.catalogue.access import EVERYTHING, NOTHING, AccessPolicy
from beamlore.catalogue.datasets.rights import DatasetRights, LifecycleRights
from beamlore.contract import CATALOGUE_ADMIN, CATALOGUE_INGEST
from beamlore.core import ANONYMOUS, Principal

_GROUPS = {
    "create_dataset_groups": ("makers",),
    "create_dataset_with_pid_groups": ("choosers",),
    "create_dataset_privileged_groups": ("ingestors",),
    "update_dataset_lifecycle_groups": ("archive",),
    "delete_groups": ("removers",),
}


class _Settings:
    def __init__(self, **groups: tuple[str, ...]) -> None:
        for name, default in _GROUPS.items():
            setattr(self, name, groups.get(name, default))


def rights(kind: type[DatasetRights] = DatasetRights, **groups: tuple[str, ...]) -> DatasetRights:
    settings: Any = _Settings(**groups)
    return kind(AccessPolicy(), settings)


def member(*groups: str) -> Principal:
    return Principal(subject="s", username="u", groups=frozenset(groups))


@pytest.mark.parametrize(
    ("groups", "owner", "chooses_pid", "may"),
    [
        (("makers", "p1"), "p1", False, True),
        (("makers", "p1"), "p1", True, False),
        (("makers", "p1"), "p2", False, False),
        (("choosers", "p1"), "p1", True, True),
        (("choosers", "p1"), "p2", True, False),
        (("ingestors",), "p2", True, True),
        ((CATALOGUE_ADMIN,), "p2", True, True),
        ((CATALOGUE_INGEST,), "p2", True, True),
        (("p1",), "p1", False, False),
        (("archive", "p1"), "p1", False, False),
        (("makers", ""), "", False, False),
        (("makers",), None, False, False),
    ],
)
def test_who_may_create_what(groups: tuple[str, ...], owner: object, chooses_pid: bool, may: bool) -> None:
    assert rights().may_create(member(*groups), owner, chooses_pid=chooses_pid) is may


def test_all_stands_for_everyone_who_is_logged_in() -> None:
    everyone = rights(create_dataset_groups=("#all",))
    assert everyone.may_create(member("p1"), "p1", chooses_pid=False)
    assert not everyone.may_create(ANONYMOUS, "p1", chooses_pid=False)
    assert everyone.writable(ANONYMOUS) == NOTHING


def test_who_may_change_what() -> None:
    assert rights().writable(member("p1")) == NOTHING
    mine = {"$or": [{"ownerGroup": {"$in": ["makers", "p1"]}}]}
    assert rights().writable(member("makers", "p1")) == mine
    assert rights().writable(member("archive")) == NOTHING
    assert rights(LifecycleRights).writable(member("archive")) == EVERYTHING
    assert rights(LifecycleRights).writable(member("p1")) == NOTHING
    assert rights().writable(member(CATALOGUE_ADMIN)) == EVERYTHING


def test_who_may_delete() -> None:
    assert rights().deletable(member("removers")) == EVERYTHING
    assert rights().deletable(member(CATALOGUE_ADMIN)) == NOTHING
    assert rights().deletable(member("makers", "ingestors", CATALOGUE_INGEST)) == NOTHING


def test_the_archive_sees_everything() -> None:
    assert rights().sees_all(member("archive"))
    assert rights().may_read(member("archive"), {"ownerGroup": "p9"})
    assert not rights().sees_all(member("removers"))


@given(st.frozensets(st.sampled_from(["", "p1", "makers", "archive", "ingestors", CATALOGUE_ADMIN])))
def test_without_a_token_groups_grant_nothing(groups: frozenset[str]) -> None:
    nobody = Principal(subject="", username="anonymous", groups=groups)
    asked = rights()
    assert asked.writable(nobody) == asked.deletable(nobody) == NOTHING
    assert asked.readable(nobody) == {"isPublished": True}
    assert not asked.may_create(nobody, "p1", chooses_pid=False)


@given(st.frozensets(st.sampled_from(["", "p1"])))
def test_where_no_groups_are_named_nobody_is_in_them(groups: frozenset[str]) -> None:
    nothing_set = rights(**dict.fromkeys(_GROUPS, ()))
    person = Principal(subject="s", username="u", groups=groups)
    assert nothing_set.deletable(person) == NOTHING
    assert not nothing_set.sees_all(person)
    assert not nothing_set.may_create(person, "p1", chooses_pid=False)
