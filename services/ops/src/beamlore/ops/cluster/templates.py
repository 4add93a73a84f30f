"""The chart's jobs as templates: where they come from when the job itself has been cleaned away.

Helm keeps each release in a secret ``sh.helm.release.v1.<release>.v<revision>`` of the type ``helm.sh/release.v1``:
base64 of gzip of JSON, with the rendered objects in ``manifest`` (Helm's source, pkg/storage/driver/util.go).
"""

import base64
import copy
import gzip
import json
from typing import Any, Final

import yaml

from beamlore.ops.cluster.installation import COMPONENT, Installation
from beamlore.ops.errors import OpsError

_HELM: Final = "owner=helm,status=deployed,name="
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Object = dict[str, Any]


def job_template(installation: Installation, component: str) -> Object:
    """Return the template of a component's job: ``metadata`` and ``spec`` as a CronJob's ``jobTemplate`` has them.

    Raises:
        OpsError: neither the cluster nor Helm's record of the release has such a job.
    """
    batch = installation.batch
    for cron_job in installation.list(batch.list_namespaced_cron_job, component=component):
        return _plain(installation, cron_job.spec.job_template)
    jobs = installation.list(batch.list_namespaced_job, component=component)
    for job in sorted(jobs, key=lambda one: one.metadata.creation_timestamp, reverse=True):
        return _cleaned(_plain(installation, job))
    for rendered in _manifest(installation):
        if rendered.get("kind") == "Job" and rendered["metadata"].get("labels", {}).get(COMPONENT) == component:
            return _cleaned(rendered)
    raise OpsError(
        f"The release {installation.release} has no job {component}.",
        way_out="'helm upgrade' makes it, where the values ask for it.",
    )


def _manifest(installation: Installation) -> list[Object]:
    found: Any = installation.call(
        installation.core.list_namespaced_secret, label_selector=f"{_HELM}{installation.release}"
    )
    if not found.items:
        return []
    newest = max(found.items, key=lambda one: int(one.metadata.labels["version"]))
    packed = base64.b64decode(base64.b64decode(newest.data["release"]))
    manifest = json.loads(gzip.decompress(packed))["manifest"]
    return [one for one in yaml.load_all(manifest, Loader=_Loader) if one]


def _plain(installation: Installation, one: Any) -> Object:
    plain: Object = installation.api.sanitize_for_serialization(one)  # type: ignore[no-untyped-call]
    return plain


def _cleaned(job: Object) -> Object:
    """Leave out what Kubernetes has put into a job that ran."""
    spec = copy.deepcopy(job["spec"])
    for key in ("selector", "manualSelector", "suspend"):
        spec.pop(key, None)
    metadata = spec["template"].setdefault("metadata", {})
    labels = metadata.get("labels", {})
    metadata["labels"] = {
        key: value for key, value in labels.items() if "controller-uid" not in key and "job-name" not in key
    }
    return {"metadata": {"labels": job["metadata"].get("labels", {})}, "spec": spec}
