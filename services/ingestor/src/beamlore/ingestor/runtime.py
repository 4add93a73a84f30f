"""What runs in the ingestor's process beside its REST interface."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib.metadata import version
from typing import Any

import structlog
from beanie import init_beanie
from pymongo.errors import PyMongoError

from beamlore.core import Health, Migrations, SchemaWatch, ServiceAccountAuth, UnavailableError, connect, service_client
from beamlore.ingestor import metrics
from beamlore.ingestor.consume import stream
from beamlore.ingestor.consume.pipeline import Pipeline
from beamlore.ingestor.consume.stream import ScanStream
from beamlore.ingestor.idle.service import IdleScans
from beamlore.ingestor.inbox import repository as inbox
from beamlore.ingestor.inbox.models import InboxItem
from beamlore.ingestor.inbox.repository import InboxRepository, InboxUnavailableError
from beamlore.ingestor.inbox.service import InboxService
from beamlore.ingestor.migrations import MIGRATIONS
from beamlore.ingestor.prepare.service import Preparer
from beamlore.ingestor.proposals import service as proposals
from beamlore.ingestor.proposals.client import UserOffice, UserOfficeUnavailableError
from beamlore.ingestor.proposals.service import Proposals
from beamlore.ingestor.settings import Settings
from beamlore.ingestor.validate.models import Reason
from beamlore.ingestor.write import catalogue
from beamlore.ingestor.write.catalogue import Catalogue
from beamlore.ingestor.write.service import Writer, until_available

log = structlog.get_logger(__name__)
_STARTING = "not reached yet"


class Ingestor:
    """Connections and tasks; started and stopped with the application."""

    def __init__(self, settings: Settings, health: Health) -> None:
        self._settings = settings
        self._health = health
        for component in (stream.COMPONENT, inbox.COMPONENT, catalogue.COMPONENT, proposals.COMPONENT):
            health.set(component, ok=False, detail=_STARTING)
        auth = ServiceAccountAuth(settings, settings)
        self._catalogue_http = service_client(
            base_url=settings.catalogue_url, auth=auth, timeout=settings.request_timeout_seconds
        )
        self._useroffice_http = service_client(
            base_url=settings.useroffice_url, auth=auth, timeout=settings.useroffice_timeout_seconds
        )
        self._mongo = connect(settings, app_name="beamlore-ingestor")
        self.database = self._mongo[settings.mongo_database]
        migrations = Migrations(self.database, MIGRATIONS, version("beamlore-ingestor"))
        self._schema = SchemaWatch(migrations, health, "schema", migrates=settings.migrate_at_start)
        self._catalogue = Catalogue(self._catalogue_http, health)
        self._useroffice = UserOffice(self._useroffice_http)
        self._proposals = Proposals(self._useroffice, settings, health)
        self.inbox_repository = InboxRepository(self._mongo, health)
        self._writer = Writer(self._catalogue, self.inbox_repository, settings)
        self.inbox_service = InboxService(self.inbox_repository, Preparer(self._proposals, settings), self._writer)
        self.stream = ScanStream(settings, health)
        self._pipeline = Pipeline(
            self.stream, Preparer(self._proposals, settings), self._writer, self._catalogue, self.inbox_repository
        )
        self._idle = IdleScans(self.stream, self._catalogue, settings)
        self._work: asyncio.Task[None] | None = None

    def start(self, on_failure: Callable[[], None]) -> None:
        """Begin to work.

        Args:
            on_failure: called where the work ends by an error that is not foreseen.
        """

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                log.critical("the ingestor cannot go on", exc_info=error)
                on_failure()

        self._work = asyncio.create_task(self._run(), name="ingestor")
        self._work.add_done_callback(ended)

    def finish(self) -> None:
        """Fetch nothing more; finish what is in flight, commit it, and leave the group."""
        self._pipeline.stop()
        if self._work is not None and not self._pipeline.running:
            self._work.cancel()

    async def stop(self) -> None:
        """Finish, and close the connections."""
        self.finish()
        if self._work is not None:
            done, _ = await asyncio.wait([self._work], timeout=self._settings.shutdown_seconds)
            if not done:
                log.warning("stopped with messages in flight; they are read again at the next start")
                self._work.cancel()
                await asyncio.wait([self._work])
        await self.stream.stop()
        await self._catalogue_http.aclose()
        await self._useroffice_http.aclose()
        await self._mongo.close()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            watching = [
                tasks.create_task(self._schema.run()),
                tasks.create_task(_every(self._settings.probe_seconds, self._probe)),
                tasks.create_task(_every(self._settings.idle_check_seconds, self._idle.look)),
            ]
            await until_available(self._open_inbox)
            await until_available(self.stream.start)
            await self._pipeline.run()
            # Others take over at once, also while the inbox is still served here.
            await self.stream.stop()
            for task in watching:
                task.cancel()

    async def _open_inbox(self) -> None:
        try:
            await init_beanie(database=self.database, document_models=[InboxItem], skip_indexes=True)
        except PyMongoError as error:
            detail = f"the inbox's database does not answer: {error}"
            self._health.set(inbox.COMPONENT, ok=False, detail=detail)
            raise InboxUnavailableError(detail) from error
        self._health.set(inbox.COMPONENT, ok=True)

    async def _probe(self) -> None:
        """Look at what the ingestor depends on, also while there is nothing to do."""
        try:
            await self._useroffice.probe()
            self._health.set(proposals.COMPONENT, ok=True)
        except UserOfficeUnavailableError as error:
            self._health.set(proposals.COMPONENT, ok=False, detail=error.detail)
        try:
            await self._catalogue.durability()
            counts = await self.inbox_repository.count_open()
            for reason in Reason:
                metrics.inbox_open.labels(reason).set(counts.get(reason, 0))
            behind = await self.stream.behind()
            metrics.lag_messages.clear()
            for beamline, messages in behind.items():
                metrics.lag_messages.labels(beamline).set(messages)
        except UnavailableError as error:
            log.debug("something is away", detail=error.detail)
        metrics.lag_seconds.clear()
        for beamline, age in self.stream.oldest_pending_seconds().items():
            metrics.lag_seconds.labels(beamline).set(age)


async def _every(seconds: float, action: Callable[[], Coroutine[Any, Any, object]]) -> None:
    while True:
        await action()
        await asyncio.sleep(seconds)
