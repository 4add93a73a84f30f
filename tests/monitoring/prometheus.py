"""A real Prometheus on loopback, as a plain process: Debian's package, its service not started."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.system.waiting import eventually

SCRAPE_SECONDS = 1
_STOP_SECONDS = 20


@dataclass(frozen=True)
class Prometheus:
    """Answers queries."""

    http: httpx.AsyncClient

    async def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the result of an instant query: a list of ``{metric, value}``.

        Raises:
            AssertionError: the expression is wrong, or it cannot be answered.
        """
        answer = await self.http.get("/api/v1/query", params={"query": expression})
        body = answer.json()
        assert body["status"] == "success", f"{expression}: {body.get('error')}"
        result = body["data"]["result"]
        return result if isinstance(result, list) and body["data"]["resultType"] == "vector" else [{"value": result}]

    async def value(self, expression: str) -> float | None:
        """Return the one number a query gives, ``None`` where there is none."""
        found = await self.query(expression)
        return float(found[0]["value"][1]) if found else None

    async def targets_up(self) -> dict[str, bool]:
        """Return for each job whether its last scrape worked."""
        found = (await self.http.get("/api/v1/targets")).json()["data"]["activeTargets"]
        return {one["labels"]["job"]: one["health"] == "up" for one in found}


@asynccontextmanager
async def running(directory: Path, jobs: Mapping[str, str], rule_files: Sequence[Path]) -> AsyncIterator[Prometheus]:
    """Run Prometheus.

    Args:
        directory: for its data, configuration and log.
        jobs: what it reads, by name: host:port.
        rule_files: what it evaluates.
    """
    configuration = {
        "global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "evaluation_interval": "1s"},
        "rule_files": [str(path) for path in rule_files],
        "scrape_configs": [
            {"job_name": name, "static_configs": [{"targets": [address]}]} for name, address in jobs.items()
        ],
    }
    file = directory / "prometheus.yml"
    file.write_text(yaml.safe_dump(configuration))
    port = _free_port()
    with (directory / "prometheus.log").open("w") as log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={file}",
                f"--storage.tsdb.path={directory / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--log.level=warn",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
                await eventually(lambda: _ready(http), f"Prometheus is ready, see {log.name}")
                yield Prometheus(http)
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, _STOP_SECONDS)


async def _ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/-/ready")).status_code == 200
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
