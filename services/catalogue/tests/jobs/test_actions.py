"""Actions check a request before its job is written, and act once it is: on real mail, HTTP and Kafka servers."""

import socket
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pydantic import SecretStr

from beamlore.core import KafkaSettings, kafka_options
from beamlore.embedded import Installation

from .conftest import ADMIN, FORMER, JOBS, ServedJobs, ServeJobs, asked
from .servers import Archive, Mailbox, archive_server, mail_server

HTML = """{{#*inline "name"}}<b>{{job.type}}</b>{{/inline}}
<p>{{> name}} of {{job.jobParams.subject}}: {{#each datasets}}{{pid}} ({{formatUnit size "B"}}){{/each}}</p>"""
TOPIC = f"jobs-{uuid.uuid4()}"


@pytest.fixture(scope="module")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
async def archive() -> AsyncIterator[Archive]:
    async with archive_server() as running:
        yield running


def _types(archive: Archive, template: Path) -> list[dict[str, Any]]:
    email = {"actionType": "email", "to": "{{{job.contactEmail}}}", "bodyTemplateFile": template.name}
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets the port, and nobody answers
    refused = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    actions: dict[str, list[dict[str, Any]]] = {
        "mail": [email | {"subject": "Job {{job.jobParams.subject}}", "from": "jobs@example.org"}],
        "mail-ignored": [email | {"subject": "x", "to": "nobody@example.org", "ignoreErrors": True}],
        "mail-refused": [email | {"subject": "x", "to": "nobody@example.org"}],
        "mail-nowhere": [email | {"subject": "x", "to": "nowhere"}],
        "url": [
            {
                "actionType": "url",
                "url": f"{archive.url}/jobs of/{{{{job.id}}}}?user={{{{{{urlencode job.ownerUser}}}}}}",
                "method": "PUT",
                "headers": {"X-Type": "{{job.type}}"},
                "body": "{{{jsonify (job_v3 job)}}}",
            }
        ],
        "url-503": [
            {"actionType": "url", "url": f"{archive.url}/status/503"},
            {"actionType": "url", "url": f"{archive.url}/never"},
        ],
        "url-ignored": [
            {"actionType": "url", "url": f"{archive.url}/status/500", "ignoreErrors": True},
            {"actionType": "url", "url": f"{archive.url}/then"},
        ],
        "url-refused": [{"actionType": "url", "url": refused}],
        "kafka": [{"actionType": "kafka", "topic": TOPIC, "key": "{{{job.ownerGroup}}}"}],
        "broken": [{"actionType": "log", "perform": "{{dance job}}"}],
        "error": [{"actionType": "error", "message": "No {{request.type}} today", "status": 409}],
        "validate": [
            {
                "actionType": "validate",
                "request": {"jobParams.tape": {"type": "integer"}, "jobParams.names[*]": {"type": "string"}},
                "datasets": {"datasetlifecycle.archivable": {"const": True}},
            }
        ],
        "switch": [
            {
                "actionType": "switch",
                "phase": "all",
                "property": "request.jobParams.way",
                "cases": [
                    {"match": 1, "actions": [{"actionType": "error", "message": "matched"}]},
                    {"regex": "/^(no|never)/i", "actions": [{"actionType": "error", "message": "expression"}]},
                    {"schema": {"type": "array"}, "actions": [{"actionType": "error", "message": "schema"}]},
                    {"match": "post", "actions": [{"actionType": "url", "url": f"{archive.url}/switched"}]},
                    {"actions": [{"actionType": "error", "message": "otherwise"}]},
                ],
            }
        ],
        "ambiguous": [
            {"actionType": "switch", "phase": "validate", "property": "request.jobParams.*", "cases": [{"actions": []}]}
        ],
    }
    types = [{"jobType": name, "create": {"auth": "#all", "actions": some}} for name, some in actions.items()]
    changed = [
        {"actionType": "validate", "request": {"jobResultObject.size": {"type": "integer"}}},
        {"actionType": "url", "url": f"{archive.url}/changed/{{{{job.statusCode}}}}"},
    ]
    return [*types, {"jobType": "change", "create": {"auth": "#all"}, "update": {"auth": "#all", "actions": changed}}]


