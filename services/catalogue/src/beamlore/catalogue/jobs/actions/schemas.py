"""JSON Schemas and JSON paths within the job configuration."""

import re
from collections.abc import Mapping
from typing import Any

from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonschema import Draft7Validator
from jsonschema.exceptions import SchemaError
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from beamlore.catalogue.jobs.actions.errors import ActionError, ConfigurationError

_PATHS = JSONPathEnvironment()
_PLAIN = re.compile(r"[A-Za-z_$][\w$-]*")


class Schema:
    """A JSON Schema; a ``$schema`` says which draft, else it is draft 7 as SciCat's."""

    def __init__(self, schema: object, at: str) -> None:
        """Read a schema.

        Args:
            schema: as the configuration has it.
            at: where that is, for errors.

        Raises:
            ConfigurationError: it is not a schema, or refers to one elsewhere: nothing is fetched.
        """
        if not isinstance(schema, dict):
            raise ConfigurationError(f"{at}: a JSON Schema is an object")
        kind = validator_for(schema, default=Draft7Validator)
        try:
            kind.check_schema(schema)
        except SchemaError as error:
            raise ConfigurationError(f"{at}: not a JSON Schema: {error.message}") from error
        self._validator: Validator = kind(schema, registry=Registry())
        self._at = at

    def holds(self, value: Any) -> bool:
        """Return whether a value is as the schema says.

        Raises:
            ActionError: the schema refers to something that is not there.
        """
        try:
            return bool(self._validator.is_valid(value))
        except Unresolvable as error:
            raise ActionError(f"{self._at}: the schema refers to {error.ref!r}, which is not there", 500) from error


class Place:
    """A JSON path into a request, a dataset or all that actions see; ``jobParams.name`` is the same as with ``$.``."""

    def __init__(self, path: str, at: str) -> None:
        """Read a path.

        Raises:
            ConfigurationError: it is not one.
        """
        self.path = path
        try:
            self._compiled: JSONPath = _compiled(path)
        except JSONPathError as error:
            raise ConfigurationError(f"{at}: {path!r} is not a JSON path: {error}") from error

    def values(self, document: Mapping[str, Any]) -> list[Any]:
        """Return what is there."""
        return list(self._compiled.findall(document))


def _compiled(path: str) -> Any:
    if all(_PLAIN.fullmatch(part) for part in path.split(".")) and not path.startswith("$"):
        # Names that JSONPath has words for, such as `and`, and `job-type`, are keys here.
        return _PATHS.compile("$" + "".join(f"['{part}']" for part in path.split(".")))
    return _PATHS.compile(path)
