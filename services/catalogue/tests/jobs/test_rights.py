"""Who may see, create, change and delete jobs.

Covers OWASP API1:2023 (object level), API5:2023 (function level authorization); ASVS 4.1.2, 4.1.3, 4.2.1.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.catalogue.access import EVERYTHING, NOTHING
from beamlore.catalogue.jobs.configuration import CREATE_AUTH, UPDATE_AUTH, JobConfiguration, JobType, Rule
from beamlore.catalogue.jobs.rights import JobRights
from beamlore.contract import CATALOGUE_ADMIN
from beamlore.core import ANONYMOUS, Principal

CREATING, CHANGING, DELETING = "makers", "changers", "removers"
GROUPS = ("blue", "red", CREATING, CHANGING, DELETING, CATALOGUE_ADMIN)
USERS = ("ada", "bo")
TYPE = "archive"


class Groups:
    create_job_privileged_groups = (CREATING,)
    update_job_privileged_groups = (CHANGING,)
    delete_job_groups = (DELETING,)


def rights(create: str = "#jobAdmin", update: str = "#jobAdmin") -> JobRights:
    return JobRights(configuration(create, update), Groups())  # type: ignore[arg-type]


def configuration(create: str, update: str) -> JobConfiguration:
    return JobConfiguration({TYPE: JobType(TYPE, "1", Rule(create), Rule(update))})


def person(name: str = "ada", *groups: str) -> Principal:
    return Principal(subject=f"test:{name}", username=name, groups=frozenset(groups))


def matches(where: Mapping[str, Any], job: Mapping[str, Any]) -> bool:
    """What MongoDB makes of the few operators that the rule is written with."""
    for name, wanted in where.items():
        if name == "$or":
            if not any(matches(one, job) for one in wanted):
                return False
        elif isinstance(wanted, Mapping):
            if job.get(name) not in wanted["$in"]:
                return False
        elif job.get(name) != wanted:
            return False
    return True


people = st.one_of(
    st.just(ANONYMOUS),
    st.builds(lambda name, groups: person(name, *groups), st.sampled_from(USERS), st.sets(st.sampled_from(GROUPS))),
)
jobs = st.builds(
    lambda kind, user, group: {"_id": "1", "type": kind} | user | group,
    st.sampled_from([TYPE, "other"]),
    st.sampled_from([{}, {"ownerUser": "ada"}, {"ownerUser": "bo"}, {"ownerUser": ""}]),
    st.sampled_from([{}, {"ownerGroup": "blue"}, {"ownerGroup": "red"}, {"ownerGroup": ""}]),
)
named = st.sampled_from(["@blue", "@red", "@", "ada", "bo", ""])


@given(people, jobs)
def test_a_job_is_seen_by_whom_it_belongs_to_and_by_those_who_run_jobs(
    principal: Principal, job: dict[str, Any]
) -> None:
    runs_jobs = bool(principal.groups & {CREATING, CHANGING, CATALOGUE_ADMIN})
    own_user = bool(job.get("ownerUser")) and job["ownerUser"] == principal.username
    own_group = bool(job.get("ownerGroup")) and job["ownerGroup"] in principal.groups

    seen = matches(rights().readable(principal), job)

    assert seen == (principal.is_authenticated and (runs_jobs or own_user or own_group))


@given(people, jobs, st.one_of(st.sampled_from(UPDATE_AUTH), named))
def test_a_job_is_changed_by_whom_its_type_names(principal: Principal, job: dict[str, Any], auth: str) -> None:
    changed = matches(rights(update=auth).writable(principal), job)

    assert changed == _may_change(principal, job, auth)


def _may_change(principal: Principal, job: dict[str, Any], auth: str) -> bool:
    if not principal.is_authenticated:
        return auth == "#all" and job["type"] == TYPE and not job.get("ownerGroup")
    if principal.groups & {CHANGING, CATALOGUE_ADMIN}:
        return True
    if CREATING in principal.groups or job["type"] != TYPE:
        return False
    return {
        "#all": True,
        "#jobOwnerUser": job.get("ownerUser") == principal.username,
        "#jobOwnerGroup": bool(job.get("ownerGroup")) and job["ownerGroup"] in principal.groups,
        "#jobAdmin": False,
    }.get(auth, auth == principal.username or (len(auth) > 1 and auth[0] == "@" and auth[1:] in principal.groups))


@given(people, st.one_of(st.sampled_from(CREATE_AUTH), named))
def test_a_job_is_created_by_whom_its_type_names(principal: Principal, auth: str) -> None:
    rule = rights(create=auth)
    kind = configuration(auth, "#jobAdmin").types[TYPE]

    if not principal.is_authenticated:
        expected = auth in ("#all", "#datasetPublic")
    elif principal.groups & {CREATING, CATALOGUE_ADMIN}:
        expected = True
    elif CHANGING in principal.groups:
        expected = False
    else:
        of_type = auth.startswith("#") and auth != "#jobAdmin"
        in_group = len(auth) > 1 and auth[0] == "@" and auth[1:] in principal.groups
        expected = of_type or in_group or auth == principal.username

    assert rule.may_create(principal, kind) == expected
    assert rule.may_create_any(principal) == expected


@pytest.mark.parametrize(
    ("groups", "may"),
    [((), False), (("blue", CREATING, CHANGING), False), ((DELETING,), True), ((CATALOGUE_ADMIN,), False)],
)
def test_only_those_who_delete_jobs_may_delete_them(groups: tuple[str, ...], may: bool) -> None:
    assert rights("#all", "#all").deletable(person("ada", *groups)) == (EVERYTHING if may else NOTHING)
    assert rights("#all", "#all").may_delete_any(person("ada", *groups)) is may


def test_a_name_or_group_that_is_missing_grants_nothing() -> None:
    nameless = Principal(subject="test:nobody", username="", groups=frozenset({""}))
    job = {"_id": "1", "type": TYPE, "ownerUser": "", "ownerGroup": ""}

    for update in ("#jobOwnerUser", "#jobOwnerGroup", "@", ""):
        assert not matches(rights(update=update).readable(nameless), job)
        assert not matches(rights(update=update).writable(nameless), job)
