"""Jobs are changed and deleted by whom their type and the groups' variables name.

Covers OWASP API1:2023, API3:2023, API5:2023; ASVS 4.1.3, 4.2.1.
"""

from typing import Any

import pytest

from .conftest import ADMIN, AUDIT, CHANGERS, FORMER, JOBS, MAKERS, REMOVERS, ServedJobs

DONE = {"statusCode": "done", "statusMessage": "All is done."}
MERGE = {"content-type": "application/merge-patch+json"}


async def stored(jobs: ServedJobs, kind: str, user: str = "ada", group: str = "blue", **more: Any) -> str:
    document = {
        "_id": f"job-{kind}",
        "id": f"job-{kind}",
        "type": kind,
        "statusCode": "jobSubmitted",
        "statusMessage": "Job submitted.",
        "ownerUser": user,
        "ownerGroup": group,
        "jobParams": {"tape": 1},
        "jobResultObject": {"size": 1, "parts": {"a": 1}},
        "configVersion": "v0",
    }
    await jobs.database["Job"].insert_one(
        {name: value for name, value in (document | more).items() if value is not None}
    )
    return f"job-{kind}"


@pytest.mark.parametrize(
    ("kind", "who", "status"),
    [
        ("open", ("bo", "red"), 200),
        ("access", ("bo", "blue"), 200),
        ("access", ("ada", "red"), 403),
        ("owner", ("ada",), 200),
        ("owner", ("bo", "blue"), 403),
        ("group", ("bo", "blue"), 200),
        ("group", ("ada", "red"), 403),
        ("user", ("ada",), 200),
        ("user", ("bo",), 403),
        ("staff", ("ada", "blue"), 403),
        ("staff", ("cleo", CHANGERS), 200),
        ("staff", ("root", ADMIN), 200),
        ("open", ("cleo", MAKERS), 403),
        ("staff", ("cleo", MAKERS, CHANGERS), 200),
        ("gone", ("root", ADMIN), 400),
        ("open", None, 403),
    ],
)
async def test_whom_a_type_names_changes_its_jobs(
    jobs: ServedJobs, kind: str, who: tuple[str, ...] | None, status: int
) -> None:
    key = await stored(jobs, kind)
    client = jobs.nobody() if who is None else jobs.person(*who)

    current = await client.patch(f"{JOBS}/{key}", json=DONE)
    former = await client.patch(f"{FORMER}/{key}", json={"jobStatusMessage": "again"})

    assert (current.status_code, former.status_code) == (status, status), current.text
    job = await jobs.database["Job"].find_one({"_id": key})
    assert job["statusCode"] == ("again" if status == 200 else "jobSubmitted")
    if status == 200:
        assert job["updatedBy"] == client_name(who)


def client_name(who: tuple[str, ...] | None) -> str:
    return "anonymous" if who is None else who[0]


async def test_nobody_in_particular_changes_jobs_of_no_group(jobs: ServedJobs) -> None:
    key = await stored(jobs, "open", group=None)  # type: ignore[arg-type]

    answer = await jobs.nobody().patch(f"{JOBS}/{key}", json=DONE)

    assert (answer.status_code, answer.json()["updatedBy"]) == (200, "anonymous")


async def test_a_change_is_shown_and_leaves_the_rest(jobs: ServedJobs) -> None:
    key = await stored(jobs, "owner")
    result = {"log": "x", "executionTime": "2026-05-01T10:00:00Z"}

    changed = (await jobs.person("ada").patch(f"{JOBS}/{key}", json=DONE | {"jobResultObject": result})).json()
    later = (await jobs.person("ada").patch(f"{JOBS}/{key}", json=DONE | {"statusCode": "later"})).json()

    assert (changed["statusCode"], changed["statusMessage"]) == ("done", "All is done.")
    assert changed["jobResultObject"] == {"log": "x"}
    assert changed["jobParams"] == {"tape": 1, "executionTime": "2026-05-01T10:00:00Z"}
    assert (later["statusCode"], later["jobResultObject"]) == ("later", {"log": "x"})


async def test_a_merge_patch_goes_into_the_results(jobs: ServedJobs) -> None:
    key = await stored(jobs, "owner")
    patch = {"jobResultObject": {"size": None, "parts": {"b": 2}, "list": [1]}}

    merged = await jobs.person("ada").patch(f"{JOBS}/{key}", json=patch, headers=MERGE)
    emptied = await jobs.person("ada").patch(f"{JOBS}/{key}", json={"jobResultObject": None}, headers=MERGE)

    assert merged.status_code == 200, merged.text
    assert merged.json()["jobResultObject"] == {"parts": {"a": 1, "b": 2}, "list": [1]}
    assert merged.json()["statusCode"] == "jobSubmitted"
    assert emptied.json()["jobResultObject"] == {}


@pytest.mark.parametrize(
    "body",
    [
        {"statusCode": "done"},
        DONE | {"ownerGroup": "red"},
        DONE | {"jobResultObject": {"$set": {"ownerUser": "eve"}}},
        DONE | {"jobResultObject": [1]},
        DONE | {"statusCode": 5},
        [DONE],
    ],
)
async def test_a_change_says_status_and_results_and_nothing_else(jobs: ServedJobs, body: Any) -> None:
    key = await stored(jobs, "owner")

    answer = await jobs.person("ada").patch(f"{JOBS}/{key}", json=body)

    assert answer.status_code == 400, answer.text
    assert (await jobs.database["Job"].find_one({"_id": key}))["statusCode"] == "jobSubmitted"


async def test_a_job_that_is_not_there_cannot_be_changed(jobs: ServedJobs) -> None:
    answer = await jobs.person("root", ADMIN).patch(f"{JOBS}/none", json=DONE)

    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid job id.")


@pytest.mark.parametrize(
    ("who", "status"),
    [(("ada", "blue"), 403), (("cleo", MAKERS, CHANGERS), 403), (("cleo", REMOVERS), 200), (("root", ADMIN), 403)],
)
@pytest.mark.parametrize("version", [JOBS, FORMER])
async def test_jobs_are_deleted_by_those_who_may(
    jobs: ServedJobs, version: str, who: tuple[str, ...], status: int
) -> None:
    key = await stored(jobs, "owner")

    answer = await jobs.person(*who).delete(f"{version}/{key}")

    assert answer.status_code == status
    assert await jobs.database["Job"].count_documents({}) == (0 if status == 200 else 1)
    again = await jobs.person(*who).delete(f"{version}/none")
    assert again.status_code == (400 if status == 200 else 403)


async def test_changes_of_jobs_are_audited(jobs: ServedJobs) -> None:
    """ASVS 7.1.3: who changed what is on record."""
    key = await stored(jobs, "owner")

    await jobs.person("ada").patch(f"{JOBS}/{key}", json=DONE)
    await jobs.person("root", REMOVERS).delete(f"{JOBS}/{key}")

    entries = await jobs.database[AUDIT].find({"document": key}).to_list()
    assert [one["operation"] for one in entries] == ["change", "delete"]
