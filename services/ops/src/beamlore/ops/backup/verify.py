"""Verifying a backup: every file is read and compared with the manifest."""

import hashlib
from functools import partial
from typing import Any

import structlog
from bson import json_util

from beamlore.ops.backup.archive import read_part
from beamlore.ops.backup.digest import total
from beamlore.ops.backup.manifest import Collection, Content, Manifest, Part
from beamlore.ops.backup.progress import ByteProgress
from beamlore.ops.backup.target import BackupTarget
from beamlore.ops.backup.workers import all_at_once
from beamlore.ops.errors import OpsError

log = structlog.get_logger(__name__)


def verify(target: BackupTarget, backup_id: str, workers: int) -> Manifest:
    """Read a whole backup and compare it with its manifest; no database is needed.

    Raises:
        OpsError: a file is missing, damaged, or not what was written.
    """
    manifest = target.manifest(backup_id)
    progress = ByteProgress("verifying")
    for collection in manifest.collections:
        read_metadata(target, collection)
        whole = Content(documents=collection.documents, bytes=collection.bytes, digest=collection.digest)
        if total(collection.parts) != whole:
            raise OpsError(f"The manifest of {manifest.id} contradicts itself in {collection.full_name}.")
    parts = [part for collection in manifest.collections for part in collection.parts]
    all_at_once([partial(_read, target, part, progress) for part in parts], workers)
    log.info("backup verified", id=manifest.id, documents=manifest.documents, files=len(parts))
    return manifest


def read_metadata(target: BackupTarget, collection: Collection) -> dict[str, Any]:
    """Return a collection's options and indexes.

    Raises:
        OpsError: the file is missing or not what was written.
    """
    text = target.get(collection.metadata_path)
    if hashlib.sha256(text).hexdigest() != collection.metadata_sha256:
        raise OpsError(f"{collection.metadata_path} in {target.name} is not what was written: its checksum differs.")
    metadata: dict[str, Any] = json_util.loads(text.decode(), json_options=json_util.CANONICAL_JSON_OPTIONS)
    return metadata


def _read(target: BackupTarget, part: Part, progress: ByteProgress) -> None:
    for document in read_part(target, part):
        progress(len(document))
