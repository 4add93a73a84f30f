"""``rabbitmq``: a job is published to a real broker, and what the broker does not take is told."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aio_pika
import orjson
import pytest
from pydantic import SecretStr

from .conftest import JOBS, ServedJobs, ServeJobs, asked
from .rabbit import installed, rabbitmq

pytestmark = pytest.mark.skipif(
    not installed(), reason="RabbitMQ is not installed; 'apt-get install rabbitmq-server' brings it"
)
ACTION = {"actionType": "rabbitmq", "exchange": "jobs.write", "queue": "client.jobs.write", "key": "jobqueue"}
TYPES = [{"jobType": "archive", "create": {"auth": "#all", "actions": [ACTION]}}]


@pytest.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    async with rabbitmq(Path(tmp_path_factory.mktemp("rabbitmq"))) as port:
        yield port


def settings(port: int, password: str = "guest") -> dict[str, Any]:  # noqa: S107 - RabbitMQ's own, on the loopback
    return {
        "rabbitmq_enabled": True,
        "rabbitmq_hostname": "127.0.0.1",
        "rabbitmq_port": port,
        "rabbitmq_username": "guest",
        "rabbitmq_password": SecretStr(password),
    }


async def create(jobs: ServedJobs) -> Any:
    return await jobs.person("ada", "blue").post(JOBS, json=asked("archive", ownerGroup="blue"))


async def test_a_job_is_published_to_a_queue_that_is_made_for_it(serve_jobs: ServeJobs, broker: int) -> None:
    async with serve_jobs(TYPES, **settings(broker)) as jobs:
        answers = [await create(jobs), await create(jobs)]

    assert [one.status_code for one in answers] == [201, 201], answers[0].text
    connection = await aio_pika.connect(host="127.0.0.1", port=broker)
    async with connection:
        channel = await connection.channel()
        queue = await channel.get_queue("client.jobs.write")
        messages = [await queue.get() for _ in answers]
        assert [orjson.loads(one.body)["id"] for one in messages] == [one.json()["id"] for one in answers]
        assert {one.delivery_mode for one in messages} == {aio_pika.DeliveryMode.PERSISTENT}
        for message in messages:
            await message.ack()


async def test_a_broker_that_does_not_take_the_job_is_told(serve_jobs: ServeJobs, broker: int) -> None:
    async with serve_jobs(TYPES, **settings(broker, "wrong")) as jobs:
        answer = await create(jobs)

        assert answer.status_code == 502
        assert "Could not send message to RabbitMQ queue client.jobs.write" in answer.json()["message"]
        (run,) = await jobs.runs()
        assert (run["state"], run["action"]) == ("failed", "rabbitmq")
