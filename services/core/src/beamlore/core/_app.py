"""The FastAPI application every service starts from."""

import re
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from beamlore.core._errors import install_error_handlers
from beamlore.core._health import Health
from beamlore.core._routing import RouteIndex
from beamlore.core._settings import HttpSettings, OidcSettings
from beamlore.core._tokens import TokenVerifier

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class _RequestIds:
    """Gives every request an id (the caller's, where it is well formed), in the log and in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._app(scope, receive, send_with_id)


def create_app(
    *,
    title: str,
    prefix: str,
    version: str,
    settings: HttpSettings,
    routers: Sequence[APIRouter],
    health: Health,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
    description: str = "",
) -> FastAPI:
    """Return the application: routers, error handlers, health, metrics, request ids, and the token verifier.

    Args:
        title: the service's name, as its OpenAPI shows it.
        prefix: the path its own description stands under, such as ``/api/useroffice/v1``.
        version: the version of its interface.
        settings: where it listens; where it also has ``OidcSettings``, ``app.state.verifier`` is made from them.
        routers: its routes, with their full prefixes.
        health: what it depends on.
        lifespan: what is started before the first request and ended after the last.
        description: Markdown at the head of its OpenAPI.
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        lifespan=lifespan,
        openapi_url=f"{prefix}/openapi.json",
        docs_url=f"{prefix}/docs",
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.health = health
    app.state.allowance = None
    if isinstance(settings, OidcSettings):
        app.state.verifier = TokenVerifier(settings)
    install_error_handlers(app)
    app.add_middleware(_RequestIds)
    app.include_router(health.routes())

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    for router in routers:
        app.include_router(router)
    app.router.middleware_stack = RouteIndex(app.router.middleware_stack, routers)
    return app


def server(app: Any, settings: HttpSettings) -> uvicorn.Server:
    """Return the uvicorn server of an application; services that do more than serve run it beside their work."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.http_host,
            port=settings.http_port,
            loop="uvloop",
            http="httptools",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips="127.0.0.1",
            timeout_graceful_shutdown=10,
        )
    )


def serve(app: Any, settings: HttpSettings) -> None:
    """Serve until told to stop (SIGTERM, SIGINT); open requests are finished."""
    server(app, settings).run()
