"""What is provisioned is reached by whom it is for, and by nobody else."""

import asyncio
import base64
import json
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from beamlore.embedded import Installation, Tokens


def _kafka(servers: Installation, account: str) -> dict[str, str | int]:
    known = servers.kafka_account(account)
    return {
        "bootstrap.servers": known.bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": known.username,
        "sasl.password": known.password,
        "log_level": 0,
    }


@pytest.mark.parametrize("name", ["catalogue", "ingestor", "configurator"])
async def test_a_services_user_reaches_its_own_database_only(servers: Installation, name: str) -> None:
    async with AsyncMongoClient(servers.mongo_url(name)) as client:
        await client[name]["provisioned"].replace_one({"_id": 1}, {}, upsert=True)
        async with await client[name].watch(max_await_time_ms=1):
            pass
        await client[name]["provisioned"].drop()
        for other in {"catalogue", "ingestor", "configurator", "admin"} - {name}:
            with pytest.raises(OperationFailure, match="not authorized"):
                await client[other]["provisioned"].find_one()


async def test_nobody_reaches_a_database_without_logging_in(servers: Installation) -> None:
    async with AsyncMongoClient("127.0.0.1", servers.ports["mongo-1"], directConnection=True) as client:
        with pytest.raises(OperationFailure, match="requires authentication"):
            await client["catalogue"]["Dataset"].find_one()


async def test_a_tests_database_is_its_own(mongo_database: tuple[str, str]) -> None:
    url, name = mongo_database
    async with AsyncMongoClient(url) as client:
        await client[name]["things"].insert_one({})
        with pytest.raises(OperationFailure, match="not authorized"):
            await client["catalogue"]["Dataset"].find_one()


async def test_a_member_takes_over_within_seconds(servers: Installation) -> None:
    async with AsyncMongoClient(servers.mongo_url("admin")) as client:
        configuration = (await client.admin.command("replSetGetConfig"))["config"]
    assert configuration["settings"]["electionTimeoutMillis"] == 2000
    assert [member["arbiterOnly"] for member in configuration["members"]] == [False, False, True]


@pytest.mark.parametrize(
    ("account", "topic", "allowed"),
    [
        ("beamline-balder", "scans.balder", True),
        ("beamline-balder", "scans.cosaxs", False),
        ("ingestor", "scans.balder", False),
    ],
)
async def test_a_beamline_writes_its_own_topic_only(
    servers: Installation, account: str, topic: str, allowed: bool
) -> None:
    errors: list[KafkaError | None] = []
    producer = Producer({**_kafka(servers, account), "acks": "all"})
    producer.produce(topic, b"not a scan", on_delivery=lambda error, _: errors.append(error))
    await asyncio.to_thread(producer.flush, 20)
    assert len(errors) == 1
    assert (errors[0] is None) == allowed
    if errors[0]:
        assert errors[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


async def test_the_ingestor_sees_all_beamlines_and_a_beamline_its_own(servers: Installation) -> None:
    def topics(account: str) -> set[str]:
        found = AdminClient(_kafka(servers, account)).list_topics(timeout=20).topics
        return {name for name in found if name.startswith("scans.")}

    assert await asyncio.to_thread(topics, "ingestor") >= {"scans.balder", "scans.cosaxs", "scans.hippie"}
    assert await asyncio.to_thread(topics, "beamline-hippie") == {"scans.hippie"}


async def test_a_wrong_password_is_refused_by_kafka(servers: Installation) -> None:
    stranger = AdminClient({**_kafka(servers, "ingestor"), "sasl.password": "wrong"})
    with pytest.raises(KafkaException):
        await asyncio.to_thread(stranger.list_topics, timeout=3)


@pytest.mark.parametrize(
    ("username", "name", "groups"),
    [
        ("ada", "Ada Lovelace", {"proposal:20240001", "proposal:20260101", "proposal:20260201"}),
        ("bo", "Bo Andersson", {"proposal:20260102", "proposal:20260301"}),
        ("curator", "Carl Curie", {"catalogue:publish"}),
        (
            "admin",
            "Astrid Admin",
            {
                "catalogue:admin",
                "useroffice:admin",
                "beamline:balder:staff",
                "beamline:cosaxs:staff",
                "beamline:hippie:staff",
            },
        ),
    ],
)
def test_a_persons_token_says_who_they_are(
    servers: Installation, token: Tokens, username: str, name: str, groups: set[str]
) -> None:
    claims = _claims(token(username))
    assert claims["iss"] == servers.issuer
    assert "beamlore" in claims["aud"]
    assert claims["preferred_username"] == username
    assert claims["name"] == name
    assert claims["email"] == f"{username}@facility.example"
    assert set(claims["groups"]) == groups


@pytest.mark.parametrize(
    ("service", "groups"),
    [
        ("ingestor", {"catalogue:ingest", "useroffice:read"}),
        ("beamline-balder", {"configurator:read"}),
        ("catalogue", set()),
    ],
)
def test_a_services_token_carries_its_groups(token: Tokens, service: str, groups: set[str]) -> None:
    claims = _claims(token.service(service))
    assert "beamlore" in claims["aud"]
    assert set(claims.get("groups", [])) == groups


def _claims(text: str) -> dict[str, Any]:
    body = text.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims
