"""Whether scientific metadata keep to the JSON Schema they name (``scientificMetadataSchema``).

The metaschemas of draft 3 to 2020-12 and the facility's own schemas are at hand. Any other is fetched only where the
facility allows its address: a caller must not choose what this server asks for (OWASP API7:2023, SSRF).
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx
import orjson
import structlog
from jsonschema.exceptions import SchemaError
from jsonschema.validators import Draft202012Validator, validator_for
from jsonschema_specifications import REGISTRY
from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource, Unresolvable
from referencing.jsonschema import DRAFT202012

from beamlore.catalogue.keys import as_sent, spellings
from beamlore.catalogue.settings import Settings
from beamlore.core import BoundedClient

log = structlog.get_logger(__name__)

Schema = Any
_FETCH_SECONDS = 5.0
_FETCH_BYTES = 1024 * 1024
_KEPT_SECONDS = 3600.0
_KEPT = 100
_NAMED_INSIDE = "@schema"
_NAMED_INSIDE_AS_STORED = spellings(_NAMED_INSIDE)


class MetadataSchemas:
    """Finds schemas by their address, and checks metadata against them."""

    def __init__(self, settings: Settings) -> None:
        self._registry: Registry[Schema] = REGISTRY.with_resources(_own(settings.metadata_schemas_directory))
        self._sources = tuple(settings.metadata_schema_sources)
        self._fetched: dict[str, tuple[float, Schema]] = {}

    async def verdict(self, dataset: Mapping[str, Any]) -> bool | None:
        """Return whether a dataset's metadata keep to their schema, ``None`` where they name none.

        A schema that cannot be had or is none is kept by nothing, as SciCat has it.

        Args:
            dataset: ``scientificMetadata`` as stored, and ``scientificMetadataSchema``; without that, the metadata may
                name it themselves as ``@schema``.
        """
        stored = dataset.get("scientificMetadata")
        if not isinstance(stored, Mapping) or not stored:
            return None
        inside = next((stored[key] for key in _NAMED_INSIDE_AS_STORED if key in stored), None)
        address = dataset.get("scientificMetadataSchema") or inside
        if not isinstance(address, str) or not address:
            return None
        metadata = as_sent(stored)
        metadata.pop(_NAMED_INSIDE, None)
        schema = await self._find(address)
        if schema is None:
            return False
        return await asyncio.to_thread(self._keeps, metadata, schema, address)

    def _keeps(self, metadata: Any, schema: Schema, address: str) -> bool:
        kind = validator_for(schema, default=Draft202012Validator)
        try:
            kind.check_schema(schema)
            return bool(kind(schema, registry=self._registry).is_valid(metadata))
        except (SchemaError, Unresolvable, RecursionError) as error:
            log.warning("a schema of metadata cannot be used", schema=address[:200], error=str(error)[:200])
            return False

    async def _find(self, address: str) -> Schema | None:
        for one in _spellings(address):
            try:
                return self._registry.contents(one)
            except NoSuchResource:
                continue
        if not any(address.startswith(source) for source in self._sources):
            return None
        known = self._fetched.get(address)
        if known is not None and time.monotonic() - known[0] < _KEPT_SECONDS:
            return known[1]
        schema = await _fetch(address)
        if schema is not None:
            if len(self._fetched) >= _KEPT:
                self._fetched.clear()
            self._fetched[address] = (time.monotonic(), schema)
        return schema


def _own(directory: Path | None) -> Iterable[tuple[str, Resource[Schema]]]:
    """Return the facility's schemas, by their ``$id`` and by the names of their files.

    Raises:
        ValueError: a file is not a JSON Schema.
    """
    for file in sorted(directory.glob("*.json")) if directory is not None else ():
        schema = orjson.loads(file.read_bytes())
        if not isinstance(schema, dict):
            raise ValueError(f"{file}: must be a JSON Schema")
        resource = Resource.from_contents(schema, default_specification=DRAFT202012)
        for name in {file.name, resource.id() or file.name}:
            yield name, resource


def _spellings(address: str) -> Iterable[str]:
    """Return the ways an address may be written: with HTTP or HTTPS, with or without an empty fragment."""
    bare = address.removesuffix("#")
    yield bare
    for ours, other in (("https://", "http://"), ("http://", "https://")):
        if bare.startswith(ours):
            yield other + bare.removeprefix(ours)


async def _fetch(address: str) -> Schema | None:
    try:
        async with (
            BoundedClient(seconds=_FETCH_SECONDS, follow_redirects=False) as client,
            client.stream("GET", address, headers={"Accept": "application/schema+json, application/json"}) as answer,
        ):
            answer.raise_for_status()
            content = b""
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > _FETCH_BYTES:
                    raise ValueError(f"more than {_FETCH_BYTES} bytes")
        schema = orjson.loads(content)
        if not isinstance(schema, dict):
            raise ValueError("not a JSON object")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        log.warning("a schema of metadata cannot be fetched", schema=address[:200], error=str(error)[:200])
        return None
    return schema
