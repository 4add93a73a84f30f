"""Restoring a backup: into empty databases, or in the place of what is there where that is asked for."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import structlog
from bson.raw_bson import RawBSONDocument
from pymongo import WriteConcern
from pymongo.errors import PyMongoError

from beamlore.ops.backup.archive import read_part
from beamlore.ops.backup.digest import ContentDigest
from beamlore.ops.backup.manifest import Collection, Content, Manifest, Part
from beamlore.ops.backup.progress import ByteProgress
from beamlore.ops.backup.settings import DatabaseSettings
from beamlore.ops.backup.snapshot import Client, Snapshot, collections_of, confirm_majority, connect
from beamlore.ops.backup.target import BackupTarget
from beamlore.ops.backup.verify import read_metadata, verify
from beamlore.ops.backup.workers import all_at_once
from beamlore.ops.errors import OpsError

log = structlog.get_logger(__name__)

_BATCH_DOCUMENTS: Final = 2000
_BATCH_BYTES: Final = 8 * 1024**2
_MAJORITY_MS: Final = 300_000


def restore(settings: DatabaseSettings, backup_id: str, *, replace: bool, suffix: str = "") -> Manifest:
    """Restore a backup: checked before anything is changed, and compared with the databases at the end.

    Args:
        settings: where the backups and the databases are.
        backup_id: which backup; ``latest`` is the newest.
        replace: drop what is in the databases, also what is not in backups since it is derived.
        suffix: is put behind the databases' names, to look at a backup beside what is there.

    Raises:
        OpsError: the backup is damaged, a database is not empty, MongoDB refuses, or the result differs.
    """
    target = BackupTarget.of(settings)
    manifest = verify(target, backup_id, settings.workers)
    try:
        with connect(settings) as client:
            restoring = _Restore(client, target, manifest, suffix)
            restoring.make_room(replace)
            restoring.load(settings.workers)
            restoring.build_indexes()
            restoring.wait_for_majority()
            restoring.compare(settings.workers)
    except PyMongoError as error:
        raise OpsError(f"The restore failed, MongoDB says: {str(error)[:300]}.") from error
    log.info("backup restored", id=manifest.id, documents=manifest.documents, collections=len(manifest.collections))
    return manifest


class _Restore:
    def __init__(self, client: Client, target: BackupTarget, manifest: Manifest, suffix: str) -> None:
        self._client = client
        self._target = target
        self._manifest = manifest
        self._suffix = suffix
        self._progress = ByteProgress("restoring")

    def make_room(self, replace: bool) -> None:
        """Drop collections, or make sure that none has documents."""
        there = [one for name in self._manifest.databases for one in collections_of(self._client, name + self._suffix)]
        full = [
            f"{one.database}.{one.name}" for one in there if self._client[one.database][one.name].find_one() is not None
        ]
        if full and not replace:
            raise OpsError(
                f"The databases are not empty: {', '.join(full[:10])}{' …' if len(full) > 10 else ''}.",
                way_out="'--replace' drops what is there.",
            )
        for one in there:
            self._client[one.database].drop_collection(one.name)
        if there:
            log.info("collections dropped", collections=len(there))

    def load(self, workers: int) -> None:
        """Make the collections and write their documents."""
        for collection in self._manifest.collections:
            options = read_metadata(self._target, collection)["options"]
            self._client[collection.database + self._suffix].create_collection(
                collection.name, check_exists=False, **options
            )
        parts = [(collection, part) for collection in self._manifest.collections for part in collection.parts]
        all_at_once([partial(self._load_part, collection, part) for collection, part in parts], workers)

    def build_indexes(self) -> None:
        """Build the indexes, a collection after the other."""
        for collection in self._manifest.collections:
            indexes = [index for index in read_metadata(self._target, collection)["indexes"] if index["name"] != "_id_"]
            if indexes:
                self._client[collection.database + self._suffix].command(
                    {"createIndexes": collection.name, "indexes": indexes, "commitQuorum": 1}
                )
        log.info("indexes built")

    def wait_for_majority(self) -> None:
        """Wait until a majority of the members has everything."""
        confirm_majority(self._client, _MAJORITY_MS)

    def compare(self, workers: int) -> None:
        """Compare the databases with the manifest."""
        snapshot = Snapshot(self._client)
        different = [
            name
            for name in all_at_once(
                [partial(self._difference, snapshot, collection) for collection in self._manifest.collections], workers
            )
            if name
        ]
        if different:
            raise OpsError(
                f"These collections are not what the backup has: {', '.join(different)}.",
                way_out="Did a service write meanwhile? Scale all down and restore again with '--replace'.",
            )

    def _load_part(self, collection: Collection, part: Part) -> None:
        into = self._client[collection.database + self._suffix].get_collection(
            collection.name, write_concern=WriteConcern(w=1)
        )
        for batch in _batches(read_part(self._target, part)):
            into.insert_many(batch, ordered=False, bypass_document_validation=True)
            for document in batch:
                self._progress(len(document.raw))

    def _difference(self, snapshot: Snapshot, collection: Collection) -> str:
        digest = ContentDigest()
        for document in snapshot.read(collection.database + self._suffix, collection.name):
            digest.add(document)
        found = digest.content()
        expected = Content(documents=collection.documents, bytes=collection.bytes, digest=collection.digest)
        return "" if found == expected else f"{collection.full_name} ({found.documents} of {expected.documents})"


def _batches(documents: Iterator[bytes]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    size = 0
    for document in documents:
        batch.append(RawBSONDocument(document))
        size += len(document)
        if len(batch) >= _BATCH_DOCUMENTS or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
