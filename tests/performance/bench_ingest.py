"""Ingest throughput: messages wait in Kafka, the ingestor starts, and all are catalogued.

Each scan is one message of about 2 KB with 40 metadata entries. Timed is the way from the first message fetched to the
last offset committed, on the demo's own servers: a replica set of two data members, majority writes. The limit is
2,000 scans a second on two cores. Printed too: the time by phase in ingestor and catalogue (phases of the two overlap),
and the processor time of every process that had a part in it.
"""

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
from aiokafka import AIOKafkaProducer
from prometheus_client.parser import text_string_to_metric_families
from pymongo import AsyncMongoClient

from beamlore.contract import File, MetadataValue, ScanFinished, encode_message, scan_topic
from beamlore.embedded import Installation

ROOT = Path(__file__).parents[2]
LIMIT_SCANS_PER_SECOND = 2000
BEAMLINES = {"balder": "20260101", "cosaxs": "20260201", "hippie": "20260301"}
ENTRIES = 40
PATIENCE_SECONDS = 300
POLL_SECONDS = 0.2


def messages(run: str, scans: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield topic, PID and content of each message."""
    now = datetime.now(UTC)
    beamlines = list(BEAMLINES.items())
    for number in range(scans):
        beamline, proposal = beamlines[number % len(beamlines)]
        pid = f"{run}/{number:08}"
        message = ScanFinished(
            pid=pid,
            sequence=3,
            beamline=beamline,
            proposal=proposal,
            command=f"ascan mono_energy 7000 7100 {number} 0.1",
            start=now,
            end=now,
            path=f"/data/{beamline}/{proposal}/raw",
            sent=now,
            number=number,
            points=100,
            points_planned=100,
            metadata={f"m{index:02}": MetadataValue(number + index / 100, unit="mm") for index in range(ENTRIES)},
            files=[File(f"scan_{number:06}.h5", 1_000_000, now)],
        )
        yield scan_topic(beamline), pid, encode_message(message)


async def produce(installation: Installation, run: str, scans: int) -> int:
    """Send the messages; return the bytes of one."""
    account = installation.kafka_account("admin")
    producer = AIOKafkaProducer(
        bootstrap_servers=account.bootstrap,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=account.username,
        sasl_plain_password=account.password,
        enable_idempotence=True,
        linger_ms=5,
        max_batch_size=131_072,
    )
    size = 0
    async with producer:
        for topic, pid, content in messages(run, scans):
            await producer.send(topic, content, key=pid.encode())
            size = len(content)
        await producer.flush()
    return size


class Meter:
    """A service's own measurements."""

    def __init__(self, installation: Installation, service: str) -> None:
        self._url = f"http://127.0.0.1:{installation.ports[service]}/metrics"
        self._service = service

    async def read(self) -> dict[tuple[str, str], float]:
        """Return the sums of its phases and its counts of messages; nothing while it does not answer."""
        try:
            async with httpx.AsyncClient() as http:
                text = (await http.get(self._url)).raise_for_status().text
        except httpx.HTTPError:
            return {}
        found = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == f"beamlore_{self._service}_phase_seconds_sum":
                    found["phase", sample.labels["phase"]] = sample.value
                elif sample.name == "beamlore_ingestor_messages_total":
                    found["messages", sample.labels["outcome"]] = sample.value
                elif sample.name == "beamlore_ingestor_lag_messages":
                    found["lag", sample.labels["beamline"]] = sample.value
        return found


def processor_seconds(installation: Installation) -> dict[str, float]:
    """Return the processor time each process has used."""
    used = {}
    for name, status in installation.status().items():
        if status.pid is not None:
            times = psutil.Process(status.pid).cpu_times()
            used[name] = times.user + times.system
    return used


async def ingest(installation: Installation, scans: int) -> float:
    """Start the ingestor and return the seconds from its first message to its last."""
    meter = Meter(installation, "ingestor")
    await installation.start("ingestor")
    begun = time.perf_counter()
    give_up_at = begun + PATIENCE_SECONDS
    done = 0.0
    while done < scans:
        if time.perf_counter() > give_up_at:
            raise SystemExit(f"after {PATIENCE_SECONDS} s only {done:.0f} of {scans} messages are through")
        await asyncio.sleep(POLL_SECONDS)
        found = await meter.read()
        now = time.perf_counter()
        if not done:
            begun = now - POLL_SECONDS
        done = sum(value for (kind, _), value in found.items() if kind == "messages")
    return now - begun


async def measure(installation: Installation, scans: int) -> None:
    """Produce, ingest, check, print."""
    run = f"bench-{secrets.token_hex(4)}"
    await installation.stop("ingestor")
    size = await produce(installation, run, scans)
    catalogue = Meter(installation, "catalogue")
    cpu_before, catalogue_before = processor_seconds(installation), await catalogue.read()
    seconds = await ingest(installation, scans)
    cpu, catalogue_phases = processor_seconds(installation), await catalogue.read()
    ingestor_phases = await Meter(installation, "ingestor").read()
    async with AsyncMongoClient(installation.mongo_url("catalogue")) as client:
        stored = await client["catalogue"]["Dataset"].count_documents({"_id": {"$regex": f"^{run}/"}})
    if stored != scans:
        raise SystemExit(f"{scans} scans were produced and {stored} are catalogued")
    rate = scans / seconds
    print(f"ingest: {scans} scans of {size} bytes with {ENTRIES} entries, catalogued in {seconds:.1f} s")
    print(f"  {rate:.0f} scans/s")
    for service, after, before in (
        ("ingestor", ingestor_phases, {}),
        ("catalogue", catalogue_phases, catalogue_before),
    ):
        phases = {name: value - before.get((kind, name), 0) for (kind, name), value in after.items() if kind == "phase"}
        for name, value in sorted(phases.items(), key=lambda one: -one[1]):
            print(f"  {service:<10} {name:<16} {value:7.2f} s {value / scans * 1e6:7.0f} µs/scan")
    for name in sorted(cpu):
        used = cpu[name] - cpu_before.get(name, 0)
        if used > 0.05 * seconds:
            print(f"  processor  {name:<16} {used:7.2f} s {used / scans * 1e6:7.0f} µs/scan")
    print(f"  limit: ≥ {LIMIT_SCANS_PER_SECOND} scans/s: {'reached' if rate >= LIMIT_SCANS_PER_SECOND else 'MISSED'}")


async def main(state: Path, scans: int) -> None:
    """Bring everything up, measure."""
    installation = Installation(state)
    if not installation.claim():
        raise SystemExit(f"{state} is in use; end the other benchmark first")
    try:
        await installation.up(parts=("servers", "services"))
        await measure(installation, scans)
    finally:
        await installation.down()
        installation.release()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--state", type=Path, default=ROOT / ".beamlore" / "bench")
    parser.add_argument("--scans", type=int, default=30_000)
    arguments = parser.parse_args()
    sys.exit(asyncio.run(main(arguments.state, arguments.scans)))
