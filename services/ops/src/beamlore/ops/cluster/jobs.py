"""Running a command of `beamlore ops` in the cluster, as a job made from one of the chart's."""

import secrets
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import structlog
from kubernetes.client import ApiException

from beamlore.ops.cluster.installation import Installation
from beamlore.ops.cluster.templates import job_template
from beamlore.ops.errors import OpsError

log = structlog.get_logger(__name__)

_KEPT_SECONDS: Final = 3600
_LOOK_SECONDS: Final = 1.0
_LOG_SECONDS: Final = 3600


def run_job(
    installation: Installation,
    component: str,
    arguments: Sequence[str] | None = None,
    *,
    seconds: float,
    show: bool = True,
) -> str:
    """Run a job and wait for its end.

    Args:
        installation: where.
        component: whose job is the template.
        arguments: of `beamlore`, in place of the template's.
        seconds: how long it may take.
        show: whether its log goes to standard error while it runs.

    Returns:
        What it has written.

    Raises:
        OpsError: it failed, or took too long.
    """
    template = job_template(installation, component)
    name = f"{installation.name_of(component)[:50]}-{secrets.token_hex(4)}"
    spec = template["spec"] | {"ttlSecondsAfterFinished": _KEPT_SECONDS, "backoffLimit": 0}
    spec["activeDeadlineSeconds"] = int(seconds)
    pod = spec["template"]["spec"]
    # A failed attempt is shown and ends the command; its log must not be gone by then.
    pod["restartPolicy"] = "Never"
    if arguments is not None:
        pod["containers"][0]["args"] = list(arguments)
    body = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {**template.get("metadata", {}), "name": name},
        "spec": spec,
    }
    installation.call(installation.batch.create_namespaced_job, body=body)
    log.info("job begun", job=name)
    return _follow(installation, name, seconds, show)


def _follow(installation: Installation, name: str, seconds: float, show: bool) -> str:
    deadline = time.monotonic() + seconds
    written = ""
    while time.monotonic() < deadline:
        job: Any = installation.call(installation.batch.read_namespaced_job_status, name=name)
        written = _show_more(installation, name, written, show)
        if job.status.succeeded:
            return _show_more(installation, name, written, show)
        if job.status.failed:
            _show_more(installation, name, written, show)
            raise OpsError(f"The job {name} failed.", way_out=f"kubectl -n {installation.namespace} logs job/{name}")
        time.sleep(_LOOK_SECONDS)
    raise OpsError(
        f"The job {name} has not ended within {seconds:.0f} s.",
        way_out=f"kubectl -n {installation.namespace} describe job/{name}",
    )


def _show_more(installation: Installation, name: str, written: str, show: bool) -> str:
    found: Any = installation.call(installation.core.list_namespaced_pod, label_selector=f"job-name={name}")
    for pod in found.items:
        try:
            # Without its content read by the library, which would make Python's notation of it.
            answer: Any = installation.core.read_namespaced_pod_log(
                pod.metadata.name, installation.namespace, _preload_content=False, _request_timeout=_LOG_SECONDS
            )
        except ApiException:
            continue  # its container has not begun
        text = str(answer.data.decode())
        if show:
            sys.stderr.write(text[len(written) :])
            sys.stderr.flush()
        written = text
    return written
