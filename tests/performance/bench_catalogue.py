"""The catalogue's requests, measured; beside a SciCat backend over the same data, where one is running.

    make bench PEER=http://127.0.0.1:3000 PEER_MONGO=mongodb://127.0.0.1:27017/scicat

Both sides get the same datasets (``datasets.py``), are asked the same requests with the same load, one after the other
in one run, and must give the same answers. One API process each. Ours stands on the peer's MongoDB server, in a
database of its own; without a peer, on a replica set that the benchmark starts.

The peer must know the two accounts: ``--write-accounts FILE`` writes its functionalAccounts.json (it also needs
``ADMIN_GROUPS=benchmark-admins``).
"""

import argparse
import asyncio
import json
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psutil
from load import Load, listening_at, measure
from pymongo.uri_parser import parse_uri
from questions import Request, new_dataset, requests
from rich.progress import Progress
from rich.table import Table
from sides import ADMIN, Side, console, fill, login, ours, own_mongo, until_caught_up, until_derived, write_accounts

BUSY, ALONE = 16, 1


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
    headers, body, over = login(side, ADMIN), json.dumps(new_dataset()), threading.Event()

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
        async with own_mongo() as mongo:
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
            until_caught_up(sides[0], given.datasets)
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


if __name__ == "__main__":
    asyncio.run(main())