@pytest.fixture(scope="module")
async def served_acting(
    serve_jobs: ServeJobs,
    mailbox: Mailbox,
    archive: Archive,
    servers: Installation,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[ServedJobs]:
    account = servers.kafka.account("admin")
    settings = {
        "smtp_host": "127.0.0.1",
        "smtp_port": mailbox.port,
        "email_from": "catalogue@example.org",
        "email_replyto": "help@example.org",
        "kafka_bootstrap": account.bootstrap,
        "kafka_username": account.username,
        "kafka_password": SecretStr(account.password),
    }
    template = tmp_path_factory.mktemp("templates") / "job.html"
    template.write_text(HTML)
    types = _types(archive, template)
    async with serve_jobs(types, files=[template], **settings) as running:
        yield running


@pytest.fixture
async def acting(served_acting: ServedJobs, mailbox: Mailbox, archive: Archive) -> ServedJobs:
    """A catalogue whose job types have actions, with the servers they speak to."""
    await served_acting.empty()
    mailbox.mails.clear()
    archive.requests.clear()
    await served_acting.dataset("p/1", size=2048, datasetlifecycle={"archivable": True})
    return served_acting


async def create(jobs: ServedJobs, kind: str, *pids: str, **parameters: Any) -> Any:
    body = asked(kind, *pids, ownerGroup="blue", contactEmail="ada@example.org", jobParams=parameters)
    return await jobs.person("ada", "blue").post(JOBS, json=body)


async def test_an_email_is_sent_with_its_template_filled(acting: ServedJobs, mailbox: Mailbox) -> None:
    answer = await create(acting, "mail", "p/1", subject="<Cu>")

    assert answer.status_code == 201, answer.text
    (mail,) = mailbox.mails
    assert (mail["To"], mail["From"], mail["Reply-To"]) == ("ada@example.org", "jobs@example.org", "help@example.org")
    assert mail["Subject"] == "Job &lt;Cu&gt;"
    assert mail.get_content_type() == "text/html"
    assert "<p><b>mail</b> of &lt;Cu&gt;: p/1 (2 KiB)</p>" in " ".join(mail.get_content().split())


async def test_a_job_cannot_add_header_fields_to_its_email(acting: ServedJobs, mailbox: Mailbox) -> None:
    """OWASP API8:2023; ASVS 5.2.3."""
    answer = await create(acting, "mail", "p/1", subject="x\r\nBcc: eve@example.org")

    assert answer.status_code == 400
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("kind", "status", "message"),
    [
        ("mail-refused", 502, "550"),
        ("mail-nowhere", 400, "not an e-mail address"),
        ("url-503", 503, "told by the archive"),
        ("url-refused", 502, "A remote URL call failed"),
        ("broken", 500, "dance"),
    ],
)
async def test_what_could_not_be_done_is_told_and_the_job_stays(
    acting: ServedJobs, archive: Archive, kind: str, status: int, message: str
) -> None:
    answer = await create(acting, kind)

    assert (answer.status_code, message in answer.json()["message"]) == (status, True), answer.text
    stored = await acting.database["Job"].find_one({})
    (run,) = await acting.runs()
    assert stored["id"] in answer.json()["message"]
    assert (run["jobId"], run["state"], message in run["reason"]) == (stored["id"], "failed", True)
    assert "/never" not in [one["path"] for one in archive.requests]


async def test_errors_that_are_ignored_end_nothing(acting: ServedJobs, archive: Archive) -> None:
    mail, url = [await create(acting, kind) for kind in ("mail-ignored", "url-ignored")]

    assert (mail.status_code, url.status_code) == (201, 201)
    assert [one["path"] for one in archive.requests] == ["/status/500", "/then"]
    assert {run["state"] for run in await acting.runs()} == {"done"}


async def test_a_request_is_made_from_its_templates(acting: ServedJobs, archive: Archive) -> None:
    answer = await create(acting, "url", "p/1", tape=2)

    job = answer.json()
    (request,) = archive.requests
    assert (request["method"], request["path"]) == ("PUT", f"/jobs of/{job['id']}")
    assert (request["query"], request["headers"]["x-type"]) == ("user=ada", "url")
    former = orjson.loads(request["body"])
    assert (former["id"], former["jobParams"]["tape"]) == (job["id"], 2)
    assert former["datasetList"] == [{"pid": "p/1", "files": []}]


@pytest.fixture
async def topic(servers: Installation) -> AsyncIterator[dict[str, Any]]:
    """The topic that jobs are produced to; how a client connects."""
    account = servers.kafka.account("admin")
    options = kafka_options(
        KafkaSettings(
            kafka_bootstrap=account.bootstrap,
            kafka_username=account.username,
            kafka_password=SecretStr(account.password),
        )
    )
    admin = AIOKafkaAdminClient(**options)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    yield options
    await admin.delete_topics([TOPIC])
    await admin.close()


