"""What a running catalogue is made of, and how its routes get at it."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.access import AccessPolicy
from beamlore.catalogue.audit.trail import AuditTrail
from beamlore.catalogue.database import Transactions
from beamlore.catalogue.datasets.editor import DatasetEditor
from beamlore.catalogue.datasets.past import DatasetPast
from beamlore.catalogue.datasets.repository import DatasetRepository
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.datasets.service import DatasetService
from beamlore.catalogue.derived import ChangeLog, DatasetObserver, Derived
from beamlore.catalogue.events.announcer import Announcer
from beamlore.catalogue.history.recorder import HistoryRecorder
from beamlore.catalogue.ingest.datasets import DatasetWriter
from beamlore.catalogue.ingest.policies import PolicyKeeper
from beamlore.catalogue.ingest.proposals import ProposalKeeper
from beamlore.catalogue.ingest.service import IngestService
from beamlore.catalogue.live.hub import LiveHub
from beamlore.catalogue.live.slots import StreamSlots
from beamlore.catalogue.metadatakeys.keeper import KeyShifts
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.parts.deletion import DeletionAmender
from beamlore.catalogue.parts.following import AccessFollower
from beamlore.catalogue.parts.totals import Totals
from beamlore.catalogue.publisheddata.rights import PublishingRights
from beamlore.catalogue.scans.repository import ScanRepository
from beamlore.catalogue.scans.service import ScanService
from beamlore.catalogue.scopes.repository import ScopeRepository
from beamlore.catalogue.scopes.tracker import ScopeTracker
from beamlore.catalogue.settings import Settings
from beamlore.catalogue.withdrawals import WithdrawalNotes, Withdrawals, WithdrawalWatch
from beamlore.core import DurableWriter, Phases

DATASETS = "Dataset"
BLOCKS = "OrigDatablock"
PROPOSALS = "Proposal"
POLICIES = "Policy"
SCOPES = "beamlore_scopes"


@dataclass(frozen=True)
class Catalogue:
    """The parts, put together for one process."""

    ground: Ground
    database: AsyncDatabase[dict[str, Any]]
    writer: DurableWriter
    scans: ScanService
    datasets: DatasetService
    editor: DatasetEditor
    past: DatasetPast
    ingest: IngestService
    tracker: ScopeTracker
    live: LiveHub
    announcer: Announcer
    withdrawals: WithdrawalWatch
    slots: StreamSlots


def assemble(client: AsyncMongoClient[dict[str, Any]], settings: Settings, phases: Phases) -> Catalogue:
    """Return the catalogue over a database."""
    database = client[settings.mongo_database]
    policy = AccessPolicy(settings.instrument_group_may)
    writer = DurableWriter(client, settings.dependency_write_seconds)
    tracker = ScopeTracker(database[SCOPES])
    changes = ChangeLog(database)
    recorders = (AuditTrail(database), HistoryRecorder(database, settings))
    observers = (
        *recorders,
        WithdrawalNotes(database),
        DatasetObserver(changes),
        AccessFollower(database, publishes=settings.files_public_with_dataset),
        KeyShifts(database),
    )
    totals = Totals(database)
    deletions = DeletionAmender(database, PublishingRights(settings))
    transactions = Transactions(
        client, writer, observers, (deletions, totals), seconds=settings.dependency_write_seconds
    )
    derived = Derived(client, database, DatasetRights(policy, settings), settings, changes)
    ground = Ground(client, database, settings, policy, writer, transactions, phases, derived)
    repository = DatasetRepository(ground)
    withdrawals = Withdrawals(database)
    live = LiveHub(database[DATASETS], withdrawals, policy, settings.live_queue)
    announcer = Announcer(database[DATASETS], DatasetRights(policy, settings), settings.live_queue)
    live.also_tell(announcer.changed)
    return Catalogue(
        ground=ground,
        database=database,
        writer=writer,
        scans=ScanService(
            ScanRepository(database[DATASETS], policy, settings.query_seconds),
            ScopeRepository(database[SCOPES], policy, settings.query_seconds),
            ground.store(DATASETS, policy),
        ),
        datasets=DatasetService(repository, derived, settings),
        editor=DatasetEditor(ground, repository, tracker),
        past=DatasetPast(ground),
        ingest=IngestService(
            DatasetWriter(database[DATASETS], transactions, changes, recorders, totals, phases),
            database[BLOCKS],
            ProposalKeeper(database[PROPOSALS]),
            PolicyKeeper(database[POLICIES]),
            tracker,
            writer,
            phases,
        ),
        tracker=tracker,
        live=live,
        announcer=announcer,
        withdrawals=WithdrawalWatch(withdrawals, (live, announcer)),
        slots=StreamSlots(settings.streams_per_person, settings.streams_per_process),
    )


def _catalogue(request: Request) -> Catalogue:
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


async def _scans(request: Request) -> ScanService:
    return _catalogue(request).scans


async def _datasets(request: Request) -> DatasetService:
    return _catalogue(request).datasets


async def _editor(request: Request) -> DatasetEditor:
    return _catalogue(request).editor


async def _past(request: Request) -> DatasetPast:
    return _catalogue(request).past


async def _ingest(request: Request) -> IngestService:
    return _catalogue(request).ingest


async def _writer(request: Request) -> DurableWriter:
    return _catalogue(request).writer


async def _live(request: Request) -> LiveHub:
    return _catalogue(request).live


async def _announcer(request: Request) -> Announcer:
    return _catalogue(request).announcer


async def _slots(request: Request) -> StreamSlots:
    return _catalogue(request).slots


Scans = Annotated[ScanService, Depends(_scans)]
Datasets = Annotated[DatasetService, Depends(_datasets)]
Editor = Annotated[DatasetEditor, Depends(_editor)]
Past = Annotated[DatasetPast, Depends(_past)]
Ingest = Annotated[IngestService, Depends(_ingest)]
Writer = Annotated[DurableWriter, Depends(_writer)]
Live = Annotated[LiveHub, Depends(_live)]
Events = Annotated[Announcer, Depends(_announcer)]
Slots = Annotated[StreamSlots, Depends(_slots)]
