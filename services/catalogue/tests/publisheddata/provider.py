"""A server that stands where DataCite and an OAI-PMH provider are: it keeps what it is sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from beamlore.embedded import listening_socket


@dataclass(frozen=True)
class Sent:
    """One request it got; the path as it was sent, still encoded."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class DoiServer:
    """Its address, what it got, and what it answers: by default it takes everything."""

    address: str
    got: list[Sent] = field(default_factory=list)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By method: status and text."""

    async def handle(self, request: Request) -> Response:
        """Keep a request and answer it."""
        raw = request.scope["raw_path"].decode()
        self.got.append(Sent(request.method, raw, dict(request.headers), await request.body()))
        status, text = self.answers.get(request.method, (201, "OK"))
        return Response(text, status_code=status, media_type="application/json")


@asynccontextmanager
async def doi_server() -> AsyncIterator[DoiServer]:
    """Run one until the block is left."""
    listener = listening_socket()
    found = DoiServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
    app = Starlette(routes=[Route("/{path:path}", found.handle, methods=["GET", "POST", "PUT"])])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", loop="none"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield found
    finally:
        server.should_exit = True
        await running
        listener.close()
