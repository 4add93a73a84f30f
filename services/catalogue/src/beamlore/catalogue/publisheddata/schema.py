"""The metadata of published data against the facility's JSON schema, with the defaults that schema gives.

Source: SciCat's ``publishedDataConfig.json``: JSON Schema 2019-09 (or what ``$schema`` says) with ``default`` for what
is missing or empty, and the ``dynamicDefaults`` of ajv-keywords.
"""

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import orjson
import structlog
from jsonschema import Draft201909Validator, FormatChecker, ValidationError
from jsonschema.exceptions import SchemaError
from jsonschema.protocols import Validator
from jsonschema.validators import extend, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from beamlore.catalogue.publisheddata.errors import InvalidMetadataError
from beamlore.core import BadRequestError

log = structlog.get_logger(__name__)

_REQUIRED = re.compile("['\"](.*)['\"] is a required property")
_EMPTY = (None, "")
_FAULTS_TOLD = 20


class PublishingConfigError(ValueError):
    """The file cannot be used; the text says why."""


@dataclass(frozen=True)
class Published:
    """What is published together, as far as defaults look at it."""

    total_size: int


Default: TypeAlias = Callable[[Published, datetime], Any]
_DYNAMIC: Mapping[str, Default] = {
    "currentYear": lambda _, now: now.year,
    "timestamp": lambda _, now: round(now.timestamp() * 1000),
    "datetime": lambda _, now: now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    "date": lambda _, now: now.date().isoformat(),
    "time": lambda _, now: now.strftime("%H:%M:%SZ"),
    "computeTotalSize": lambda published, _: [str(published.total_size)],
}


class MetadataSchema:
    """A facility's configuration of published data."""

    def __init__(self, path: Path, definitions: str = "") -> None:
        """Read a configuration; without the file anything goes.

        Args:
            path: SciCat's ``publishedDataConfig.json``.
            definitions: SciCat's JavaScript for it, which is not run.

        Raises:
            PublishingConfigError: the file is there, and cannot be used.
        """
        if definitions:
            log.warning(
                "AJV_CUSTOM_DEFINITIONS_FILE is not run; only what is built in fills metadata", file=definitions
            )
        self.config = _read(path)
        self._schema = self.config["metadataSchema"]
        kind = validator_for(self._schema, default=Draft201909Validator)
        try:
            kind.check_schema(self._schema)
        except SchemaError as error:
            raise PublishingConfigError(f"{path}: metadataSchema: {error.message}") from error
        self._kind = kind
        for name in _dynamic_names(self._schema):
            if name not in _DYNAMIC:
                log.warning("a dynamic default of the metadata schema is not known; it is left out", name=name)

    def completed(self, metadata: Mapping[str, Any] | None, published: Published) -> dict[str, Any]:
        """Return the metadata with the schema's defaults where they are missing or empty."""
        whole = deepcopy(dict(metadata or {}))
        now = datetime.now(UTC)

        def properties(validator: Validator, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            if isinstance(instance, dict):
                for name, inner in value.items():
                    if isinstance(inner, Mapping) and "default" in inner and instance.get(name) in _EMPTY:
                        instance[name] = deepcopy(inner["default"])
            yield from self._kind.VALIDATORS["properties"](validator, value, instance, schema)

        def dynamic(_: Validator, value: Any, instance: Any, __: Any) -> Generator[ValidationError, None, None]:
            if isinstance(instance, dict):
                for name, wanted in _wanted(value):
                    if instance.get(name) in _EMPTY and wanted in _DYNAMIC:
                        instance[name] = _DYNAMIC[wanted](published, now)
            yield from ()

        def full_name(_: Validator, __: Any, instance: Any, ___: Any) -> Generator[ValidationError, None, None]:
            if isinstance(instance, dict):
                parts = [part for name in ("familyName", "givenName") if (part := instance.get(name))]
                if parts:
                    instance["name"] = ", ".join(str(part) for part in parts)
            yield from ()

        filling = extend(  # type: ignore[no-untyped-call]
            self._kind, {"properties": properties, "dynamicDefaults": dynamic, "setFullName": full_name}
        )
        # It is filled in while it is walked; what is wrong with it is asked of the whole afterwards.
        for _ in self._errors(filling, whole):
            pass
        return whole

    def check(self, metadata: Mapping[str, Any]) -> None:
        """Let through metadata that the schema holds for.

        Raises:
            InvalidMetadataError: it does not; each fault says where and why.
        """
        found = [_as_ajv(error) for error in self._errors(self._kind, metadata)]
        if found:
            raise InvalidMetadataError(found, told=_FAULTS_TOLD)

    def _errors(self, kind: type[Validator], metadata: Mapping[str, Any]) -> Iterator[ValidationError]:
        # A registry of its own: what a schema refers to is never fetched.
        validator = kind(self._schema, registry=Registry(), format_checker=FormatChecker())
        try:
            yield from validator.iter_errors(metadata)
        except Unresolvable as error:
            raise BadRequestError(f"the facility's metadata schema refers to what is not in it: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {"metadataSchema": {}, "uiSchema": {}}
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise PublishingConfigError(f"{path}: {error}") from error
    if not isinstance(content, dict) or not all(
        isinstance(content.get(name, {}), dict) for name in ("metadataSchema", "uiSchema")
    ):
        raise PublishingConfigError(f"{path}: must be an object with metadataSchema and uiSchema")
    return {"metadataSchema": {}, "uiSchema": {}, **content}


def _as_ajv(error: ValidationError) -> dict[str, Any]:
    """Return a fault in the form of ajv, with its sentence for what is missing."""
    keyword, params, message = str(error.validator), {}, error.message[:300]
    named = _REQUIRED.match(error.message) if keyword == "required" else None
    if named is not None:
        params, message = {"missingProperty": named[1]}, f"must have required property '{named[1]}'"
    return {
        "instancePath": "".join(f"/{part}" for part in error.absolute_path),
        "schemaPath": "#" + "".join(f"/{part}" for part in error.absolute_schema_path),
        "keyword": keyword,
        "params": params,
        "message": message,
    }


def _wanted(value: Any) -> Iterator[tuple[str, str]]:
    """Yield what ``dynamicDefaults`` says: a property, and the name of the function that fills it."""
    if isinstance(value, Mapping):
        for name, function in value.items():
            yield name, str(function.get("func") if isinstance(function, Mapping) else function)


def _dynamic_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from (name for _, name in _wanted(schema.get("dynamicDefaults")))
        for member in schema.values():
            yield from _dynamic_names(member)
    elif isinstance(schema, list):
        for member in schema:
            yield from _dynamic_names(member)
