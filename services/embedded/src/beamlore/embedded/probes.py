"""Waiting until a server does what it is for."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.loopback import NO_AUTHORITIES
from beamlore.embedded.supervision.supervisor import Supervisor

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 0.5
_PAUSE_GROWTH = 1.3
_PROBE_SECONDS = 10
_TELLING = re.compile(r"\b(error|exception|failed|fatal|cannot|refused|denied|in use|no space)\b", re.IGNORECASE)
_NO_SPACE = re.compile(r"no space left|disk full|ENOSPC", re.IGNORECASE)


async def until_ready(
    name: str, probe: Callable[[], Awaitable[bool]], supervisor: Supervisor, *, seconds: float
) -> None:
    """Wait until a process answers its probe.

    Args:
        name: the process.
        probe: asks the server for what it is for; an ``OSError`` or a false answer means not yet.
        supervisor: knows whether the process still lives.
        seconds: how long it may take.

    Raises:
        EmbeddedError: the process was given up, or the time is over; with the gist of its log.
    """
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                if await probe():
                    return
        except (OSError, TimeoutError):
            pass  # not yet: the deadline below says when it is enough
        status = await asyncio.to_thread(supervisor.status_of, name)
        log = status.log
        if status.was_given_up:
            raise EmbeddedError(f"{name} ended while it was starting{_because(log)}.", way_out=_way_out(log), log=log)
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{name} was not ready after {seconds:.0f} s{_because(log)}.", log=log)
        await asyncio.sleep(pause)
        pause = min(pause * _PAUSE_GROWTH, _LONGEST_PAUSE_SECONDS)


async def serves(url: str) -> bool:
    """Return whether an HTTP server on this machine answers a request with success."""
    async with httpx.AsyncClient(timeout=_PROBE_SECONDS, verify=NO_AUTHORITIES) as http:
        try:
            return (await http.get(url)).is_success
        except httpx.TransportError:
            return False


def last_lines(log: Path, count: int = 40) -> list[str]:
    """Return the last lines of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 64 * 1024))
            return [line for line in file.read().decode(errors="replace").splitlines() if line.strip()][-count:]
    except FileNotFoundError:
        return []


def gist(log: Path) -> str:
    """Return the line of a log's end that most likely says what went wrong; empty where there is none."""
    lines = [_plain(line) for line in last_lines(log)]
    telling = [line for line in lines if _NO_SPACE.search(line)] or [line for line in lines if _TELLING.search(line)]
    return (telling or lines or [""])[-1].strip()[:240]


def _plain(line: str) -> str:
    """Return what a line says; mongod writes each as JSON."""
    if not line.startswith("{"):
        return line
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:
        return line
    if not isinstance(entry, dict) or "msg" not in entry:
        return line
    severity = {"E": "error: ", "F": "fatal: "}.get(entry.get("s", ""), "")
    attributes = entry.get("attr", {})
    reason = attributes.get("error") or attributes.get("reason") or "" if isinstance(attributes, dict) else ""
    return f"{severity}{entry['msg']} {reason}".strip()


def disk_is_full(log: Path) -> bool:
    """Return whether a log's end says that the disk is full."""
    return any(_NO_SPACE.search(line) for line in last_lines(log))


def _because(log: Path) -> str:
    said = gist(log)
    return f": {said}" if said else ""


def _way_out(log: Path) -> str:
    if disk_is_full(log):
        return "The disk is full: free some space and start again."
    return "Its log says why; start again when that is mended."
