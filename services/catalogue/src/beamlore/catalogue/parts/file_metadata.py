"""The schema that the metadata of single files must follow. Source: SciCat's ``DATAFILES_METADATA_SCHEMA``."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft7Validator
from jsonschema.exceptions import SchemaError
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from beamlore.core import BadRequestError

_NO_METADATA = {"type": "object", "additionalProperties": False}
_TOLD = 5
_DEPTH = 40


class FileMetadataSchema:
    """Checks the metadata of files. Nothing is fetched: a schema refers to itself at most."""

    def __init__(self, path: Path | None) -> None:
        """Read the schema; without one, files have no metadata of their own.

        Raises:
            ValueError: it is not a JSON schema.
        """
        schema: Any = _NO_METADATA
        if path is not None:
            try:
                schema = orjson.loads(path.read_bytes())
            except orjson.JSONDecodeError as error:
                raise ValueError(f"DATAFILES_METADATA_SCHEMA: {path} is not JSON: {error}") from error
        kind = validator_for(schema, default=Draft7Validator)
        try:
            kind.check_schema(schema)
        except SchemaError as error:
            raise ValueError(f"DATAFILES_METADATA_SCHEMA: {path} is not a JSON schema: {error.message}") from error
        registry: Registry[Any] = Registry()
        self._validator: Validator = kind(schema, format_checker=kind.FORMAT_CHECKER, registry=registry)

    def faults(self, files: object) -> list[str]:
        """Return what is wrong with the metadata of a list of files, the first few faults in words."""
        found: list[str] = []
        for place, file in enumerate(files if isinstance(files, list) else ()):
            metadata = file.get("metadata") if isinstance(file, Mapping) else None
            if (key := _unstorable(metadata)) is not None:
                found.append(f"dataFileList.{place}.metadata {key[:40]!r} cannot be a key")
            found += [f"dataFileList.{place}.{fault}"[:500] for fault in self._faults(metadata)]
            if len(found) >= _TOLD:
                break
        return found[:_TOLD]

    def _faults(self, metadata: Any) -> Iterator[str]:
        try:
            for error in self._validator.iter_errors({} if metadata is None else metadata):
                yield f"{'/'.join(('metadata', *(str(part) for part in error.absolute_path)))} {error.message}"
        except Unresolvable as error:
            yield f"metadata cannot be checked: the configured schema refers to {error.ref}, which it does not hold"

    def check(self, files: Sequence[Mapping[str, Any]] | None) -> None:
        """Let through files whose metadata follow the schema.

        Raises:
            BadRequestError: some do not.
        """
        found = self.faults(files)
        if found:
            raise BadRequestError(f"Datafile metadata is not following the configured schema: {'; '.join(found)}")


def _unstorable(value: object, depth: int = 1) -> str | None:
    """Return a key that the database would take for an operator or a path, or that lies deeper than it can hold."""
    if isinstance(value, list):
        return next((key for one in value if (key := _unstorable(one, depth + 1)) is not None), None)
    if not isinstance(value, Mapping):
        return None
    for key, member in value.items():
        if not key or key.startswith("$") or "." in key or "\x00" in key or depth > _DEPTH:
            return str(key)
        if (inner := _unstorable(member, depth + 1)) is not None:
            return inner
    return None