async def test_a_job_is_produced_to_kafka(acting: ServedJobs, topic: dict[str, Any]) -> None:
    answer = await create(acting, "kafka", "p/1")

    assert answer.status_code == 201, answer.text
    consumer = AIOKafkaConsumer(TOPIC, **topic, auto_offset_reset="earliest")
    await consumer.start()
    try:
        message = await consumer.getone()
    finally:
        await consumer.stop()
    assert message.key == b"blue"
    assert orjson.loads(message.value)["id"] == answer.json()["id"]


@pytest.mark.parametrize(
    ("parameters", "pids", "message"),
    [
        ({"names": ["a"]}, ("p/1",), "Invalid request. Requires 'jobParams.tape'"),
        ({"tape": "x", "names": ["a"]}, ("p/1",), "Invalid request. Invalid value for 'jobParams.tape'"),
        ({"tape": 1, "names": ["a", 2]}, ("p/1",), "Invalid request. Invalid value for 'jobParams.names[*]'"),
        ({"tape": 1, "names": ["a"]}, (), "'jobParams.datasetList' is required."),
        (
            {"tape": 1, "names": ["a"]},
            ("p/1", "p/2"),
            "Invalid request. Invalid value for 'datasetlifecycle.archivable'",
        ),
        ({"tape": 1, "names": ["a"]}, ("p/1",), None),
    ],
)
async def test_requests_and_datasets_are_validated(
    acting: ServedJobs, parameters: dict[str, Any], pids: tuple[str, ...], message: str | None
) -> None:
    await acting.dataset("p/2", datasetlifecycle={"archivable": False})

    answer = await create(acting, "validate", *pids, **parameters)

    assert answer.status_code == (201 if message is None else 400)
    assert answer.json().get("message") == message
    assert await acting.database["Job"].count_documents({}) == (1 if message is None else 0)


async def test_an_error_refuses_with_its_status(acting: ServedJobs) -> None:
    answer = await create(acting, "error")

    assert (answer.status_code, answer.json()["message"]) == (409, "No error today")
    assert await acting.database["Job"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("way", "status", "message"),
    [
        (1, 400, "matched"),
        ("Never", 400, "expression"),
        ("nowhere", 400, "expression"),
        ([], 400, "Property request.jobParams.way was expected to be a string"),
        ("post", 201, None),
        ("other", 400, "otherwise"),
    ],
)
async def test_a_switch_takes_the_first_case_that_holds(
    acting: ServedJobs, archive: Archive, way: Any, status: int, message: str | None
) -> None:
    answer = await create(acting, "switch", way=way)

    assert answer.status_code == status, answer.text
    if message is not None:
        assert message in answer.json()["message"]
    assert [one["path"] for one in archive.requests] == (["/switched"] if status == 201 else [])


async def test_a_switch_needs_one_value(acting: ServedJobs) -> None:
    one, two = [await create(acting, "ambiguous", **some) for some in ({"a": 1, "b": 1}, {"a": 1, "b": 2})]

    assert one.status_code == 201, one.text
    assert (two.status_code, "Ambiguous value" in two.json()["message"]) == (400, True)


async def test_a_change_is_checked_and_acted_on(acting: ServedJobs, archive: Archive) -> None:
    job = (await create(acting, "change")).json()
    client = acting.person("root", ADMIN)
    change = {"statusCode": "done", "statusMessage": "All is done."}

    refused = await client.patch(f"{JOBS}/{job['id']}", json=change | {"jobResultObject": {"size": "x"}})
    unchanged = (await client.get(f"{JOBS}/{job['id']}")).json()
    changed = await client.patch(f"{JOBS}/{job['id']}", json=change | {"jobResultObject": {"size": 1}})
    former = await client.patch(
        f"{FORMER}/{job['id']}", json={"jobStatusMessage": "again", "jobResultObject": {"size": 2}}
    )

    assert (refused.status_code, unchanged["statusCode"]) == (400, "jobSubmitted")
    assert (changed.status_code, changed.json()["statusCode"]) == (200, "done")
    assert (former.status_code, former.json()["jobStatusMessage"]) == (200, "again")
    assert [one["path"] for one in archive.requests] == ["/changed/done", "/changed/again"]
