"""What a request costs as the catalogue grows: 50 k, 250 k, 1 M datasets, of the same distribution over beamlines.

    make bench-growth ARGS="--datasets 50000 250000 1000000"

One database is filled further and further; at each size ours is started over it as for the first time, derives, and is
asked with one connection. Compared is the processor time of a request, API and mongod together: it says the same
on a busy machine.
Point reads, pages, unfiltered facets and counts may cost 1.5 times what they cost at the first size.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import psutil
from bench_catalogue import measured
from load import Call, listening_at
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri
from questions import Request, requests
from rich.table import Table
from sides import (
    DERIVED,
    USER,
    Side,
    console,
    fill,
    forget_derived,
    ours,
    own_mongo,
    until_caught_up,
    until_derived,
    write_accounts,
)

LIMIT = 1.5
GROWING = (
    "dataset by PID, v4",
    "page of 25, newest 1,000",
    "page of 25, ordinary user",
    "4 facets, all datasets",
    "4 facets, ordinary user",
    "count, all",
)
COUNT = [Call("/api/v3/datasets/count")]
COLLECTIONS = ("Dataset", *DERIVED)


def wanted(count: int) -> list[Request]:
    """Return the requests whose cost may not grow."""
    named = {one.name: one for one in requests(count)}
    return [*(named[name] for name in GROWING), Request("count, ordinary user", COUNT, None, USER)]


def sizes(mongo: str) -> str:
    """Return how large each collection and its indexes are."""
    database = MongoClient(mongo).get_default_database()
    found = []
    for name in COLLECTIONS:
        stats = database.command("collStats", name)
        indexes = ", ".join(f"{index} {size / 2**20:.1f}" for index, size in sorted(stats["indexSizes"].items()))
        found.append(f"{name}: {stats['count']:,}, {stats['storageSize'] / 2**20:.1f} MB; indexes in MB: {indexes}")
    return "\n".join(found)


def costs(mongo: str, count: int, seconds: int) -> dict[str, tuple[float, float]]:
    """Return what each request costs at a size: processor milliseconds, and median milliseconds."""
    if fill(mongo, count):
        forget_derived(mongo)
    with tempfile.TemporaryDirectory() as folder:
        accounts = Path(folder) / "functionalAccounts.json"
        write_accounts(accounts)
        with ours(mongo, accounts) as (address, process, _):
            database = [
                one for host, port in parse_uri(mongo)["nodelist"] for one in listening_at(f"http://{host}:{port}")
            ]
            side = Side("Beamlore", address, mongo, [psutil.Process(process.pid)], database)
            until_caught_up(side, count)
            begun = time.monotonic()
            until_derived(mongo)
            console.print(f"{count:,} datasets were derived {time.monotonic() - begun:,.0f} s after they were counted")
            found = {}
            for request in wanted(count):
                measured(side, request, 1, 1)
                load = measured(side, request, 1, seconds)
                if load.errors:
                    sys.exit(f"{request.name}: {load.errors} requests failed")
                found[request.name] = sum(load.cpu.values()), load.p50
    console.print(sizes(mongo))
    return found


def show(columns: dict[int, dict[str, tuple[float, float]]]) -> bool:
    """Print the table; return whether nothing grew beyond the limit."""
    table = Table("request", *(f"{count:,}\nCPU ms; p50 ms" for count in columns), "growth of the CPU time")
    first = next(iter(columns.values()))
    last = list(columns.values())[-1]
    right = True
    for name, (cost, _) in first.items():
        growth = last[name][0] / cost
        right = right and growth <= LIMIT
        cells = (f"{column[name][0]:.2f}; {column[name][1]:.1f}" for column in columns.values())
        table.add_row(name, *cells, f"{growth:.2f}" + ("" if growth <= LIMIT else " [red]too much[/]"))
    console.print(table)
    return right


async def main() -> None:
    """Measure at each size, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", type=int, nargs="+", default=[50_000, 250_000])
    parser.add_argument("--seconds", type=int, default=5, help="of load for each figure")
    parser.add_argument("--mongo", help="mongodb://…/name to use; without it, a replica set is started")
    given = parser.parse_args()

    def run(mongo: str) -> bool:
        return show({count: costs(mongo, count, given.seconds) for count in sorted(given.datasets)})

    if given.mongo:
        right = await asyncio.to_thread(run, given.mongo)
    else:
        async with own_mongo() as mongo:
            right = await asyncio.to_thread(run, mongo)
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    asyncio.run(main())
