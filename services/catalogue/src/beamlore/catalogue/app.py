"""The catalogue's application: its parts put together, started and stopped."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pymongo.errors import PyMongoError

from beamlore.catalogue import me
from beamlore.catalogue.auth.attempts import Attempts
from beamlore.catalogue.auth.provider import IdentityProvider
from beamlore.catalogue.auth.tokens import AnyToken, SessionTokens
from beamlore.catalogue.costs import CostlyRequests, Costs
from beamlore.catalogue.database.indexes import create_indexes
from beamlore.catalogue.datasets import editing_v3, editing_v4, routes_v3, routes_v4
from beamlore.catalogue.derived import Keeper
from beamlore.catalogue.description import describe_refusals, share
from beamlore.catalogue.ingest import routes as ingest_routes
from beamlore.catalogue.live import routes as live_routes
from beamlore.catalogue.live.follow import Follower
from beamlore.catalogue.nouns import NOUNS
from beamlore.catalogue.quantities import load_units
from beamlore.catalogue.scans import routes as scan_routes
from beamlore.catalogue.scicat import ScicatPaths, install_scicat_errors
from beamlore.catalogue.servicetokens.scopes import admit
from beamlore.catalogue.servicetokens.service import ServiceTokens
from beamlore.catalogue.settings import Settings
from beamlore.catalogue.state import assemble
from beamlore.catalogue.users.service import UserService
from beamlore.core import Health, Phases, connect, create_app

log = structlog.get_logger(__name__)

PREFIX = "/api/beamlore/v1"
VERSION = "1.0.0"
_RETRY_SECONDS = 1.0
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
    health = Health()
    health.set("database", False, "not connected yet")
    if settings.units_file is not None:
        load_units(settings.units_file)
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
        app.state.verifier.look_up(services[UserService].directory, services[ServiceTokens])
        follower = Follower(client, catalogue, app.state.services[Keeper], health)
        tasks = [_started(follower.run()), _started(_prepare(catalogue.database))]
        tasks += [_started(noun.work(service)) for noun, service in built if noun.work is not None]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await client.close()

    app = create_app(
        title="Beamlore catalogue",
        prefix=PREFIX,
        version=VERSION,
        settings=settings,
        routers=_ROUTERS,
        health=health,
        lifespan=lifespan,
        description="The catalogue: the scan log, live events, batches, and SciCat's dataset routes (v3, v4).",
    )
    tokens = SessionTokens(settings)
    app.state.session_tokens = tokens
    app.state.provider = IdentityProvider(settings, app.state.verifier)
    app.state.admission = admit
    costs = Costs(settings.slow_seconds_a_minute)
    app.state.allowance = costs.allow
    app.add_middleware(CostlyRequests, costs=costs)
    app.state.attempts = Attempts(settings)
    app.state.verifier = AnyToken(app.state.verifier if settings.oidc_issuer else None, tokens, settings.admin_groups)
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


async def _prepare(database: Any) -> None:
    """Create the indexes, as soon as there is a primary."""
    while True:
        try:
            await create_indexes(database)
        except PyMongoError as error:
            log.warning("indexes cannot be created yet", error=str(error))
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            return


def _started(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    task = asyncio.create_task(work)
    task.add_done_callback(_tell)
    return task


def _tell(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a background task of the catalogue ended", exc_info=error)


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
