"""SciCat's job configuration: the types of jobs there are, who may create and change them, and what happens then."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from beamlore.catalogue.jobs.actions.action import Action, Operation
from beamlore.catalogue.jobs.actions.errors import ConfigurationError
from beamlore.catalogue.jobs.actions.kinds import said

log = structlog.get_logger(__name__)

CREATE_AUTH = ("#all", "#datasetPublic", "#authenticated", "#datasetAccess", "#datasetOwner", "#jobAdmin")
UPDATE_AUTH = ("#all", "#jobOwnerUser", "#jobOwnerGroup", "#jobAdmin")
OF_DATASETS = ("#datasetPublic", "#datasetAccess", "#datasetOwner")
"""Rules that ask for certain rights in every dataset of a job."""

_BOOL = "tag:yaml.org,2002:bool"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_TRUE_OR_FALSE = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")

BuildAction = Callable[[Mapping[str, Any], Operation, str], Action]
"""Makes an action of an operation from its options; the last is where they stand."""


class _Loader(yaml.SafeLoader):
    """Reads YAML 1.2 as SciCat does: `yes`, `no`, `on` and `off` are text, and so are dates."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, _TRUE_OR_FALSE if tag == _BOOL else pattern)
        for tag, pattern in resolvers
        if tag != _TIMESTAMP and (tag != _BOOL or first in "tTfF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Operation(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    auth: str = "#jobAdmin"
    actions: list[dict[str, Any]] | None = None


class _Job(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    jobType: str  # noqa: N815 - SciCat's name
    create: _Operation = _Operation()
    update: _Operation = _Operation()


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    configVersion: str  # noqa: N815 - SciCat's name
    jobs: list[_Job]


@dataclass(frozen=True)
class Rule:
    """One operation of a job type: who may (``#…``, ``@group`` or a user name), and what is done."""

    auth: str
    actions: Sequence[Action] = ()


@dataclass(frozen=True)
class JobType:
    """A type of jobs."""

    name: str
    version: str
    """Of the configuration it was read from."""

    create: Rule
    update: Rule

    @property
    def reaches_out(self) -> bool:
        """Whether anything leaves the catalogue for a job of this type, when it is created or later."""
        return any(action.reaches_out() for rule in (self.create, self.update) for action in rule.actions)


@dataclass(frozen=True)
class JobConfiguration:
    """The types there are, by name."""

    types: Mapping[str, JobType]

    def __iter__(self) -> Iterator[JobType]:
        return iter(self.types.values())


def load_configuration(path: Path | None, build: BuildAction) -> JobConfiguration:
    """Return the configuration of a file; without a file there are no types.

    Args:
        path: YAML or JSON.
        build: makes its actions.

    Raises:
        ConfigurationError: it is not readable or not such a configuration; the text says where.
    """
    if path is None:
        return JobConfiguration({})
    try:
        # JSON is YAML.
        read = _File.model_validate(yaml.load(path.read_text(), _Loader))  # noqa: S506 - it is a safe one
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {said(error)}") from error
    types: dict[str, JobType] = {}
    for number, job in enumerate(read.jobs):
        at = f"{path}: jobs[{number}]"
        if job.jobType in types:
            raise ConfigurationError(f"{at}.jobType: there is another job type {job.jobType!r}")
        types[job.jobType] = JobType(
            job.jobType,
            read.configVersion,
            _rule(job.create, "create", CREATE_AUTH, build, f"{at}.create"),
            _rule(job.update, "update", UPDATE_AUTH, build, f"{at}.update"),
        )
    return JobConfiguration(types)


def _rule(given: _Operation, operation: Operation, known: Sequence[str], build: BuildAction, at: str) -> Rule:
    if given.auth in ("", "@") or (given.auth.startswith("#") and given.auth not in known):
        log.warning("this rule lets nobody but job administrators through", at=f"{at}.auth", rule=given.auth)
    actions = [build(one, operation, f"{at}.actions[{place}]") for place, one in enumerate(given.actions or ())]
    return Rule(given.auth, actions)
