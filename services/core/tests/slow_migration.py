"""A process that makes a migration slowly: says ``begun`` and ``done`` on its output; the test may kill or stop it."""

import asyncio
import sys

from pymongo import AsyncMongoClient

from beamlore.core import LeaseLostError, Migration, Migrations


async def slow(database, tell):
    print("begun", flush=True)
    for step in range(20):
        await database.get_collection("steps").update_one({"_id": step}, {"$set": {"done": True}}, upsert=True)
        await asyncio.sleep(0.1)


async def main(url: str, name: str) -> None:
    async with AsyncMongoClient(url) as client:
        try:
            await Migrations(client[name], [Migration(1, "slow", slow)], "1", lease_seconds=1).run(lambda _: None)
        except LeaseLostError:
            print("lost", flush=True)
        else:
            print("done", flush=True)


asyncio.run(main(*sys.argv[1:]))
