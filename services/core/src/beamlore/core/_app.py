"""The FastAPI application every service starts from."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from fastapi import APIRouter, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, disable_created_metrics, generate_latest
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from beamlore.core._bodies import Bodies
from beamlore.core._ending import Ending
from beamlore.core._health import Health
from beamlore.core._present import PresentVerifier
from beamlore.core._problems import install_error_handlers, problem
from beamlore.core._requests import Requests
from beamlore.core._routing import RouteIndex
from beamlore.core._settings import HttpSettings, OidcSettings
from beamlore.core._tracing import is_tracing, tracer_provider

_CUT_OFF = "the process had to end before it could answer; another goes on, try again"

# When a counter began is a series of its own in the text format: a third more of them, that nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]


class _LastAnswers:
    """While the process ends, closes each connection after its answer, so that the next request goes elsewhere.

    A request that is cut off, because it takes longer than a process may take to end, is answered with 503.
    """

    def __init__(self, app: ASGIApp, ending: Ending) -> None:
        self._app = app
        self._ending = ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_last(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                if self._ending.signalled:
                    MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        try:
            await self._app(scope, receive, send_last)
        except asyncio.CancelledError:
            if begun or not self._ending.last_call.is_set():
                raise
            await problem(503, _CUT_OFF, headers={"Retry-After": "1"})(scope, receive, send)


def _is_for_the_platform(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith(("/health/", "/metrics"))


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
        # Its page would load scripts from elsewhere into the web app's origin.
        docs_url=None,
        redoc_url=None,
        telemetry={
            "tracer_provider": tracer_provider(),
            "tracing": is_tracing(),
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "exclude": _is_for_the_platform,
        },
    )
    app.state.settings = settings
    app.state.health = health
    app.state.allowance = None
    if isinstance(settings, OidcSettings):
        app.state.verifier = PresentVerifier(settings)
    install_error_handlers(app)
    index = RouteIndex(app.router.middleware_stack, routers, prefix)
    app.add_middleware(Bodies, settings=settings, route_of=index.route_of)
    app.add_middleware(Requests, settings=settings)
    app.add_middleware(_LastAnswers, ending=health.ending)
    app.include_router(health.routes())

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    for router in routers:
        app.include_router(router)
    app.router.middleware_stack = index
    return app
