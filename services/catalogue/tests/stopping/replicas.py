"""Catalogues as processes of their own, and nginx before them."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from beamlore.embedded import NO_AUTHORITIES
from beamlore.embedded.downloads.debian import nginx_binary

_BEAMLORE = str(Path(sys.executable).with_name("beamlore"))
_STARTS_SECONDS = 90
_NGINX = """
daemon off;
{user}
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    upstream catalogue {{ {servers} keepalive 32; }}
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_read_timeout 1h;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://catalogue; }}
        location = /api/beamlore/v1/events {{ proxy_buffering off; proxy_pass http://catalogue; }}
    }}
}}
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Replica:
    """One process of the catalogue."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = environment | {"BEAMLORE_HTTP_PORT": str(self.port)}
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [_BEAMLORE, "catalogue", "serve"],
                env=os.environ | self._environment,
                stdout=log,
                stderr=log,
                cwd=self.log.parent,
            )

    async def answers(self, path: str, status: int = 200, seconds: float = _STARTS_SECONDS) -> httpx.Response:
        """Return the first answer with this status."""
        async with asyncio.timeout(seconds), httpx.AsyncClient(base_url=self.url, verify=NO_AUTHORITIES) as http:
            while True:
                assert self._process is not None
                assert self._process.poll() is None, self.log.read_text()[-3000:]
                try:
                    answer = await http.get(path)
                    if answer.status_code == status:
                        return answer
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    async def stop(self, within: float) -> int:
        """Tell it to end and return its exit code."""
        assert self._process is not None
        self._process.terminate()
        async with asyncio.timeout(within):
            while self._process.poll() is None:
                await asyncio.sleep(0.02)
        return int(self._process.returncode)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@asynccontextmanager
async def front_door(replicas: Sequence[Replica], directory: Path) -> AsyncIterator[str]:
    """Nginx before the replicas: a request that one does not take goes to another."""
    nginx = nginx_binary()
    assert nginx is not None
    port = free_port()
    configuration = _NGINX.format(
        user="user root;" if os.geteuid() == 0 else "",
        directory=directory,
        port=port,
        servers=" ".join(f"server 127.0.0.1:{one.port} max_fails=0;" for one in replicas),
    )
    (directory / "nginx.conf").write_text(configuration)
    process = subprocess.Popen([nginx, "-p", str(directory), "-c", "nginx.conf", "-e", str(directory / "error.log")])
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
