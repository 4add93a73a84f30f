"""A RabbitMQ server of the tests' own: on the loopback, with a directory and an Erlang port mapper of its own."""

import asyncio
import os
import shutil
import signal
import socket
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aio_pika
from aio_pika.exceptions import AMQPError

from ..conftest import until

_BINARY = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_START_SECONDS = 60


def installed() -> bool:
    """Whether the system has RabbitMQ (Debian's ``rabbitmq-server``)."""
    return _BINARY.exists() and shutil.which("epmd") is not None


@asynccontextmanager
async def rabbitmq(home: Path) -> AsyncIterator[int]:
    """Run RabbitMQ and give its port; its guest may do everything."""
    port, mapper, distribution = _free(3)
    environment = os.environ | {
        "HOME": str(home),
        "RABBITMQ_NODENAME": f"beamlore{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "none"),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }
    commands = [["epmd", "-port", str(mapper), "-address", "127.0.0.1"], [str(_BINARY)]]
    running = [
        await asyncio.create_subprocess_exec(
            *command, env=environment, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True
        )
        for command in commands
    ]
    try:
        await until(lambda: _answers(port), _START_SECONDS)
        yield port
    finally:
        for process in reversed(running):
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGTERM)
            await process.wait()


def _free(number: int) -> list[int]:
    taken = [socket.socket() for _ in range(number)]
    for one in taken:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


async def _answers(port: int) -> bool:
    try:
        connection = await aio_pika.connect(host="127.0.0.1", port=port, timeout=5)
    except (OSError, AMQPError):
        return False
    await connection.close()
    return True
