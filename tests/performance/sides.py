"""The servers that are measured: a database with the datasets, our catalogue over it, and the two accounts."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psutil
from datasets import datasets
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri
from rich.console import Console
from rich.progress import Progress

from beamlore.embedded import Installation

ROOT = Path(__file__).parents[2]
ADMIN, USER, PASSWORD = "benchmark-admin", "benchmark-user", "only for the benchmark"
ADMIN_GROUP = "benchmark-admins"
USER_GROUPS = [f"{beamline}-{number:05}" for beamline in ("cosaxs", "hippie") for number in range(3)]
POSTED = "posted by the benchmark"
DERIVED = ("beamlore_search", "beamlore_signatures", "beamlore_rollups")
console = Console(width=150)


@dataclass(frozen=True)
class Side:
    """One of the two servers."""

    name: str
    address: str
    mongo: str
    api: list[psutil.Process]
    database: list[psutil.Process]


def fill(mongo: str, count: int) -> bool:
    """Put the datasets into a database that does not have them yet; what former runs posted goes.

    Returns:
        Whether datasets were added.
    """
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
    return there < count


def forget_derived(mongo: str) -> None:
    """Take away what is derived, its indexes, and the place in the change stream: the next start is as the first."""
    database = MongoClient(mongo).get_default_database()
    for name in (*DERIVED, "beamlore_changes", "beamlore_state", "beamlore_migrations"):
        database.drop_collection(name)


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
    catalogue = [str(Path(sys.executable).with_name("beamlore")), "catalogue"]
    # As an upgrade does: what a start takes is not what a new index takes.
    subprocess.run([*catalogue, "migrate"], env=environment, check=True)
    begun = time.monotonic()
    process = subprocess.Popen([*catalogue, "serve"], env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        _until_ready(address, process)
        yield address, process, time.monotonic() - begun
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + 3600
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


def until_caught_up(side: Side, count: int) -> None:
    """Wait until what is derived from the datasets is there: the first start over a database builds it."""
    headers = login(side, ADMIN)
    give_up_at = datetime.now(UTC) + timedelta(minutes=10)
    wanted = "/api/v3/datasets/count"
    while datetime.now(UTC) < give_up_at:
        answer = httpx.get(side.address + wanted, headers=headers, timeout=60)
        if answer.is_success and answer.json()["count"] == count:
            return
        time.sleep(0.5)
    sys.exit("our catalogue does not count the datasets it was given")


@asynccontextmanager
async def own_mongo() -> AsyncIterator[str]:
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
