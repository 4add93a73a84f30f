"""The ingestor as an application: the inbox's REST interface, with the work beside it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from beamlore.core import Ending, Health, create_app
from beamlore.ingestor.consume import stream
from beamlore.ingestor.inbox import routes as inbox
from beamlore.ingestor.proposals import service as proposals
from beamlore.ingestor.runtime import Ingestor
from beamlore.ingestor.settings import Settings
from beamlore.ingestor.write import catalogue

_DESCRIPTION = """\
The inbox: messages that could not be catalogued, with their reason, to be mended and replayed or discarded.
The staff of a beamline see and mend their own; `catalogue:admin` all. Errors are problem details (RFC 9457).
"""


def build_app(settings: Settings, on_failure: Callable[[], None]) -> FastAPI:
    """Return the application; what it needs is connected when it starts, not before.

    Args:
        settings: what the environment says.
        on_failure: called where the work beside the interface ends by an error that is not foreseen.
    """
    # The inbox is read and mended whatever else is away. Kafka once: a process that can never read is of no use.
    health = Health({stream.COMPONENT: "once", catalogue.COMPONENT: "never", proposals.COMPONENT: "never"})

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        ingestor = Ingestor(settings, health)
        app.state.inbox_repository = ingestor.inbox_repository
        app.state.inbox_service = ingestor.inbox_service
        app.state.verifier.begin(ingestor.database)
        ingestor.start(on_failure)
        told = asyncio.create_task(_finish_when_told(ingestor, health.ending))
        try:
            yield
        finally:
            told.cancel()
            await ingestor.stop()

    return create_app(
        title="Beamlore ingestor",
        prefix=inbox.PREFIX,
        version=version("beamlore-ingestor"),
        settings=settings,
        routers=[inbox.router],
        health=health,
        lifespan=lifespan,
        description=_DESCRIPTION,
    )


async def _finish_when_told(ingestor: Ingestor, ending: Ending) -> None:
    await ending.told.wait()
    ingestor.finish()
