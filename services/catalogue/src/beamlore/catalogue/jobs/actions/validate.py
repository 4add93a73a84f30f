"""``validate``: the request, and the datasets it is about, must be as JSON Schemas say."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

import structlog

from beamlore.catalogue.jobs.actions.action import Checks, Context, Options, Tools
from beamlore.catalogue.jobs.actions.errors import ActionError
from beamlore.catalogue.jobs.actions.schemas import Place, Schema

log = structlog.get_logger(__name__)

_Rules: TypeAlias = Sequence[tuple[Place, Schema]]


class ValidateOptions(Options):
    """A schema for each path: into the request's body, and into each of its datasets (where a job is created)."""

    request: dict[str, Any] | None = None
    datasets: dict[str, Any] | None = None


class ValidateAction(Checks):
    """Checks."""

    kind: ClassVar[str] = "validate"

    def __init__(self, options: ValidateOptions, tools: Tools, at: str) -> None:
        self._request = _rules(options.request, f"{at}.request")
        self._datasets = _rules(options.datasets, f"{at}.datasets")
        if self._datasets and tools.operation != "create":
            log.warning("datasets are checked when a job is created, not when it is changed", at=f"{at}.datasets")
            self._datasets = ()

    async def check(self, context: Context) -> None:
        """Check the request and its datasets.

        Raises:
            ActionError: something is missing or not as it must be; the text has the path.
        """
        _check(context.plain["request"], self._request)
        if not self._datasets:
            return
        if not context.datasets:
            raise ActionError("'jobParams.datasetList' is required.")
        for dataset in context.plain["datasets"]:
            _check(dataset, self._datasets)


def _rules(schemas: Mapping[str, Any] | None, at: str) -> _Rules:
    return [(Place(path, at), Schema(schema, f"{at}.{path}")) for path, schema in (schemas or {}).items()]


def _check(document: Mapping[str, Any], rules: _Rules) -> None:
    for place, schema in rules:
        found = place.values(document)
        if not found:
            raise ActionError(f"Invalid request. Requires '{place.path}'")
        if not all(schema.holds(value) for value in found):
            raise ActionError(f"Invalid request. Invalid value for '{place.path}'")
