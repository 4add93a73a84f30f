"""A replica set whose ports were taken by others starts on new ones, with its data."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient

from beamlore.embedded.concurrency import all_of
from beamlore.embedded.probes import until_ready
from beamlore.embedded.servers.mongo import MEMBERS, Mongo
from beamlore.embedded.state import Ports, Secrets, StateDirectory
from beamlore.embedded.supervision.leftovers import end_leftovers
from beamlore.embedded.supervision.supervisor import Supervisor

_START_SECONDS = 120


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[StateDirectory]:
    state = StateDirectory(tmp_path / "instance")
    state.create()
    yield state
    await _stop(state)
    end_leftovers(state.root)


async def _start(state: StateDirectory) -> Mongo:
    secrets = Secrets(state.root / "secrets.json")
    supervisor = Supervisor(state, secrets)
    mongo = Mongo(state, Ports(state.root / "ports.json"), secrets)
    await supervisor.launch(mongo.programs())

    async def start(name: str) -> None:
        await supervisor.start(name)
        await until_ready(name, lambda: mongo.answers(name), supervisor, seconds=_START_SECONDS)

    await all_of(*(start(name) for name in MEMBERS))
    await mongo.provision()
    return mongo


async def _stop(state: StateDirectory) -> None:
    await Supervisor(state, Secrets(state.root / "secrets.json")).shut_down()


async def test_data_is_still_there_on_other_ports(state: StateDirectory) -> None:
    mongo = await _start(state)
    async with AsyncMongoClient(mongo.url("catalogue"), w="majority") as client:
        await client["catalogue"]["Dataset"].insert_one({"_id": "before"})
    await _stop(state)

    ports = Ports(state.root / "ports.json")
    for name in MEMBERS:
        ports.choose_again(name)
    mongo = await _start(state)

    async with AsyncMongoClient(mongo.url("catalogue"), w="majority") as client:
        assert await client["catalogue"]["Dataset"].find_one() == {"_id": "before"}
        await client["catalogue"]["Dataset"].insert_one({"_id": "after"})


async def test_lost_passwords_are_made_anew(state: StateDirectory) -> None:
    mongo = await _start(state)
    async with AsyncMongoClient(mongo.url("catalogue"), w="majority") as client:
        await client["catalogue"]["Dataset"].insert_one({"_id": "before"})
    await _stop(state)
    (state.root / "secrets.json").unlink()

    mongo = await _start(state)

    async with AsyncMongoClient(mongo.url("catalogue"), w="majority") as client:
        assert await client["catalogue"]["Dataset"].find_one() == {"_id": "before"}
