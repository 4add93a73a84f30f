"""A beamline that scans without rest, for the tests: `python producer.py --beamline balder --proposal 20260101 …`.

It sends through the real producer and its spool. Of each scan that was told to its end it writes a line to the ledger,
after the last `send` returned: from then on nobody may lose it. On SIGTERM it ends the scan it is at, waits until the
broker has all, and exits with 0.
"""

import argparse
import asyncio
import json
import signal
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from beamlore.beamline.produce import Producer
from beamlore.beamline.settings import KafkaSettings
from beamlore.contract import File, MetadataValue, ScanFinished, ScanStarted, ScanUpdated, new_pid

ENTRIES = 40
UNKNOWN_PROPOSAL = "20999999"
EVERY_NTH_UNKNOWN = 10
DRAIN_SECONDS = 180


def metadata(number: int) -> dict[str, MetadataValue]:
    """The entries of a scan: all differ by scan, so that a mixed-up document is seen."""
    return {
        f"motor_{index:02}": MetadataValue(value=number + index / 100, unit="mm", name=f"Motor {index}")
        for index in range(ENTRIES)
    }


async def scan(producer: Producer, beamline: str, proposal: str, number: int, period: float) -> str:
    """Tell one scan from its start to its end; return its PID."""
    start = datetime.now(UTC)
    header = {
        "pid": new_pid("chaos"),
        "beamline": beamline,
        "proposal": proposal,
        "command": f"ascan mot01 0 10 {number} 0.1",
        "start": start,
        "path": f"/data/{beamline}/{proposal}",
        "number": number,
    }
    entries = metadata(number)
    first = dict(list(entries.items())[:5])
    await producer.send(ScanStarted(**header, sequence=1, sent=datetime.now(UTC), metadata=first))
    await asyncio.sleep(period / 3)
    await producer.send(ScanUpdated(**header, sequence=2, sent=datetime.now(UTC), points=number))
    await asyncio.sleep(period / 3)
    end = datetime.now(UTC)
    files = [File(path=f"scan_{number:06}.h5", size=1000 + number, time=end)]
    await producer.send(
        ScanFinished(
            **header, sequence=3, sent=datetime.now(UTC), end=end, points=number, metadata=entries, files=files
        )
    )
    return header["pid"]


async def run(beamline: str, proposal: str, period: float, ledger: Path | None) -> int:
    """Scan until told to stop; return the number of scans."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    number = 0
    async with Producer(KafkaSettings()) as producer:
        with ledger.open("a") if ledger else nullcontext(sys.stdout) as lines:
            while not stopped.is_set():
                number += 1
                used = UNKNOWN_PROPOSAL if number % EVERY_NTH_UNKNOWN == 0 else proposal
                pid = await scan(producer, beamline, used, number, period)
                print(json.dumps({"pid": pid, "number": number, "proposal": used}), file=lines, flush=True)
                await asyncio.sleep(period / 3)
        await producer.flush(DRAIN_SECONDS)
    return number


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--beamline", required=True)
    parser.add_argument("--proposal", required=True)
    parser.add_argument("--period", type=float, default=0.3, help="seconds from scan to scan")
    parser.add_argument("--ledger", type=Path, help="a file; without it, standard output")
    arguments = parser.parse_args()
    total = asyncio.run(run(arguments.beamline, arguments.proposal, arguments.period, arguments.ledger))
    print(f"{arguments.beamline}: {total} scans", file=sys.stderr)
