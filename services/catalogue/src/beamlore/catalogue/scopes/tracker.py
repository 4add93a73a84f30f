"""Keeps the scopes: learns from every write which keys are new to a scope or renamed, and writes only then.

A scope is what datasets of the same readers, proposals and beamlines have in common (``beamlore_scopes``, one
document each, with the access fields of its datasets, so that the one access rule guards it too).
"""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import orjson
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from beamlore.catalogue.access import ACCESS_FIELDS
from beamlore.catalogue.database import DurableBulk
from beamlore.core import WriteScope

KEYS_OF_A_SCOPE = 5_000
_SCOPES_REMEMBERED = 5_000
_EXAMPLE_LENGTH = 64
_UNKNOWN = object()
Signature: TypeAlias = tuple[Any, ...]
_FIELDS = (*ACCESS_FIELDS, "proposalIds", "instrumentIds")


class ScopeTracker:
    """Notes datasets' keys. What a process has noted it remembers, so that scans of a known kind cost a set look-up."""

    def __init__(self, collection: AsyncCollection[dict[str, Any]]) -> None:
        self._bulk = DurableBulk(collection)
        self._known: dict[Signature, dict[str, object]] = {}

    async def note(self, scope: WriteScope, datasets: Iterable[Mapping[str, Any]]) -> None:
        """Note the scopes and keys of datasets: access fields, proposals, beamlines, ``scientificMetadata``."""
        fresh: dict[Signature, dict[str, Any]] = {}
        for dataset in datasets:
            signature = signature_of(dataset)
            metadata = dataset.get("scientificMetadata")
            entries = metadata if isinstance(metadata, Mapping) else {}
            known = self._known.get(signature)
            if known is None:
                news = entries
            elif len(known) >= KEYS_OF_A_SCOPE:
                continue
            else:
                news = {key: entry for key, entry in entries.items() if known.get(key, _UNKNOWN) != _name_of(entry)}
                if not news:
                    continue
            fresh.setdefault(signature, {}).update(news)
        if fresh:
            await self._write(scope, fresh)

    async def _write(self, scope: WriteScope, fresh: Mapping[Signature, Mapping[str, Any]]) -> None:
        operations = []
        for signature, entries in fresh.items():
            stored = dict(
                zip(_FIELDS, (list(one) if isinstance(one, tuple) else one for one in signature), strict=True)
            )
            update: dict[str, Any] = {"$setOnInsert": stored}
            storable = {f"keys.{key}": _described(entry) for key, entry in entries.items() if _storable(key)}
            if storable:
                update["$set"] = storable
            operations.append(UpdateOne({"_id": identifier_of(signature)}, update, upsert=True))
        await self._bulk.write(scope, operations)
        if scope.level != "majority":
            return  # a new primary may not have it: write it again with the next scan
        if len(self._known) > _SCOPES_REMEMBERED:
            self._known.clear()
        for signature, entries in fresh.items():
            names = {sys.intern(key): _name_of(entry) for key, entry in entries.items()}
            self._known.setdefault(signature, {}).update(names)


def signature_of(dataset: Mapping[str, Any]) -> Signature:
    """Return what a dataset has in common with the others of its scope."""
    return tuple(tuple(value) if isinstance(value := dataset.get(name), list) else value for name in _FIELDS)


def identifier_of(signature: Signature) -> str:
    """Return the identifier of a scope's document."""
    return hashlib.sha256(orjson.dumps(signature)).hexdigest()[:32]


def _name_of(entry: object) -> object:
    """Return what a change of which is worth a write: staff rename what they record."""
    return (entry.get("human_name") or entry.get("name")) if isinstance(entry, dict) else None


def _described(entry: object) -> dict[str, Any]:
    if not isinstance(entry, Mapping):
        return _with_example({}, entry)
    found = (
        ("name", _name_of(entry)),
        ("unit", entry.get("unit")),
        ("group", entry.get("group")),
    )
    described = {name: text for name, text in found if isinstance(text, str) and text}
    return _with_example(described, entry.get("value"))


def _with_example(described: dict[str, Any], value: object) -> dict[str, Any]:
    if isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= _EXAMPLE_LENGTH):
        described["example"] = value
    return described


def _storable(key: str) -> bool:
    return bool(key) and not key.startswith("$") and "." not in key and "\x00" not in key
