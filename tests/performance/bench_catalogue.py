"""The catalogue's requests, measured; beside a SciCat backend over the same data, where one is running.

    make bench-catalogue ARGS="--peer http://127.0.0.1:3000 --peer-mongo mongodb://127.0.0.1:27017/scicat"

Both sides get the same datasets (``datasets.py``), are asked the same requests with the same load, one after the other
in one run, and must give the same answers. One API process each. Ours stands on the peer's MongoDB server, in a
database of its own; without a peer, on a replica set that the benchmark starts.

The peer must know the two accounts: ``--write-accounts FILE`` writes its functionalAccounts.json (it also needs
``ADMIN_GROUPS=benchmark-admins``).
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import httpx
import psutil
from datasets import COMMON, RARE, TEMPERATURES, dataset, datasets
from load import Call, Load, listening_at, measure
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from beamlore.embedded import Installation

ROOT = Path(__file__).parents[2]
ADMIN, USER, PASSWORD = "benchmark-admin", "benchmark-user", "only for the benchmark"
ADMIN_GROUP = "benchmark-admins"
USER_GROUPS = [f"{beamline}-{number:05}" for beamline in ("cosaxs", "hippie") for number in range(3)]
POSTED = "posted by the benchmark"
FACETS = ["type", "creationLocation", "ownerGroup", "keywords"]
BUSY, ALONE = 16, 1
console = Console(width=150)


@dataclass(frozen=True)
class Request:
    """What is asked, by whom, and how many times as fast as the peer it has to be answered."""

    name: str
    calls: list[Call]
    goal: float | None
    account: str = ADMIN
    digest: Callable[[Any], Any] | None = None
    """Makes of an answer what must be the same on both sides."""


@dataclass(frozen=True)
class Side:
    """One of the two servers."""

    name: str
    address: str
    mongo: str
    api: list[psutil.Process]
    database: list[psutil.Process]


def requests(count: int) -> list[Request]:
    """Return the requests of the issue's table, over so many datasets."""
    chance = Random(4)  # noqa: S311 - the same requests every time
    pids = [quote(dataset(chance.randrange(count))["_id"], safe="") for _ in range(500)]
    newest = [25 * page for page in range(40)]
    anywhere = [25 * chance.randrange(count // 25) for _ in range(200)]
    above = round(TEMPERATURES[1] - (TEMPERATURES[1] - TEMPERATURES[0]) * 0.02, 1)
    hot = [{"lhs": "temperature", "relation": "GREATER_THAN", "rhs": above, "unit": "K"}]
    names = [dataset(chance.randrange(count))["scientificMetadata"]["operator"]["value"] for _ in range(50)]
    return [
        Request("dataset by PID, v4", [Call(f"/api/v4/datasets/{pid}") for pid in pids], 7, digest=_pid),
        Request("dataset by PID, v3", [Call(f"/api/v3/datasets/{pid}") for pid in pids], 10, digest=_pid),
        Request("page of 25, newest 1,000", [_page({}, skip) for skip in newest], 10, digest=_pids),
        Request("page of 25, anywhere", [_page({}, skip) for skip in anywhere], None, digest=_pids),
        Request("page of 25, ordinary user", [_page({}, skip) for skip in newest], 10, USER, _pids),
        Request("page of 25, a frequent word", [_page({"text": COMMON}, skip) for skip in newest], 20, digest=_pids),
        Request("page of 25, a rare word", [_page({"text": RARE})], 20, digest=_pids),
        Request("temperature above T", [_page({"scientific": hot}, skip) for skip in newest], 10, digest=_pids),
        Request(
            "equality on one metadata value",
            [
                _page({"scientific": [{"lhs": "operator", "relation": "EQUAL_TO_STRING", "rhs": name, "unit": ""}]})
                for name in names
            ],
            100,
            digest=_pids,
        ),
        Request("4 facets, all datasets", [_facets({})], 100, digest=_facet_counts),
        Request("4 facets, ordinary user", [_facets({})], None, USER, _facet_counts),
        Request("4 facets, after a word", [_facets({"text": COMMON})], 20, digest=_facet_counts),
        Request("count, all", [Call("/api/v3/datasets/count")], 25, digest=_count),
        Request("POST one dataset", [Call("/api/v3/datasets", "POST", json.dumps(_new()))], 6),
    ]


def _page(fields: dict[str, Any], skip: int = 0) -> Call:
    limits = {"limit": 25, "skip": skip, "order": "creationTime:desc"}
    return Call("/api/v3/datasets/fullquery?" + urlencode({"fields": json.dumps(fields), "limits": json.dumps(limits)}))


def _facets(fields: dict[str, Any]) -> Call:
    return Call("/api/v3/datasets/fullfacet?" + urlencode({"fields": json.dumps(fields), "facets": json.dumps(FACETS)}))


def _new() -> dict[str, Any]:
    given = dataset(0)
    taken = ("ownerGroup", "accessGroups", "owner", "contactEmail", "sourceFolder", "creationLocation", "keywords")
    return {
        **{name: given[name] for name in taken},
        "type": "raw",
        "datasetName": POSTED,
        "principalInvestigator": given["principalInvestigators"][0],
        "creationTime": given["creationTime"].isoformat(),
        "scientificMetadata": {
            key: {"value": entry["value"], "unit": entry["unit"]} for key, entry in given["scientificMetadata"].items()
        },
    }


def _pid(answer: Any) -> Any:
    return answer["pid"]


def _pids(answer: Any) -> Any:
    return [one["pid"] for one in answer]


def _count(answer: Any) -> Any:
    return answer["count"]


def _facet_counts(answer: Any) -> Any:
    return {
        name: total if name == "all" else sorted((str(one["_id"]), one["count"]) for one in total)
        for name, total in answer[0].items()
    }


def fill(mongo: str, count: int) -> None:
    """Put the datasets into a database that does not have them yet; what former runs posted goes."""
    collection = MongoClient(mongo).get_default_database()["Dataset"]
    collection.delete_many({"datasetName": POSTED})
    there = collection.count_documents({})
    with Progress(console=console) as progress:
        task = progress.add_task(f"datasets into {collection.database.name}", total=count, completed=min(there, count))
        source = datasets(count, there)
        while batch := list(islice(source, 1_000)):
            collection.insert_many(batch, ordered=False)
            progress.advance(task, len(batch))
    if there > count:
        sys.exit(f"{collection.database.name} holds {there} datasets, more than {count}: use an empty database")


@contextmanager
def ours(mongo: str, accounts: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """Serve our catalogue with one process over a database; yields its address, the process, and seconds to ready."""
    parsed = parse_uri(mongo)
    port = _free_port()
    environment = os.environ | {
        "BEAMLORE_MONGO_URL": mongo,
        "BEAMLORE_MONGO_DATABASE": parsed["database"],
        "BEAMLORE_HTTP_PORT": str(port),
        "BEAMLORE_OIDC_ISSUER": "http://127.0.0.1:9/nobody",
        "BEAMLORE_CLIENT_ID": "catalogue",
        "BEAMLORE_CLIENT_SECRET": "a secret of the benchmark, for one run on loopback",
        "BEAMLORE_ADMIN_GROUPS": ADMIN_GROUP,
        "BEAMLORE_FUNCTIONAL_ACCOUNTS_FILE": str(accounts),
        "BEAMLORE_SEARCHABLE_METADATA": "temperature,operator",
        "BEAMLORE_LOG_LEVEL": "warning",
    }
    begun = time.monotonic()
    process = subprocess.Popen([str(Path(sys.executable).with_name("beamlore")), "catalogue", "serve"], env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        _until_ready(address, process)
        yield address, process, time.monotonic() - begun
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + 60
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            if httpx.get(f"{address}/health/ready", timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    sys.exit("our catalogue did not become ready")


def write_accounts(path: Path) -> None:
    """Write SciCat's functionalAccounts.json with the two accounts."""
    common = {"password": PASSWORD, "global": False}
    path.write_text(
        json.dumps(
            [
                {"username": ADMIN, "email": "admin@example.org", "role": ADMIN_GROUP, **common},
                {"username": USER, "email": "user@example.org", "role": USER_GROUPS, **common},
            ]
        )
    )


def login(side: Side, account: str) -> dict[str, str]:
    """Return the headers of an account that has logged in."""
    answer = httpx.post(
        f"{side.address}/api/v3/auth/login", json={"username": account, "password": PASSWORD}, timeout=30
    )
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}", "Content-Type": "application/json"}


def answers(side: Side, request: Request) -> list[Any]:
    """Return what a side answers to the first calls of a request, for the comparison."""
    if request.digest is None:
        return []
    headers = login(side, request.account)
    found = []
    for call in request.calls[:5]:
        answer = httpx.request(call.method, side.address + call.path, headers=headers, timeout=120)
        answer.raise_for_status()
        found.append(request.digest(answer.json()))
    return found


def measured(side: Side, request: Request, connections: int, seconds: int) -> Load:
    """Return what came of a request's load."""
    return measure(
        side.address,
        request.calls,
        login(side, request.account),
        connections=connections,
        seconds=seconds,
        processes={"api": side.api, "mongod": side.database},
    )


@contextmanager
def writing(side: Side, each_second: float) -> Iterator[None]:
    """Post datasets to a side until the block is left: what it remembers of former answers is of no use then."""
    if not each_second:
        yield
        return
    headers, body, over = login(side, ADMIN), json.dumps(_new()), threading.Event()

    def post() -> None:
        with httpx.Client(base_url=side.address, headers=headers, timeout=60) as client:
            while not over.wait(1 / each_second):
                client.post("/api/v3/datasets", content=body).raise_for_status()

    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(post)
        try:
            yield
        finally:
            over.set()
        posting.result()


def compare(sides: list[Side], wanted: list[Request], seconds: int, writes: float) -> list[dict[str, Any]]:
    """Measure each request on each side, and return a row for each."""
    rows = []
    with Progress(console=console) as progress:
        task = progress.add_task("measuring", total=len(wanted))
        for request in wanted:
            given = [] if writes else [answers(side, request) for side in sides]
            row: dict[str, Any] = {
                "request": request.name,
                "goal": request.goal,
                "same": all(one == given[0] for one in given),
            }
            for side in sides:
                measured(side, request, BUSY, 1)
                with writing(side, writes):
                    row[side.name] = {
                        connections: vars(measured(side, request, connections, seconds))
                        for connections in (ALONE, BUSY)
                    }
            rows.append(row)
            progress.advance(task)
    return rows


def show(rows: list[dict[str, Any]], names: list[str]) -> None:
    """Print the table."""
    table = Table("request")
    for name in names:
        for heading in (f"{name}\nper s, 1 / 16", "p50 / p95 / p99\nms at 16", "CPU ms\nAPI + mongod"):
            table.add_column(heading, justify="right")
    table.add_column("ratio at 16\n(goal)", justify="right")
    for row in rows:
        cells = []
        for name in names:
            alone, busy = row[name][ALONE], row[name][BUSY]
            failed = f" [red]{busy['errors']} failed[/]" if busy["errors"] else ""
            cells += [
                f"{alone['throughput']:,.0f} / {busy['throughput']:,.0f}{failed}",
                f"{busy['p50']:.1f} / {busy['p95']:.1f} / {busy['p99']:.1f}",
                f"{busy['cpu']['api']:.2f} + {busy['cpu']['mongod']:.2f}",
            ]
        ratio = ""
        if len(names) > 1:
            value = row[names[0]][BUSY]["throughput"] / max(row[names[1]][BUSY]["throughput"], 1e-3)
            ratio = f"{value:.1f}" + (f" ({row['goal']:g})" if row["goal"] else "")
            ratio += "" if row["same"] else " [red]answers differ[/]"
        table.add_row(row["request"], *cells, ratio)
    console.print(table)


@asynccontextmanager
async def _own_mongo() -> AsyncIterator[str]:
    installation = Installation(ROOT / ".beamlore" / "bench-catalogue")
    if not installation.claim():
        sys.exit("another benchmark is running")
    try:
        await installation.up(parts=["mongo"])
        url, name = await installation.mongo.new_database()
        parts = urlsplit(url)
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        await installation.down()
        installation.release()


async def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", help="address of a SciCat backend")
    parser.add_argument("--peer-mongo", help="its database, mongodb://…/name; emptied of nothing, filled with datasets")
    parser.add_argument("--datasets", type=int, default=50_000)
    parser.add_argument("--seconds", type=int, default=5, help="of load for each figure")
    parser.add_argument("--writes", type=float, default=0, help="datasets posted each second meanwhile")
    parser.add_argument("--only", help="requests whose name contains this")
    parser.add_argument("--write-accounts", type=Path, help="write the peer's functionalAccounts.json and stop")
    parser.add_argument("--json", type=Path, help="write all figures there")
    given = parser.parse_args()
    if given.write_accounts:
        write_accounts(given.write_accounts)
        return
    if bool(given.peer) != bool(given.peer_mongo):
        parser.error("--peer and --peer-mongo go together")
    if given.peer_mongo:
        parts = urlsplit(given.peer_mongo)
        run(given, urlunsplit(parts._replace(path=f"{parts.path}_beamlore")))
    else:
        async with _own_mongo() as mongo:
            await asyncio.to_thread(run, given, mongo)


def run(given: argparse.Namespace, mongo: str) -> None:
    """Fill the databases, start ours, measure and print."""
    for one in (given.peer_mongo, mongo):
        if one:
            fill(one, given.datasets)
    with tempfile.TemporaryDirectory() as folder:
        accounts = Path(folder) / "functionalAccounts.json"
        write_accounts(accounts)
        with ours(mongo, accounts) as (address, process, seconds):
            nodes = [f"http://{host}:{port}" for host, port in parse_uri(mongo)["nodelist"]]
            database = [one for node in nodes for one in listening_at(node)]
            sides = [Side("Beamlore", address, mongo, [psutil.Process(process.pid)], database)]
            if given.peer:
                sides.append(Side("peer", given.peer, given.peer_mongo, listening_at(given.peer), database))
            _until_caught_up(sides[0], given.datasets)
            until_derived(mongo)
            wanted = [one for one in requests(given.datasets) if not given.only or given.only in one.name]
            rows = compare(sides, wanted, given.seconds, given.writes)
            show(rows, [side.name for side in sides])
            memory = psutil.Process(process.pid).memory_full_info()
            console.print(
                f"start to ready {seconds:.1f} s (limit 3 s); memory after the load {memory.pss / 2**20:.0f} MB PSS, "
                f"{memory.rss / 2**20:.0f} MB RSS (limit 300 MB)"
            )
    if given.json:
        given.json.write_text(json.dumps({"at": datetime.now(UTC).isoformat(), "rows": rows}, indent=1))


def until_derived(mongo: str) -> None:
    """Wait until everything is derived, what was written while no catalogue ran too."""
    database = MongoClient(mongo).get_default_database()
    changes, search = database["beamlore_changes"], database["beamlore_search"]
    count = database["Dataset"].count_documents({})
    with console.status("deriving") as status:
        while True:
            built = (changes.find_one({"_id": "0"}) or {}).get("built")
            derived = search.count_documents({})
            if built and derived == count and not changes.find_one({"_id": {"$nin": ["0", "9"]}}):
                return
            status.update(f"derived: {derived:,} of {count:,} datasets")
            time.sleep(0.5)


def _until_caught_up(side: Side, count: int) -> None:
    """Wait until what is derived from the datasets is there: the first start over a database builds it."""
    headers = login(side, ADMIN)
    give_up_at = datetime.now(UTC) + timedelta(minutes=10)
    wanted = Call("/api/v3/datasets/count")
    while datetime.now(UTC) < give_up_at:
        answer = httpx.get(side.address + wanted.path, headers=headers, timeout=60)
        if answer.is_success and answer.json()["count"] == count:
            return
        time.sleep(0.5)
    sys.exit("our catalogue does not count the datasets it was given")


if __name__ == "__main__":
    asyncio.run(main())
