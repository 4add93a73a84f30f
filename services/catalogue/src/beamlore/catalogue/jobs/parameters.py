"""What clients send as a job's parameters and results, checked; and what of a job is shown."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pydantic import ValidationError

from beamlore.catalogue.jobs.models import DatasetChoice
from beamlore.catalogue.wording import faults
from beamlore.core import BadRequestError, UnprocessableError

DATASETS = "datasetList"
_DEPTH = 40
_DATASETS_AT_MOST = 10_000


def storable(at: str, value: object, depth: int = 1) -> None:
    """Let through what the database can hold, and reads as nothing but a value.

    Raises:
        BadRequestError: a key is empty, begins with ``$`` or has a NUL; it is nested too deeply; a number is too large.
    """
    if isinstance(value, bool | None):
        return
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise BadRequestError(f"{at[:80]}: the number is too large")
    if depth > _DEPTH:
        raise BadRequestError(f"{at[:80]}: nested more than {_DEPTH} deep")
    if isinstance(value, list):
        for one in value:
            storable(at, one, depth + 1)
    elif isinstance(value, Mapping):
        for key, member in value.items():
            if not key or key.startswith("$") or "\x00" in key:
                raise BadRequestError(f"{at[:80]}: {key[:40]!r} cannot be a key")
            storable(f"{at}.{key}", member, depth + 1)


def chosen_datasets(value: object) -> dict[str, list[str]]:
    """Return the files asked for of each dataset; an empty list stands for all.

    Raises:
        UnprocessableError: it is not such a list, or an empty one.
    """
    if not isinstance(value, list):
        raise UnprocessableError("Invalid dataset list.")
    if not value:
        raise UnprocessableError("List of passed datasets is empty.")
    if len(value) > _DATASETS_AT_MOST:
        raise UnprocessableError(f"Invalid dataset list. It has more than {_DATASETS_AT_MOST} datasets.")
    found: dict[str, list[str]] = {}
    wrong = []
    for one in value:
        try:
            choice = DatasetChoice.model_validate(one)
        except ValidationError as error:
            given = one if isinstance(one, Mapping) else {}
            wrong += [
                {"property": fault.at.partition(".")[0], "constraints": {fault.constraint: fault.sentence}}
                for fault in faults(DatasetChoice, given, error)
            ]
        else:
            found.setdefault(choice.pid, []).extend(choice.files)
    if wrong:
        raise UnprocessableError("Invalid dataset list.", error=orjson.dumps(wrong).decode())
    return found


def pids_of(job: Mapping[str, Any]) -> list[str]:
    """Return the PIDs of a stored job's datasets; what is not such a list has none."""
    parameters = job.get("jobParams")
    listed = parameters.get(DATASETS) if isinstance(parameters, Mapping) else None
    if not isinstance(listed, list):
        return []
    pids = (one.get("pid") for one in listed if isinstance(one, Mapping))
    return list(dict.fromkeys(pid for pid in pids if isinstance(pid, str)))


def merged(stored: object, patch: object) -> Any:
    """Return what a merge patch makes of a value (RFC 7396, section 2)."""
    if not isinstance(patch, Mapping):
        return patch
    found = dict(stored) if isinstance(stored, Mapping) else {}
    for name, member in patch.items():
        if member is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), member)
    return found


def picked(document: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """Return only some fields of a document, named by dotted paths that also lead through lists."""
    wanted: dict[str, list[str]] = {}
    whole = set()
    for path in paths:
        name, _, rest = path.partition(".")
        wanted.setdefault(name, [])
        if rest:
            wanted[name].append(rest)
        else:
            whole.add(name)
    found = {}
    for name, inner in wanted.items():
        if name not in document:
            continue
        value = document[name]
        if name in whole:
            found[name] = value
        elif isinstance(value, Mapping):
            found[name] = picked(value, inner)
        elif isinstance(value, list):
            found[name] = [picked(one, inner) for one in value if isinstance(one, Mapping)]
    return found
