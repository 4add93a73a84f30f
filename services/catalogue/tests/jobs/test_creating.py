"""Creating jobs: what is checked, for whom, and what a new job is like.

Covers OWASP API1:2023, API3:2023, API5:2023; ASVS 4.1.3, 4.2.1, 5.1.3.
"""

from typing import Any

import pytest

from .conftest import ADMIN, CHANGERS, FORMER, JOBS, MAKERS, ServedJobs, asked


async def test_a_new_job_is_the_callers_own_and_submitted(jobs: ServedJobs) -> None:
    await jobs.dataset("p/1")
    ada = jobs.person("ada", "blue")

    answer = await ada.post(JOBS, json=asked("owner", "p/1", ownerGroup="blue", jobParams={"tape": 2}))

    assert answer.status_code == 201
    job = answer.json()
    assert job["jobParams"] == {"datasetList": [{"pid": "p/1", "files": []}], "tape": 2}
    expected = {
        "type": "owner",
        "ownerUser": "ada",
        "ownerGroup": "blue",
        "contactEmail": "ada@example.org",
        "statusCode": "jobSubmitted",
        "statusMessage": "Job submitted.",
        "configVersion": "v1",
        "jobResultObject": {},
        "createdBy": "ada",
        "updatedBy": "ada",
    }
    assert {name: job[name] for name in expected} == expected
    assert (await ada.get(f"{JOBS}/{job['id']}")).json() == job


@pytest.mark.parametrize(
    ("who", "body", "status", "message"),
    [
        (("ada", "blue"), {"type": "none", "jobParams": {}}, 400, "Invalid job type: none"),
        (("ada", "blue"), {"jobParams": {}}, 400, "type"),
        (("ada", "blue"), {"type": "open", "jobParams": {}, "statusCode": "x"}, 400, "statusCode should not exist"),
        (("ada", "blue"), {"type": "open", "jobParams": {"$where": 1}, "ownerGroup": "blue"}, 400, "$where"),
        (("ada", "blue"), {"type": "open", "jobParams": {"a": 2**63}, "ownerGroup": "blue"}, 400, "more than 64 bits"),
        (("ada", "blue"), asked("open", ownerGroup="blue", contactEmail="a@b, c@d"), 400, "must be an email"),
        (("ada", "blue"), asked("open", ownerGroup="blue", contactEmail="a@b\nBcc: c@d"), 400, "must be an email"),
        (("ada", "blue"), asked("open"), 403, "Owner group should be specified"),
        (("ada", "blue"), asked("open", ownerGroup="red"), 403, "User needs to belong to job owner group"),
        (("ada", "blue"), asked("open", ownerGroup="blue", ownerUser="bo"), 403, "should match user logged in"),
        (("ada", "blue"), asked("staff", ownerGroup="blue"), 403, "Unauthorized to create this job."),
        (("ada", "red"), asked("group", ownerGroup="red"), 403, "Unauthorized to create this job."),
        (("bo", "blue"), asked("user", ownerGroup="blue"), 403, "Unauthorized to create this job."),
        (("cleo", CHANGERS), asked("open", ownerGroup=CHANGERS), 403, "Forbidden resource"),
        (("root", ADMIN), asked("open"), 422, "Contact email should be specified"),
        (("ada", "blue"), asked("owner", ownerGroup="blue"), 422, "Dataset ids list was not provided"),
        (("root", ADMIN), asked("open", "p/none", ownerGroup="blue"), 422, "Datasets with pid p/none do not exist."),
        (("ada", "blue"), asked("owner", "p/none", ownerGroup="blue"), 403, "does not have access to all datasets"),
        (
            ("ada", "blue"),
            {"type": "open", "jobParams": {"datasetList": []}, "ownerGroup": "blue"},
            422,
            "List of passed datasets is empty.",
        ),
        (
            ("ada", "blue"),
            {"type": "open", "jobParams": {"datasetList": {"pid": 1}}, "ownerGroup": "blue"},
            422,
            "Invalid dataset list.",
        ),
        (None, asked("open", ownerGroup="blue"), 403, "Unauthenticated user cannot initiate a job"),
        (None, asked("staff"), 403, "Unauthorized to create this job."),
    ],
)
async def test_what_is_refused_is_told(
    jobs: ServedJobs, who: tuple[str, ...] | None, body: dict[str, Any], status: int, message: str
) -> None:
    client = jobs.nobody() if who is None else jobs.person(*who)

    answer = await client.post(JOBS, json=body)

    assert (answer.status_code, message in str(answer.json()["message"])) == (status, True), answer.text
    assert await jobs.database["Job"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("kind", "groups", "pids", "status"),
    [
        ("owner", ("blue",), ("p/blue",), 201),
        ("owner", ("blue",), ("p/blue", "p/shared"), 403),
        ("owner", ("blue",), ("p/public",), 403),
        ("access", ("blue",), ("p/blue", "p/shared", "p/public"), 201),
        ("access", ("blue",), ("p/blue", "p/red"), 403),
        ("public", ("blue",), ("p/public",), 201),
        ("public", ("blue",), ("p/public", "p/blue"), 403),
        ("open", ("blue",), ("p/red",), 201),
        ("owner", (ADMIN,), ("p/red",), 201),
        ("owner", (MAKERS,), ("p/red",), 403),
    ],
)
async def test_a_type_asks_for_rights_in_every_dataset(
    jobs: ServedJobs, kind: str, groups: tuple[str, ...], pids: tuple[str, ...], status: int
) -> None:
    await jobs.dataset("p/blue", "blue")
    await jobs.dataset("p/red", "red")
    await jobs.dataset("p/shared", "red", accessGroups=["blue"])
    await jobs.dataset("p/public", "red", isPublished=True)

    answer = await jobs.person("ada", *groups).post(JOBS, json=asked(kind, *pids, ownerGroup=groups[0]))

    assert answer.status_code == status, answer.text


