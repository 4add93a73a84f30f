"""The catalogue's application: its parts put together, started and stopped."""

import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version as package_version
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sse_starlette.sse import AppStatus

from beamlore.catalogue import me
from beamlore.catalogue.auth.attempts import Attempts
from beamlore.catalogue.auth.provider import IdentityProvider
from beamlore.catalogue.auth.tokens import AnyToken, SessionTokens
from beamlore.catalogue.background import Background
from beamlore.catalogue.costs import CostlyRequests, Costs
from beamlore.catalogue.datasets import editing_v3, editing_v4, routes_v3, routes_v4
from beamlore.catalogue.derived import Keeper
from beamlore.catalogue.description import describe_refusals, share
from beamlore.catalogue.explorer import explorer_router
from beamlore.catalogue.ingest import routes as ingest_routes
from beamlore.catalogue.live import routes as live_routes
from beamlore.catalogue.live.follow import Follower
from beamlore.catalogue.migrations import MIGRATIONS
from beamlore.catalogue.nouns import NOUNS
from beamlore.catalogue.quantities import load_units
from beamlore.catalogue.scans import routes as scan_routes
from beamlore.catalogue.scicat import ScicatPaths, install_scicat_errors
from beamlore.catalogue.servicetokens.scopes import admit
from beamlore.catalogue.servicetokens.service import ServiceTokens
from beamlore.catalogue.settings import Settings
from beamlore.catalogue.state import Catalogue, assemble
from beamlore.catalogue.users.service import UserService
from beamlore.core import Ending, Health, Migrations, Phases, PresentVerifier, SchemaWatch, connect, create_app

log = structlog.get_logger(__name__)

PREFIX = "/api/beamlore/v1"
VERSION = "1.0.0"
_SECRET_LENGTH = 32
"""A key of HS256 is as long as its hash (RFC 7518, section 3.2)."""
_ROUTERS = (
    scan_routes.router,
    live_routes.router,
    me.router,
    ingest_routes.router,
    routes_v3.router,
    editing_v3.router,
    routes_v4.public,
    routes_v4.router,
    editing_v4.router,
    *(router for noun in NOUNS for router in noun.routers),
)


def build_app(settings: Settings, phases: Phases | None = None) -> FastAPI:
    """Return the application. Nothing is connected before it starts."""
    # Streams of events are ended by us, with a word to their readers, and not cut off.
    AppStatus.enable_automatic_graceful_drain = False
    health = Health()
    health.set("database", False, "not connected yet")
    load_units(settings.units_file)
    if settings.jwt_secret is not None and len(settings.jwt_secret.get_secret_value()) < _SECRET_LENGTH:
        log.warning("JWT_SECRET is short: it can be guessed from a token; set one of 32 characters or more")
    measured = phases or Phases("catalogue")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        _spare_the_collector()
        client = connect(settings, app_name="beamlore-catalogue")
        catalogue = assemble(client, settings, measured)
        app.state.catalogue = catalogue
        built = [(noun, noun.build(catalogue.ground)) for noun in NOUNS if noun.build is not None]
        app.state.services = {type(service): service for _, service in built}
        services = app.state.services
        app.state.verifier.look_up(services[UserService], services[ServiceTokens])
        follower = Follower(client, catalogue, app.state.services[Keeper], health)
        if settings.oidc_issuer:
            persons.begin(catalogue.database, shares_accounts=True)
        background = Background()
        background.start("accounts", partial(persons.wait_for_right, health))
        background.start("follow", follower.run)
        migrations = Migrations(catalogue.database, MIGRATIONS, package_version("beamlore-catalogue"))
        schema = SchemaWatch(migrations, health, "schema", migrates=settings.migrate_at_start)
        background.start("schema", schema.run)
        background.start("farewell", partial(_end_streams, health.ending, catalogue))
        for noun, service in built:
            if noun.work is not None:
                background.start(type(service).__name__, partial(noun.work, service))
        try:
            yield
        finally:
            await background.end()
            await client.close()

    app = create_app(
        title="Beamlore catalogue",
        prefix=PREFIX,
        version=VERSION,
        settings=settings,
        routers=(*_ROUTERS, explorer_router(settings.swagger_path)),
        health=health,
        lifespan=lifespan,
        description=(
            "The catalogue. Under `/api/v3` and `/api/v4`, SciCat's interface: datasets and their files, attachments, "
            "samples, proposals, instruments, policies, published data, jobs, logbooks, history, users, configuration. "
            "Under `/api/beamlore/v1`, our own: the scan log with live events, the ingestor's batches, keyset pages, "
            "exports, parameters and activity, why somebody can see what, service tokens, and the audit."
        ),
    )
    tokens = SessionTokens(settings)
    app.state.session_tokens = tokens
    persons: PresentVerifier = app.state.verifier
    app.state.provider = IdentityProvider(settings, persons.tokens)
    app.state.admission = admit
    costs = Costs(settings.slow_seconds_a_minute)
    app.state.allowance = costs.allow
    app.add_middleware(CostlyRequests, costs=costs)
    app.state.attempts = Attempts(settings)
    app.state.verifier = AnyToken(persons if settings.oidc_issuer else None, tokens, settings.admin_groups)
    install_scicat_errors(app)
    app.add_middleware(
        ScicatPaths,
        templates=[route.path for router in _ROUTERS for route in router.routes if isinstance(route, APIRoute)],
    )
    _describe_batches(app)
    return app


def _spare_the_collector() -> None:
    """Keep the garbage collector from walking a batch's tens of thousands of entries again and again.

    Nothing in a batch refers to itself: it is freed by reference counts. Measured: a third of the time of decoding.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


async def _end_streams(ending: Ending, catalogue: Catalogue) -> None:
    """Send the readers of events to another process, once no connection is taken here any more."""
    await ending.last_call.wait()
    catalogue.live.end()
    catalogue.announcer.end()


def _describe_batches(app: FastAPI) -> None:
    """Add the schemas of the bodies that FastAPI does not read itself."""
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        description = generated()
        description.setdefault("components", {}).setdefault("schemas", {}).update(ingest_routes.schemas())
        describe_refusals(description)
        share(description)
        return description

    app.openapi = openapi  # type: ignore[method-assign]
