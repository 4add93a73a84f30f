"""Keeps the configurations: taken from their files at the start, changed by administrators."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import structlog
from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import Change, Document, Query
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.runtimeconfig.rights import ConfigRights
from beamlore.catalogue.settings import Settings
from beamlore.catalogue.users.collections import SYSTEM
from beamlore.core import BeamloreError, ForbiddenError, NotFoundError, Principal

log = structlog.get_logger(__name__)

CONFIGS = "RuntimeConfig"
_TAKEN = "beamlore_configs"
"""By configuration: the digest of the file it was taken from."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {CONFIGS: [IndexModel([("cid", ASCENDING)], name="cid_1", unique=True)]}
_RETRY_SECONDS = 1.0


class RuntimeConfigService:
    """Reads and changes what frontends are told."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store(CONFIGS, ConfigRights())
        self._configs = ground.database[CONFIGS]
        self._taken = ground.database[_TAKEN]
        self._transactions = ground.transactions
        self._files = _files(ground.settings)
        self._ready = asyncio.Event()

    async def run(self) -> None:
        """Take the files over, as soon as the database takes them."""
        while not self._ready.is_set():
            try:
                for name, path in self._files.items():
                    await self._take(name, path)
            except (BeamloreError, PyMongoError) as error:
                log.warning("configurations cannot be written yet", error=str(error))
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self._ready.set()

    async def find(self, principal: Principal, name: str) -> Document:
        """Return a configuration.

        Raises:
            NotFoundError: there is none of this name.
        """
        found = await self._store.find_one(principal, Query({"cid": name}))
        if found is None:
            raise NotFoundError(f"Config '{name[:80]}' not found")
        return found

    async def change(self, principal: Principal, name: str, data: Mapping[str, Any]) -> Document:
        """Put a configuration in the place of what there is, until its file changes.

        Raises:
            ForbiddenError: the principal is not an administrator.
            NotFoundError: there is none of this name.
        """
        if not principal.is_admin:
            raise ForbiddenError("Forbidden resource")
        update = {"data": dict(data), "updatedBy": principal.username, "updatedAt": datetime.now(UTC)}
        found = await self._store.change(principal, {"cid": name}, {"$set": update})
        if found is None:
            raise NotFoundError(f"Config '{name[:80]}' not found")
        return found

    async def _take(self, name: str, path: Path) -> None:
        """Write a file's content, where the file is there and is not the one that was taken last."""
        content = await asyncio.to_thread(_read, path)
        if content is None:
            return
        digest = hashlib.sha256(content).hexdigest()
        if await self._taken.find_one({"_id": name, "digest": digest}) is not None:
            return
        try:
            data = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            log.error("a configuration file is not JSON; what was there before stays", file=str(path), error=str(error))
            return
        if not isinstance(data, dict | list) or not data:
            log.error("a configuration file is empty; what was there before stays", file=str(path))
            return
        now = datetime.now(UTC)

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            before = await self._configs.find_one({"cid": name}, session=session)
            new = {"_id": ObjectId(), "cid": name, "createdBy": SYSTEM.username, "createdAt": now, "__v": 0}
            after = {**(before or new), "data": data, "updatedBy": SYSTEM.username, "updatedAt": now}
            await self._configs.replace_one({"_id": after["_id"]}, after, upsert=True, session=session)
            await self._taken.replace_one({"_id": name}, {"_id": name, "digest": digest}, upsert=True, session=session)
            return [Change(CONFIGS, "change" if before else "create", SYSTEM, before, after)]

        await self._transactions.run(work)


def _files(settings: Settings) -> dict[str, Path]:
    further: Mapping[str, Path | None] = {
        "datasetTypes": settings.dataset_types_file,
        "proposalTypes": settings.proposal_types_file,
        "publishedDataConfig": settings.published_data_config_file,
        "datafilesMetadataSchema": settings.datafiles_metadata_schema,
    }
    files: dict[str, Path | None] = {
        "frontendConfig": settings.frontend_config_file,
        "frontendTheme": settings.frontend_theme_file,
    }
    for name in settings.config_sync_to_db_list:
        if name not in files and name not in further:
            log.error("CONFIG_SYNC_TO_DB_LIST names a file that is not known", name=name)
        files.setdefault(name, further.get(name))
    return {name: path for name, path in files.items() if path is not None}


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
