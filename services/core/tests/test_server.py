"""A service that is told to end: not ready at once, everything is served for a while, what is open is finished."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

SERVICE = str(Path(__file__).with_name("small_service.py"))


@asynccontextmanager
async def service(*, drain=1.0, stop=5):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, SERVICE, str(port), str(drain), str(stop)])
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            async with asyncio.timeout(60):
                while not await _ready(http):
                    await asyncio.sleep(0.05)
            yield process, http
    finally:
        process.kill()
        process.wait()


async def _ready(http):
    try:
        return (await http.get("/health/ready")).is_success
    except httpx.TransportError:
        return False


async def _exit_code(process, *, within):
    async with asyncio.timeout(within):
        while process.poll() is None:
            await asyncio.sleep(0.05)
    return process.returncode


async def test_it_is_not_ready_at_once_and_serves_new_connections_for_a_while():
    async with service(drain=3) as (process, http):
        kept = await http.get("/quick")
        process.send_signal(signal.SIGTERM)
        async with httpx.AsyncClient(base_url=http.base_url) as another:
            while (ready := await another.get("/health/ready")).is_success:
                await asyncio.sleep(0.01)
            assert ready.json()["status"] == "ending"
            live, answer = await another.get("/health/live"), await another.get("/quick")

        assert "connection" not in kept.headers
        assert (live.status_code, answer.status_code) == (200, 200)
        assert answer.headers["connection"] == "close", "the next request is sent to another process"
        assert await _exit_code(process, within=30) == 0


async def test_what_is_open_is_finished():
    async with service(drain=0) as (process, http):
        slow = asyncio.create_task(http.get("/slow", params={"seconds": 2}))
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGTERM)

        assert (await slow).json() == "done"
        assert await _exit_code(process, within=30) == 0


async def test_a_stream_that_ends_at_the_last_call_holds_up_nothing():
    async with service(drain=0.5, stop=60) as (process, http):
        async with http.stream("GET", "/stream") as answer:
            parts = answer.aiter_raw()
            assert await anext(parts) == b"begun"
            process.send_signal(signal.SIGTERM)
            assert await anext(parts) == b"ended"

        assert await _exit_code(process, within=30) == 0


async def test_what_takes_too_long_is_cut_off():
    async with service(drain=0, stop=1) as (process, http):
        endless = asyncio.create_task(http.get("/slow", params={"seconds": 60}))
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGTERM)

        assert await _exit_code(process, within=30) == 0
        assert ((await endless).status_code, (await endless).headers["retry-after"]) == (503, "1")


async def test_a_second_signal_ends_it_without_the_while():
    async with service(drain=60) as (process, _):
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        process.send_signal(signal.SIGTERM)

        assert await _exit_code(process, within=30) == 0
        assert time.monotonic() - begun < 30
