"""Jobs are listed, searched, counted and shown with their datasets, to whom they belong.

Covers OWASP API1:2023, API3:2023, API4:2023; ASVS 4.2.1, 5.3.4.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from .conftest import ADMIN, CHANGERS, FORMER, JOBS, MAKERS, ServedJobs

START = datetime(2026, 3, 1, tzinfo=UTC)


def job(number: int, user: str, group: str, *pids: str, **more: Any) -> dict[str, Any]:
    return {
        "_id": f"job-{number}",
        "id": f"job-{number}",
        "type": "archive",
        "statusCode": "jobSubmitted",
        "statusMessage": "Job submitted.",
        "ownerUser": user,
        "ownerGroup": group,
        "jobParams": {"datasetList": [{"pid": pid, "files": []} for pid in pids], "tape": number},
        "contactEmail": f"{user}@example.org",
        "createdBy": user,
        "createdAt": START + timedelta(days=number),
        "jobResultObject": {},
    } | more


@pytest.fixture
async def filled(jobs: ServedJobs) -> ServedJobs:
    await jobs.database["Job"].insert_many(
        [
            job(1, "ada", "blue", "p/blue", "p/red"),
            job(2, "bo", "red", "p/red", statusCode="finished", type="retrieve"),
            job(3, "ada", "", "p/blue", jobParams={"datasetList": "none"}),
        ]
    )
    await jobs.dataset("p/blue", "blue", keywords=["k"], size=5)
    await jobs.dataset("p/red", "red")
    await jobs.database["OrigDatablock"].insert_one(
        {"_id": "o1", "datasetId": "p/blue", "ownerGroup": "blue", "size": 7}
    )
    await jobs.database["Datablock"].insert_many(
        [
            {"_id": one, "datasetId": "p/blue", "ownerGroup": group, "size": 9}
            for one, group in (("b1", "blue"), ("b2", "red"))
        ]
    )
    await jobs.database["Attachment"].insert_one(
        {"_id": "a1", "ownerGroup": "blue", "relationships": [{"targetId": "p/blue", "targetType": "dataset"}]}
    )
    return jobs


async def listed(jobs: ServedJobs, *who: str, path: str = JOBS, **parameters: Any) -> Any:
    encoded = {name: orjson.dumps(value).decode() for name, value in parameters.items()}
    answer = await jobs.person(*who).get(path, params=encoded)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (("ada", "blue"), ["job-1", "job-3"]),
        (("cleo", "blue"), ["job-1"]),
        (("cleo", "green"), []),
        (("cleo",), []),
        (("root", ADMIN), ["job-1", "job-2", "job-3"]),
        (("cleo", MAKERS), ["job-1", "job-2", "job-3"]),
        (("cleo", CHANGERS), ["job-1", "job-2", "job-3"]),
    ],
)
async def test_everyone_sees_their_own_jobs(filled: ServedJobs, who: tuple[str, ...], seen: list[str]) -> None:
    assert [one["id"] for one in await listed(filled, *who)] == seen
    assert [one["id"] for one in await listed(filled, *who, path=FORMER)] == seen
    assert [one["id"] for one in await listed(filled, *who, path=f"{JOBS}/fullquery")] == seen
    assert [one["id"] for one in await listed(filled, *who, path=f"{FORMER}/fullquery")] == seen
    assert [one["id"] for one in await listed(filled, *who, path=f"{JOBS}/datasetDetails")] == seen
    for version in (JOBS, FORMER):
        (counted,) = await listed(filled, *who, path=f"{version}/fullfacet", facets=["type"])
        assert counted["all"] == ([{"totalSets": len(seen)}] if seen else [])


@pytest.mark.parametrize("path", ["", "/fullquery", "/fullfacet", "/datasetDetails", "/job-1"])
@pytest.mark.parametrize("version", [JOBS, FORMER])
async def test_nobody_in_particular_sees_none(filled: ServedJobs, version: str, path: str) -> None:
    answer = await filled.nobody().get(f"{version}{path}", params={"jobId": "job-1"})

    assert (answer.status_code, answer.json()["message"]) == (403, "Forbidden resource")


@pytest.mark.parametrize("version", [JOBS, FORMER])
@pytest.mark.parametrize(("key", "status"), [("job-1", 200), ("job-2", 403), ("none", 400)])
async def test_one_job(filled: ServedJobs, version: str, key: str, status: int) -> None:
    answer = await filled.person("ada", "blue").get(f"{version}/{key}")

    assert answer.status_code == status
    details = await filled.person("ada", "blue").get(f"{FORMER}/datasetDetails", params={"jobId": key})
    assert details.status_code == status


@pytest.mark.parametrize("version", [JOBS, FORMER])
async def test_an_identifier_with_a_slash_is_encoded_in_the_path(filled: ServedJobs, version: str) -> None:
    await filled.database["Job"].insert_one(job(4, "ada", "blue", _id="20.500/x", id="20.500/x"))

    answer = await filled.person("ada").get(f"{version}/20.500%2Fx")

    assert (answer.status_code, answer.json()["id"]) == (200, "20.500/x")


@pytest.mark.parametrize(
    ("version", "filter", "seen"),
    [
        (JOBS, {"where": {"type": "retrieve"}}, ["job-2"]),
        (JOBS, {"where": {"jobParams.tape": {"$gt": 1}}}, ["job-2"]),
        (JOBS, {"where": {"createdAt": {"$lt": "2026-03-03"}}}, ["job-1"]),
        (JOBS, {"limits": {"sort": {"createdAt": "desc"}, "limit": 2}}, ["job-3", "job-2"]),
        (JOBS, {"limits": {"skip": 1, "limit": 1}}, ["job-2"]),
        (FORMER, {"where": {"jobStatusMessage": "finished"}}, ["job-2"]),
        (FORMER, {"where": {"jobParams.username": "bo"}}, ["job-2"]),
        (FORMER, {"where": {"emailJobInitiator": {"like": "^ada"}}}, ["job-1", "job-3"]),
        (FORMER, {"where": {"datasetList.pid": "p/blue"}}, ["job-1"]),
        (FORMER, {"limits": {"order": "creationTime:desc"}}, ["job-3", "job-2", "job-1"]),
    ],
)
async def test_filters(filled: ServedJobs, version: str, filter: dict[str, Any], seen: list[str]) -> None:
    assert [one["id"] for one in await listed(filled, "root", ADMIN, path=version, filter=filter)] == seen


async def test_a_filter_cannot_reach_what_is_not_ones_own(filled: ServedJobs) -> None:
    where = {"$or": [{"ownerGroup": "red"}, {"ownerUser": {"$exists": True}}]}

    assert [one["id"] for one in await listed(filled, "ada", filter={"where": where})] == ["job-1", "job-3"]


@pytest.mark.parametrize(
    ("path", "filter"),
    [
        (JOBS, '{"where": {"colour": 1}}'),
        (JOBS, '{"where": {"$where": "1"}}'),
        (JOBS, '{"include": ["datasets", "proposals"]}'),
        (JOBS, '{"include": ["proposals"]}'),
        (JOBS, '{"fields": ["colour"]}'),
        (JOBS, '{"fields": 5}'),
        (JOBS, "{"),
        (JOBS, "[]"),
        (f"{JOBS}/fullquery", '{"include": ["datasets"]}'),
        (f"{JOBS}/datasetDetails", '{"include": ["datasets"]}'),
        (f"{JOBS}/job-1", '{"where": {}}'),
        (f"{JOBS}/job-1", '{"limits": {}}'),
    ],
)
async def test_filters_that_say_what_is_not_taken(filled: ServedJobs, path: str, filter: str) -> None:
    answer = await filled.person("root", ADMIN).get(path, params={"filter": filter})

    assert answer.status_code == 400, answer.text


async def test_fullquery_of_v3_searches_by_former_names_and_words(filled: ServedJobs) -> None:
    path = f"{FORMER}/fullquery"

    by_name = await listed(filled, "root", ADMIN, path=path, fields={"emailJobInitiator": "bo@example.org"})
    by_word = await listed(filled, "root", ADMIN, path=path, fields={"text": "retrieve"})
    latest = await listed(filled, "root", ADMIN, path=path, limits={"order": "creationTime:desc", "limit": 1})

    assert [one["id"] for one in by_name] == ["job-2"]
    assert [one["id"] for one in by_word] == ["job-2"]
    assert [one["id"] for one in latest] == ["job-3"]


async def test_facets_count_by_value(filled: ServedJobs) -> None:
    (current,) = await listed(
        filled, "root", ADMIN, path=f"{JOBS}/fullfacet", fields={"ownerUser": "ada"}, facets=["type", "statusCode"]
    )
    (former,) = await listed(filled, "root", ADMIN, path=f"{FORMER}/fullfacet", facets=["jobStatusMessage"])

    assert current["all"] == [{"totalSets": 2}]
    assert current["type"] == [{"_id": "archive", "count": 2}]
    assert sorted((one["_id"], one["count"]) for one in former["statusCode"]) == [("finished", 1), ("jobSubmitted", 2)]


async def test_only_the_fields_asked_for_are_shown(filled: ServedJobs) -> None:
    asked = {"fields": ["type", "jobParams.tape"], "where": {"id": "job-1"}}

    assert await listed(filled, "ada", filter=asked) == [{"type": "archive", "jobParams": {"tape": 1}}]


async def test_jobs_are_shown_with_the_datasets_one_may_see(filled: ServedJobs) -> None:
    asked = {"include": ["datasets"], "fields": ["id", "datasets.pid", "datasets.keywords"]}

    own = await listed(filled, "ada", "blue", filter=asked)
    everything = await listed(filled, "root", ADMIN, filter=asked | {"where": {"id": "job-1"}})

    assert own == [
        {"id": "job-1", "datasets": [{"pid": "p/blue", "keywords": ["k"]}]},
        {"id": "job-3", "datasets": []},
    ]
    assert [one["pid"] for one in everything[0]["datasets"]] == ["p/blue", "p/red"]


async def test_datasets_come_with_the_blocks_and_attachments_one_may_see(filled: ServedJobs) -> None:
    (found,) = await listed(filled, "cleo", "blue", path=f"{JOBS}/datasetDetails")

    (dataset,) = found["datasetDetails"]
    assert [one["_id"] for one in dataset["origdatablocks"]] == ["o1"]
    assert [one["_id"] for one in dataset["datablocks"]] == ["b1"]
    assert [one["_id"] for one in dataset["attachments"]] == ["a1"]


async def test_v3_shows_a_jobs_datasets(filled: ServedJobs) -> None:
    client = filled.person("ada", "blue")
    parameters = {"jobId": "job-1", "datasetFields": '{"pid": true, "size": true, "keywords": false}'}
    relation = {"include": '{"relation": "datablocks"}', "includeFields": '{"size": true}'}

    plain = await client.get(f"{FORMER}/datasetDetails", params=parameters)
    detailed = await client.get(f"{FORMER}/datasetDetails", params=parameters | relation)
    wrong = await client.get(f"{FORMER}/datasetDetails", params=parameters | {"include": '{"relation": "users"}'})

    assert plain.json() == [{"pid": "p/blue", "size": 5}]
    assert detailed.json() == [{"pid": "p/blue", "size": 5, "datablocks": [{"size": 9}]}]
    assert wrong.status_code == 400
