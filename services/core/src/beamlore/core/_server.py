"""The HTTP server of a service, and how it ends."""

import asyncio
import os
import socket
import time
from types import FrameType
from typing import Any

import uvicorn

from beamlore.core._health import Health
from beamlore.core._settings import HttpSettings

_KEPT_ALIVE_SECONDS = 75
"""Longer than a proxy keeps an idle connection (nginx: 60 s): it must be the proxy that closes it, or a request that is
just being sent over it is lost."""

_UNACKNOWLEDGED_SECONDS = 30
"""A client that vanished (a lid closed, a cable pulled) acknowledges nothing. The kernel would send again for a quarter
of an hour, and its stream would count as open so long."""

_LAST_REQUESTS_SECONDS = 0.5
"""A connection that was taken last has its request still on the way; closed at once, it would be lost."""


class Server(uvicorn.Server):
    """Ends in steps: not ready at once; for a while everything is served; then what is open is finished.

    uvicorn alone refuses new connections at once, and then ends the process by the signal it was sent. A second signal
    ends it without the while in between.
    """

    def __init__(self, config: uvicorn.Config, health: Health, drain_seconds: float) -> None:
        super().__init__(config)
        self._ending = health.ending
        self._drain_seconds = drain_seconds
        self._drained_at: float | None = None
        self._told_twice = False

    async def startup(self, sockets: Any = None) -> None:
        """Listen; connections to clients that vanish are given up (RFC 5482; inherited from the listening socket)."""
        await super().startup(sockets)
        for listening in self.servers:
            for endpoint in listening.sockets:
                if endpoint.family in (socket.AF_INET, socket.AF_INET6):
                    with socket.socket(fileno=os.dup(endpoint.fileno())) as one:
                        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_SECONDS * 1000)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        self._told_twice = self._ending.signalled
        self._ending.signalled = True

    async def on_tick(self, counter: int) -> bool:
        """Return whether it is time to end; asked ten times a second."""
        if self._ending.signalled:
            if self._drained_at is None:
                self._ending.told.set()
                self._drained_at = time.monotonic() + self._drain_seconds
            self.should_exit = self._told_twice or time.monotonic() >= self._drained_at
        return await super().on_tick(counter)

    async def shutdown(self, sockets: Any = None) -> None:
        """Finish what is open and end."""
        self._ending.signalled = True
        self._ending.told.set()
        for listening in self.servers:
            listening.close()
        closing_at = time.monotonic() + _LAST_REQUESTS_SECONDS
        await asyncio.sleep(0)
        while self.server_state.connections and time.monotonic() < closing_at:
            await asyncio.sleep(0.02)
        self._ending.last_call.set()
        await super().shutdown(sockets)


def server(app: Any, settings: HttpSettings) -> Server:
    """Return the server of an application made by ``create_app``."""
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=_KEPT_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.stop_seconds,
    )
    return Server(config, app.state.health, settings.drain_seconds)


def serve(app: Any, settings: HttpSettings) -> None:
    """Serve until told to stop (SIGTERM, SIGINT); open requests are finished."""
    server(app, settings).run()
