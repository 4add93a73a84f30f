"""Jobs as v3 has them. Source: SciCat's OpenAPI, ``OutputJobV3Dto``, ``CreateJobDtoV3`` and ``UpdateJobDtoV3``."""

from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.jobs.parameters import DATASETS

_MOVED = (DATASETS, "executionTime")
"""Parameters that stand beside ``jobParams`` in v3."""


def as_v3(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored job, or some of its fields, in the form of v3."""
    given = job.get("jobParams")
    parameters = given if isinstance(given, Mapping) else {}
    shown = {
        "_id": job.get("_id"),
        "id": job.get("id"),
        "emailJobInitiator": job.get("contactEmail"),
        "type": job.get("type"),
        "creationTime": job.get("createdAt"),
        "executionTime": parameters.get("executionTime"),
        "jobStatusMessage": job.get("statusCode"),
        "datasetList": parameters.get(DATASETS),
        "jobResultObject": job.get("jobResultObject"),
    }
    found = {name: value for name, value in shown.items() if value is not None}
    own = {name: value for name, value in parameters.items() if name not in _MOVED}
    user = {"username": job["ownerUser"]} if job.get("ownerUser") is not None else {}
    return found | {"jobParams": user | own}


def parameters_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``jobParams`` of a job that v3 creates: with what stands beside them there.

    Datasets are those beside the parameters, never among them.
    """
    parameters = {name: value for name, value in (body.get("jobParams") or {}).items() if name != DATASETS}
    parameters[DATASETS] = body.get(DATASETS) or []
    for name in ("executionTime", "jobStatusMessage"):
        if body.get(name):
            parameters[name] = body[name]
    return parameters


def change_of(body: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, Any]:
    """Return a change that v3 asks for as v4 has it; what it does not name stays as it is in the job."""
    status = body.get("jobStatusMessage")
    change: dict[str, Any] = {
        "statusCode": status or job.get("statusCode"),
        "statusMessage": status or job.get("statusMessage"),
    }
    if body.get("jobResultObject") is not None:
        change["jobResultObject"] = dict(body["jobResultObject"])
    if body.get("executionTime"):
        stored = change.get("jobResultObject", job.get("jobResultObject") or {})
        change["jobResultObject"] = {**stored, "executionTime": body["executionTime"]}
    return change
