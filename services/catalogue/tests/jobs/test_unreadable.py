"""A job tells its creator nothing of datasets they may not see, and sends nothing of them.

Covers OWASP API1:2023 (object level authorization), API3:2023; ASVS 5.0 V8.2.2, V8.2.3.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import ADMIN, FORMER, JOBS, MAKERS, ServedJobs, ServeJobs, asked
from .servers import Archive, Mailbox, archive_server, mail_server

SECRET = "topsecretmark"
AUTHS = ("#all", "#authenticated", "#datasetPublic", "#datasetAccess", "#datasetOwner", "@red", "eve")
HTML = "{{#each datasets}}<p>{{pid}} {{description}}</p>{{/each}}"


@pytest.fixture(scope="module")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
async def archive() -> AsyncIterator[Archive]:
    async with archive_server() as running:
        yield running


@pytest.fixture(scope="module")
async def served(
    serve_jobs: ServeJobs, mailbox: Mailbox, archive: Archive, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ServedJobs]:
    template = tmp_path_factory.mktemp("templates") / "job.html"
    template.write_text(HTML)
    email = {
        "actionType": "email",
        "to": "{{{job.contactEmail}}}",
        "subject": "{{{job.jobParams.subject}}}",
        "bodyTemplateFile": Path(template).name,
    }
    url = {
        "actionType": "url",
        "url": f"{archive.url}/in/{{{{{{job.jobParams.path}}}}}}?d={{{{datasets.[0].description}}}}",
    }
    switch = {
        "actionType": "switch",
        "phase": "perform",
        "property": "datasets[*].description",
        "cases": [{"actions": [email]}],
    }
    check = {"actionType": "validate", "datasets": {"description": {"type": "string"}}}
    refusal = {"actionType": "error", "message": "no {{datasets.[0].description}}"}
    actions: dict[str, list[dict[str, Any]]] = {"mail": [email], "url": [url], "switch": [switch]}
    types = [
        {"jobType": f"{name} {auth}", "create": {"auth": auth, "actions": some}, "update": {"auth": "#jobAdmin"}}
        for auth in AUTHS
        for name, some in actions.items()
    ]
    types += [
        {"jobType": "later", "create": {"auth": "#all"}, "update": {"auth": "#all", "actions": [email]}},
        {"jobType": "check", "create": {"auth": "#all", "actions": [check]}},
        {"jobType": "error", "create": {"auth": "#all", "actions": [refusal]}},
        {"jobType": "note", "create": {"auth": "#all", "actions": [{"actionType": "log"}]}, "update": {"auth": "#all"}},
    ]
    settings = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "email_from": "jobs@example.org"}
    async with serve_jobs(types, files=[template], **settings) as running:
        yield running


@pytest.fixture
async def jobs(served: ServedJobs, mailbox: Mailbox, archive: Archive) -> ServedJobs:
    await served.empty()
    mailbox.mails.clear()
    archive.requests.clear()
    await served.dataset("p/secret", "blue", description=SECRET)
    await served.dataset("p/own", "red", description="mine")
    await served.database["OrigDatablock"].insert_one(
        {"datasetId": "p/secret", "ownerGroup": "blue", "dataFileList": [{"path": "a.h5"}]}
    )
    return served


def files(pid: str, *names: str) -> dict[str, Any]:
    return {"datasetList": [{"pid": pid, "files": list(names)}]}


async def tries(client: httpx.AsyncClient, kind: str, parameters: dict[str, Any]) -> list[httpx.Response]:
    """Ask for a job the ways there are."""
    v4 = {"type": kind, "ownerGroup": "red", "contactEmail": "eve@example.org", "jobParams": parameters}
    v3 = {
        "type": kind,
        "emailJobInitiator": "eve@example.org",
        "datasetList": parameters["datasetList"],
        "jobParams": {"ownerGroup": "red"},
    }
    return [await client.post(JOBS, json=v4), await client.post(FORMER, json=v3)]


@pytest.mark.parametrize("auth", AUTHS)
@pytest.mark.parametrize("action", ["mail", "url", "switch"])
@pytest.mark.parametrize("groups", [("red",), ("red", MAKERS)])
async def test_what_the_creator_may_not_see_is_not_sent(
    jobs: ServedJobs, mailbox: Mailbox, archive: Archive, action: str, auth: str, groups: tuple[str, ...]
) -> None:
    eve = jobs.person("eve", *groups)
    named = await tries(eve, f"{action} {auth}", files("p/secret"))
    absent = await tries(eve, f"{action} {auth}", files("p/none"))
    mixed = await tries(
        eve, f"{action} {auth}", {"datasetList": [*files("p/own")["datasetList"], *files("p/secret")["datasetList"]]}
    )
    assert {one.status_code for one in (*named, *absent, *mixed)} == {403}
    assert [one.json() for one in named] == [one.json() for one in absent]
    assert SECRET not in "".join(one.text for one in (*named, *mixed))
    assert (mailbox.mails, archive.requests) == ([], [])
    assert await jobs.database["Job"].count_documents({}) == 0


async def test_files_of_others_are_as_files_that_are_not_there(jobs: ServedJobs) -> None:
    eve = jobs.person("eve", "red")
    answers = [
        one
        for pid, name in (("p/secret", "a.h5"), ("p/secret", "b.h5"), ("p/none", "a.h5"))
        for one in await tries(eve, "note", files(pid, name))
    ]
    assert {(one.status_code, one.json()["message"]) for one in answers} == {
        (403, "User does not have access to all datasets, cannot create job.")
    }


async def test_checks_and_notes_see_nothing_of_what_the_creator_may_not_see(jobs: ServedJobs) -> None:
    """SciCat lets anybody name any dataset there; its own tests do."""
    eve, admin = jobs.person("eve", "red"), jobs.person("root", ADMIN)
    for kind in ("check", "error", "note"):
        named, absent = [
            await eve.post(JOBS, json=asked(kind, pid, ownerGroup="red")) for pid in ("p/secret", "p/none")
        ]
        shown = [one.text.replace("p/secret", "").replace("p/none", "") for one in (named, absent)]
        assert (named.status_code, SECRET in named.text) == (absent.status_code, False)
        assert kind == "note" or shown[0] == shown[1]
    assert (await admin.post(JOBS, json=asked("note", "p/none", ownerGroup="red"))).status_code == 422
    assert (await admin.post(JOBS, json=asked("check", "p/secret", ownerGroup="red"))).status_code == 201


async def test_change_sends_nothing_that_the_creator_may_not_see_any_more(jobs: ServedJobs, mailbox: Mailbox) -> None:
    eve = jobs.person("eve", "red")
    await jobs.database["UserIdentity"].insert_one({"profile": {"username": "eve", "accessGroups": ["red"]}})
    body = asked("later", "p/own", ownerGroup="red", jobParams={"subject": "s"})
    job = (await eve.post(JOBS, json=body)).json()
    assert (await eve.patch(f"{JOBS}/{job['id']}", json={"statusCode": "a", "statusMessage": "a"})).status_code == 200
    await jobs.database["Dataset"].update_one({"_id": "p/own"}, {"$set": {"ownerGroup": "blue"}})
    assert (await eve.patch(f"{JOBS}/{job['id']}", json={"statusCode": "b", "statusMessage": "b"})).status_code == 200
    assert ["mine" in mail.get_content() for mail in mailbox.mails] == [True, False]


async def test_parameters_neither_add_header_fields_nor_recipients(jobs: ServedJobs, mailbox: Mailbox) -> None:
    eve = jobs.person("eve", "red")
    for subject in ("=?utf-8?q?x=0D=0ABcc:_v@example.org?=", "=?utf-8?b?eA0KQmNjOiB2QGV4YW1wbGUub3Jn?="):
        body = asked("mail #all", "p/own", ownerGroup="red", jobParams={"subject": subject})
        assert (await eve.post(JOBS, json=body)).status_code == 201
    assert [mail["Bcc"] for mail in mailbox.mails] == [None, None]
    assert mailbox.recipients[-2:] == [["eve@example.org"]] * 2


@pytest.mark.parametrize("path", ["../admin", "%2e%2e/admin", "..\\admin", "a/../../admin", "x\r\nHost: evil"])
async def test_parameters_do_not_lead_a_request_elsewhere(jobs: ServedJobs, archive: Archive, path: str) -> None:
    body = asked("url #all", "p/own", ownerGroup="red", jobParams={"path": path})
    answer = await jobs.person("eve", "red").post(JOBS, json=body)
    assert (answer.status_code, "cannot be made" in answer.json()["message"]) == (400, True)
    assert archive.requests == []


async def test_parameters_are_a_path_below_the_configured_one(jobs: ServedJobs, archive: Archive) -> None:
    body = asked("url #all", "p/own", ownerGroup="red", jobParams={"path": "/data/a b?x=1#y"})
    answer = await jobs.person("eve", "red").post(JOBS, json=body)
    assert answer.status_code == 201, answer.text
    assert archive.requests[0]["path"] == "/in/data/a b%3Fx=1%23y"
