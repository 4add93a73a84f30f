"""What is to be done for a job is not lost where the process that was at it dies."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .conftest import JOBS, RUNS, ServedJobs, ServeJobs, asked
from .servers import Archive, archive_server


@pytest.fixture(scope="module")
async def archive() -> AsyncIterator[Archive]:
    async with archive_server() as running:
        yield running


@pytest.fixture(scope="module")
async def served_running(serve_jobs: ServeJobs, archive: Archive) -> AsyncIterator[ServedJobs]:
    actions = [
        {"actionType": "url", "url": f"{archive.url}/first/{{{{job.id}}}}"},
        {"actionType": "validate", "request": {}},
        {"actionType": "url", "url": f"{archive.url}/second/{{{{request.jobParams.tape}}}}/{{{{datasets.0.size}}}}"},
    ]
    types = [
        {"jobType": "archive", "create": {"auth": "#all", "actions": actions}, "update": {"auth": "#all"}},
        {"jobType": "quiet", "create": {"auth": "#all", "actions": [{"actionType": "validate", "request": {}}]}},
    ]
    async with serve_jobs(types) as running:
        yield running


@pytest.fixture
async def jobs(served_running: ServedJobs, archive: Archive) -> ServedJobs:
    await served_running.empty()
    archive.requests.clear()
    await served_running.dataset("p/1", size=5)
    return served_running


async def job(jobs: ServedJobs, kind: str = "archive") -> Any:
    body = asked(kind, "p/1", ownerGroup="blue", jobParams={"tape": 7})
    answer = await jobs.person("ada", "blue").post(JOBS, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def left(jobs: ServedJobs, *, held: timedelta, **fields: Any) -> None:
    """Make the run of a job as a process leaves it that dies in the middle."""
    until = datetime.now(UTC) + held
    await jobs.database[RUNS].update_one({}, {"$set": {"state": "running", "heldUntil": until, **fields}})


async def test_what_was_done_is_on_record(jobs: ServedJobs, archive: Archive) -> None:
    created = await job(jobs)

    (run,) = await jobs.runs()
    assert (run["jobId"], run["state"], run["done"], run["username"]) == (created["id"], "done", 3, "ada")
    assert [one["path"] for one in archive.requests] == [f"/first/{created['id']}", "/second/7/5"]


async def test_what_was_done_is_shown_to_who_sees_the_job(jobs: ServedJobs) -> None:
    """OWASP API1:2023; ASVS 4.2.1."""
    created = await job(jobs)
    path = f"/api/beamlore/v1/jobs/{created['id']}/actions"

    own = await jobs.person("ada", "blue").get(path)
    others = await jobs.person("bo", "red").get(path)
    nobody = await jobs.nobody().get(path)

    (shown,) = own.json()
    assert {name: shown[name] for name in ("jobId", "operation", "username", "state", "done")} == {
        "jobId": created["id"],
        "operation": "create",
        "username": "ada",
        "state": "done",
        "done": 3,
    }
    assert (others.status_code, nobody.status_code) == (404, 401)


async def test_a_job_with_nothing_to_do_leaves_no_record(jobs: ServedJobs) -> None:
    await job(jobs, "quiet")

    assert await jobs.runs() == []


async def test_what_a_dead_process_left_is_taken_over_where_it_stopped(jobs: ServedJobs, archive: Archive) -> None:
    await job(jobs)
    archive.requests.clear()
    await left(jobs, held=timedelta(seconds=-1), done=1)

    number = await jobs.service.take_over()

    (run,) = await jobs.runs()
    assert (number, run["state"], run["done"]) == (1, "done", 3)
    assert [one["path"] for one in archive.requests] == ["/second/7/5"]


async def test_what_a_living_process_is_at_is_left_to_it(jobs: ServedJobs, archive: Archive) -> None:
    await job(jobs)
    archive.requests.clear()
    await left(jobs, held=timedelta(seconds=60), done=0)

    assert await jobs.service.take_over() == 0
    assert archive.requests == []


async def test_a_run_whose_job_is_gone_is_ended_with_its_reason(jobs: ServedJobs) -> None:
    await job(jobs)
    await left(jobs, held=timedelta(seconds=-1), done=0)
    await jobs.database["Job"].delete_many({})

    await jobs.service.take_over()

    (run,) = await jobs.runs()
    assert (run["state"], run["reason"]) == ("failed", "the job or its type is gone")
