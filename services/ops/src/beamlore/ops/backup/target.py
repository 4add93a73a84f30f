"""Where backups are: a directory or a bucket, read and written the same way.

A file appears under its name when it is complete, in both; a backup is complete when its manifest is there, which is
written last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import obstore
from obstore.store import LocalStore, ObjectStore, S3Store
from pydantic import ValidationError

from beamlore.ops.backup.manifest import Manifest
from beamlore.ops.backup.settings import TargetSettings
from beamlore.ops.errors import OpsError

if TYPE_CHECKING:
    from obstore import ReadableFile, WritableFile

_MANIFEST: Final = "manifest.json"
_LATEST: Final = "latest"
_ABANDONED: Final = timedelta(days=1)
_BUFFER_BYTES: Final = 16 * 1024**2
"""S3 takes 10,000 pieces for an object: a file may have 160 GB."""


class BackupTarget:
    """A place for backups.

    Args:
        store: of obstore, rooted where the backups are.
        name: of the place, for people.
    """

    def __init__(self, store: ObjectStore, name: str) -> None:
        self._store = store
        self.name = name

    @classmethod
    def of(cls, settings: TargetSettings) -> "BackupTarget":
        """Return the place that settings tell of.

        Raises:
            OpsError: the directory cannot be made.
        """
        if settings.directory is not None:
            try:
                return cls(LocalStore(settings.directory, automatic_cleanup=True, mkdir=True), str(settings.directory))
            except OSError as error:
                raise OpsError(f"The directory of the backups cannot be used: {error}.") from error
        key, secret = settings.s3_access_key_id, settings.s3_secret_access_key
        store = S3Store(
            settings.s3_bucket,
            prefix=settings.s3_prefix,
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            access_key_id=key.get_secret_value() if key else None,
            secret_access_key=secret.get_secret_value() if secret else None,
            client_options={"allow_http": (settings.s3_endpoint or "").startswith("http://")},
        )
        return cls(store, f"s3://{settings.s3_bucket}/{settings.s3_prefix or ''}")

    @contextmanager
    def writing(self, path: str) -> "Iterator[WritableFile]":
        """Open a file to write; it is there when the block has ended, and not if it failed."""
        with obstore.open_writer(self._store, path, buffer_size=_BUFFER_BYTES) as writer:
            yield writer

    @contextmanager
    def reading(self, path: str) -> "Iterator[ReadableFile]":
        """Open a file to read.

        Raises:
            OpsError: it is not there.
        """
        try:
            reader = obstore.open_reader(self._store, path, buffer_size=_BUFFER_BYTES)
        except FileNotFoundError as error:
            raise OpsError(f"{path} is missing in {self.name}.") from error
        try:
            yield reader
        finally:
            reader.close()

    def put(self, path: str, content: bytes) -> None:
        """Write a small file."""
        obstore.put(self._store, path, content)

    def get(self, path: str) -> bytes:
        """Return a small file.

        Raises:
            OpsError: it is not there.
        """
        try:
            return bytes(obstore.get(self._store, path).bytes())
        except FileNotFoundError as error:
            raise OpsError(f"{path} is missing in {self.name}.") from error

    def ids(self) -> list[str]:
        """Return the ids of the complete backups, oldest first."""
        return sorted(one for one in self._folders() if self._age(f"{one}/{_MANIFEST}") is not None)

    def manifest(self, backup_id: str) -> Manifest:
        """Return the manifest of a backup; ``latest`` is the newest one's.

        Raises:
            OpsError: there is no such backup, or its manifest cannot be read.
        """
        ids = self.ids()
        if not ids:
            raise OpsError(f"There is no backup in {self.name}.")
        if backup_id != _LATEST and backup_id not in ids:
            raise OpsError(f"There is no backup {backup_id} in {self.name}.", way_out=f"There are: {', '.join(ids)}.")
        path = f"{ids[-1] if backup_id == _LATEST else backup_id}/{_MANIFEST}"
        try:
            return Manifest.model_validate_json(self.get(path))
        except ValidationError as error:
            raise OpsError(f"{path} in {self.name} cannot be read: {error}.") from error

    def complete(self, manifest: Manifest) -> None:
        """Write the manifest: from now on it is a backup."""
        self.put(f"{manifest.id}/{_MANIFEST}", manifest.model_dump_json(indent=2).encode())

    def tidy(self, keep: int) -> list[str]:
        """Remove all but the newest backups, and what broken-off ones have left; return what was removed."""
        complete = self.ids()
        old = complete[:-keep]
        abandoned = [one for one in self._folders() if one not in complete and self._is_abandoned(one)]
        for one in [*old, *abandoned]:
            # The manifest goes first: what is left of a broken-off removal is no backup.
            if one in old:
                obstore.delete(self._store, f"{one}/{_MANIFEST}")
            for listed in obstore.list(self._store, f"{one}/"):
                obstore.delete(self._store, [entry["path"] for entry in listed])
        return [*old, *abandoned]

    def _folders(self) -> list[str]:
        return [
            str(path).rstrip("/").split("/")[-1] for path in obstore.list_with_delimiter(self._store)["common_prefixes"]
        ]

    def _is_abandoned(self, folder: str) -> bool:
        ages = [
            datetime.now(UTC) - entry["last_modified"]
            for listed in obstore.list(self._store, f"{folder}/")
            for entry in listed
        ]
        return bool(ages) and min(ages) > _ABANDONED

    def _age(self, path: str) -> timedelta | None:
        try:
            return datetime.now(UTC) - obstore.head(self._store, path)["last_modified"]
        except FileNotFoundError:
            return None
