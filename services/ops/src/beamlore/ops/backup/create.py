"""Taking a backup: every collection of the services as it was at one moment."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Final
from urllib.parse import quote

import structlog
from bson import json_util
from pymongo.errors import PyMongoError

from beamlore.ops.backup.archive import write_part
from beamlore.ops.backup.digest import total
from beamlore.ops.backup.manifest import Collection, Manifest, Part
from beamlore.ops.backup.progress import ByteProgress
from beamlore.ops.backup.settings import BackupSettings
from beamlore.ops.backup.snapshot import (
    Client,
    CollectionFound,
    Range,
    Snapshot,
    SnapshotChangedError,
    collections_of,
    connect,
)
from beamlore.ops.backup.target import BackupTarget
from beamlore.ops.backup.workers import all_at_once
from beamlore.ops.errors import OpsError

log = structlog.get_logger(__name__)

_ATTEMPTS: Final = 3


def create(settings: BackupSettings) -> Manifest:
    """Back up the databases, then remove backups that are too many.

    Raises:
        OpsError: MongoDB does not answer, no majority confirms writes, or reading takes too long.
    """
    target = BackupTarget.of(settings)
    try:
        with connect(settings) as client:
            manifest = _attempt(client, target, settings)
    except PyMongoError as error:
        raise OpsError(f"The backup failed, MongoDB says: {str(error)[:300]}.") from error
    except OSError as error:
        raise OpsError(f"The backup could not be written to {target.name}: {str(error)[:300]}.") from error
    log.info(
        "backup complete",
        id=manifest.id,
        target=target.name,
        documents=manifest.documents,
        stored_megabytes=round(manifest.stored_bytes / 1e6, 1),
        seconds=round((manifest.finished_at - manifest.started_at).total_seconds(), 1),
    )
    if removed := target.tidy(settings.keep):
        log.info("old backups removed", ids=removed)
    return manifest


def _attempt(client: Client, target: BackupTarget, settings: BackupSettings) -> Manifest:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _Backup(client, target, settings).take()
        except SnapshotChangedError as error:
            if attempt == _ATTEMPTS:
                raise OpsError(
                    f"The collection {error} or its indexes are being made all the while.",
                    way_out="Wait until that is done.",
                ) from error
            log.info("a collection or an index was made meanwhile: begun anew")
    raise AssertionError("unreachable")


class _Backup:
    """One attempt, at one moment."""

    def __init__(self, client: Client, target: BackupTarget, settings: BackupSettings) -> None:
        self._client = client
        self._target = target
        self._settings = settings
        self._started_at = datetime.now(UTC)
        self._snapshot = Snapshot(client)
        self._id = f"{self._started_at:%Y%m%dT%H%M%S}.{self._started_at.microsecond // 1000:03d}Z"
        self._progress = ByteProgress("backing up")

    def take(self) -> Manifest:
        """Write everything, the manifest last."""
        found = [
            one
            for database in self._settings.database_names
            for one in collections_of(self._client, database)
            if one.name not in self._settings.left_out
        ]
        if capped := [f"{one.database}.{one.name}" for one in found if one.options.get("capped")]:
            raise OpsError(
                f"MongoDB reads no capped collection as of one moment: {', '.join(capped)}.",
                way_out="Leave them out by BEAMLORE_OPS_BACKUP_LEAVE_OUT.",
            )
        work: list[tuple[CollectionFound, Callable[[], Part]]] = []
        for collection in found:
            ranges = self._snapshot.ranges(collection.database, collection.name, self._settings.part_documents)
            for number, part in enumerate(ranges):
                path = self._path(collection, f".{number:04d}" if len(ranges) > 1 else "")
                work.append((collection, partial(self._write, collection, part, path)))
        log.info("backing up", id=self._id, collections=len(found), target=self._target.name)
        parts = all_at_once([one for _, one in work], self._settings.workers)
        manifest = Manifest(
            id=self._id,
            cluster_time=(self._snapshot.time.time, self._snapshot.time.inc),
            started_at=self._started_at,
            finished_at=datetime.now(UTC),
            mongodb_version=self._client.server_info()["version"],
            beamlore_version=version("beamlore-ops"),
            databases=self._settings.database_names,
            collections=[
                self._describe(one, [part for (other, _), part in zip(work, parts, strict=True) if other is one])
                for one in found
            ],
        )
        self._target.complete(manifest)
        return manifest

    def _path(self, collection: CollectionFound, number: str) -> str:
        return f"{self._id}/{quote(collection.database, safe='')}/{quote(collection.name, safe='')}{number}.bson.zst"

    def _write(self, collection: CollectionFound, part: Range, path: str) -> Part:
        documents = self._snapshot.read(collection.database, collection.name, part)
        return write_part(self._target, path, documents, self._progress)

    def _describe(self, collection: CollectionFound, parts: list[Part]) -> Collection:
        text = json_util.dumps(
            {
                "options": collection.options,
                "indexes": collection.indexes,
                "collectionName": collection.name,
                "type": "collection",
            },
            json_options=json_util.CANONICAL_JSON_OPTIONS,
        ).encode()
        path = self._path(collection, "").removesuffix(".bson.zst") + ".metadata.json"
        self._target.put(path, text)
        return Collection(
            **total(parts).model_dump(),
            database=collection.database,
            name=collection.name,
            parts=parts,
            metadata_path=path,
            metadata_sha256=hashlib.sha256(text).hexdigest(),
        )
