"""Load from a second process, by wrk, and the processor time that the servers took for it."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil

_SCRIPT = """
local requests = {}
local at = 0
local begin = 0
function init(args)
  for _, one in ipairs(@REQUESTS@) do
    requests[#requests + 1] = wrk.format(one[1], one[2], @HEADERS@, one[3])
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency, _)
  local errors = summary.errors
  io.stderr:write(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %d, "p95": %d, "p99": %d, "refused": %d, "broken": %d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(95), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
"""


@dataclass(frozen=True)
class Call:
    """One request: its path with query, and a body for those that have one."""

    path: str
    method: str = "GET"
    body: str | None = None


@dataclass(frozen=True)
class Load:
    """What came of a load: requests a second, latencies in milliseconds, processor milliseconds a request."""

    throughput: float
    p50: float
    p95: float
    p99: float
    errors: int
    cpu: dict[str, float] = field(default_factory=dict)


def measure(
    address: str,
    calls: Sequence[Call],
    headers: dict[str, str],
    *,
    connections: int,
    seconds: int,
    processes: dict[str, list[psutil.Process]],
) -> Load:
    """Send the calls again and again, one after the other on each connection, and return what came of it.

    Args:
        address: ``http://127.0.0.1:3000``.
        calls: sent in this order; after the last comes the first.
        headers: sent with each.
        connections: how many at once.
        seconds: how long.
        processes: whose processor time is taken, by name.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "calls.lua"
        script.write_text(_script(calls, headers))
        before = {name: _cpu_seconds(group) for name, group in processes.items()}
        ran = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script), address],
            check=True,
            capture_output=True,
            text=True,
        )
        after = {name: _cpu_seconds(group) for name, group in processes.items()}
    told = json.loads(ran.stderr)
    done = max(told["requests"], 1)
    return Load(
        throughput=told["requests"] / (told["microseconds"] / 1e6),
        p50=told["p50"] / 1e3,
        p95=told["p95"] / 1e3,
        p99=told["p99"] / 1e3,
        errors=told["refused"] + told["broken"],
        cpu={name: (after[name] - before[name]) / done * 1e3 for name in processes},
    )


def listening_at(address: str) -> list[psutil.Process]:
    """Return the processes that listen on an address's port on this machine."""
    port = urlsplit(address).port
    pids = {
        one.pid
        for one in psutil.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid is not None
    }
    return [psutil.Process(pid) for pid in sorted(pids)]


def _script(calls: Sequence[Call], headers: dict[str, str]) -> str:
    requests = ", ".join(
        f"{{{_lua(call.method)}, {_lua(call.path)}, {'nil' if call.body is None else _lua(call.body)}}}"
        for call in calls
    )
    table = ", ".join(f"[ {_lua(name)} ] = {_lua(value)}" for name, value in headers.items())
    return _SCRIPT.replace("@REQUESTS@", f"{{{requests}}}").replace("@HEADERS@", f"{{{table}}}")


def _lua(text: str) -> str:
    """Return text as a Lua long string; the level of its brackets is one that the text does not have."""
    level = "="
    while f"]{level}]" in text:
        level += "="
    return f"[{level}[{text}]{level}]"


def _cpu_seconds(group: Sequence[psutil.Process]) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in group)