async def test_nobody_in_particular_may_ask_for_what_is_public(jobs: ServedJobs) -> None:
    await jobs.dataset("p/1", isPublished=True)

    answer = await jobs.nobody().post(JOBS, json=asked("public", "p/1", contactEmail="eve@example.org"))

    job = answer.json()
    assert (answer.status_code, job["createdBy"], job["contactEmail"]) == (201, "anonymous", "eve@example.org")
    assert "ownerUser" not in job
    assert "ownerGroup" not in job


async def test_those_who_run_jobs_make_them_for_others(jobs: ServedJobs) -> None:
    await jobs.database["UserIdentity"].insert_one(
        {"profile": {"username": "bo", "email": "bo@example.org", "accessGroups": ["red"]}}
    )
    await jobs.dataset("p/1", "red")
    body = asked("owner", "p/1", ownerUser="bo", ownerGroup="blue")

    answer = await jobs.person("cleo", MAKERS).post(JOBS, json=body)

    job = answer.json()
    assert (answer.status_code, job["ownerUser"], job["createdBy"]) == (201, "bo", "cleo")
    assert job["contactEmail"] == "bo@example.org"


async def test_files_that_are_not_there_are_told(jobs: ServedJobs) -> None:
    await jobs.dataset("p/1")
    await jobs.database["OrigDatablock"].insert_one(
        {"datasetId": "p/1", "ownerGroup": "blue", "dataFileList": [{"path": "a.h5"}]}
    )
    ada = jobs.person("ada", "blue")
    bodies = [
        {"type": "open", "ownerGroup": "blue", "jobParams": {"datasetList": [{"pid": "p/1", "files": files}]}}
        for files in (["a.h5"], ["a.h5", "b.h5"])
    ]

    there, missing = [await ada.post(JOBS, json=body) for body in bodies]

    assert there.status_code == 201
    assert (missing.status_code, missing.json()["message"]) == (422, "At least one requested file could not be found.")
    assert "b.h5" in missing.json()["error"]


async def test_v3_finds_user_and_group_by_itself(jobs: ServedJobs) -> None:
    await jobs.dataset("p/1", "blue")
    body = {
        "type": "owner",
        "datasetList": [{"pid": "p/1", "files": []}],
        "jobParams": {"tape": 2},
        "executionTime": "2026-05-01T10:00:00Z",
        "jobStatusMessage": "waiting",
    }
    ada = jobs.person("ada", "blue")

    answer = await ada.post(FORMER, json=body)

    assert answer.status_code == 201, answer.text
    former = answer.json()
    expected = {
        "type": "owner",
        "emailJobInitiator": "ada@example.org",
        "jobParams": {"username": "ada", "tape": 2},
        "executionTime": "2026-05-01T10:00:00Z",
        "jobStatusMessage": "waiting",
        "datasetList": body["datasetList"],
        "jobResultObject": {},
    }
    assert {name: former.get(name) for name in expected} == expected
    job = (await ada.get(f"{JOBS}/{former['id']}")).json()
    assert (job["ownerUser"], job["ownerGroup"], job["statusCode"]) == ("ada", "blue", "waiting")


@pytest.mark.parametrize(
    ("kind", "pids", "group"),
    [
        ("access", ("p/public", "p/shared"), "red"),
        ("access", ("p/public",), "blue"),
        ("owner", ("p/blue",), "blue"),
    ],
)
async def test_v3_makes_a_job_for_the_group_of_its_datasets(
    jobs: ServedJobs, kind: str, pids: tuple[str, ...], group: str
) -> None:
    await jobs.dataset("p/blue", "blue")
    await jobs.dataset("p/shared", "red", accessGroups=["blue"])
    await jobs.dataset("p/public", "green", isPublished=True)
    body = {"type": kind, "datasetList": [{"pid": pid, "files": []} for pid in pids]}

    answer = await jobs.person("ada", "blue", "red").post(FORMER, json=body)

    assert answer.status_code == 201, answer.text
    stored = await jobs.database["Job"].find_one({})
    assert stored["ownerGroup"] == group
