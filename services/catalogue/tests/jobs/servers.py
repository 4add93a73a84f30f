"""Real servers that jobs' actions speak to, within the tests' own process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from beamlore.embedded import listening_socket


class Mailbox:
    """A mail server's handler: keeps what it was given."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message, unless it is for somebody who is not there."""
        if any("nobody" in one for one in envelope.rcpt_tos):
            return "550 no such mailbox"
        content = cast(bytes, envelope.content)
        self.mails.append(cast(EmailMessage, message_from_bytes(content, policy=policy.default)))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"


@asynccontextmanager
async def mail_server() -> AsyncIterator[Mailbox]:
    """A mail server (SMTP) on the loopback."""
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox, enable_SMTPUTF8=True), "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()


class Archive:
    """An HTTP server that jobs are sent to: keeps the requests, and answers as their path says."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[dict[str, Any]] = []

    async def answer(self, request: Request) -> Response:
        """Note a request; ``/status/503`` answers that."""
        self.requests.append(
            {
                "method": request.method,
                "path": request.url.path,
                "query": request.url.query,
                "headers": dict(request.headers),
                "body": (await request.body()).decode(),
            }
        )
        if request.url.path.endswith("/token"):
            return JSONResponse({"access_token": "a-token", "expires_in": 3600})
        return Response("told by the archive", int(request.path_params.get("status", 200)))


@asynccontextmanager
async def archive_server() -> AsyncIterator[Archive]:
    """An HTTP server on the loopback."""
    archive = Archive()
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app = Starlette(
        routes=[
            Route("/status/{status:int}", archive.answer, methods=methods),
            Route("/{rest:path}", archive.answer, methods=methods),
        ]
    )
    listener = listening_socket()
    archive.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, loop="none", lifespan="off")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield archive
    finally:
        server.should_exit = True
        await running
        listener.close()
